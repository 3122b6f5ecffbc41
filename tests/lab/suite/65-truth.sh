#!/bin/bash
# What is broken on purpose is called what it is, from the first moment on: held against a real producer, the brokers' own
# tools, kubectl, and what the brokers then do.
. "$(dirname "$0")/lib.sh"
. "$SUITE/plans.sh"
. "$SUITE/console.sh"
lines=$(mktemp)
watcher=
end_watch() { [ -z "$watcher" ] || { kill "$watcher" 2>/dev/null; wait "$watcher" 2>/dev/null; watcher=; }; }
trap 'end_watch; console_stop; rm -rf "$XDG_STATE_HOME" "$lines"' EXIT

# The Deck's line of a cluster, as it changes from now on, each with the seconds that have passed. It is green at first: what
# was before is over for the brokers' own tools sooner than for who looks at them every few seconds.
watch_deck() { # KIND
	local start line last=
	check_screen "the deck calls $1 well" 60 "(●|o) +(kafka|rabbit) $1 "
	start=$EPOCHREALTIME
	while :; do
		line=$(console_screen | grep -E -m1 "(kafka|rabbit) $1 " | tr -s ' ')
		[ "$line" = "$last" ] || echo "$(seconds_since "$start") $line"
		last=$line
		sleep 0.3
	done >"$lines" &
	watcher=$!
}
# After the first line that is not green none may be.
green_again() { awk '/ (●|o) +(kafka|rabbit) / { if (seen) print; next } { seen = 1 }' "$lines"; }
# Lines that name one of these brokers and not the one that is at fault; to be the controller is no blame.
blames() { # FAULTY OTHERS
	grep -vE "$1" "$lines" | grep -vE ' (●|o) +(kafka|rabbit) ' | sed -E 's/controller [a-z]+-[0-9]+//' | grep -E "$2"
}

topic() { # NAME ASSIGNMENT MIN-ISR
	"$LAB" kafka kafka-topics --create --if-not-exists --topic "$1" --replica-assignment "$2" --config min.insync.replicas="$3"
}
# Whether the brokers confirm what is written with acks=all.
confirmed() { # TOPIC
	"$LAB" kafka kafka-producer-perf-test --topic "$1" --num-records 3 --record-size 10 --throughput -1 --producer-props \
		bootstrap.servers=localhost:9092 acks=all linger.ms=0 request.timeout.ms=4000 delivery.timeout.ms=8000 2>&1 |
		grep -qE '^3 records sent'
}
our_topic() { "$MQDECK" get topics -n $NAMESPACE -o json | jq -c --arg topic "$1" '.[] | select(.topic == $topic) | '"$2"; } # TOPIC FILTER
our_topic_is() { [ "$(our_topic "$1" "$2")" = "$3" ]; } # TOPIC FILTER WANTED
node_of() { kubectl -n $NAMESPACE get pod "$1" -o 'jsonpath={.spec.nodeName}'; } # POD
neighbours_of() { # POD: the brokers of its cluster that are on its node too
	kubectl -n $NAMESPACE get pods -l "app.kubernetes.io/name=${1%-*}" --field-selector "spec.nodeName=$(node_of "$1")" -o name | grep -v "/$1$"
}
in_pod() { kubectl -n $NAMESPACE exec "$1" -- "${@:2}"; } # POD COMMAND…
is_partitioned() { "$LAB" rabbitmqctl cluster_status --formatter json | jq -e '.partitions | length > 0' >/dev/null; }
volume_of() { # POD: where its volume is on this machine
	kubectl get pv "$(kubectl -n $NAMESPACE get pvc "data-$1" -o 'jsonpath={.spec.volumeName}')" -o 'jsonpath={.spec.local.path}'
}

load_starts
kafka_has_three
all_is_well
console_start 160x50 -n $NAMESPACE
check_screen "the deck is there" 30 'kafka-0'

# The least number of replicas as the brokers apply it: never more than there are.
check "a topic of one replica, where two are asked for" topic truth.one 0 2
check "a topic of two, where three are asked for" topic truth.two 0:1 3
check "a topic that needs all three" topic truth.all 0:1:2 3
for name in truth.one truth.two truth.all; do
	check "a producer is confirmed on $name" confirmed $name
	check_within "… and mqdeck calls it whole" 30 our_topic_is $name '[.belowMinIsr, .offline]' '[0,0]'
done
plan_is "who restarts under a topic that needs all its replicas is told so" 20 dangers 'truth\.all' restart $NAMESPACE/kafka-2

