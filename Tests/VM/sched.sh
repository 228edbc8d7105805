# shellcheck shell=bash disable=SC2034 # what functions set is for the tests
# Shared by the tests of the scheduler: their functions run in a guest, with everything below.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# in_guest FLAG… -- FUNCTION…: boots a guest with these flags of tools/vm and calls the functions in it. There
# $stress_seconds is MLSCHED_STRESS_SECONDS, or 0.
in_guest() {
	local flags=() status
	while [ "$1" != -- ]; do
		flags+=("$1")
		shift
	done
	shift
	vm --timeout 800 "${flags[@]}" -- bash -c "set -u; failures=0 stress_seconds=${MLSCHED_STRESS_SECONDS:-0}
$(declare -f)
for scenario in $*; do echo \"-- \$scenario\"; \$scenario; done; finish"
	status=$?
	[ "$status" = 0 ] || failures=$((failures + 1))
	[ "$status" -le 1 ] || echo "FAILED: the guest ended with status $status"
}

# --- in the guest ---------------------------------------------------------------------------------------------

# expect_true SENTENCE CONDITION: the arithmetic condition holds; its numbers are shown.
expect_true() {
	if (($2)); then
		echo "ok: $1 ($2)"
	else
		failures=$((failures + 1))
		printf 'FAILED: %s\n  not true: %s\n' "$1" "$2"
	fi
}

# nap SECONDS: sleeps without a process of its own.
nap() {
	[ -n "${nap_fd:-}" ] || exec {nap_fd}<> <(:)
	read -rt "$1" -u "$nap_fd" || true # the time-out is what is meant
}

# read_file PATH: the first line of a file, without a process of its own.
read_file() {
	local line=
	read -r line <"$1"
	printf '%s' "$line"
}

# sched_ext NAME: what the kernel says of sched_ext: its state, enable_seq, hotplug_seq.
sched_ext() { read_file "/sys/kernel/sched_ext/$1"; }

# wait_until SECONDS COMMAND…: 0 as soon as the command succeeds.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		nap 0.05
	done
}

# new_group DIRECTORY CPUS: makes a control group whose tasks may use these CPUs.
new_group() {
	echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$1"
	echo "$2" >"$1/cpuset.cpus"
}

# start_in GROUP COMMAND…: starts a command in a control group.
start_in() {
	bash -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' - "$@" &
	disown # the shell need not tell of its end
}

# group_has GROUP COUNT: whether a control group has at least so many processes.
group_has() {
	local processes
	mapfile -t processes <"$1/cgroup.procs"
	((${#processes[@]} >= $2))
}

# spin COUNT COMMAND…: starts busy processes through a command such as `nice`; adds their ids to $spinning.
spin() {
	local count=$1
	shift
	while ((count-- > 0)); do
		"$@" bash -c 'while :; do :; done' &
		disown
		spinning+=($!)
	done
}

# stop_spinning: ends what is in $spinning.
stop_spinning() {
	kill -9 "${spinning[@]}"
	spinning=()
}

# ran PID…: sets $ran to the CPU time that the processes have had, in ms.
ran() {
	local pid ns
	ran=0
	for pid; do
		read -r ns _ <"/proc/$pid/schedstat"
		ran=$((ran + ns / 1000000))
	done
}

# expect_progress SENTENCE: each busy process gets CPU time from now on.
expect_progress() {
	local pid before=() stuck=0 i
	for pid in "${spinning[@]}"; do
		ran "$pid"
		before+=("$ran")
	done
	for i in "${!spinning[@]}"; do
		wait_until 60 has_run_more "${spinning[i]}" "${before[i]}" || stuck=$((stuck + 1))
	done
	expect "$1" 0 "$stuck"
}

has_run_more() {
	ran "$1"
	((ran > $2))
}

# cpu_of PID: the CPU on which a process last ran.
cpu_of() {
	local fields
	read -r -a fields <"/proc/$1/stat"
	echo "${fields[38]}"
}

state_is() { [ "$(sched_ext state)" = "$1" ]; }

attached_or_ended() { state_is enabled || ! kill -0 "$daemon" 2>/dev/null; }

# attach NAME FLAG…: starts the scheduler and returns when it is in charge; without it no test goes on. Its
# statistics are in /tmp/statistics, its messages in /tmp/log, and the time that it took in $attach_seconds.
attach() {
	local start=$SECONDS
	name=$1
	shift
	mlsched run --json --stats 0.5 "$@" >/tmp/statistics 2>/tmp/log &
	daemon=$!
	wait_until 200 attached_or_ended
	expect "$name: attached" enabled "$(sched_ext state)"
	enable_seq=$(sched_ext enable_seq)
	attach_seconds=$((SECONDS - start))
	if ! state_is enabled; then
		cat /tmp/log
		finish
	fi
}

# expect_attached: the scheduler has been in charge without a break since `attach`.
expect_attached() {
	expect "$name: attached throughout" "enabled $enable_seq" "$(sched_ext state) $(sched_ext enable_seq)"
}

# detach: ends the scheduler that `attach` started, as a user would.
detach() {
	expect_attached
	kill -TERM "$daemon"
	wait "$daemon"
	expect "$name: ends well" 0 $?
	expect "$name: says why" "EXIT: unregistered from user space" "$(tail -n 1 /tmp/log)"
	expect "$name: the kernel's scheduler is back" disabled "$(sched_ext state)"
	expect "$name: the kernel has no complaint" "" \
		"$(dmesg | grep -E 'sched_ext:.*(error|stall|disabled \(runtime)|BUG:|WARNING:|Oops')"
}

# statistic LINE COUNTER…: sets variables of these names to the totals in a line of statistics.
statistic() {
	local line=$1 counter
	shift
	for counter; do
		if [[ $line =~ total\":\{[^}]*\"$counter\":([0-9]+) ]]; then
			printf -v "$counter" %s "${BASH_REMATCH[1]}"
		else
			expect "$name: the statistics have $counter" "a number" "${line:-no statistics}"
			printf -v "$counter" 0
		fi
	done
}

# line_after SEEN: waits for the line of statistics after so many, and sets $line to it, without a process of its own.
line_after() {
	local lines=() end=$((SECONDS + 30))
	until [[ ${lines[$1]-} == *"}}" ]] || ((SECONDS > end)); do
		nap 0.02
		mapfile -t lines </tmp/statistics
	done
	line=${lines[$1]-}
}

# next_line: the same after those that there are.
next_line() {
	local lines
	mapfile -t lines </tmp/statistics
	line_after "${#lines[@]}"
}

# has_domains DOMAIN…: whether the newest statistics are of these domains' CPUs.
has_domains() {
	local rest found=
	next_line
	rest=$line
	while [[ $rest =~ \"cpus\":\"([0-9,-]+)\"(.*) ]]; do
		found+=" ${BASH_REMATCH[1]}"
		rest=${BASH_REMATCH[2]}
	done
	[ "$found" = " $*" ]
}
