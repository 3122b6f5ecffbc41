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

# Waits for a line on the screen; shows the screen when it does not come.
check_screen() { # WHAT SECONDS EXTENDED-REGEX
	local start=$EPOCHREALTIME
	if wait_until "$2" console_shows "$3"; then
		ok "$1"
		note "after $(seconds_since "$start") s: $(console_screen | grep -E -m1 "$3" | tr -s ' ')"
	else
		not_ok "$1" "not on the screen within $2 s: $3"
		note "$(console_screen)"
	fi
}