# A broker that hangs: its port still takes connections, and its pod is Ready.
watch_deck kafka
check "kafka-2 hangs" "$LAB" pod pause kafka-2
check_screen "the deck names it within 15 s" 15 '(✗|!|~) +(kafka|rabbit) kafka .*kafka-2'
check_within "Kafka takes it out of the replicas" 60 eval '"$LAB" kafka kafka-topics --describe --topic truth.all | grep -qE "Isr: [01],[01]( |	|$)"'
check "a producer is refused on truth.all" eval '! confirmed truth.all'
check_within "… and mqdeck says so" 30 our_topic_is truth.all .belowMinIsr 1
for name in truth.one truth.two; do
	check "a producer is confirmed on $name still" confirmed $name
	check_within "… and mqdeck says so" 30 our_topic_is $name .belowMinIsr 0
done
check "kafka-2 goes on" "$LAB" pod resume kafka-2
end_watch
is "nobody else was blamed" "$(blames kafka-2 'kafka-[01]')" ""
note "$(cat "$lines")"
all_is_well

# Its listeners are closed, so that Kubernetes calls it not ready. Before 3.13 only the command line tells why.
# This comes before the hang: after one, Mnesia keeps the partition, and that is what the deck then rightly says first.
check "rabbitmq-2 goes into maintenance" in_pod rabbitmq-2 rabbitmq-upgrade drain
check_screen "the deck calls it that" 60 'rabbitmq-2 ─+ [~!✗] in maintenance'
check "rabbitmq-2 comes out of it" in_pod rabbitmq-2 rabbitmq-upgrade revive
all_is_well

watch_deck rabbitmq
check "rabbitmq-2 hangs" "$LAB" pod pause rabbitmq-2
check_screen "the deck names it within 15 s" 15 '(✗|!|~) +(kafka|rabbit) rabbitmq .*rabbitmq-2'
sleep 30
check "rabbitmq-2 goes on" "$LAB" pod resume rabbitmq-2
end_watch
is "nobody else was blamed" "$(blames rabbitmq-2 'rabbitmq-[01]')" ""
is "it was not green while it hung" "$(green_again | head -n 1)" ""
note "$(cat "$lines")"
all_is_well

# Where Mnesia keeps a node apart that hung, the brokers' own tool says so, and the deck for as long.
if is_partitioned; then
	check_screen "the deck calls it a partition, as rabbitmqctl does" 30 'rabbitmq .*network partition: rabbitmq-2'
	check "RabbitMQ in rabbitmq-2 starts again" eval 'in_pod rabbitmq-2 rabbitmqctl stop_app && in_pod rabbitmq-2 rabbitmqctl start_app'
	all_is_well
	check "rabbitmqctl calls it none any more" eval '! is_partitioned'
fi

# The brokers no longer hear each other; everybody else hears all of them.
is "rabbitmq-2 has its node for itself" "$(neighbours_of rabbitmq-2)" ""
node=$(node_of rabbitmq-2)
watch_deck rabbitmq
check "rabbitmq-2 is cut off" "$LAB" node split "${node#node-}"
# With partition handling it may have paused before that is known; and where Erlang keeps partitions from overlapping the
# others pause too, for a while.
check_screen "the deck says who does not hear whom, or has paused" 60 \
	'(✗|!|~) +(kafka|rabbit) rabbitmq .*rabbitmq-2 (does not hear|no longer listens.*has paused)'
sleep 30
check "rabbitmq-2 is back" "$LAB" node join "${node#node-}"
end_watch
is "nobody else was blamed" "$(blames 'rabbitmq-2|not in time for what it asks the other|has paused' 'rabbitmq-[01]')" ""
is "it was not green while it was split" "$(green_again | head -n 1)" ""
note "$(cat "$lines")"
all_is_well

# A volume without room.
volume=$(volume_of kafka-2)
check "kafka-2's volume is full" eval '! dd if=/dev/zero of="$volume/filler" bs=1M 2>/dev/null'
check_screen "the deck says what kafka-2 died of" 90 'kafka-2.*(no space left|is full|log directories failed)'
"$MQDECK" plan restart $NAMESPACE/kafka-2 >/dev/null 2>&1
isnt "a restart of it is not called safe" "$?" 0
check "there is room again" rm "$volume/filler"
all_is_well

for name in truth.one truth.two truth.all; do check "$name goes" "$LAB" kafka kafka-topics --delete --topic $name; done
nothing_is_lost
finish
