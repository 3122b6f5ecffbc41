#!/bin/bash
# Clusters that operators manage: seen whole, scaled through their custom resources, and what an operator refuses.
. "$(dirname "$0")/lib.sh"
. "$SUITE/plans.sh"
. "$SUITE/console.sh"
trap 'console_stop; rm -rf "$XDG_STATE_HOME"' EXIT
NAMESPACE=mqop

get() { "$MQDECK" --settle-timeout $((15 * PATIENCE))s -n $NAMESPACE get "$@" -o json; }
field() { kubectl -n $NAMESPACE get "$1" "$2" -o "jsonpath={$3}"; } # RESOURCE NAME PATH
field_is() { [ "$(field "$1" "$2" "$3")" = "$4" ]; }
condition_is() { field_is "$1" "$2" ".status.conditions[?(@.type=='$3')].$4" "$5"; } # RESOURCE NAME TYPE FIELD VALUE
brokers_of() { get brokers | jq -r "[.[] | select(.cluster == \"$1\" and .ready) | .broker] | sort | join(\" \")"; }

start=$EPOCHREALTIME
check "lab operator up" "$LAB" operator up
note "after $(seconds_since "$start") s"

# ---- seen whole ----
our_clusters() { get clusters | jq -c 'map([.cluster, .kind, .managedBy, .ready]) | sort'; }
check_agree "both clusters are seen, with their operators" our_clusters \
	"echo '[[\"events\",\"rabbitmq\",\"rabbitmq-operator\",\"3/3\"],[\"orders\",\"kafka\",\"strimzi\",\"3/3\"]]'"
check_agree "the brokers of RabbitmqCluster events" 'brokers_of events' 'echo events-server-{0..2}'
check_agree "the brokers of Kafka orders" 'brokers_of orders' 'echo orders-dual-{0..2}'
check_agree "nodes and claims agree with kubectl" \
	"get brokers | jq -c 'map({(.pod): [.node, .claim]}) | add' -S" \
	"kubectl -n $NAMESPACE get pods -o json | jq -c '[.items[] | {(.metadata.name): [.spec.nodeName,
		first(.spec.volumes[].persistentVolumeClaim.claimName // empty)]}] | add' -S"
version_of() { get clusters | jq -r ".[] | select(.cluster == \"$1\") | .version"; }
check_agree "the version of events agrees with rabbitmqctl" 'version_of events' \
	'"$LAB" operator rabbitmqctl version 2>/dev/null | tail -n 1'
# Kafka's protocol tells the feature release only.
check_agree "the version of orders agrees with its operator" 'version_of orders | cut -d. -f1,2' \
	'field kafka orders .status.kafkaVersion | cut -d. -f1,2'
check_agree "quorum queues agree with rabbitmqctl" \
	"get replication | jq -c '[.[] | select(.cluster == \"events\") | [.name, .leader, (.inSync | length)]] | sort'" \
	"\"\$LAB\" operator rabbitmqctl list_queues name type leader online --formatter json 2>/dev/null | jq -c '
		[.[] | select(.type == \"quorum\") | [.name, (.leader | sub(\"^[^@]*@\"; \"\") | split(\".\")[0]), (.online | length)]] | sort'"
check_agree "partitions agree with kafka-topics" \
	"get replication | jq -r '.[] | select(.cluster == \"orders\") | \"\(.name) \(.partition) \(.leader) \(.inSync | length)\"' | sort" \
	"\"\$LAB\" operator kafka kafka-topics --describe 2>/dev/null |
		sed -nE 's/^\s*Topic: (\S+)\s+Partition: ([0-9]+)\s+Leader: (\S+)\s+Replicas: \S+\s+Isr: (\S*).*/\1 \2 orders-dual-\3 \4/p' |
		jq -rR 'split(\" \") | .[3] |= (split(\",\") | length) | join(\" \")' | sort"

# ---- scaled through the custom resource ----
console_start 120x40 -n $NAMESPACE
check_screen "the deck shows both" 60 'orders-dual-0'
ask_to_scale orders 4
run_plan "scale orders to 4"
check_within "the node pool wants four, and no StatefulSet was touched" 20 field_is kafkanodepool dual .spec.replicas 4
plan_ends "the brokers themselves agree" 240
check_agree "the operator's fourth broker is seen" 'brokers_of orders' 'echo orders-dual-{0..3}'
check_within "Kafka's own tool sees it" 60 eval '"$LAB" operator kafka kafka-metadata-quorum describe --replication 2>/dev/null | grep -qE "^3\s"'
ask_to_scale events 2
check_screen "scaling events down is a plan that says what its operator would refuse" 60 'UnsupportedOperation'
note "$(console_screen | grep -A2 UnsupportedOperation)"
console_keys C-c
check "… and nothing was changed" field_is rabbitmqcluster events .spec.replicas 3

# ---- rolled, paused and made smaller, as their operators define it ----
uids_of() { get brokers | jq -r ".[] | select(.cluster == \"$1\") | .broker" | xargs -I{} kubectl -n $NAMESPACE get pod {} -o 'jsonpath={.metadata.uid}{"\n"}' | sort; }
for cluster in orders events; do
	before=$(uids_of $cluster)
	run "roll $cluster" roll $NAMESPACE/$cluster
	is "… every pod of $cluster is another one" "$(comm -12 <(echo "$before") <(uids_of $cluster))" ""
done
run "events is left alone by its operator" pause $NAMESPACE/events
check "… its label says so" field_is rabbitmqcluster events '.metadata.labels.rabbitmq\.com/pauseReconciliation' true
run "events is looked after again" resume $NAMESPACE/events
run "events from 3 to 4" scale $NAMESPACE/events replicas=4
run "events from 4 to 3, which its operator alone would refuse" scale $NAMESPACE/events replicas=3
check_agree "… three are left" 'brokers_of events' 'echo events-server-{0..2}'
check_within "… and its operator is content" 60 condition_is rabbitmqcluster events ReconcileSuccess status True
is "… and looks after it again" "$(field rabbitmqcluster events '.metadata.labels.rabbitmq\.com/pauseReconciliation')" ""

# ---- what an operator refuses, done behind the console's back ----
resize() { kubectl -n $NAMESPACE patch "$1" "$2" --type merge -p "{\"spec\": {\"replicas\": $3}}" >/dev/null; } # RESOURCE NAME COUNT
check "a lowered RabbitmqCluster" resize rabbitmqcluster events 2
check_within "… is refused by its operator" 30 condition_is rabbitmqcluster events ReconcileSuccess reason UnsupportedOperation
check "… and keeps its StatefulSet" field_is statefulset events-server .spec.replicas 3
check "put back" resize rabbitmqcluster events 3
check_within "… it is content again" 30 condition_is rabbitmqcluster events ReconcileSuccess status True
check "a node pool lowered below what holds partitions" resize kafkanodepool dual 2
check_within "… is reverted with a warning" 60 condition_is kafka orders Warning reason ScaleDownPreventionCheck
is "… and keeps its brokers" "$(field kafkanodepool dual .status.replicas)" 4
check "without the fourth, which is empty" resize kafkanodepool dual 3
check_agree "… the operator lets it go" 'brokers_of orders' 'echo orders-dual-{0..2}'

check "lab operator down" "$LAB" operator down
is "nothing of it is left" "$(kubectl get namespaces,persistentvolumes,crds -o name | grep -cE 'mqop|events|orders|strimzi|rabbitmq.com')" 0
finish
