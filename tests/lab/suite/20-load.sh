#!/bin/bash
# The load: it runs, and what was confirmed is there. It is left running for the files that follow.
. "$(dirname "$0")/lib.sh"

confirmed() { wc -l <"/var/lib/mqdeck-lab/load/$1.confirmed"; }

confirmed_beyond() { [ "$(confirmed "$1")" -gt "$2" ]; }

held=$(mktemp)
exec 8>"$held"
flock 8
check "the load starts" "$LAB" load start
exec 8>&-
check "… and does not keep open what its caller had open" is_unlocked "$held"
rm -f "$held"
for kind in rabbitmq kafka; do
	before=$(confirmed $kind)
	check_within "$kind confirms messages" 60 confirmed_beyond $kind $((before + 100))
done
is "24 quorum queues and 10 classic ones" \
	"$("$LAB" rabbitmqctl list_queues type --formatter json 2>/dev/null | jq -c 'group_by(.type) | map({(.[0].type): length}) | add')" \
	'{"classic":10,"quorum":24}'
is "120 partitions in four topics" \
	"$("$LAB" kafka kafka-topics --describe --exclude-internal 2>/dev/null | grep -c 'Partition:')" 120
lag() {
	"$LAB" kafka kafka-consumer-groups --describe --group billing 2>/dev/null |
		awk '$1 == "billing" { lag += $6 } END { exit !(lag > 0) }'
}
check_within "the consumer group has a lag" 60 lag

waits() { "$LAB" load waits --since "$1" 2>/dev/null; }
sleep 5
since=$(date +%s%3N)
sleep 5
figures=$(waits "$since")
# Two a second to each of them; a part of that where the machine has too much to do.
check "every queue and partition is written to all the time" jq -e \
	'.rabbitmq.quorum.confirmed >= 24 * 2 and .rabbitmq.classic.confirmed >= 10 * 2 and .kafka.partitions.confirmed >= 120 * 2' \
	<<<"$figures"
check "nothing waits for long while all is well" jq -e --argjson bound $((5000 * PATIENCE)) \
	'[.rabbitmq.quorum, .rabbitmq.classic, .kafka.partitions] | all(.longestWaitMs < $bound and .waiting == 0)' <<<"$figures"
note "$figures"

report=$("$LAB" load report 2>&1)
is "load report finds everything" "$?" 0
note "$report"
check "… and has the longest waits" jq -e '.rabbitmq.quorum.longestWaitTarget and .kafka.partitions.longestWaitMs > 0' \
	<<<"$(grep '^{' <<<"$report")"
check "the load starts again" "$LAB" load start
finish
