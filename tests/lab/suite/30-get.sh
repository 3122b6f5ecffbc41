#!/bin/bash
# `mqdeck get` agrees with kubectl, rabbitmqctl and Kafka's own tools.
. "$(dirname "$0")/lib.sh"

get() { "$MQDECK" --settle-timeout $((15 * PATIENCE))s -n $NAMESPACE get "$@" -o json; }

brokers=$(get brokers) && ok "get brokers leaves with 0" || not_ok "get brokers leaves with 0"
is "every broker is there" "$(jq -r '[.[].broker] | sort | join(" ")' <<<"$brokers")" \
	"kafka-0 kafka-1 kafka-2 rabbitmq-0 rabbitmq-1 rabbitmq-2"
is "fields that scripts rely on are there" "$(jq -c '
	["cluster","kind","namespace","broker","pod","node","zone","ready","role","version","leaders","replicas","underReplicated",
	 "diskUsedBytes","diskTotalBytes","memoryUsedBytes","claim","volume","restarts","alarms","ageSeconds"] - (.[0] | keys)' <<<"$brokers")" "[]"

# ---- Kubernetes ----
pods=$(kubectl -n $NAMESPACE get pods -o json)
is "nodes agree with kubectl" \
	"$(jq -c 'map({(.pod): .node}) | add' -S <<<"$brokers")" \
	"$(jq -c '[.items[] | {(.metadata.name): .spec.nodeName}] | add' -S <<<"$pods")"
is "readiness agrees with kubectl" \
	"$(jq -c 'map({(.pod): .ready}) | add' -S <<<"$brokers")" \
	"$(jq -c '[.items[] | {(.metadata.name): ([.status.conditions[] | select(.type == "Ready") | .status == "True"][0])}] | add' -S <<<"$pods")"
is "restarts agree with kubectl" \
	"$(jq -c 'map({(.pod): .restarts}) | add' -S <<<"$brokers")" \
	"$(jq -c '[.items[] | {(.metadata.name): ([.status.containerStatuses[].restartCount] | add)}] | add' -S <<<"$pods")"
is "zones agree with kubectl" \
	"$(jq -c 'map({(.node): .zone}) | add' -S <<<"$brokers")" \
	"$(kubectl get nodes -o json | jq -c '[.items[] | {(.metadata.name): .metadata.labels["topology.kubernetes.io/zone"]}] | add' -S)"
is "volumes agree with kubectl" \
	"$(jq -c 'map({(.claim): .volume}) | add' -S <<<"$brokers")" \
	"$(kubectl -n $NAMESPACE get pvc -o json | jq -c '[.items[] | {(.metadata.name): .spec.volumeName}] | add' -S)"
is "capacities agree with kubectl" \
	"$(get volumes | jq -c 'map({(.claim): .capacityBytes}) | add' -S)" \
	"$(kubectl -n $NAMESPACE get pvc -o json | jq -c '
		def bytes: if endswith("Gi") then .[:-2] | tonumber * 1073741824 elif endswith("Mi") then .[:-2] | tonumber * 1048576 else tonumber end;
		[.items[] | {(.metadata.name): (.status.capacity.storage | bytes)}] | add' -S)"
our_endpoints() { get services | jq -c 'map({(.service): .readyEndpoints}) | add' -S; }
ready_endpoints() {
	kubectl -n $NAMESPACE get endpointslices -o json | jq -c '
		[.items[] | {(.metadata.labels["kubernetes.io/service-name"]): ([.endpoints[]? | select(.conditions.ready != false)] | length)}] | add' -S
}
check_agree "ready endpoints agree with kubectl" our_endpoints ready_endpoints

# ---- RabbitMQ ----
our_queues() { # JQ-EXPRESSION of a row
	get replication | jq -c "[.[] | select(.kind == \"rabbitmq\") | {(.name): $1}] | add" -S
}
rabbitmq_queues() { # JQ-EXPRESSION of a queue
	"$LAB" rabbitmqctl list_queues name type leader members online --formatter json 2>/dev/null |
		jq -c "def pod: sub(\"^[^@]*@\"; \"\") | split(\".\")[0]; [.[] | select(.type == \"quorum\") | {(.name): $1}] | add" -S
}
check_agree "quorum queues and their leaders agree with rabbitmqctl" 'our_queues .leader' 'rabbitmq_queues "(.leader | pod)"'
check_agree "members online agree with rabbitmqctl" 'our_queues "(.inSync | sort)"' 'rabbitmq_queues "([.online[] | pod] | sort)"'
# The port-forward knows which pod it entered, and the broker says who it is.
joined=$(mktemp)
"$MQDECK" -n $NAMESPACE --log-level debug --log-file "$joined" get brokers >/dev/null
is "Kafka's brokers are matched to pods by what they say of themselves" \
	"$(grep -o 'pod=kafka-[0-9]* id=[0-9]* by=own-word' "$joined" | sort -u | tr '\n' ';')" \
	"$(for i in 0 1 2; do printf 'pod=kafka-%s id=%s by=own-word;' $i $i; done)"
