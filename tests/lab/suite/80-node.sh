#!/bin/bash
# A node loses its power under load and gets it back.
. "$(dirname "$0")/lib.sh"

node_is_not_ready() { [ "$(node_condition node-3)" != True ]; }
node_is_ready() { [ "$(node_condition node-3)" = True ]; }

check "the load runs" "$LAB" load start
check_within "nothing is under-replicated beforehand" 60 kafka_under_replicated_is 0
members=$(rabbitmq_running)
on_node=$(kubectl -n $NAMESPACE get pods -l app.kubernetes.io/name=rabbitmq -o json |
	jq '[.items[] | select(.spec.nodeName == "node-3")] | length')

check "node kill 3" "$LAB" node kill 3
check_within "node-3 is NotReady within 25 s" 25 node_is_not_ready
# Kafka's own tool may try the dead broker first, and then takes half a minute to give it up.
check_within "Kafka's replicas on it fall out of sync" 70 eval '[ "$(kafka_under_replicated)" -gt 0 ]'
check_within "RabbitMQ's members on it are gone" 30 rabbitmq_running_is $((members - on_node))

check "node heal 3" "$LAB" node heal 3
check_within "node-3 is Ready" 30 node_is_ready
for kind in rabbitmq kafka; do check_within "$kind: all brokers are Ready" 120 cluster_ready $kind; done
check_within "RabbitMQ's members are back" 60 rabbitmq_running_is "$members"
check_within "Kafka's replicas are in sync" 60 kafka_under_replicated_is 0

check "pod kill rabbitmq-1" "$LAB" pod kill rabbitmq-1
check "pod kill kafka-1" "$LAB" pod kill kafka-1
sleep 3
for kind in rabbitmq kafka; do check_within "$kind: all brokers are Ready again" 120 cluster_ready $kind; done

check "api stop" "$LAB" api stop
check "the API server does not answer" eval '! kubectl --request-timeout=2s get --raw /readyz'
check "api start" "$LAB" api start
check_within "node-3 is Ready still" 30 node_is_ready

check_within "Kafka's replicas are in sync at the end" 60 kafka_under_replicated_is 0
report=$("$LAB" load report 2>&1)
is "no confirmed message is missing" "$?" 0
note "$report"
finish
