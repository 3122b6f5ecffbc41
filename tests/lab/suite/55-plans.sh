#!/bin/bash
# Operations on the brokers without a screen, under load: rolled, led elsewhere, grown, made smaller, replaced. Nothing that
# was confirmed is lost, and no partition or quorum queue is away for longer than an election takes.
. "$(dirname "$0")/lib.sh"
. "$SUITE/plans.sh"

brokers() { "$MQDECK" get brokers -n $NAMESPACE -o json | jq -r ".[] | select(.kind == \"$1\") | \"\\(.leaders) \\(.broker)\""; }
leads_nothing() { brokers "$1" | grep -q "^0 $2\$"; } # KIND BROKER
capacities() { kubectl -n $NAMESPACE get pvc -l "app.kubernetes.io/name=$1" -o 'jsonpath={.items[*].status.capacity.storage}' | tr ' ' '\n' | sort -u; }

load_starts
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
	run_under_load "leaders of $kind spread again" rebalance $NAMESPACE/$kind
done

for kind in kafka rabbitmq; do
	run_under_load "$kind from 3 to 5" scale $NAMESPACE/$kind replicas=5
	all_is_well
	run_under_load "$kind from 5 to 3" scale $NAMESPACE/$kind replicas=3
	all_is_well
done
check_within "RabbitMQ's own tool sees three members" 60 rabbitmq_running_is 3

for broker in kafka-2 rabbitmq-2; do
	claim=$(kubectl -n $NAMESPACE get pvc data-$broker -o 'jsonpath={.metadata.uid}')
	ACCEPT=dangerous run_under_load "replace $broker by an empty one" replace $NAMESPACE/$broker
	isnt "… its claim is another one" "$(kubectl -n $NAMESPACE get pvc data-$broker -o 'jsonpath={.metadata.uid}')" "$claim"
	all_is_well
done

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
