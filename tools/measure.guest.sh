#!/bin/bash
# Runs one load under one scheduler, in the guest of tools/measure, and prints one line of results.
#
# usage: measure.guest.sh SCHEDULER SECONDS
#
# SCHEDULER is `kernel` for the kernel's own, or a policy of mlsched. The load is lopsided on
# purpose: half as many spinners again as CPUs, all started in the first domain and then set free,
# beside pairs of tasks that wake each other. Columns: work of the spinners (operations), work of the
# pairs (switches), migrations, migrations between domains.
set -eu
scheduler=$1 seconds=$2
event=/sys/kernel/tracing/events/sched/sched_migrate_task
first=$(cat /sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list)
cpus=$(nproc)

start() {
	[ "$scheduler" = kernel ] && return
	mlsched run --policy "$scheduler" 2>>/tmp/mlsched.log &
	daemon=$!
	until [ "$(cat /sys/kernel/sched_ext/state)" = enabled ]; do
		kill -0 $daemon || { cat /tmp/mlsched.log >&2; exit 1; }
		sleep 0.1
	done
}

# The scheduler that was attached is the one that was measured.
stop() {
	[ "$scheduler" = kernel ] && return
	[ "$(cat /sys/kernel/sched_ext/state)" = enabled ] || { cat /tmp/mlsched.log >&2; exit 1; }
	kill $daemon
	wait $daemon
}

# Migrations so far, all and between domains: the kernel's own count.
migrations() {
	awk -v first="$first" '
		BEGIN { split(first, ends, "-"); }
		function home(cpu) { return cpu <= ends[2] }
		/orig_cpu/ {
			gsub(/[{},:]/, " ")
			for (i = 1; i <= NF; i++) {
				if ($i == "orig_cpu") from = $(i + 1)
				if ($i == "dest_cpu") to = $(i + 1)
				if ($i == "hitcount") hits = $(i + 1)
			}
			all += hits
			if (home(from) != home(to)) between += hits
		}
		END { printf "%d\t%d", all, between }' $event/hist
}

load() {
	taskset -c "$first" stress-ng --temp-path /tmp --cpu $((cpus * 3 / 2)) \
		--cpu-method int64 --timeout "$seconds" --metrics --yaml /tmp/spin.yaml >/dev/null 2>&1 &
	spin=$!
	stress-ng --temp-path /tmp --switch 2 --switch-method pipe --timeout "$seconds" \
		--metrics --yaml /tmp/wake.yaml >/dev/null 2>&1 &
	wake=$!
	sleep 0.5
	for pid in $(pgrep stress-ng); do taskset -acp "0-$((cpus - 1))" "$pid" >/dev/null || true; done
	wait $spin $wake
}

operations() {
	awk '/bogo-ops:/ { sum += $2 } END { printf "%d", sum }' "$1"
}

start
echo 'hist:keys=orig_cpu,dest_cpu' >$event/trigger
load
printf '%s\t%s\t%s\n' "$(operations /tmp/spin.yaml)" "$(operations /tmp/wake.yaml)" "$(migrations)"
stop
