#!/bin/bash
# Replaces the model COUNT times under load and, after each, prints what the new one stands for and the
# statistics of an interval after the change: `migrate {…}` or `stay {…}`.
set -eu
count=$1
cp migrate.mlw now.mlw
mlsched run --model now.mlw --json --stats 0.5 >stats.json 2>log &
daemon=$!
until [ "$(cat /sys/kernel/sched_ext/state)" = enabled ]; do sleep 0.1; done
stress-ng --quiet --temp-path /tmp --cpu 6 --cpu-load 60 & # those that never sleep would soon ask nothing
load=$!
stress-ng --quiet --temp-path /tmp --switch 1 --switch-method pipe &
wakers=$!
sequence=$(cat /sys/kernel/sched_ext/enable_seq)

lines() { wc -l <"$1"; }

# await COMMAND …: until it succeeds, 20 s at the most.
await() {
	for _ in $(seq 400); do
		"$@" && return
		sleep 0.05
	done
	echo "gave up waiting for: $*" >&2
	cat log >&2
	exit 1
}

reloaded() { [ "$(grep -c 'model reloaded' log)" -ge "$1" ]; }
longer() { [ "$(lines stats.json)" -ge "$1" ]; }

for round in $(seq "$count"); do
	if [ $((round % 2)) = 1 ]; then verdict=stay; else verdict=migrate; fi
	if [ $((round % 3)) = 0 ]; then model=$verdict; else model=$verdict-task; fi
	cp "$model.mlw" new.mlw && mv new.mlw now.mlw
	kill -HUP $daemon
	await reloaded "$round"
	# The line after the next one covers an interval that began after the change. One more, as an emulated CPU
	# can stop in the middle of a decision and count it when the others have had their turns, 0.3 s later. A
	# decision that were left of the old model would be found in any interval.
	await longer $(($(lines stats.json) + 3))
	echo "$verdict $(tail -n 1 stats.json)"
done

echo damaged >now.mlw
kill -HUP $daemon
await grep -q 'model not reloaded' log
echo "refused $(grep -m 1 'model not reloaded' log)"
[ "$(cat /sys/kernel/sched_ext/state)" = enabled ]
[ "$(cat /sys/kernel/sched_ext/enable_seq)" = "$sequence" ]
echo "attached throughout"
kill $load $wakers
kill $daemon
wait $daemon
echo "final $(tail -n 1 stats.json)"
