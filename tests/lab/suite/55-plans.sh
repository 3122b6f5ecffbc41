#!/bin/bash
# Operations without a screen, under load: both clusters rolled, a node drained, leaders moved; nothing confirmed is lost.
. "$(dirname "$0")/lib.sh"

XDG_STATE_HOME=$(mktemp -d)
export XDG_STATE_HOME
trap 'rm -rf "$XDG_STATE_HOME"' EXIT

node_is_schedulable() { [ "$(kubectl get node node-2 -o 'jsonpath={.spec.unschedulable}')" != true ]; }
uids() { kubectl -n $NAMESPACE get pods -l "app.kubernetes.io/name=$1" -o 'jsonpath={.items[*].metadata.uid}' | tr ' ' '\n' | sort; }

run() { # WHAT OPERATION TARGET [K=V…]
	local what=$1 start=$EPOCHREALTIME output
	shift
	if output=$("$MQDECK" run "$@" --yes --accept careful 2>&1); then
		ok "$what"
		note "after $(seconds_since "$start") s: $(tail -n 1 <<<"$output")"
	else
		not_ok "$what" "$output"
	fi
}

check "the load runs" "$LAB" load start
check_within "nothing is under-replicated beforehand" 120 kafka_under_replicated_is 0

"$MQDECK" plan roll $NAMESPACE/rabbitmq -o json >"$XDG_STATE_HOME/plan.json"
is "plan says how much care a roll needs by its exit code" "$?" 10
is "… and prints one object" "$(jq -r '.operation + " " + .severity' "$XDG_STATE_HOME/plan.json")" "roll careful"
"$MQDECK" plan roll $NAMESPACE/nothing -o json >"$XDG_STATE_HOME/plan.json" 2>/dev/null
check "… also for what is not there" jq -e .error "$XDG_STATE_HOME/plan.json"

for kind in kafka rabbitmq; do
	before=$(uids $kind)
	run "roll $kind" roll $NAMESPACE/$kind
	is "… every pod of $kind is another one" "$(comm -12 <(echo "$before") <(uids $kind))" ""
	check_within "… and all are Ready" 120 cluster_ready $kind
done
check_within "nothing is under-replicated" 120 kafka_under_replicated_is 0

run "drain node-2" drain node-2
is "no broker is on it" "$(kubectl -n $NAMESPACE get pods -o json |
	jq -r '.items[] | select(.spec.nodeName == "node-2" and .status.phase == "Running") | .metadata.name')" ""
run "uncordon node-2" uncordon node-2
check_within "kubectl sees it schedulable" 20 node_is_schedulable
for kind in kafka rabbitmq; do check_within "$kind: all brokers are Ready" 180 cluster_ready $kind; done
check_within "Kafka's replicas are in sync" 120 kafka_under_replicated_is 0
kafka_brokers() { "$MQDECK" get brokers -n $NAMESPACE -o json | jq -r '.[] | select(.kind == "kafka") | "\(.leaders) \(.broker)"'; }
leads_nothing() { kafka_brokers | grep -q "^0 $1\$"; } # BROKER
leader=$(kafka_brokers | sort -n | tail -n 1 | cut -d ' ' -f 2)
run "failover of $leader, which leads most" failover "$NAMESPACE/$leader"
check_within "… and it leads nothing" 20 leads_nothing "$leader"

is "the journal has every plan, all done" "$("$MQDECK" ops -o json | jq -r '[.[].state] | unique | join(" ")')" done
is "no lease is held any more" "$(kubectl -n $NAMESPACE get leases -l app.kubernetes.io/managed-by=mqdeck -o json |
	jq -r '[.items[].spec.holderIdentity // "" | select(. != "")] | length')" 0
report=$("$LAB" load report 2>&1)
is "no confirmed message is missing" "$?" 0
note "$report"
check "the load starts again" "$LAB" load start
finish
