/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of each task, and the bookkeeping of its migrations. */
#ifndef MLSCHED_TASK_BPF_H
#define MLSCHED_TASK_BPF_H

#include "cpu.bpf.h"
#include "domain_load.bpf.h"
#include "group.bpf.h"

#define MLS_NO_CANDIDATE NR_MLS_CANDIDATE_KINDS
#define MLS_BRIEF_MOST	 4 /* see task_is_brief() */

struct mls_task {
	u64 vtime; /* weighted ns, on the clock of the queue it is in */
	u64 running_since_ns; /* CLOCK_MONOTONIC, ns; 0: not running */
	u64 queued_since_ns;  /* CLOCK_MONOTONIC, ns; 0: not waiting */
	u64 stopped_ns;	      /* when it last ran, CLOCK_MONOTONIC, ns */
	u64 woke_ns;	   /* when it last woke another, CLOCK_MONOTONIC, ns */
	u64 asked_ns;	   /* when it last was to follow its waker */
	u64 kept_since_ns; /* since when it is kept beside idle CPUs; 0: not */
	u32 weight;	   /* as counted in load_domain; 0: not counted */
	u16 own_weight;	   /* then: its own, without its group's */
	u16 group;	   /* index of its control group */
	u16 load_domain;   /* where its weight is counted */
	u16 ran_domain;	   /* where it last ran */
	u16 moving_to;	   /* the domain a verdict sends it to */
	u16 moving_kind;   /* enum mls_candidate_kind or MLS_NO_CANDIDATE */
	u16 queue;	   /* the CPU on whose queue's clock vtime is */
	u16 waits_on;	   /* the CPU in whose queue it is, or MLS_NO_CPU */
	u8 wakes; /* others it woke with the sync flag since it last slept */
	u8 brief; /* 0 – MLS_BRIEF_MOST: how often it slept soon after one */
	u8 waits_free; /* others may take it from there */
	u8 woken_sync; /* by a task, with the sync flag */
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

/* Nice 0 is MLS_WEIGHT_ONE, shifted by MLS_WEIGHT_SHIFT; at least 1. */
static u32 task_weight_fp(const struct task_struct *p,
			  const struct mls_task *task)
{
	u32 weight = p->scx.weight ?: 1;

	return mls_cgroups ? group_weight_fp(task->group, weight)
			   : weight << MLS_WEIGHT_SHIFT;
}

/* What a time of running adds to the virtual time of a task of this weight. */
static __always_inline u64 weighted(u64 ns, u32 weight_fp)
{
	return ns * (MLS_WEIGHT_ONE << MLS_WEIGHT_SHIFT) / (weight_fp ?: 1);
}

/* It is no longer runnable. */
static void task_load_none(struct mls_task *task)
{
	if (!task->weight)
		return;
	domain_load_drop(task->load_domain, task->weight);
	if (mls_cgroups)
		group_add(task->group, -(s32)task->own_weight);
	task->weight = 0;
}

/* It is runnable, and its weight counts in this domain from now on. */
static void task_load_to(const struct task_struct *p, struct mls_task *task,
			 u32 domain)
{
	u32 own = p->scx.weight ?: 1;

	if (task->weight && task->own_weight == own &&
	    task->load_domain == domain)
		return;
	task_load_none(task);
	if (mls_cgroups)
		group_add(task->group, own);
	task->own_weight = own;
	task->weight = task_weight_fp(p, task) >> MLS_WEIGHT_SHIFT ?: 1;
	task->load_domain = domain;
	domain_load_add(domain, task->weight);
}

/* It is no longer in a queue. */
static void task_waits_no_more(struct mls_task *task)
{
	if (task->waits_on == MLS_NO_CPU)
		return;
	queue_length_add(task->waits_on, -1);
	if (task->waits_free)
		domain_add_waiting(cpu_domain(task->waits_on), -1);
	task->waits_on = MLS_NO_CPU;
}

/* It is in the queue of a CPU, free: from where others may take it. */
static void task_waits_on(struct mls_task *task, u32 cpu, bool free)
{
	if (task->waits_on == cpu && task->waits_free == free)
		return;
	task_waits_no_more(task);
	queue_length_add(cpu, 1);
	if (free)
		domain_add_waiting(cpu_domain(cpu), 1);
	task->waits_on = cpu;
	task->waits_free = free;
}

static __always_inline bool task_is_hot(const struct mls_task *task, u64 now_ns)
{
	return (s64)(now_ns - task->stopped_ns) < (s64)mls_hot_ns;
}

/* How long it has waited in a queue, ns. */
static __always_inline u64 task_waited(const struct mls_task *task, u64 now_ns)
{
	s64 waited = now_ns - task->queued_since_ns;

	return task->queued_since_ns && waited > 0 ? waited : 0;
}

/*
 * Whether a moment is so long ago that who has been kept beside idle CPUs since
 * then must move. These look at every tick, not always at the right queue, and
 * the next tick but one would be too late.
 */
static __always_inline bool kept_too_long(u64 since_ns, u64 now_ns)
{
	return (s64)(now_ns - since_ns) >
	       (s64)(mls_wait_bound_ns - 2 * mls_tick_ns);
}

static __always_inline bool task_kept_too_long(const struct mls_task *task,
					       u64 now_ns)
{
	return (task->kept_since_ns &&
		kept_too_long(task->kept_since_ns, now_ns)) ||
	       (task->queued_since_ns &&
		kept_too_long(task->queued_since_ns, now_ns));
}

/* Whether it lately did sleep soon after it had woken just one other. */
static __always_inline bool task_is_brief(u8 brief)
{
	return brief >= MLS_BRIEF_MOST / 2;
}

/* What a running task has run since the last time adds to its virtual time. */
static void task_charge(const struct task_struct *p, struct mls_task *task)
{
	u64 now = bpf_ktime_get_ns();
	s64 ran = now - task->running_since_ns;

	if (task->running_since_ns && ran > 0)
		task->vtime += weighted(ran, task_weight_fp(p, task));
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
