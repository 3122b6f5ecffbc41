# shellcheck shell=bash
# The two broker clusters.

broker_config_map() { # KIND FILE…
	local kind=$1 files=()
	shift
	local file
	for file in "$@"; do files+=("--from-file=$LAB/manifests/$kind/$file"); done
	echo ---
	kubectl create configmap "$kind-config" -n $NAMESPACE --dry-run=client -o yaml "${files[@]}"
}

brokers_up() {
	local password cookie
	password=$(openssl rand -hex 12)
	cookie=$(openssl rand -hex 16)
	{
		volume_manifests rabbitmq kafka
		broker_config_map rabbitmq broker rabbitmq.conf enabled_plugins
		broker_config_map kafka broker server.properties
		echo ---
		sed "s|@RABBITMQ_VERSION@|$RABBITMQ_VERSION|g; s|@PASSWORD@|$password|; s|@COOKIE@|$cookie|" \
			"$LAB/manifests/rabbitmq/rabbitmq.yaml.in"
		echo ---
		sed "s|@KAFKA_VERSION@|$KAFKA_VERSION|" "$LAB/manifests/kafka/kafka.yaml.in"
	} >"$STATE/brokers.yaml"
	kubectl apply -f "$STATE/brokers.yaml" >>"$STATE/log/apply.log" 2>&1 ||
		{ show_log "$STATE/log/apply.log"; die "kubectl apply of the brokers"; }
}

statefulset_ready() { # NAME REPLICAS
	[ "$(kubectl --request-timeout=3s -n $NAMESPACE get statefulset "$1" -o 'jsonpath={.status.readyReplicas}')" = "$2" ]
}

brokers_wait() {
	local kind
	for kind in rabbitmq kafka; do
		brokers_ready_or_explain $kind
		say "$kind: 3 brokers Ready"
	done
}

brokers_ready_or_explain() { # KIND
	local start=$SECONDS
	until statefulset_ready "$1" 3 2>/dev/null; do
		if ((SECONDS - start > 240)); then
			kubectl -n $NAMESPACE get pods,pvc -o wide >&2 || true
			kubectl -n $NAMESPACE get events --sort-by=.lastTimestamp 2>/dev/null | tail -n 15 >&2 || true
			local i
			for i in 0 1 2; do
				printf -- '--- %s-%s\n' "$1" $i >&2
				kubectl -n $NAMESPACE logs "$1-$i" --tail=25 >&2 || true
			done
			die "$1: not all 3 brokers became Ready within 240 s"
		fi
		sleep 0.5
	done
}

# A pod of the kind that answers, the first by preference.
broker_pod() { # KIND
	kubectl -n $NAMESPACE get pods -l "app.kubernetes.io/name=$1" --sort-by=.metadata.name -o json |
		jq -er 'first(.items[] | select(any(.status.conditions[]?; .type == "Ready" and .status == "True")) | .metadata.name)' ||
		die "no $1 broker is Ready"
}

broker_rabbitmqctl() { # ARGS…
	local pod
	pod=$(broker_pod rabbitmq)
	kubectl -n $NAMESPACE exec "$pod" -- rabbitmqctl "$@"
}

broker_kafka() { # TOOL ARGS…
	local pod tool=${1:-} address=--bootstrap-server=localhost:9092
	[ -n "$tool" ] || die "usage: lab kafka TOOL ARGS…, for example: lab kafka kafka-topics --list"
	shift
	pod=$(broker_pod kafka)
	# Some do not speak to a broker, or are told of it in another way; some want it before their command, one after.
	case $tool in
	kafka-storage* | kafka-dump-log* | kafka-producer-perf-test*) ;;
	kafka-metadata-quorum* | kafka-features*) set -- "$address" "$@" ;;
	*) set -- "$@" "$address" ;;
	esac
	kubectl -n $NAMESPACE exec "$pod" -- /opt/kafka/bin/kafka-tool "$tool" "$@"
}

# A signal to all processes of a pod's container. KILL is what the kernel does when memory runs out: no preStop, no farewell.
# STOP is a broker that hangs: its ports still take connections, and nobody answers.
pod_signal() { # NAME KILL|STOP|CONT
	local node id pid
	read -r node id < <(kubectl -n $NAMESPACE get pod "$1" \
		-o 'jsonpath={.spec.nodeName}{" "}{.status.containerStatuses[0].containerID}{"\n"}') || die "there is no pod $1"
	[ -n "$id" ] || die "no container of pod $1 runs"
	pid=$(node_init_pid "${node#node-}") || die "$node, where $1 runs, is dead"
	nsenter -t "$pid" -m -p "$(bin ctr)" --address /run/containerd/containerd.sock -n k8s.io \
		tasks kill --all --signal "SIG$2" "${id#containerd://}" || die "could not send SIG$2 to $1"
	say "SIG$2 to $1 on $node"
}
