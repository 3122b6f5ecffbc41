#!/bin/bash
# Operations on the brokers without a screen, under load: rolled, led elsewhere, grown, made smaller, replaced. Nothing that
# was confirmed is lost, and no partition or quorum queue is away for longer than an election takes.
. "$(dirname "$0")/lib.sh"
. "$SUITE/plans.sh"

brokers() { "$MQDECK" get brokers -n $NAMESPACE -o json | jq -r ".[] | select(.kind == \"$1\") | \"\\(.leaders) \\(.broker)\""; }
leads_nothing() { brokers "$1" | grep -q "^0 $2\$"; } # KIND BROKER
holds() { "$MQDECK" get brokers -n $NAMESPACE -o json | jq -r ".[] | select(.broker == \"$1\") | if .replicas > 0 then \"yes\" else \"no\" end"; } # BROKER
# Claims of brokers that left stay as they were.
capacities() { # KIND
	for i in 0 1 2; do kubectl -n $NAMESPACE get pvc "data-$1-$i" -o 'jsonpath={.status.capacity.storage}{"\n"}'; done | sort -u
}

load_starts
# With four brokers on three nodes one node has two, and their volumes hold them there.
crowded=$(kubectl -n $NAMESPACE get pods -l app.kubernetes.io/name=kafka -o 'jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort | uniq -d)
[ -z "$crowded" ] || plan_is "a drain that a budget would never let end is refused" 30 blocks \
	'disruption budget kafka allows 1 broker of kafka to be unavailable at once' drain "$crowded"
kafka_has_three
all_is_well

"$MQDECK" plan roll $NAMESPACE/rabbitmq -o json >"$XDG_STATE_HOME/plan.json"
is "plan says how much care a roll needs by its exit code" "$?" 10
is "… and prints one object" "$(jq -r '.operation + " " + .severity' "$XDG_STATE_HOME/plan.json")" "roll careful"
"$MQDECK" plan roll $NAMESPACE/nothing -o json >"$XDG_STATE_HOME/plan.json" 2>/dev/null
check "… also for what is not there" jq -e .error "$XDG_STATE_HOME/plan.json"

for kind in kafka rabbitmq; do
	before=$(uids $kind)
	run_under_load "roll $kind" roll $NAMESPACE/$kind
	is "… every pod of $kind is another one" "$(comm -12 <(echo "$before") <(uids $kind))" ""
done
all_is_well

for kind in kafka rabbitmq; do
	leader=$(brokers $kind | sort -n | tail -n 1 | cut -d ' ' -f 2)
	run_under_load "failover of $leader, which leads most" failover "$NAMESPACE/$leader"
	check_within "… and it leads nothing" 20 leads_nothing $kind "$leader"
	check "… and back" "$MQDECK" ops rollback "$("$MQDECK" ops -o json | jq -r '.[0].id')" --yes --accept careful
	all_is_well
	run_under_load "leaders of $kind spread again" rebalance $NAMESPACE/$kind
done

# Brokers that join get something to hold: leaving is easy for those that have nothing.
run_under_load "kafka from 3 to 5" scale $NAMESPACE/kafka replicas=5
all_is_well
run_under_load "replicas of orders go from kafka-0 to kafka-3" reassign $NAMESPACE/kafka topic=orders from=0 to=3
run_under_load "replicas of payments go from kafka-1 to kafka-4" reassign $NAMESPACE/kafka topic=payments from=1 to=4
is "… kafka-4 holds them" "$(holds kafka-4)" yes
ACCEPT=dangerous run_under_load "rabbitmq from 3 to 5" scale $NAMESPACE/rabbitmq replicas=5 claims=delete
all_is_well
for broker in rabbitmq-3 rabbitmq-4; do
	run_under_load "$broker gets members of every quorum queue" members $NAMESPACE/rabbitmq grow=$broker
	is "… $broker holds them" "$(holds $broker)" yes
done
all_is_well

# Of RabbitMQ one without classic queues: what lives on one broker only does not outlive its volume, and the plan says so.
plan_is "replacing a broker with classic queues is refused for what is lost" 30 blocks 'exists only on rabbitmq-2 is lost' replace $NAMESPACE/rabbitmq-2
for broker in kafka-4 rabbitmq-4; do
	claim=$(kubectl -n $NAMESPACE get pvc data-$broker -o 'jsonpath={.metadata.uid}')
	ACCEPT=dangerous run_under_load "replace $broker by an empty one" replace $NAMESPACE/$broker
	isnt "… its claim is another one" "$(kubectl -n $NAMESPACE get pvc data-$broker -o 'jsonpath={.metadata.uid}')" "$claim"
	all_is_well
done

for kind in kafka rabbitmq; do
	run_under_load "$kind from 5 to 3" scale $NAMESPACE/$kind replicas=3
	all_is_well
done
check_within "RabbitMQ's own tool sees three members" 60 rabbitmq_running_is 3

run_under_load "grow kafka's volumes" expand $NAMESPACE/kafka size=3Gi
is "… every claim is larger" "$(capacities kafka)" 3Gi
run_under_load "grow rabbitmq's volumes" expand $NAMESPACE/rabbitmq size=1536Mi
is "… every claim is larger" "$(capacities rabbitmq)" 1536Mi
all_is_well

is "the journal has every plan, all done" "$("$MQDECK" ops -o json | jq -r '[.[].state] | unique | join(" ")')" done
is "no lease is held any more" "$(kubectl -n $NAMESPACE get leases -l app.kubernetes.io/managed-by=mqdeck -o json |
	jq -r '[.items[].spec.holderIdentity // "" | select(. != "")] | length')" 0
nothing_is_lost
load_starts
finish
