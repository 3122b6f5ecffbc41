#!/bin/bash
# The lab itself: what Kubernetes and the brokers' own tools say about it.
. "$(dirname "$0")/lib.sh"

scheduler() { pgrep -f -P "$("$LAB" status -o json | jq -r '.parts[] | select(.name == "kube-scheduler").pid')" bin/kube-scheduler; }
before=$(scheduler)
is_another_scheduler() { local now && now=$(scheduler) && [ "$now" != "$before" ]; }
check "kube-scheduler is killed" kill -KILL "$before"
check_within "… and started again, as a kubelet would" 20 is_another_scheduler

for n in 1 2 3; do is "node-$n is Ready" "$(node_condition "node-$n")" True; done
is "every node has a zone" "$(kubectl get nodes -o json | jq -r '[.items[].metadata.labels["topology.kubernetes.io/zone"]] | join(" ")')" \
	"zone-a zone-b zone-c"

for kind in rabbitmq kafka; do
	check "$kind: all brokers are Ready" cluster_ready $kind
	is "$kind: every claim is bound" \
		"$(kubectl -n $NAMESPACE get pvc -l app.kubernetes.io/name=$kind -o json | jq -c '[.items[].status.phase] | unique')" '["Bound"]'
	is "$kind: brokers are on different nodes" \
		"$(kubectl -n $NAMESPACE get pods -l app.kubernetes.io/name=$kind -o json | jq '[.items[:3][].spec.nodeName] | unique | length')" 3
	for service in $kind $kind-external; do
		is "$service: three ready endpoints" \
			"$(kubectl -n $NAMESPACE get endpointslices -l kubernetes.io/service-name=$service -o json |
				jq '[.items[].endpoints[] | select(.conditions.ready)] | length')" 3
	done
	is "$kind: the disruption budget knows its pods" \
		"$(kubectl -n $NAMESPACE get pdb $kind -o 'jsonpath={.status.currentHealthy}/{.status.expectedPods}')" 3/3
done

is "RabbitMQ says that three members run" "$(rabbitmq_running)" 3
is "the management API answers on every node's port" "$(
	password=$(kubectl -n $NAMESPACE get secret rabbitmq-credentials -o 'jsonpath={.data.password}' | base64 -d)
	for n in 1 2 3; do
		(exec 3<>"/dev/tcp/10.88.0.1$n/31672" &&
			printf 'GET /api/whoami HTTP/1.0\r\nAuthorization: Basic %s\r\n\r\n' "$(printf 'deck:%s' "$password" | base64 -w0)" >&3 &&
			grep -o '"name":"deck"' <&3)
	done | sort | uniq -c | tr -s ' '
)" ' 3 "name":"deck"'

quorum=$("$LAB" kafka kafka-metadata-quorum describe --status)
is "Kafka's quorum has three voters" "$(sed -n '/^CurrentVoters/,/^CurrentObservers/{/^CurrentObservers/!p}' <<<"$quorum" | grep -o '"id": [0-9]*' | sort -u | wc -l)" 3
check "Kafka's quorum has a leader" grep -qE '^LeaderId: +[0-2]$' <<<"$quorum"
is "no partition is under-replicated" "$(kafka_under_replicated)" 0

is "the reader may not change a StatefulSet" \
	"$("$LAB" as reader auth can-i patch statefulsets -n $NAMESPACE)" no
is "the reader may watch StatefulSets" "$("$LAB" as reader auth can-i watch statefulsets -n $NAMESPACE)" yes
is "the denied account may list pods" "$("$LAB" as denied auth can-i list pods -n $NAMESPACE)" yes
is "the denied account may not read services" "$("$LAB" as denied auth can-i list services -n $NAMESPACE)" no
finish
