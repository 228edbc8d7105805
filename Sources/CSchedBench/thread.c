/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "CSchedBench.h"

#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>

int bench_pin_thread(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return errno;
	/* Sleeps end up to 50 us late otherwise; 1 ns is the least there is. */
	return prctl(PR_SET_TIMERSLACK, 1) ? errno : 0;
}

int bench_allowed_cpus(int *cpus, int limit)
{
	cpu_set_t set;
	int count = 0;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set))
		return 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && count < limit; cpu++) {
		if (CPU_ISSET(cpu, &set))
			cpus[count++] = cpu;
	}
	return count;
}
