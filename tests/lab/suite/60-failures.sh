#!/bin/bash
# What goes wrong under a running console is said, and it converges.
. "$(dirname "$0")/lib.sh"
. "$SUITE/console.sh"

node_is_not_ready() { [ "$(node_condition node-3)" != True ]; }

console_start 120x40 -n $NAMESPACE
check_screen "the deck is there" 30 'kafka-0'

check "api stop" "$LAB" api stop
check_screen "the console says that its data is old" 60 'data is [0-9]+.* old'
console_goto brokers
check_screen "keys work without the API server" 10 'BROKER .*STATE'
console_goto deck
check "api start" "$LAB" api start
check_within "the console converges" 120 console_shows_not 'data is [0-9]+.* old'

check "node kill 3" "$LAB" node kill 3
check_screen "node kill 3 is visible as what it does to replication within 25 s" 25 '✗ +(kafka|rabbit) |! +(kafka|rabbit) .*under-replicated'
# The controllers wait 20 s for a sign of life from the node, after they found their own API server again.
check_within "Kubernetes gives node-3 up" 60 node_is_not_ready
check_screen "… and the console says so" 20 'node-3 stopped reporting'
note "$(console_screen | head -12)"
check "node heal 3" "$LAB" node heal 3
for kind in rabbitmq kafka; do check_within "$kind: all brokers are Ready" 150 cluster_ready $kind; done
check_screen "Kafka's recovery is visible" 150 '● +kafka kafka'
check_screen "… and RabbitMQ's" 150 '● +rabbit rabbitmq'
console_keys C-c

KUBECONFIG=/nonexistent console_start 120x40
check_screen "no kubeconfig: the sentence says what was looked at and names --demo" 20 'mqdeck --demo|--demo.*needs none'
finish
