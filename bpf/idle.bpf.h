/* SPDX-License-Identifier: GPL-2.0 */
/* Where a waking task runs at once: an idle CPU at home, or one elsewhere. */
#ifndef MLSCHED_IDLE_BPF_H
#define MLSCHED_IDLE_BPF_H

#include "migrate.bpf.h"

static bool core_is_idle(s32 cpu)
{
	const struct cpumask *idle = scx_bpf_get_idle_smtmask();
	bool is_idle = bpf_cpumask_test_cpu(cpu, idle);

	scx_bpf_put_idle_cpumask(idle);
	return is_idle;
}

/*
 * An idle CPU at home, claimed, or -1: the previous CPU if its whole core is
 * idle, any whole core, the previous CPU beside a busy sibling, any CPU.
 */
static s32 claim_idle_at_home(struct task_struct *p, s32 prev_cpu, u32 home)
{
	struct mls_domain *domain = domain_lookup(home);
	const struct cpumask *allowed;
	s32 cpu;

	allowed = domain ? domain_allowed(domain, p) : NULL;
	if (!allowed)
		return -1;
	if (core_is_idle(prev_cpu) &&
	    scx_bpf_test_and_clear_cpu_idle(prev_cpu)) {
		count(MLS_DISPATCH_PREV_IDLE);
		return prev_cpu;
	}
	cpu = scx_bpf_pick_idle_cpu(allowed, SCX_PICK_IDLE_CORE);
	if (cpu >= 0) {
		count(MLS_DISPATCH_CORE_IDLE);
		return cpu;
	}
	if (scx_bpf_test_and_clear_cpu_idle(prev_cpu)) {
		count(MLS_DISPATCH_PREV_IDLE);
		return prev_cpu;
	}
	cpu = scx_bpf_pick_idle_cpu(allowed, 0);
	if (cpu < 0)
		return -1;
	count(MLS_DISPATCH_CPU_IDLE);
	return cpu;
}

/* Where a waking task runs at once; -1: nowhere, it has to queue. */
static s32 claim_idle(struct task_struct *p, struct mls_task *task,
		      s32 prev_cpu, u32 home)
{
	s32 cpu;

	if (!any_cpu_idle())
		return -1;
	cpu = claim_idle_at_home(p, prev_cpu, home);
	if (cpu >= 0 || !task_can_migrate(p))
		return cpu;
	cpu = migrate_on_wakeup(p, task, prev_cpu, home);
	if (cpu >= 0)
		count(MLS_DISPATCH_MIGRATED);
	return cpu;
}

#endif /* MLSCHED_IDLE_BPF_H */
