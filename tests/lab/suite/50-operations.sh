#!/bin/bash
# Live changes from the console: cordon, uncordon, scale up, and the scale-down that is refused. Seen by kubectl.
. "$(dirname "$0")/lib.sh"
. "$SUITE/console.sh"

is_cordoned() { [ "$(kubectl get node node-2 -o 'jsonpath={.spec.unschedulable}')" = true ]; }
is_not_cordoned() { ! is_cordoned; }
replicas_are() { [ "$(kubectl -n $NAMESPACE get statefulset "$1" -o 'jsonpath={.spec.replicas}')" = "$2" ]; }

run_plan() { # WHAT
	check_screen "$1: the plan is shown" 15 'Run'
	# The careful dialog has its focus on the way out.
	console_keys BTab Enter
}

console_start 120x40 -n $NAMESPACE
check_screen "the deck is there" 10 'kafka-0'
console_keys : ; console_keys nodes Enter
check_screen "nodes are there" 5 'node-2'
console_keys g j c
run_plan "cordon node-2"
check_within "kubectl sees node-2 cordoned" 10 is_cordoned
check_screen "the plan ends" 20 'done|cordoned'
console_keys Escape ; sleep 0.5 ; console_keys u
run_plan "uncordon node-2"
check_within "kubectl sees it schedulable" 10 is_not_cordoned
check_screen "the plan ends" 20 'done'
console_keys Escape ; sleep 0.5

scale() { # KIND COUNT
	console_keys : ; console_keys clusters Enter
	check_screen "clusters are there" 5 'CLUSTER'
	console_keys / ; console_keys "^.*$1" Enter
	sleep 0.5
	console_keys g s
	check_screen "how many is asked" 5 'Brokers'
	console_keys C-u ; console_keys BSpace BSpace "$2" Enter Enter
}

for kind in kafka rabbitmq; do
	scale $kind 4
	run_plan "scale $kind to 4"
	check_within "kubectl sees four wanted" 15 replicas_are $kind 4
	check_screen "the brokers themselves agree" 180 'done'
	console_keys Escape ; sleep 0.5
	check_within "$kind has four ready brokers" 120 cluster_ready $kind
done
check "Kafka's own tool sees the fourth broker" eval '"$LAB" kafka kafka-metadata-quorum describe --replication 2>/dev/null | grep -qE "^3\s"'
check_within "RabbitMQ's own tool sees four members" 30 rabbitmq_running_is 4

scale rabbitmq 3
check_screen "scaling RabbitMQ down is refused with the reason" 15 'Blocked'
note "$(console_screen | grep -A2 Blocked)"
console_keys Escape
sleep 2
check "… and nothing was changed" replicas_are rabbitmq 4
console_keys C-c
finish
