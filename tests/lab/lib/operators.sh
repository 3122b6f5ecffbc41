# shellcheck shell=bash
# Clusters that operators manage, in a namespace of their own: RabbitmqCluster "events" and Strimzi's Kafka "orders". The
# operators are played by operator/player. Not part of "up", for they take memory and a while.

OPERATED_NAMESPACE=mqop
OPERATED=$LAB/manifests/operators

operated_kubectl() { kubectl -n $OPERATED_NAMESPACE "$@"; }

operated_apply() { # WHAT…: applies standard input
	kubectl apply --server-side --force-conflicts -f - >>"$STATE/log/apply.log" 2>&1 ||
		{ show_log "$STATE/log/apply.log"; die "kubectl apply of $*"; }
}

# The clusters a word means.
operated_clusters() { # [rabbitmq|kafka]
	case ${1:-} in
	'') echo rabbitmq kafka ;;
	rabbitmq | kafka) echo "$1" ;;
	*) die "there is no operator for '$1': rabbitmq and kafka there are" ;;
	esac
}

operators_up() { # [rabbitmq|kafka]
	local start=$SECONDS clusters cluster
	clusters=$(operated_clusters "$@")
	operated_apply the custom resources <"$OPERATED/crds.yaml"
	kubectl wait --for=condition=Established --timeout=30s crd -l app.kubernetes.io/part-of=mqdeck-lab-operators >/dev/null ||
		die "the custom resources' definitions were not accepted"
	operated_apply the namespace <"$OPERATED/namespace.yaml"
	volume_manifests events orders | operated_apply the volumes
	if process_gone operators; then
		start_process operators env PYTHONUNBUFFERED=1 TMPDIR="$STATE" python3 -B "$LAB/operator/player" "$STATE" $OPERATED_NAMESPACE
	fi
	for cluster in $clusters; do "operated_${cluster}_apply"; done
	for cluster in $clusters; do "operated_${cluster}_wait"; done
	for cluster in $clusters; do "operated_${cluster}_fill"; done
	say "the clusters of the operators ($clusters) are Ready after $((SECONDS - start)) s"
}

operated_rabbitmq_apply() {
	local names=DNS:localhost end
	for end in "" .mqop .mqop.svc .mqop.svc.cluster.local; do names+=",DNS:events$end,DNS:*.events-nodes$end"; done
	# An authority of its own, so that nobody gets by with the API server's.
	if [ ! -e "$PKI/events.crt" ]; then
		pki_authority events-ca '/CN=events authority'
		PKI_AUTHORITY=events-ca pki_issue events /CN=events "$names"
	fi
	operated_kubectl create secret generic events-tls --type kubernetes.io/tls --from-file="tls.crt=$PKI/events.crt" \
		--from-file="tls.key=$PKI/events.key" --from-file="ca.crt=$PKI/events-ca.crt" --dry-run=client -o yaml |
		operated_apply the secret events-tls
	sed "s|@RABBITMQ_VERSION@|$RABBITMQ_VERSION|" "$OPERATED/rabbitmq.yaml.in" | operated_apply RabbitmqCluster events
}

operated_kafka_apply() {
	sed "s|@KAFKA_VERSION@|$KAFKA_VERSION|; s|@KAFKA_METADATA@|${KAFKA_VERSION%.*}|" "$OPERATED/kafka.yaml.in" | operated_apply Kafka orders
}

operated_condition() { # KIND NAME CONDITION
	[ "$(operated_kubectl --request-timeout=3s get "$1" "$2" -o "jsonpath={.status.conditions[?(@.type=='$3')].status}")" = True ]
}

operated_rabbitmq_wait() {
	operated_wait "RabbitmqCluster events" app.kubernetes.io/name=events operated_condition rabbitmqcluster events AllReplicasReady
}

operated_kafka_wait() {
	operated_wait "Kafka orders" strimzi.io/cluster=orders operated_condition kafka orders Ready
	operated_wait "KafkaUser deck" strimzi.io/cluster=orders operated_condition kafkauser deck Ready
}

operated_wait() { # WHAT SELECTOR COMMAND…
	local what=$1 selector=$2 start=$SECONDS
	shift 2
	until "$@" 2>/dev/null; do
		if ((SECONDS - start > 240)); then
			operated_kubectl get pods,pvc -o wide >&2 || true
			operated_kubectl logs -l "$selector" --tail=20 --prefix >&2 || true
			show_log "$STATE/log/operators.log" 40
			die "$what did not become Ready within 240 s"
		fi
		sleep 0.5
	done
	say "$what: Ready"
}

# A few quorum queues and topics, so that there is something to replicate.
operated_rabbitmq_fill() {
	# By way of a file: rabbitmqctl does not always read its standard input.
	operated_kubectl exec -i events-server-0 -- \
		bash -c 'cat >/tmp/definitions.json && timeout 60 rabbitmqctl -q import_definitions /tmp/definitions.json' \
		<"$OPERATED/definitions.json" >>"$STATE/log/apply.log" 2>&1 ||
		{ show_log "$STATE/log/apply.log"; die "could not declare the queues of events"; }
}

operated_kafka_fill() {
	local topic
	for topic in invoices refunds audit; do
		operated_kafka kafka-topics --create --if-not-exists --topic $topic >>"$STATE/log/apply.log" 2>&1 ||
			{ show_log "$STATE/log/apply.log"; die "could not create the topic $topic"; }
	done
}

# Kafka's tools by the listener between the brokers, with a broker's own certificate.
operated_kafka() { # TOOL ARGS…
	local pod tool=${1:-} option=--command-config address
	[ -n "$tool" ] || die "usage: lab operator kafka TOOL ARGS…"
	shift
	pod=$(operated_kubectl get pods -l strimzi.io/cluster=orders,strimzi.io/broker-role=true -o json | jq -er \
		'first(.items[] | select(any(.status.conditions[]?; .type == "Ready" and .status == "True")) | .metadata.name)') ||
		die "no broker of orders is Ready"
	address=--bootstrap-server=$pod.orders-kafka-brokers.$OPERATED_NAMESPACE.svc:9091
	operated_kubectl exec "$pod" -- /opt/kafka/bin/kafka-tool "$tool" "$address" $option /tmp/kafka/admin.properties "$@"
}

operators_down() {
	stop_process operators
	if kubectl get namespace $OPERATED_NAMESPACE >/dev/null 2>&1; then
		# What made the pods goes first, else they come again; then the pods, without waiting for their farewells.
		operated_kubectl delete rabbitmqclusters,kafkas,kafkanodepools,kafkausers,strimzipodsets,statefulsets --all >/dev/null 2>&1 || true
		operated_kubectl delete pods --all --grace-period=1 --timeout=60s >/dev/null 2>&1 ||
			operated_kubectl delete pods --all --force --grace-period=0 >/dev/null 2>&1 || true
		kubectl delete namespace $OPERATED_NAMESPACE --timeout=120s >/dev/null || die "the namespace $OPERATED_NAMESPACE does not go"
	fi
	kubectl delete storageclasses,crds -l app.kubernetes.io/part-of=mqdeck-lab-operators >/dev/null
	kubectl delete persistentvolumes -l 'app.kubernetes.io/name in (events, orders)' >/dev/null
	volumes_reset events orders
	say "the clusters of the operators are gone"
}

operators_status() {
	if process_pid operators >/dev/null; then say "the operators' player runs"; else say "the operators' player does not run"; fi
	operated_kubectl get rabbitmqclusters,kafkas,kafkanodepools,kafkausers,strimzipodsets,statefulsets,pods,pvc,services -o wide
}
