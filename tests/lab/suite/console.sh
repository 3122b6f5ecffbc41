# shellcheck shell=bash
# Drives the console in a terminal of its own, as an operator does: keys in, screen out. Source it after lib.sh.

# Each console has a tmux server of its own: a new session on the socket of a server that is just leaving is lost with it.
consoles=0
console() { tmux -L "mqdeck-suite-$$-$consoles" "$@"; }

console_start() { # WIDTHxHEIGHT ARGS…
	local size=$1
	shift
	console_stop
	consoles=$((consoles + 1))
	console -f /dev/null new-session -d -x "${size%x*}" -y "${size#*x}" \
		"TERM=tmux-256color MQDECK_CONFIG=/dev/null '$MQDECK' $*; echo \"mqdeck left with \$?\"; sleep 60"
}

console_stop() { console kill-server 2>/dev/null || true; }
trap console_stop EXIT

console_keys() { console send-keys "$@"; }

console_screen() { console capture-pane -p; }

console_shows() { console_screen | grep -qE "$1"; } # EXTENDED-REGEX

console_shows_not() { ! console_shows "$1"; }

# Waits for a line on the screen; shows the screen when it does not come. The next key is sent when the last one has shown
# its effect, never after a pause that a busy machine makes too short.
check_screen() { # WHAT SECONDS EXTENDED-REGEX
	local start=$EPOCHREALTIME
	if wait_until "$2" console_shows "$3"; then
		ok "$1"
		note "after $(seconds_since "$start") s: $(console_screen | grep -E -m1 "$3" | tr -s ' ')"
	else
		not_ok "$1" "not on the screen within $(($2 * PATIENCE)) s: $3"
		note "$(console_screen)"
	fi
}

# What a key must take away from the screen before the next one means what it should: a silent step, unless it fails.
until_screen() { # WHAT COMMAND ARGS…
	local what=$1
	shift
	wait_until 30 "$@" || not_ok "$what" "not within $((30 * PATIENCE)) s; the screen: $(console_screen)"
}

console_back() { # EXTENDED-REGEX of what Escape leaves
	console_keys Escape
	until_screen "Escape leaves '$1'" console_shows_not "$1"
}

console_goto() { # COMMAND
	console_keys : ; console_keys "$1" Enter
}

# The screen of a plan: asked for, agreed to, carried out.
run_plan() { # WHAT
	check_screen "$1: the plan is shown" 60 '^ +ready, '
	# It has its focus on the way out.
	console_keys BTab Enter
}

plan_ends() { # WHAT SECONDS
	check_screen "$1" "$2" '^ +done, '
	console_back '\[ Close \]'
}

ask_to_scale() { # KIND COUNT
	console_goto clusters
	check_screen "clusters are there" 20 'CLUSTER .*KIND'
	console_keys / ; console_keys "^.*$1" Enter
	check_screen "… and only the one of $1" 20 "clusters \(1.*<.*$1>"
	console_keys g s
	check_screen "how many is asked" 20 '│ +replicas +[0-9]'
	console_keys C-u ; console_keys BSpace BSpace "$2" BTab BTab Enter
}
