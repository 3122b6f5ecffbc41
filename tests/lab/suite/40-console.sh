#!/bin/bash
# The console as an operator sees it: the deck whole, drilling down and across, read-only.
. "$(dirname "$0")/lib.sh"
. "$SUITE/console.sh"

console_start 120x40 -n $NAMESPACE
check_screen "the deck shows Kafka's state in words" 10 '(kafka|rabbit) kafka .*(in sync|partitions)'
check_screen "… and RabbitMQ's" 10 'rabbit rabbitmq .*quorum'
for broker in kafka-0 kafka-1 kafka-2 rabbitmq-0 rabbitmq-1 rabbitmq-2; do
	check_screen "a tile for $broker" 5 " $broker "
done
check_screen "volumes stand under the brokers" 5 'data-kafka-0 (→|->) '
check_screen "zones and nodes stand over them" 5 'zone-a .*zone-b .*zone-c'

console_keys : ; console_keys brokers Enter
check_screen "brokers" 5 'BROKER .*STATE'
console_keys Enter
check_screen "Enter describes a broker" 5 '^ *Volume *$'
console_keys o
check_screen "o leads to its node" 5 'NODE .*STATE'
console_keys Escape ; sleep 0.3 ; console_keys v
check_screen "v leads to its volume" 5 'CLAIM .*PHASE'
console_keys y
check_screen "y shows the object as Kubernetes holds it" 5 'kind: PersistentVolumeClaim'
console_keys : ; console_keys replication Enter
check_screen "replication" 5 'NAME .*STATE'
console_keys m
check_screen "m shows it as a matrix" 5 'L leads'
console_keys : ; console_keys nodes Enter
check_screen "nodes" 5 'node-1 .*ready'
console_keys : ; console_keys pods Enter
check_screen "pods" 5 'POD .*READY'
console_keys l
check_screen "l follows a log" 10 'logs .*following'
console_keys '?'
check_screen "? shows the keys" 5 'stay at the newest line'
for sheet in queues topics groups services events volumes clusters; do
	console_keys : ; console_keys $sheet Enter
	check_screen "$sheet" 5 "─$sheet \([0-9]+\)"
done
console_keys C-c
check_screen "Ctrl-C leaves with 0" 5 'mqdeck left with 0'

console_start 80x24 -n $NAMESPACE --ascii
check_screen "80x24 in ASCII: a line a broker" 10 'kafka-0 .*node-'
if console_screen | LC_ALL=C grep -qP '[^\x00-\x7F]'; then not_ok "nothing but ASCII"; else ok "nothing but ASCII"; fi
console_keys C-c
finish
