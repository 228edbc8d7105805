/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of CPUs: those of each domain, and which of them are idle. */
#ifndef MLSCHED_MASK_BPF_H
#define MLSCHED_MASK_BPF_H

#include "config.bpf.h"
#include "kernel.bpf.h"

struct mls_mask {
	struct bpf_cpumask __kptr *mask;
};

/* Online CPUs of each domain; made at init, then only read. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MLS_MAX_DOMAINS);
	__type(key, u32);
	__type(value, struct mls_mask);
} domain_masks SEC(".maps");

/* One for each CPU to compute in: ops run with interrupts off. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MLS_MAX_CPUS);
	__type(key, u32);
	__type(value, struct mls_mask);
} scratch SEC(".maps");

static __always_inline bool task_may_use(const struct task_struct *p, s32 cpu)
{
	return bpf_cpumask_test_cpu(cpu, p->cpus_ptr);
}

/* On a busy machine the one question that spares all the others. */
static bool any_cpu_idle(void)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();
	bool any = !bpf_cpumask_empty(idle);

	scx_bpf_put_idle_cpumask(idle);
	return any;
}

static bool core_is_idle(s32 cpu)
{
	const struct cpumask *idle = scx_bpf_get_idle_smtmask();
	bool is_idle = bpf_cpumask_test_cpu(cpu, idle);

	scx_bpf_put_idle_cpumask(idle);
	return is_idle;
}

/*
 * The CPUs of a domain on which a task may run: the domain's own mask, or the
 * intersection in this CPU's scratch mask. NULL: none.
 */
static __always_inline const struct cpumask *
domain_allowed(u32 domain, const struct task_struct *p)
{
	struct mls_mask *all = bpf_map_lookup_elem(&domain_masks, &domain);
	u32 cpu = bpf_get_smp_processor_id();
	struct bpf_cpumask *cpus, *mask;
	struct mls_mask *own;

	cpus = all ? all->mask : NULL;
	if (!cpus)
		return NULL;
	/* an offline CPU counts, too, so that only all there can be are all */
	if ((u32)p->nr_cpus_allowed >= mls_nr_cpu_ids)
		return (const struct cpumask *)cpus;
	own = bpf_map_lookup_elem(&scratch, &cpu);
	mask = own ? own->mask : NULL;
	if (!mask ||
	    !bpf_cpumask_and(mask, (const struct cpumask *)cpus, p->cpus_ptr))
		return NULL;
	return (const struct cpumask *)mask;
}

/* Claims an idle CPU of a domain for a task, a whole core first; or -1. */
static s32 domain_claim_idle(u32 domain, const struct task_struct *p)
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
static bool domain_kick_idle(u32 domain, const struct task_struct *p)
{
	s32 cpu = domain_claim_idle(domain, p);

	if (cpu < 0)
		return false;
	scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
	return true;
}

static bool domain_has_idle(u32 domain, const struct task_struct *p)
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

/* Puts a new, empty mask in its place; 0 or an errno. */
static __always_inline s32 mask_create(struct mls_mask *place)
{
	struct bpf_cpumask *mask;

	if (!place)
		return -ENOENT;
	mask = bpf_cpumask_create();
	if (!mask)
		return -ENOMEM;
	mask = bpf_kptr_xchg(&place->mask, mask);
	if (mask)
		bpf_cpumask_release(mask);
	return 0;
}

static s32 scratch_init(u32 cpu)
{
	return mask_create(bpf_map_lookup_elem(&scratch, &cpu));
}

/* Before the first task is scheduled. */
static s32 domain_mask_init(u32 domain)
{
	struct mls_mask *place = bpf_map_lookup_elem(&domain_masks, &domain);
	struct bpf_cpumask *mask;
	s32 error = mask_create(place);
	u32 cpu;

	if (error || !place)
		return error;
	bpf_rcu_read_lock();
	mask = place->mask;
	bpf_for (cpu, 0, mls_nr_cpu_ids)
		if (mask && cpu_domain(cpu) == domain)
			bpf_cpumask_set_cpu(cpu, mask);
	bpf_rcu_read_unlock();
	return 0;
}

#endif /* MLSCHED_MASK_BPF_H */
