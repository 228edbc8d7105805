/* SPDX-License-Identifier: GPL-2.0 */
/* What the observer knows of tasks, processes and CPUs. */
#ifndef MLSCHED_OBSERVED_BPF_H
#define MLSCHED_OBSERVED_BPF_H

#include "domain_load.bpf.h"
#include "observe.h"

struct mls_observed_task {
	u32 weight;	 /* as counted in load_domain; 0: not runnable */
	u16 load_domain; /* where its weight is counted */
	u16 ran_cpu;	 /* where it last ran */
	u32 moved;	 /* the kernel moves it across domains: it was asked */
	u32 padding;
	u64 waits_since_ns; /* CLOCK_MONOTONIC, ns: woke or left its CPU then */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct mls_observed_task);
} tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mls_observed);
} observed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MLS_OBSERVED_NAMES);
	__type(key, struct mls_process_name);
	__type(value, struct mls_observed);
} processes SEC(".maps");

/* Written by each CPU about itself; the sums are atomic. */
u8 cpu_is_idle[MLS_MAX_CPUS];
s32 domain_idle[MLS_MAX_DOMAINS];
s32 machine_idle;

static const struct mls_observed nothing;

static __always_inline void observe(enum mls_observed_counter which)
{
	u32 zero = 0;
	struct mls_observed *row = bpf_map_lookup_elem(&observed, &zero);

	if (row)
		row->counter[which]++;
}

/* The row of a task's process; NULL: the names are too many. */
static struct mls_observed *process_row(const struct task_struct *p)
{
	struct mls_process_name name = {};
	struct mls_observed *row;

	bpf_probe_read_kernel_str(name.text, sizeof(name.text),
				  p->group_leader->comm);
	row = bpf_map_lookup_elem(&processes, &name);
	if (row)
		return row;
	bpf_map_update_elem(&processes, &name, &nothing, BPF_NOEXIST);
	return bpf_map_lookup_elem(&processes, &name);
}

static __always_inline void observe_in(struct mls_observed *row,
				       enum mls_observed_counter which)
{
	observe(which);
	if (row)
		__sync_fetch_and_add(&row->counter[which], 1);
}

/* The CPU where a task is or last was; the field moved in 5.16. */
static __always_inline u32 task_cpu(const struct task_struct *p)
{
	if (bpf_core_field_exists(p->thread_info.cpu))
		return p->thread_info.cpu;
	return p->cpu;
}

static struct mls_observed_task *task_get(struct task_struct *p)
{
	struct mls_observed_task *task =
		bpf_task_storage_get(&tasks, (void *)p, 0, 0);

	if (task)
		return task;
	task = bpf_task_storage_get(&tasks, (void *)p, 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!task)
		count(MLS_LOOKUP_FAILED);
	else
		task->ran_cpu = task_cpu(p);
	return task;
}

/* Nice 0 is MLS_WEIGHT_ONE; the kernel's own scale has it at 1 << 20. */
static __always_inline u32 task_weight(const struct task_struct *p)
{
	u64 weight = (p->se.load.weight * MLS_WEIGHT_ONE) >> 20;

	return weight ?: 1;
}

/* How long a task has waited for a CPU, ns; 0: it is not runnable. */
static __always_inline u64 task_waited(const struct mls_observed_task *task)
{
	s64 waited = bpf_ktime_get_ns() - task->waits_since_ns;

	return task->weight && waited > 0 ? waited : 0;
}

/* The task is runnable in a domain, which may be news of either kind. */
static void task_runnable(const struct task_struct *p,
			  struct mls_observed_task *task, u32 domain)
{
	if (task->weight && task->load_domain == domain)
		return;
	if (task->weight)
		domain_load_drop(task->load_domain, task->weight);
	task->weight = task_weight(p);
	task->load_domain = domain;
	domain_load_add(domain, task->weight);
}

static void task_quiescent(struct mls_observed_task *task)
{
	if (!task->weight)
		return;
	domain_load_drop(task->load_domain, task->weight);
	task->weight = 0;
}

static __always_inline void note_idle(u32 cpu, u32 domain, bool idle)
{
	u8 *was = &cpu_is_idle[cpu & (MLS_MAX_CPUS - 1)];
	s32 change = idle ? 1 : -1;

	if (*was == idle)
		return;
	*was = idle;
	__sync_fetch_and_add(&machine_idle, change);
	__sync_fetch_and_add(&domain_idle[domain & (MLS_MAX_DOMAINS - 1)],
			     change);
}

/* Idle CPUs, with one that is about to be and is not marked so; or -1. */
static u32 idle_cpus(s32 also_idle)
{
	s32 nr = machine_idle;

	if (also_idle >= 0 && !cpu_is_idle[also_idle & (MLS_MAX_CPUS - 1)])
		nr++;
	if (nr < 0)
		return 0;
	return (u32)nr < mls_nr_online ? nr : mls_nr_online;
}

#endif /* MLSCHED_OBSERVED_BPF_H */
