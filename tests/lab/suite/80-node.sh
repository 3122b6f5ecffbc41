#!/bin/bash
# A node loses its power under load and gets it back.
. "$(dirname "$0")/lib.sh"

node_is_not_ready() { [ "$(node_condition node-3)" != True ]; }
restarts() { kubectl -n $NAMESPACE get pod "$1" -o 'jsonpath={.status.containerStatuses[0].restartCount}'; }
restarted() { [ "$(restarts "$1")" -gt "${before[$1]}" ]; }
node_is_ready() { [ "$(node_condition node-3)" = True ]; }

check "the load runs" "$LAB" load start
check_within "nothing is under-replicated beforehand" 120 kafka_under_replicated_is 0
members=$(rabbitmq_running)
on_node=$(kubectl -n $NAMESPACE get pods -l app.kubernetes.io/name=rabbitmq -o json |
	jq '[.items[] | select(.spec.nodeName == "node-3")] | length')

check "node kill 3" "$LAB" node kill 3
# The controllers wait 20 s for a sign of life, and look every 2 s.
check_within "node-3 is NotReady" 45 node_is_not_ready
# Kafka's own tool may try the dead broker first, and then takes half a minute to give it up.
check_within "Kafka's replicas on it fall out of sync" 120 eval '[ "$(kafka_under_replicated)" -gt 0 ]'
check_within "RabbitMQ's members on it are gone" 90 rabbitmq_running_is $((members - on_node))

check "node heal 3" "$LAB" node heal 3
check_within "node-3 is Ready" 60 node_is_ready
for kind in rabbitmq kafka; do check_within "$kind: all brokers are Ready" 120 cluster_ready $kind; done
check_within "RabbitMQ's members are back" 120 rabbitmq_running_is "$members"
check_within "Kafka's replicas are in sync" 120 kafka_under_replicated_is 0

declare -A before
for pod in rabbitmq-1 kafka-1; do before[$pod]=$(restarts $pod); done
check "pod kill rabbitmq-1" "$LAB" pod kill rabbitmq-1
check "pod kill kafka-1" "$LAB" pod kill kafka-1
# A kill is seen as one by what Kubernetes counts; Ready alone may be from before.
for kind in rabbitmq kafka; do check_within "$kind-1 was started again" 60 restarted $kind-1; done
for kind in rabbitmq kafka; do check_within "$kind: all brokers are Ready again" 120 cluster_ready $kind; done

check "api stop" "$LAB" api stop
check "the API server does not answer" eval '! kubectl --request-timeout=2s get --raw /readyz'
check "api start" "$LAB" api start
check_within "node-3 is Ready still" 60 node_is_ready

check_within "Kafka's replicas are in sync at the end" 120 kafka_under_replicated_is 0
report=$("$LAB" load report 2>&1)
is "no confirmed message is missing" "$?" 0
note "$report"
finish
