# shellcheck shell=bash
# Operations by `mqdeck run` under load: how long they take, and how long a write had to wait meanwhile. Source it after
# lib.sh. Journals go to a folder of the file's own.

XDG_STATE_HOME=$(mktemp -d)
export XDG_STATE_HOME
trap 'rm -rf "$XDG_STATE_HOME"' EXIT

# No operation of this suite takes longer; one that waits for what does not come is seen, not sat out.
OPERATION_SECONDS=600
# What a planned move costs a writer is the election of a leader and the way of the client to it. On a quiet machine Kafka's
# takes a second or two, and Raft's of a quorum queue five, or twice that when two candidates divide the votes. The figure
# is printed; the bound tells an election on a busy machine from a partition that was away.
declare -A ELECTION_MS=([kafka]=$((8000 * PATIENCE)) [quorum]=$((15000 * PATIENCE)))

now_ms() { date +%s%3N; }

# The longest that a message to one partition, or to one quorum queue, waited for its confirmation since then.
longest_wait() { # SINCE-MS kafka|quorum: "MS TARGET"
	"$LAB" load waits --since "$1" | jq -r --arg side "$2" '
		(if $side == "kafka" then .kafka.partitions else .rabbitmq.quorum end) | "\(.longestWaitMs) \(.longestWaitTarget)"'
}

waits_since() { # WHAT SINCE-MS
	local side wait target
	for side in kafka quorum; do
		read -r wait target < <(longest_wait "$2" $side)
		if [ "${wait:-999999}" -le "${ELECTION_MS[$side]}" ]; then
			ok "$1: no $side write waits longer than ${ELECTION_MS[$side]} ms"
		else
			not_ok "$1: no $side write waits longer than ${ELECTION_MS[$side]} ms" "$wait ms to $target"
		fi
		note "the longest: $wait ms to $target"
	done
}

mqdeck_run() { timeout --foreground "$OPERATION_SECONDS" "$MQDECK" run "$@" --yes; }

run() { # WHAT OPERATION TARGET [K=V…]; ACCEPT=dangerous where it is
	local what=$1 start=$EPOCHREALTIME output
	shift
	if output=$(mqdeck_run "$@" --accept "${ACCEPT:-careful}" 2>&1); then
		ok "$what"
		note "after $(seconds_since "$start") s: $(tail -n 1 <<<"$output")"
	else
		not_ok "$what" "$(tail -n 40 <<<"$output")"
	fi
}

run_under_load() { # WHAT OPERATION TARGET [K=V…]
	local since
	since=$(now_ms)
	run "$@"
	waits_since "… and $1" "$since"
}

# A plan's exit code, and what a sentence of one of its lists must say.
plan_is() { # WHAT CODE blocks|dangers|cautions REGEX OPERATION TARGET [K=V…]
	local what=$1 code=$2 list=$3 regex=$4 output status
	shift 4
	output=$("$MQDECK" plan "$@" -o json 2>&1)
	status=$?
	if [ $status = "$code" ] && jq -r ".$list[]" <<<"$output" 2>/dev/null | grep -qE "$regex"; then
		ok "$what"
		note "$(jq -r ".$list[]" <<<"$output" | grep -E -m1 "$regex")"
	else
		not_ok "$what" "exit code $status, wanted $code and '$regex' in $list: $output"
	fi
}

uids() { kubectl -n $NAMESPACE get pods -l "app.kubernetes.io/name=$1" -o 'jsonpath={.items[*].metadata.uid}' | tr ' ' '\n' | sort; }

# Both clusters whole: Ready, in sync, every member running.
all_is_well() {
	local kind
	for kind in kafka rabbitmq; do check_within "$kind: all brokers are Ready" 240 cluster_ready $kind; done
	check_within "Kafka's replicas are in sync" 240 kafka_under_replicated_is 0
	check_within "mqdeck sees everything in sync" 120 mqdeck_sees_all_in_sync
}
mqdeck_sees_all_in_sync() {
	"$MQDECK" get replication -n $NAMESPACE -o json | jq -e 'length > 0 and all(.state == "ok")'
}

# What an earlier file left at four goes back to three.
kafka_has_three() {
	[ "$(kubectl -n $NAMESPACE get statefulset kafka -o 'jsonpath={.spec.replicas}')" = 3 ] ||
		run "kafka has three brokers to begin with" scale $NAMESPACE/kafka replicas=3
}

load_starts() { check "the load runs" "$LAB" load start; }

nothing_is_lost() {
	local report status
	report=$("$LAB" load report 2>&1)
	status=$?
	is "no confirmed message is missing" $status 0
	note "$report"
}