rm -f "$joined"

is "the version agrees with rabbitmqctl" \
	"$(jq -r '[.[] | select(.kind == "rabbitmq") | .version] | unique | join(" ")' <<<"$brokers")" \
	"$("$LAB" rabbitmqctl version 2>/dev/null | tail -n 1)"
is "alarms agree with rabbitmqctl" \
	"$(jq -c '[.[] | select(.kind == "rabbitmq") | .alarms[]]' <<<"$brokers")" \
	"$("$LAB" rabbitmqctl cluster_status --formatter json 2>/dev/null | jq -c .alarms)"

# ---- Kafka ----
kafka_partitions() { # as kafka-topics has them: topic partition leader replicas isr
	"$LAB" kafka kafka-topics --describe 2>/dev/null |
		sed -nE 's/^\s*Topic: (\S+)\s+Partition: ([0-9]+)\s+Leader: (\S+)\s+Replicas: (\S+)\s+Isr: (\S*).*/\1 \2 kafka-\3 \4 \5/p' |
		jq -rR 'split(" ") | .[4] |= (split(",") | sort | join(",")) | join(" ")' | sort
}
our_partitions() {
	get replication | jq -r '.[] | select(.kind == "kafka") |
		def ids: map(sub("kafka-"; ""));
		"\(.name) \(.partition) \(.leader) \(.replicas | ids | join(",")) \(.inSync | ids | sort | join(","))"' | sort
}
# Leaders may move between two questions under load: the same answer must come within a few tries.
partitions_agree() { [ "$(our_partitions)" = "$(kafka_partitions)" ]; }
check_within "partitions, leaders, replicas and ISR agree with kafka-topics" 60 partitions_agree
our_controller() { get brokers | jq -r '.[] | select(.kind == "kafka" and .controller) | .broker'; }
kafka_controller() { "$LAB" kafka kafka-metadata-quorum describe --status 2>/dev/null | sed -nE 's/^LeaderId: +([0-9]+)/kafka-\1/p'; }
check_agree "the active controller agrees with kafka-metadata-quorum" our_controller kafka_controller
is "states are of the documented words" \
	"$(get replication | jq -c '[.[].state] - ["ok","under-replicated","below-min-isr","offline","no-leader","minority"] | unique')" "[]"
our_groups() { get groups | jq -r '[.[].group] | sort | join(" ")'; }
kafka_groups() { "$LAB" kafka kafka-consumer-groups --list 2>/dev/null | sort | paste -sd ' '; }
check_agree "consumer groups agree with kafka-consumer-groups" our_groups kafka_groups

# ---- formats and refusals ----
for sheet in clusters brokers volumes services nodes replication queues topics groups events pods; do
	for format in table wide json yaml; do
		"$MQDECK" -n $NAMESPACE get $sheet -o $format >/dev/null 2>&1 || not_ok "get $sheet -o $format"
	done
done
ok "every view in every format"
"$MQDECK" get nothing >/dev/null 2>&1
is "an unknown view is a usage error" $? 2
sentence=$("$MQDECK" --kubeconfig "$KUBECONFIG_DENIED" -n $NAMESPACE get services 2>&1 >/dev/null)
is "what may not be read leaves with 1" $? 1
if grep -q 'list resource "statefulsets"' <<<"$sentence"; then ok "… and the sentence names the verb"; else not_ok "… and the sentence names the verb" "$sentence"; fi
is "a reader reads all of it" "$("$MQDECK" --kubeconfig "$KUBECONFIG_READER" -n $NAMESPACE get brokers -o json |
	jq -c 'map(.replicas != null) | unique')" "[true]"

# One who may read everything of Kubernetes but not reach into pods.
kubectl apply -f - >/dev/null <<EOF
{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "mqdeck-lab-onlooker"},
 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "mqdeck-lab-reader"},
 "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "onlooker"}]}
EOF
onlooker=$(mktemp)
sentence=$("$MQDECK" --as onlooker -n $NAMESPACE get brokers -o json 2>&1 >"$onlooker")
is "without port-forward it leaves with 1" $? 1
is "… and shows the pods" "$(jq length "$onlooker")" 6
is "… and what brokers know is unknown, not zero" "$(jq -c 'map(.replicas) | unique' "$onlooker")" "[null]"
if grep -q 'pods/portforward' <<<"$sentence"; then ok "… and names what is missing"; else not_ok "… and names what is missing" "$sentence"; fi
note "$sentence"
rm -f "$onlooker"
finish
