# shellcheck shell=bash
# For the files of the suite: results as TAP, waiting, and where things are. Source it first, call "finish" last.

set -uo pipefail
SUITE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB=$SUITE/../lab
MQDECK=${MQDECK:-$SUITE/../../../build/mqdeck}
KUBECONFIG_ADMIN=$("$LAB" kubeconfig admin 2>/dev/null)
KUBECONFIG_READER=$("$LAB" kubeconfig reader 2>/dev/null)
KUBECONFIG_OPERATOR=$("$LAB" kubeconfig operator 2>/dev/null)
KUBECONFIG_DENIED=$("$LAB" kubeconfig denied 2>/dev/null)
export KUBECONFIG=$KUBECONFIG_ADMIN
# Not every file of the suite uses every one of them.
export LAB MQDECK KUBECONFIG_ADMIN KUBECONFIG_READER KUBECONFIG_OPERATOR KUBECONFIG_DENIED
NAMESPACE=mq

tests=0
failures=0

ok() { # WHAT
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

not_ok() { # WHAT [DETAIL]
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	[ -z "${2:-}" ] || note "$2"
}

note() { printf '%s\n' "$*" | sed 's/^/# /'; }

# A command that must succeed.
check() { # WHAT COMMAND…
	local what=$1 output
	shift
	if output=$("$@" 2>&1); then ok "$what"; else not_ok "$what" "$* failed: ${output:-no output}"; fi
}

is() { # WHAT GOT WANTED
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got '$2', wanted '$3'"; fi
}

isnt() { # WHAT GOT UNWANTED
	if [ -n "$2" ] && [ "$2" != "$3" ]; then ok "$1"; else not_ok "$1" "got '$2' still"; fi
}

# Two live answers that must come to be the same, asked anew until they are: leaders move, counters run, caches lag.
check_agree() { # WHAT COMMAND COMMAND (as one word each, for eval)
	local start=$SECONDS one= other=
	until one=$(eval "$2" 2>/dev/null) && other=$(eval "$3" 2>/dev/null) && [ "$one" = "$other" ]; do
		if ((SECONDS - start > 40 * PATIENCE)); then
			not_ok "$1" "got '$one', wanted '$other'"
			return
		fi
		sleep 0.5
	done
	ok "$1"
}

# Waits until a command succeeds and says how long that took.
check_within() { # WHAT SECONDS COMMAND…
	local what=$1 limit=$2 start=$EPOCHREALTIME
	shift 2
	if wait_until "$limit" "$@"; then
		ok "$what"
		note "after $(seconds_since "$start") s"
	else
		not_ok "$what" "not within $((limit * PATIENCE)) s: $*"
	fi
}

# The seconds in the suite are those of a quiet machine. A busy one gets more: what is held is what comes, not how fast;
# how fast is printed, and measured by tests/bench.
PATIENCE=${LAB_PATIENCE:-3}

wait_until() { # SECONDS COMMAND…
	local limit=$(($1 * PATIENCE)) start=$SECONDS
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS - start < limit)) || return 1
		sleep 0.5
	done
}

seconds_since() { # EPOCHREALTIME
	awk -v now="$EPOCHREALTIME" -v then="$1" 'BEGIN { printf "%.1f", now - then }'
}

# Whether a file that is locked can be locked by another: nobody holds it any more.
is_unlocked() { flock -n "$1" true; } # FILE

kubectl() { "$LAB" kubectl "$@"; }

# Every broker of a cluster is Ready, as many as asked for.
cluster_ready() { # KIND
	local status
	status=$(kubectl -n $NAMESPACE get statefulset "$1" -o 'jsonpath={.status.readyReplicas}/{.spec.replicas}') || return 1
	[ "${status%/*}" = "${status#*/}" ]
}

node_condition() { # NODE: True, False or Unknown
	kubectl get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
}

rabbitmq_running() { "$LAB" rabbitmqctl cluster_status --formatter json 2>/dev/null | jq '.running_nodes | length'; }

rabbitmq_running_is() { [ "$(rabbitmq_running)" = "$1" ]; }

kafka_under_replicated() { "$LAB" kafka kafka-topics --describe --under-replicated-partitions 2>/dev/null | grep -c 'Topic:'; }

kafka_under_replicated_is() { [ "$(kafka_under_replicated)" = "$1" ]; }

finish() { exit $((failures > 0)); }
