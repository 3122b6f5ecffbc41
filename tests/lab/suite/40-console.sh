#!/bin/bash
# The console as an operator sees it: the deck whole, drilling down and across, read-only.
. "$(dirname "$0")/lib.sh"
. "$SUITE/console.sh"

console_start 120x40 -n $NAMESPACE
check_screen "the deck shows Kafka's state in words" 20 '(kafka|rabbit) kafka .*(in sync|partitions)'
check_screen "… and RabbitMQ's" 20 'rabbit rabbitmq .*quorum'
for broker in kafka-0 kafka-1 kafka-2 rabbitmq-0 rabbitmq-1 rabbitmq-2; do
	check_screen "a tile for $broker" 20 " $broker "
done
check_screen "volumes stand under the brokers" 20 'data-kafka-0 (→|->) '
check_screen "zones and nodes stand over them" 20 'zone-a .*zone-b .*zone-c'

console_goto brokers
check_screen "brokers" 20 'BROKER .*STATE'
console_keys Enter
check_screen "Enter describes a broker" 20 '^ *Volume *$'
console_keys o
check_screen "o leads to its node" 20 'NODE .*STATE'
console_keys Escape
check_screen "Escape goes back" 20 '^ *Volume *$'
console_keys v
check_screen "v leads to its volume" 20 'CLAIM .*PHASE'
console_keys y
check_screen "y shows the object as Kubernetes holds it" 20 'kind: PersistentVolumeClaim'
console_goto replication
check_screen "replication" 20 'NAME .*STATE'
console_keys m
check_screen "m shows it as a matrix" 20 'L leader'
console_goto nodes
check_screen "nodes" 20 'node-1 .*ready'
console_goto pods
check_screen "pods" 20 'POD .*READY'
console_keys l
check_screen "l follows a log" 20 'logs .*following'
console_keys '?'
check_screen "? shows the keys" 20 'stay at the newest line'
for sheet in queues topics groups services events volumes clusters; do
	console_goto $sheet
	check_screen "$sheet" 20 "─$sheet \([0-9]+\)"
done
console_keys C-c
check_screen "Ctrl-C leaves with 0" 20 'mqdeck left with 0'

console_start 80x24 -n $NAMESPACE --ascii
check_screen "80x24 in ASCII: a line a broker" 20 'kafka-0 .*node-'
if console_screen | LC_ALL=C grep -qP '[^\x00-\x7F]'; then not_ok "nothing but ASCII"; else ok "nothing but ASCII"; fi
console_keys C-c
finish
