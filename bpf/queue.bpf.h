/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Queues in order of weighted virtual time: one for each domain, and one for
 * each CPU's pinned tasks. Each has a clock of its own, the furthest virtual
 * time that has run from it, so that pinned tasks which share one CPU keep
 * their weights however fast the rest of the domain advances.
 */
#ifndef MLSCHED_QUEUE_BPF_H
#define MLSCHED_QUEUE_BPF_H

#include "task.bpf.h"

#define MLS_CPU_QUEUE	  0x8000u    /* in mls_task.queue, with the CPU id */
#define MLS_CPU_QUEUE_DSQ 0x10000ull /* first DSQ id of the CPUs' queues */

struct mls_clock {
	u64 vtime; /* weighted ns; racy: a hint */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MLS_MAX_CPUS);
	__type(key, u32);
	__type(value, struct mls_clock);
} cpu_clocks SEC(".maps");

static __always_inline u64 cpu_dsq(u32 cpu)
{
	return MLS_CPU_QUEUE_DSQ + cpu;
}

static __always_inline u64 queue_dsq(u32 queue)
{
	return queue & MLS_CPU_QUEUE ? cpu_dsq(queue & ~MLS_CPU_QUEUE) : queue;
}

static u64 *queue_clock(u32 queue)
{
	if (queue & MLS_CPU_QUEUE) {
		u32 cpu = queue & ~MLS_CPU_QUEUE;
		struct mls_clock *clock =
			bpf_map_lookup_elem(&cpu_clocks, &cpu);

		return clock ? &clock->vtime : NULL;
	} else {
		struct mls_domain *domain = domain_lookup(queue);

		return domain ? &domain->vtime : NULL;
	}
}

/* Keeps a task's lead or lag when it changes to another queue's clock. */
static void queue_rebase(struct mls_task *task, u32 queue)
{
	u64 *from, *to;

	if (task->queue == queue)
		return;
	from = queue_clock(task->queue);
	to = queue_clock(queue);
	if (from && to)
		task->vtime += *to - *from;
	task->queue = queue;
}

/*
 * Places a task on a queue's clock. However long it slept, its credit is one
 * slice; however greedy it was elsewhere, its debt is one at its own weight.
 */
static void queue_place(const struct task_struct *p, struct mls_task *task,
			u32 queue)
{
	u64 weight = p->scx.weight ?: 1;
	u64 debt = mls_slice_ns * MLS_WEIGHT_ONE / weight;
	bool moved = task->queue != queue;
	u64 *clock;

	queue_rebase(task, queue);
	clock = queue_clock(queue);
	if (!clock)
		return;
	if ((s64)(task->vtime - (*clock - mls_slice_ns)) < 0)
		task->vtime = *clock - mls_slice_ns;
	if (moved && (s64)(task->vtime - (*clock + debt)) > 0)
		task->vtime = *clock + debt;
}

static void queue_insert(struct task_struct *p, struct mls_task *task,
			 u32 queue, u64 flags)
{
	queue_place(p, task, queue);
	task->queued_since_ns = bpf_ktime_get_ns();
	dsq_insert_vtime(p, queue_dsq(queue), mls_slice_ns, task->vtime, flags);
}

/* Since when the head of a queue has waited, CLOCK_MONOTONIC ns; 0: empty. */
static u64 queue_head_since(u64 dsq)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	struct mls_task *task;
	u64 since = 0;

	if (!bpf_iter_scx_dsq_new(&it, dsq, 0)) {
		p = bpf_iter_scx_dsq_next(&it);
		task = p ? task_lookup(p) : NULL;
		if (task)
			since = task->queued_since_ns;
	}
	bpf_iter_scx_dsq_destroy(&it);
	return since;
}

/*
 * Takes the next task for a CPU from its own and its domain's queue, whichever
 * head has waited longer: neither can starve the other, whatever their clocks.
 */
static bool queue_consume(s32 cpu, u32 domain)
{
	u64 own = cpu_dsq(cpu);

	if (scx_bpf_dsq_nr_queued(own) > 0) {
		if (scx_bpf_dsq_nr_queued(domain) > 0 &&
		    queue_head_since(domain) < queue_head_since(own) &&
		    dsq_move_to_local(domain))
			return true;
		if (dsq_move_to_local(own))
			return true;
	}
	return dsq_move_to_local(domain);
}

/* A task starts to run: its queue's clock follows. */
static void queue_advance(const struct mls_task *task)
{
	u64 *clock = queue_clock(task->queue);

	if (clock && (s64)(task->vtime - *clock) > 0)
		*clock = task->vtime;
}

#endif /* MLSCHED_QUEUE_BPF_H */
