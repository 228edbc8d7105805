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

struct mls_queue_head {
	u64 since_ns; /* in the queue since then, CLOCK_MONOTONIC, ns */
	u64 vtime;    /* weighted ns, on the queue's clock */
};

/* The task that is next in a queue; false: there is none. */
static bool queue_head(u64 dsq, struct mls_queue_head *head)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	struct mls_task *task = NULL;

	if (!bpf_iter_scx_dsq_new(&it, dsq, 0)) {
		p = bpf_iter_scx_dsq_next(&it);
		task = p ? task_lookup(p) : NULL;
		if (task) {
			head->since_ns = task->queued_since_ns;
			head->vtime = task->vtime;
		}
	}
	bpf_iter_scx_dsq_destroy(&it);
	return task;
}

/* What a CPU does when its task's slice has ended. */
enum mls_turn {
	MLS_TURN_NONE,	  /* both its queues are empty */
	MLS_TURN_GOES_ON, /* the running task is first by virtual time */
	MLS_TURN_TAKEN,	  /* another one has been taken from a queue */
};

/*
 * Finds the next task for a CPU in its own and its domain's queue, whichever
 * head has waited longer: neither can starve the other, whatever their clocks.
 * The running task, or NULL, is in neither, so it is compared here: were it
 * not, two tasks would take turns whatever their weights.
 */
static enum mls_turn queue_consume(s32 cpu, u32 domain,
				   const struct mls_task *running)
{
	struct mls_queue_head own = {}, next = {};
	u32 queue = domain;
	bool has_own, has_next;

	has_own = scx_bpf_dsq_nr_queued(cpu_dsq(cpu)) > 0 &&
		  queue_head(cpu_dsq(cpu), &own);
	has_next = (has_own || running) && scx_bpf_dsq_nr_queued(domain) > 0 &&
		   queue_head(domain, &next);
	if (has_own && (!has_next || own.since_ns <= next.since_ns)) {
		queue = MLS_CPU_QUEUE | cpu;
		next = own;
		has_next = true;
	}
	if (running && has_next && running->queue == queue &&
	    (s64)(running->vtime - next.vtime) < 0)
		return MLS_TURN_GOES_ON;
	if (dsq_move_to_local(queue_dsq(queue)))
		return MLS_TURN_TAKEN;
	/* another CPU was faster, or none of them may run here */
	if (has_own &&
	    dsq_move_to_local(queue == domain ? cpu_dsq(cpu) : domain))
		return MLS_TURN_TAKEN;
	return MLS_TURN_NONE;
}

/* A task starts to run: its queue's clock follows. */
static void queue_advance(const struct mls_task *task)
{
	u64 *clock = queue_clock(task->queue);

	if (clock && (s64)(task->vtime - *clock) > 0)
		*clock = task->vtime;
}

#endif /* MLSCHED_QUEUE_BPF_H */
