// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "CLinuxSystem.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int lnx_pin_thread(int cpu)
{
	cpu_set_t only;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return EINVAL;
	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	return sched_setaffinity(0, sizeof(only), &only) ? errno : 0;
}

int lnx_visit_cpu(int cpu)
{
	cpu_set_t before;
	int error;

	if (sched_getaffinity(0, sizeof(before), &before))
		return errno;
	error = lnx_pin_thread(cpu);
	if (error)
		return error;
	return sched_setaffinity(0, sizeof(before), &before) ? errno : 0;
}

int lnx_allowed_cpus(int *cpus, int limit)
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

int lnx_use_exact_timers(void)
{
	/* 1 ns is the least there is; 0 would mean the default. */
	return prctl(PR_SET_TIMERSLACK, 1) ? errno : 0;
}

int lnx_name_thread(const char *name)
{
	return prctl(PR_SET_NAME, name) ? errno : 0;
}

int lnx_refuse_huge_pages(void)
{
	return prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) ? errno : 0;
}

int lnx_core_cookie(int pid, unsigned long long *cookie)
{
	/* PR_SCHED_CORE, PR_SCHED_CORE_GET, a thread: linux/prctl.h 5.14 */
	return prctl(62, 0, pid, 0, cookie) ? errno : 0;
}

int lnx_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int lnx_accept(int socket)
{
	return accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
