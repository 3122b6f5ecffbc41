# shellcheck shell=bash
# The load: one Java program on the host that asks the cluster's own DNS, so that it follows the pods wherever they go.

LOAD_DIR=$STATE/load
LOAD_RATE=50

load_java() { # ARGS… : makes it the command
	local dir
	dir=$(artifact_dir load $LOAD_VERSION)
	# Java remembers addresses for 30 s unless told.
	command=(java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dsun.net.inetaddr.ttl=2
		-Dsun.net.inetaddr.negative.ttl=0 -Dorg.slf4j.simpleLogger.defaultLogLevel=error
		-cp "$dir/classes:$dir/libs/*" Load "$@")
}

load_connected() { # ARGS… : makes it the command, with the way to the brokers
	local kind i hosts
	for kind in rabbitmq:rabbitmq-nodes kafka:kafka-brokers; do
		hosts=
		for i in 0 1 2; do hosts+="${hosts:+,}${kind%:*}-$i.${kind#*:}.$NAMESPACE.svc.cluster.local"; done
		export "$(echo "${kind%:*}" | tr a-z A-Z)_HOSTS=$hosts"
	done
	RABBITMQ_USER=$(secret_value username)
	RABBITMQ_PASSWORD=$(secret_value password)
	export RABBITMQ_USER RABBITMQ_PASSWORD
	mkdir -p "$LOAD_DIR"
	echo "nameserver $HOST_IP" >"$LOAD_DIR/resolv.conf"
	load_java "$@"
	# A mount namespace of its own, for the sake of /etc/resolv.conf.
	command=(unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
		"$LOAD_DIR/resolv.conf" "${command[@]}")
}

secret_value() { # KEY
	kubectl -n $NAMESPACE get secret rabbitmq-credentials -o "jsonpath={.data.$1}" | base64 -d
}

load_start() { # [RATE]
	process_gone load || { say "the load runs already"; return 0; }
	local rate=${1:-$LOAD_RATE} command
	[[ $rate =~ ^[1-9][0-9]*$ ]] || die "the rate is a number of messages a second, not '$rate'"
	load_connected run "$LOAD_DIR" "$rate"
	rm -f "$LOAD_DIR/running"
	start_process load "${command[@]}"
	wait_for "the load to run" 120 load test -e "$LOAD_DIR/running"
	say "the load runs: $rate messages/s to each of RabbitMQ and Kafka, two to each queue and partition at least"
}

load_stop() {
	if process_gone load; then say "the load does not run"; return 0; fi
	stop_process load TERM
	say "the load is stopped"
}

# What is still being written cannot be counted, so the load stops first.
load_report() {
	[ -d "$LOAD_DIR" ] || die "no load was ever started"
	process_gone load || load_stop
	local command
	load_connected report "$LOAD_DIR"
	"${command[@]}"
}

# Reads what the load writes down, so it neither disturbs it nor needs the brokers or the API server.
load_waits() { # [--since EPOCH-MILLISECONDS]
	[ -d "$LOAD_DIR" ] || die "no load was ever started"
	local command since=0
	if [ $# -gt 0 ]; then
		[ "$1" = --since ] && [ $# = 2 ] || { usage >&2; exit 2; }
		[[ $2 =~ ^[0-9]+$ ]] || die "--since takes milliseconds since 1970, not '$2'"
		since=$2
	fi
	load_java waits "$LOAD_DIR" "$since"
	"${command[@]}"
}
