#!/bin/bash
# Operations on nodes under load: each drained in turn, one that died given up. What is refused, and why.
. "$(dirname "$0")/lib.sh"
. "$SUITE/plans.sh"
. "$SUITE/console.sh"
trap 'console_stop; rm -rf "$XDG_STATE_HOME"' EXIT

schedulable() { [ "$(kubectl get node "$1" -o 'jsonpath={.spec.unschedulable}')" != true ]; } # NODE
runs_on() { # NODE
	kubectl -n $NAMESPACE get pods -o json |
		jq -r ".items[] | select(.spec.nodeName == \"$1\" and .status.phase == \"Running\") | .metadata.name"
}
budget() { kubectl -n $NAMESPACE patch poddisruptionbudget kafka --type merge -p "{\"spec\": {\"maxUnavailable\": $1}}" >/dev/null; } # COUNT
budget_allows() { [ "$(kubectl -n $NAMESPACE get poddisruptionbudget kafka -o 'jsonpath={.status.disruptionsAllowed}')" = "$1" ]; }
node_is_not_ready() { [ "$(node_condition node-3)" != True ]; }
node_is_ready() { [ "$(node_condition node-3)" = True ]; }
under_replicated() { [ "$(kafka_under_replicated)" -gt 0 ]; }
mqdeck_sees_loss() { ! mqdeck_sees_all_in_sync; }

load_starts
kafka_has_three
all_is_well
for node in node-1 node-2 node-3; do
	run_under_load "drain $node" drain $node
	is "no broker is on $node" "$(runs_on $node)" ""
	run "uncordon $node" uncordon $node
	check_within "kubectl sees $node schedulable" 20 schedulable $node
	all_is_well
done

check "a budget that lets nobody go" budget 0
check_within "… is counted" 30 budget_allows 0
plan_is "a drain that it blocks names it" 30 blocks 'disruption budget kafka never allows an eviction' drain node-1
check "the budget as it was" budget 1
check_within "… is counted" 30 budget_allows 1

check "node kill 3" "$LAB" node kill 3
check_within "node-3 is NotReady" 45 node_is_not_ready
check_within "Kafka's replicas on it fall out of sync" 120 under_replicated
check_within "mqdeck sees it" 30 mqdeck_sees_loss
plan_is "a roll while partitions are under-replicated is blocked and says which" 30 blocks '(under-replicated|not in sync|acks=all)' roll $NAMESPACE/kafka
plan_is "a drain that would take a majority is refused" 30 blocks 'without' drain node-1
plan_is "… and dangerous when forced" 20 dangers 'without' drain node-1 force=true
plan_is "a drain of a node that is off is refused" 30 blocks 'recover is for nodes that are gone' drain node-3
ACCEPT=dangerous run "recover from the dead node" recover node-3

# What no budget and no gate would let happen, by an operator who means it: the node's name is typed.
console_start 120x40 -n $NAMESPACE
check_screen "the deck is there" 30 'kafka-0'
console_goto nodes
check_screen "nodes are there" 20 'node-1 +! ready|node-1 +ready'
# The dead one leads the table.
console_keys / ; console_keys "node-1" Enter
check_screen "… and only node-1" 20 'nodes \(1 of 3\)'
console_keys g r
check_screen "a drain asks for its arguments" 20 'disable-eviction'
console_keys "true" Tab Tab "true" BTab BTab BTab BTab Enter
check_screen "forced, it is dangerous" 60 '^ +ready, dangerous'
note "$(console_screen | grep -A6 Danger)"
console_keys BTab Enter
check_screen "… and asks for the name of the node" 20 'Type node-1'
console_keys "node-1" Enter Enter
check_screen "… and is done then" 240 '^ +done, dangerous'
is "no broker is on node-1" "$(runs_on node-1)" ""
console_keys C-c

check "node heal 3" "$LAB" node heal 3
check_within "node-3 is Ready" 60 node_is_ready
run "node-3 back into service" recover node-3 back=true
run "uncordon node-1" uncordon node-1
all_is_well

is "the journal has every plan, all done" "$("$MQDECK" ops -o json | jq -r '[.[].state] | unique | join(" ")')" done
nothing_is_lost
finish
