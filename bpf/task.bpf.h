/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of each task, and the bookkeeping of its migrations. */
#ifndef MLSCHED_TASK_BPF_H
#define MLSCHED_TASK_BPF_H

#include "decide.bpf.h"

#define MLS_NO_CANDIDATE NR_MLS_CANDIDATE_KINDS

struct mls_task {
	u64 vtime; /* weighted ns, on the clock of the queue it is in */
	u64 running_since_ns; /* CLOCK_MONOTONIC, ns */
	u64 queued_since_ns;  /* CLOCK_MONOTONIC, ns; 0: not in a queue */
	u32 weight;	      /* as counted in load_domain; 0: not runnable */
	u16 load_domain;      /* where its weight is counted */
	u16 ran_domain;	      /* where it last ran */
	u16 moving_to;	      /* the domain a verdict sends it to */
	u16 moving_kind;      /* enum mls_candidate_kind or MLS_NO_CANDIDATE */
	u16 queue; /* of which clock vtime is: a domain, or MLS_CPU_QUEUE */
	u16 padding[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct mls_task);
} tasks SEC(".maps");

static __always_inline struct mls_task *task_lookup(struct task_struct *p)
{
	struct mls_task *task = bpf_task_storage_get(&tasks, (void *)p, 0, 0);

	if (!task)
		count(MLS_LOOKUP_FAILED);
	return task;
}

/*
 * The tracing prolog itself disables migration on some kernels, which for the
 * current task looks the same as its own doing; the loader's probe tells.
 */
volatile bool mls_prolog_disables_migration = false;

/* False also where it cannot be known: such a task just stays. */
static __always_inline bool task_can_migrate(const struct task_struct *p)
{
	u32 disabled = 0;

	if (bpf_core_field_exists(p->migration_disabled))
		disabled = p->migration_disabled;
	if (disabled && mls_prolog_disables_migration &&
	    (void *)bpf_get_current_task_btf() == (void *)p)
		disabled--;
	return p->nr_cpus_allowed > 1 && !disabled;
}

static __always_inline bool task_may_use(const struct task_struct *p, s32 cpu)
{
	return bpf_cpumask_test_cpu(cpu, p->cpus_ptr);
}

/* Its weight counts in another domain from now on. */
static void task_load_to(struct mls_task *task, u32 domain)
{
	if (task->load_domain == domain || !task->weight)
		return;
	domain_load_drop(task->load_domain, task->weight);
	domain_load_add(domain, task->weight);
	task->load_domain = domain;
}

/* What a running task has run since the last time adds to its virtual time. */
static void task_charge(const struct task_struct *p, struct mls_task *task)
{
	u64 now = bpf_ktime_get_ns(), weight = p->scx.weight ?: 1;
	s64 ran = now - task->running_since_ns;

	if (task->running_since_ns && ran > 0)
		task->vtime += (u64)ran * MLS_WEIGHT_ONE / weight;
	task->running_since_ns = now;
}

/* A verdict sends the task to a domain; counted once it runs there. */
static void task_send(struct mls_task *task, enum mls_candidate_kind kind,
		      u32 domain)
{
	task->moving_kind = kind;
	task->moving_to = domain;
}

/* The verdict came to nothing. */
static void task_lapse(struct mls_task *task)
{
	if (task->moving_kind == MLS_NO_CANDIDATE)
		return;
	count_candidate(task->moving_kind, MLS_LAPSED);
	task->moving_kind = MLS_NO_CANDIDATE;
}

/* It runs in a domain: sent there, strayed there, or still at home. */
static void task_arrived(struct mls_task *task, u32 domain)
{
	bool moved = domain != task->ran_domain;

	task->ran_domain = domain;
	if (moved && task->moving_kind != MLS_NO_CANDIDATE &&
	    task->moving_to == domain) {
		count_candidate(task->moving_kind, MLS_EXECUTED);
		task->moving_kind = MLS_NO_CANDIDATE;
		return;
	}
	task_lapse(task);
	if (moved)
		count(MLS_STRAYED);
}

#endif /* MLSCHED_TASK_BPF_H */
