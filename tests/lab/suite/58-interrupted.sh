#!/bin/bash
# Plans that are cut off in the middle, in the ways a night can bring: mqdeck killed, the API server gone, a second operator,
# rights revoked. Each stops where nothing is broken, says why, and is resumed.
. "$(dirname "$0")/lib.sh"
. "$SUITE/plans.sh"

LOG=$XDG_STATE_HOME/log
ROLL=(roll "$NAMESPACE/rabbitmq" --yes --accept careful -o json)

steps_done() { grep -c '"event":"step".*"state":"done"' "$LOG"; }
one_more_done() { [ "$(steps_done)" -gt "$1" ]; } # THAN
newest_plan() { "$MQDECK" ops -o json | jq -r ".[0].$1"; } # FIELD

begin() { # ARGS… of mqdeck; its output goes to the log, its pid to $pid
	: >"$LOG"
	"$MQDECK" "$@" >"$LOG" 2>&1 &
	pid=$!
}
ends_with() { # WHAT CODE
	wait "$pid"
	is "$1" $? "$2"
}

# Killed as soon as it says that one more step is done, then resumed, until nothing is left to do.
kill_at_every_step() {
	local kills=0 id=
	begin run "${ROLL[@]}"
	while ((kills < 40)); do
		until one_more_done 0 || ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
		kill -KILL "$pid" 2>/dev/null || break
		wait "$pid" 2>/dev/null
		kills=$((kills + 1))
		id=$(newest_plan id)
		[ "$(newest_plan state)" != done ] || break
		begin ops resume "$id" --yes --accept careful -o json
	done
	wait "$pid" 2>/dev/null
	note "killed $kills times"
	[ "$kills" -ge 6 ] && [ "$(newest_plan state)" = done ]
}

load_starts
all_is_well
before=$(uids rabbitmq)
since=$(now_ms)
if kill_at_every_step; then
	ok "a roll of rabbitmq that is killed after every step, and resumed each time, ends"
else
	not_ok "a roll of rabbitmq that is killed after every step, and resumed each time, ends" \
		"$(newest_plan state): $(tail -n 3 "$LOG")"
fi
is "… every pod is another one" "$(comm -12 <(echo "$before") <(uids rabbitmq))" ""
all_is_well
waits_since "… and killed at every step" "$since"

before=$(uids rabbitmq)
begin run "${ROLL[@]}"
check_within "another roll is running" 60 one_more_done 1
plan_is "a second operator is told who has the cluster" 30 blocks 'holds the lease' restart $NAMESPACE/rabbitmq-0
"$MQDECK" run restart $NAMESPACE/rabbitmq-0 --yes --accept dangerous >/dev/null 2>&1
is "… and may not run" $? 30
check "api stop" "$LAB" api stop
check_within "the plan waits, and says for what" 40 grep -q 'Kubernetes API' "$LOG"
check "api start" "$LAB" api start
ends_with "… and continues to its end" 0
is "… every pod is another one" "$(comm -12 <(echo "$before") <(uids rabbitmq))" ""
all_is_well

# An account with the rights that README.md asks for, and no others; then without the right to stop a pod.
export KUBECONFIG=$KUBECONFIG_OPERATOR
begin run "${ROLL[@]}"
check_within "with the documented rights a roll is running" 60 one_more_done 1
KUBECONFIG=$KUBECONFIG_ADMIN
check "the rights to act are revoked" kubectl -n $NAMESPACE delete rolebinding mqdeck-lab-operator
ends_with "the plan stops" 1
check "… and says which verb is missing" grep -qE 'cannot (delete|create|update|patch|get) resource' "$LOG"
note "$(tail -n 1 "$LOG" | jq -r '.plan.result // empty' 2>/dev/null)"
is "… at a safe point" "$("$MQDECK" ops -o json | jq -r '.[0].state + " " + (.[0].resumable | tostring)')" "failed true"
check "the rights are given back" kubectl apply -f "$SUITE/../manifests/cluster.yaml"
all_is_well
export KUBECONFIG=$KUBECONFIG_OPERATOR
begin ops resume "$(newest_plan id)" --yes --accept careful -o json
ends_with "with them it is resumed and done" 0
export KUBECONFIG=$KUBECONFIG_ADMIN
all_is_well
nothing_is_lost
finish
