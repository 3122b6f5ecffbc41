#!/bin/bash
# Live changes from the console: cordon, uncordon, scale up, and RabbitMQ down again. Seen by kubectl.
. "$(dirname "$0")/lib.sh"
. "$SUITE/console.sh"

is_cordoned() { [ "$(kubectl get node node-2 -o 'jsonpath={.spec.unschedulable}')" = true ]; }
is_not_cordoned() { ! is_cordoned; }
replicas_are() { [ "$(kubectl -n $NAMESPACE get statefulset "$1" -o 'jsonpath={.spec.replicas}')" = "$2" ]; }

console_start 120x40 -n $NAMESPACE
check_screen "the deck is there" 30 'kafka-0'
console_goto nodes
check_screen "nodes are there" 20 'NODE .*STATE'
check_screen "… node-2 among them" 20 'node-2 +ready'
console_keys / ; console_keys "node-2" Enter
check_screen "… and only node-2" 20 'nodes \(1 of 3\)'
console_keys g c
run_plan "cordon node-2"
check_within "kubectl sees node-2 cordoned" 20 is_cordoned
plan_ends "the plan ends" 60
check_screen "the console sees it cordoned" 20 'node-2 .*cordoned'
console_keys u
run_plan "uncordon node-2"
check_within "kubectl sees it schedulable" 20 is_not_cordoned
plan_ends "the plan ends" 60

for kind in kafka rabbitmq; do
	ask_to_scale $kind 4
	run_plan "scale $kind to 4"
	check_within "kubectl sees four wanted" 20 replicas_are $kind 4
	plan_ends "the brokers themselves agree" 240
	check_within "$kind has four ready brokers" 120 cluster_ready $kind
done
check_within "Kafka's own tool sees the fourth broker" 60 eval '"$LAB" kafka kafka-metadata-quorum describe --replication 2>/dev/null | grep -qE "^3\s"'
check_within "RabbitMQ's own tool sees four members" 60 rabbitmq_running_is 4

ask_to_scale rabbitmq 3
run_plan "scale rabbitmq to 3 again"
check_within "kubectl sees three wanted" 180 replicas_are rabbitmq 3
plan_ends "the node is forgotten and gone" 240
check_within "RabbitMQ's own tool sees three members" 60 rabbitmq_running_is 3
forgotten() { ! "$LAB" rabbitmqctl cluster_status --formatter json 2>/dev/null | jq -e '.disk_nodes[] | select(startswith("rabbit@rabbitmq-3"))'; }
check "… and the fourth is none any more" forgotten
console_keys C-c
finish
