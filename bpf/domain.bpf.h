/* SPDX-License-Identifier: GPL-2.0 */
/* The CPUs of a domain, and which of them are idle. */
#ifndef MLSCHED_DOMAIN_BPF_H
#define MLSCHED_DOMAIN_BPF_H

#include "kernel.bpf.h"

/* online CPUs of the domain */
#define MLS_DOMAIN_CPUS struct bpf_cpumask __kptr *cpus
#include "domain_load.bpf.h"

/* One mask per CPU to compute in: ops run with interrupts off. */
struct mls_scratch {
	struct bpf_cpumask __kptr *mask;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MLS_MAX_CPUS);
	__type(key, u32);
	__type(value, struct mls_scratch);
} scratch SEC(".maps");

/* On a busy machine the one question that spares all the others. */
static bool any_cpu_idle(void)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();
	bool any = !bpf_cpumask_empty(idle);

	scx_bpf_put_idle_cpumask(idle);
	return any;
}

/*
 * The CPUs of a domain on which a task may run: the domain's own mask, or the
 * intersection in this CPU's scratch mask. NULL: none.
 */
static __always_inline const struct cpumask *
domain_allowed(struct mls_domain *domain, const struct task_struct *p)
{
	struct bpf_cpumask *cpus = domain->cpus, *mask;
	u32 cpu = bpf_get_smp_processor_id();
	struct mls_scratch *own;

	if (!cpus)
		return NULL;
	if ((u32)p->nr_cpus_allowed >= mls_nr_online)
		return (const struct cpumask *)cpus;
	own = bpf_map_lookup_elem(&scratch, &cpu);
	if (!own)
		return NULL;
	mask = own->mask;
	if (!mask ||
	    !bpf_cpumask_and(mask, (const struct cpumask *)cpus, p->cpus_ptr))
		return NULL;
	return (const struct cpumask *)mask;
}

/* Claims an idle CPU of a domain for a task, a whole core first; or -1. */
static s32 domain_claim_idle(struct mls_domain *domain,
			     const struct task_struct *p)
{
	const struct cpumask *allowed = domain_allowed(domain, p);
	s32 cpu;

	if (!allowed)
		return -1;
	cpu = scx_bpf_pick_idle_cpu(allowed, SCX_PICK_IDLE_CORE);
	if (cpu >= 0)
		return cpu;
	cpu = scx_bpf_pick_idle_cpu(allowed, 0);
	return cpu >= 0 ? cpu : -1;
}

/* Wakes one idle CPU of a domain that may run the task; false: none. */
static bool domain_kick_idle(struct mls_domain *domain,
			     const struct task_struct *p)
{
	s32 cpu = domain_claim_idle(domain, p);

	if (cpu < 0)
		return false;
	scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
	return true;
}

static bool domain_has_idle(struct mls_domain *domain,
			    const struct task_struct *p)
{
	const struct cpumask *allowed = domain_allowed(domain, p), *idle;
	bool has;

	if (!allowed)
		return false;
	idle = scx_bpf_get_idle_cpumask();
	has = bpf_cpumask_intersects(allowed, idle);
	scx_bpf_put_idle_cpumask(idle);
	return has;
}

/* Creates the masks of all domains; before the first task is scheduled. */
static s32 domain_init(u32 index)
{
	struct mls_domain *domain = domain_lookup(index);
	struct bpf_cpumask *mask;
	u32 cpu;

	if (!domain)
		return -1;
	mask = bpf_cpumask_create();
	if (!mask)
		return -12; /* ENOMEM */
	bpf_for (cpu, 0, mls_nr_cpu_ids)
		if (cpu_domain(cpu) == index)
			bpf_cpumask_set_cpu(cpu, mask);
	mask = bpf_kptr_xchg(&domain->cpus, mask);
	if (mask)
		bpf_cpumask_release(mask);
	return 0;
}

static s32 scratch_init(u32 cpu)
{
	struct mls_scratch *own = bpf_map_lookup_elem(&scratch, &cpu);
	struct bpf_cpumask *mask;

	if (!own)
		return -1;
	mask = bpf_cpumask_create();
	if (!mask)
		return -12; /* ENOMEM */
	mask = bpf_kptr_xchg(&own->mask, mask);
	if (mask)
		bpf_cpumask_release(mask);
	return 0;
}

#endif /* MLSCHED_DOMAIN_BPF_H */
