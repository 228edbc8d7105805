#!/bin/bash
# Runs rt-app's workloads under one policy after the other, in the guest of tools/agreement.
#
# usage: guest.sh SECONDS "WORKLOAD …" POLICY …
#
# A line for each on standard output, separated by tabs: policy, workload, candidates put to the policy, candidates
# that moved, migrations inside domains and between them, of the workload's threads the time that they ran and the
# time that they waited, in ns, and for how long the first of them had been there, in s.
set -eu
seconds=$1 workloads=$2
shift 2
event=/sys/kernel/tracing/events/sched/sched_migrate_task

start() {
	mlsched run --policy "$1" --json --stats 0.2 >/tmp/statistics 2>>/tmp/mlsched.log &
	daemon=$!
	until [ "$(cat /sys/kernel/sched_ext/state)" = enabled ]; do
		kill -0 $daemon || { cat /tmp/mlsched.log >&2; exit 1; }
		sleep 0.1
	done
}

# The scheduler that was attached is the one that was measured.
stop() {
	[ "$(cat /sys/kernel/sched_ext/state)" = enabled ] || { cat /tmp/mlsched.log >&2; exit 1; }
	kill "$daemon"
	wait "$daemon"
}

# The workload's migrations so far, inside and between the domains 0-3 and 4-7: the kernel's own count.
migrations() {
	awk '/orig_cpu/ {
			gsub(/[{},:]/, " ")
			for (i = 1; i <= NF; i++) {
				if ($i == "orig_cpu") from = $(i + 1)
				if ($i == "dest_cpu") to = $(i + 1)
				if ($i == "hitcount") hits = $(i + 1)
			}
			if (int(from / 4) == int(to / 4)) inside += hits; else between += hits
		}
		END { printf "%d\t%d", inside, between }' $event/hist
}

# Candidates so far, and those that moved.
decisions() {
	sleep 0.3
	for counter in consulted executed; do
		tail -n 1 /tmp/statistics | sed -E "s/.*total\":\{[^}]*\"$counter\":([0-9]+).*/\1/"
	done | tr '\n' ' '
}

# has_threads COUNT: whether the workload has that many threads beside its first.
has_threads() { [ "$(find "/proc/$load/task" -mindepth 1 -maxdepth 1 | wc -l)" -gt "$1" ]; }

# Since when the first of the threads has been there, in s.
length() {
	cat "${threads[@]/%//stat}" | awk -v now="$(cut -d ' ' -f 1 /proc/uptime)" '
		{
			start = $22 / 100 # USER_HZ
			if (!first || start < first) first = start
		}
		END { print now - first }'
}

run() {
	local policy=$1 workload=$2 before after consulted executed threads length
	read -r consulted executed <<<"$(decisions)"
	before="$consulted $executed"
	echo 'hist:keys=orig_cpu,dest_cpu if comm ~ "ag_*"' >$event/trigger
	threads=$(cat "/root/$workload.threads")
	rt-app "/root/$workload.json" >/tmp/rt-app.log 2>&1 &
	load=$!
	until has_threads "$threads"; do
		kill -0 $load || { cat /tmp/rt-app.log >&2; exit 1; }
		sleep 0.02
	done
	sleep "$seconds"
	kill -STOP $load
	mapfile -t threads < <(find /proc/$load/task -mindepth 1 -maxdepth 1 ! -name $load)
	length=$(length)
	cat "${threads[@]/%//schedstat}" >/tmp/schedstat
	after=$(migrations)
	kill -9 $load
	wait $load 2>/dev/null || true
	echo '!hist:keys=orig_cpu,dest_cpu if comm ~ "ag_*"' >$event/trigger
	read -r consulted executed <<<"$(decisions)"
	printf '%s\t%s\t%d\t%d\t%s\t%s\t%s\n' "$policy" "$workload" $((consulted - ${before% *})) \
		$((executed - ${before#* })) "$after" \
		"$(awk '{ ran += $1; waited += $2 } END { printf "%.0f\t%.0f", ran, waited }' /tmp/schedstat)" \
		"$length"
}

for policy in "$@"; do
	start "$policy"
	for workload in $workloads; do run "$policy" "$workload"; done
	stop
done
