# shellcheck shell=bash
# Paths, messages, waiting, and the processes the lab starts on the host.

STATE=/var/lib/mqdeck-lab
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/mqdeck-lab

NODES=(1 2 3)
NAMESPACE=mq

say() { printf '%s lab: %s\n' "$(date +%H:%M:%S)" "$*" >&2; }

die() {
	printf '%s lab: failed: %s\n' "$(date +%H:%M:%S)" "$*" >&2
	exit 1
}

# The end of a log, indented so that it stands apart from the lab's own words.
show_log() { # FILE [LINES]
	[ -s "$1" ] || return 0
	printf -- '--- %s\n' "$1" >&2
	tail -n "${2:-25}" "$1" | cut -c1-400 | sed 's/^/    /' >&2
}

# Waits until a command succeeds; on time-out says what was waited for, shows the logs of the parts named, and ends.
wait_for() { # WHAT SECONDS LOG[,LOG…] COMMAND…
	local what=$1 limit=$2 logs=$3 start=$SECONDS
	shift 3
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS - start >= limit)); then
			local log
			for log in ${logs//,/ }; do show_log "$STATE/log/$log.log"; done
			die "$what did not come within $limit s (last tried: $*)"
		fi
		sleep 0.3
	done
}

# Field 22 of /proc/PID/stat: with the pid it names one process for ever, so a reused pid is never taken for ours.
proc_start_time() { # PID
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	stat=${stat##*) }
	# shellcheck disable=SC2086
	set -- $stat
	echo "${20}"
}

# A process that stays must not keep open what its caller had open: the lab's own lock, a pipe, somebody else's lock.
close_inherited() {
	local fd
	for fd in /proc/"$BASHPID"/fd/*; do
		fd=${fd##*/}
		# 255 is bash's own and is not handed on.
		[ "$fd" -le 2 ] || [ "$fd" = 255 ] || eval "exec $fd>&-"
	done
}

# A process of the lab on the host: joins the lab's cgroup first, so that it can be found even if the script dies before
# the pid is written down, then becomes the command.
start_process() { # NAME COMMAND…
	local name=$1
	shift
	mkdir -p "$STATE/log" "$STATE/pid"
	(
		cgroup_join "$BASHPID"
		close_inherited
		exec setsid "$@" </dev/null >>"$STATE/log/$name.log" 2>&1
	) &
	local pid=$!
	printf '%s %s\n' "$pid" "$(proc_start_time "$pid")" >"$STATE/pid/$name"
	disown "$pid" 2>/dev/null || true
}

# The same for what is started again whenever it ends, as kubelets do with the parts of a control plane: kube-scheduler ends
# itself when it has missed, while the API was away, that a pod of the same name is another one.
start_kept_process() { # NAME COMMAND…
	local name=$1
	shift
	# shellcheck disable=SC2016
	start_process "$name" bash -c 'while :; do
		"$@" && status=0 || status=$?
		echo "lab: $1 ended with $status and is started again"
		sleep 1
	done' "$name" "$@"
}

process_pid() { # NAME: prints the pid while that very process lives
	local pid started
	read -r pid started 2>/dev/null <"$STATE/pid/$1" || return 1
	[ "$(proc_start_time "$pid")" = "$started" ] || return 1
	# A zombie has ended; whoever inherited it has not collected it yet.
	[[ $(ps -o stat= -p "$pid") != Z* ]] || return 1
	echo "$pid"
}

process_gone() { ! process_pid "$1" >/dev/null; }

stop_process() { # NAME [SIGNAL]
	local pid
	if pid=$(process_pid "$1"); then
		kill "-${2:-KILL}" "$pid" 2>/dev/null || true
		wait_for "the end of $1 (pid $pid)" 20 "" process_gone "$1"
	fi
	rm -f "$STATE/pid/$1"
}

# One command at a time changes the lab. The lock is on a folder, so that no file is left behind; the descriptor is closed
# in every process the lab starts.
lab_lock() {
	exec 9<"${STATE%/*}"
	flock -n 9 || {
		say "another lab command is at work, waiting for it"
		flock -w 1800 9 || die "another lab command is still at work"
	}
}
