#!/bin/bash
# Runs loads under one scheduler after the other, in the guest of tools/measure; a line of results for each.
#
# usage: measure.guest.sh SECONDS "LOAD …" SCHEDULER …
#
# SCHEDULER is `kernel` for the kernel's own, or a policy of mlsched. Columns, separated by tabs: scheduler, load,
# what the load counted, migrations, migrations between domains, context switches, candidates, candidates that the
# policy sent.
set -eu
seconds=$1 loads=$2
shift 2
event=/sys/kernel/tracing/events/sched/sched_migrate_task
first=$(cat /sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list)

start() {
	[ "$1" = kernel ] && return
	mlsched run --policy "$1" --json --stats 0.2 >/tmp/statistics 2>>/tmp/mlsched.log &
	daemon=$!
	until [ "$(cat /sys/kernel/sched_ext/state)" = enabled ]; do
		kill -0 $daemon || { cat /tmp/mlsched.log >&2; exit 1; }
		sleep 0.1
	done
}

# The scheduler that was attached is the one that was measured.
stop() {
	[ "$1" = kernel ] && return
	[ "$(cat /sys/kernel/sched_ext/state)" = enabled ] || { cat /tmp/mlsched.log >&2; exit 1; }
	kill "$daemon"
	wait "$daemon"
}

# Migrations so far, all and between domains: the kernel's own count.
migrations() {
	awk -v first="$first" '
		BEGIN { split(first, ends, "-"); last = ends[2] == "" ? ends[1] : ends[2] }
		function home(cpu) { return cpu <= last }
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
		END { printf "%d %d", all, between }' $event/hist
}

switches() { awk '/^ctxt/ { print $2 }' /proc/stat; }

# Candidates so far, and those that the policy sent.
decisions() {
	[ "$1" = kernel ] && echo 0 0 && return
	sleep 0.3
	tail -n 1 /tmp/statistics | sed -E 's/.*total":\{[^}]*"consulted":([0-9]+).*/\1/' | tr '\n' ' '
	tail -n 1 /tmp/statistics | sed -E 's/.*total":\{[^}]*"said_migrate":([0-9]+).*/\1/'
}

run() {
	case $1 in
	hackbench) hackbench -g 4 -l "${2%.*}0" 2>&1 | awk '/Time:/ { print $2 }' ;;
	*) measure.load "$1" "$2" ;;
	esac
}

# One trigger for all, as each change of the kernel's text can end an emulated one. And emulation translates the
# guest's code as it first runs, which is to slow down nobody's run.
echo 'hist:keys=orig_cpu,dest_cpu' >$event/trigger
for load in $loads; do run "$load" 1 >/dev/null; done
for scheduler; do
	start "$scheduler"
	for load in $loads; do
		before="$(migrations) $(switches) $(decisions "$scheduler")"
		counted=$(run "$load" "$seconds")
		after="$(migrations) $(switches) $(decisions "$scheduler")"
		printf '%s\t%s\t%s\t' "$scheduler" "$load" "$counted"
		echo "$before $after" | awk '{ printf "%d\t%d\t%d\t%d\t%d\n", $6 - $1, $7 - $2, $8 - $3, $9 - $4, $10 - $5 }'
	done
	stop "$scheduler"
done
