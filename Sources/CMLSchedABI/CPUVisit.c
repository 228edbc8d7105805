// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE  /* the reason for this file: Swift sees no affinity calls \
		      */
#include "CMLSchedABI.h"

#include <sched.h>

int mls_visit_cpu(int cpu)
{
	cpu_set_t before, only;

	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	if (sched_getaffinity(0, sizeof(before), &before) ||
	    sched_setaffinity(0, sizeof(only), &only))
		return -1;
	return sched_setaffinity(0, sizeof(before), &before);
}
