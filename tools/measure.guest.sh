#!/bin/bash
# Runs a load under one scheduler after the other, in the guest of tools/measure; a line of results
# each.
#
# usage: measure.guest.sh SECONDS SCHEDULER ...
#
# SCHEDULER is `kernel` for the kernel's own, or a policy of mlsched. The load is lopsided on
# purpose: half as many spinners again as CPUs, all started in the first domain and then set free,
# beside pairs of tasks that wake each other. Columns: scheduler, work of the spinners (operations),
# work of the pairs (switches), migrations, migrations between domains.
set -eu
seconds=$1
shift
event=/sys/kernel/tracing/events/sched/sched_migrate_task
first=$(cat /sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list)
cpus=$(nproc)
group=/sys/fs/cgroup/load

start() {
	[ "$1" = kernel ] && return
	mlsched run --policy "$1" 2>>/tmp/mlsched.log &
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

# stress-ng with these arguments in the control group of the load, its numbers in FILE.
stress() {
	local numbers=$1
	shift
	echo $BASHPID >$group/cgroup.procs
	exec stress-ng --temp-path /tmp --timeout "$seconds" --metrics --yaml "$numbers" "$@" \
		>/dev/null 2>&1
}

# For so many seconds; the control group keeps all of it in the first domain until it is let go at
# once.
load() {
	local seconds=$1
	echo "$first" >$group/cpuset.cpus
	spinners=$((cpus * 3 / 2))
	stress /tmp/spin.yaml --cpu $spinners --cpu-method int64 &
	spin=$!
	stress /tmp/wake.yaml --switch 2 --switch-method pipe &
	wake=$!
	until [ "$(pgrep -c stress-ng-cpu)" -ge $spinners ]; do sleep 0.1; done
	echo "0-$((cpus - 1))" >$group/cpuset.cpus
	wait $spin $wake
}

operations() {
	awk '/bogo-ops:/ { sum += $2 } END { printf "%d", sum }' "$1"
}

echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control
mkdir $group
# Emulation translates the guest's code as it first runs, which is to slow down nobody's run.
load 2
for scheduler; do
	start "$scheduler"
	echo 'hist:keys=orig_cpu,dest_cpu' >$event/trigger
	load "$seconds"
	printf '%s\t%s\t%s\t%s\n' "$scheduler" "$(operations /tmp/spin.yaml)" \
		"$(operations /tmp/wake.yaml)" "$(migrations)"
	echo '!hist:keys=orig_cpu,dest_cpu' >$event/trigger
	stop "$scheduler"
done
