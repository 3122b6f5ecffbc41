# shellcheck shell=bash
# What the lab looks like just now, as a table or as JSON.

HOST_PARTS=(etcd kube-apiserver kube-controller-manager kube-scheduler coredns resizer)

status_json() {
	local part parts=() nodes=() n
	for part in "${HOST_PARTS[@]}"; do
		parts+=("$part" "$(process_pid "$part" || true)")
	done
	for n in "${NODES[@]}"; do nodes+=("node-$n" "$(node_init_pid "$n" || true)"); done
	{
		kubectl --request-timeout=5s get nodes,pods,pvc,statefulsets -n $NAMESPACE -o json 2>/dev/null || echo '{"items":[]}'
	} | jq --arg kubernetes "$KUBERNETES_VERSION" --arg rabbitmq "$RABBITMQ_VERSION" \
		--arg kafka "$KAFKA_VERSION" --arg load "$(process_pid load || true)" '
		. as $objects |
		def pairs: [range(0; length; 2) as $i | {name: .[$i], pid: (.[$i + 1] | if . == "" then null else tonumber end)}];
		def condition($type): first(.status.conditions[]? | select(.type == $type) | .status) // "Unknown";
		def kind($kind): $objects.items[] | select(.kind == $kind);
		{versions: {$kubernetes, $rabbitmq, $kafka},
		 load: ($load != ""),
		 parts: ($ARGS.positional | pairs),
		 nodes: [kind("Node") | {name: .metadata.name, zone: .metadata.labels["topology.kubernetes.io/zone"],
		   ready: condition("Ready"), cordoned: (.spec.unschedulable // false)}],
		 clusters: [kind("StatefulSet") | {name: .metadata.name, replicas: .spec.replicas, ready: (.status.readyReplicas // 0)}],
		 pods: [kind("Pod") | {name: .metadata.name, node: .spec.nodeName, phase: .status.phase, ready: condition("Ready"),
		   restarts: (.status.containerStatuses[0].restartCount // 0), ip: .status.podIP}],
		 claims: [kind("PersistentVolumeClaim") | {name: .metadata.name, phase: .status.phase, volume: .spec.volumeName}]}' \
		--args "${parts[@]}" "${nodes[@]}"
}

status_table() {
	status_json | jq -r '
		def row: map(if . == null then "-" else tostring end) | @tsv;
		(["VERSIONS", "kubernetes " + .versions.kubernetes, "rabbitmq " + .versions.rabbitmq, "kafka " + .versions.kafka] | row),
		"", (["PART", "PID"] | row), (.parts[] | [.name, .pid // "dead"] | row), (["load", if .load then "running" else "stopped" end] | row),
		"", (["NODE", "ZONE", "READY", "CORDONED"] | row), (.nodes[] | [.name, .zone, .ready, .cordoned] | row),
		"", (["CLUSTER", "READY", "REPLICAS"] | row), (.clusters[] | [.name, .ready, .replicas] | row),
		"", (["POD", "NODE", "PHASE", "READY", "RESTARTS", "IP"] | row),
		(.pods[] | [.name, .node, .phase, .ready, .restarts, .ip] | row),
		"", (["CLAIM", "PHASE", "VOLUME"] | row), (.claims[] | [.name, .phase, .volume] | row)' | columns
}

# Aligns tab-separated lines, block by block.
columns() {
	awk -F '\t' '
		function flush(i, j) {
			for (i = 1; i <= rows; i++)
				for (j = 1; j <= fields[i]; j++)
					printf "%s%s", cell[i, j], j < fields[i] ? sprintf("%*s", width[j] - length(cell[i, j]) + 2, "") : "\n"
			rows = 0; split("", width)
		}
		NF == 0 { flush(); print ""; next }
		{ rows++; fields[rows] = NF
		  for (j = 1; j <= NF; j++) { cell[rows, j] = $j; if (length($j) > width[j]) width[j] = length($j) } }
		END { flush() }'
}

show_logs() {
	local log i kind
	for log in "$STATE"/log/*.log; do show_log "$log" "${1:-40}"; done
	for kind in rabbitmq kafka; do
		for i in 0 1 2 3 4; do
			kubectl --request-timeout=5s -n $NAMESPACE get pod $kind-$i >/dev/null 2>&1 || continue
			printf -- '--- %s-%s\n' $kind $i >&2
			timeout 10 "$(bin kubectl)" --kubeconfig "$PKI/admin.kubeconfig" -n $NAMESPACE logs $kind-$i --tail="${1:-40}" 2>&1 |
				cut -c1-400 | sed 's/^/    /' >&2
		done
	done
}
