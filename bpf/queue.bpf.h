/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queues: one for each CPU, in order of weighted virtual time.
 *
 *	DSQ id (bit 63 marks the kernel's own)     order
 *	0x10000 + cpu      the CPU's queue         virtual time; from here tasks
 *	                                           are taken, stolen and pulled
 *	SCX_DSQ_LOCAL_ON   what runs next there    as it came; decided, and
 *	  | cpu                                    nobody takes it away again
 *
 * Only this file knows the ids. A task waits where it last ran.
 *
 * Each queue has a clock: the furthest virtual time at which a task of it
 * started. It is where tasks that slept come in. A queue's clock and its shift
 * make the domain's time: a task that is taken to another queue of its domain
 * keeps its place in that, and with it how far it is ahead or behind, so
 * weights hold across queues. A crowded queue falls behind the others by up to
 * mls_level_ns before these take from it; one of tasks that may not leave does
 * so for good, which is why nothing in a queue is compared with another one.
 * Between domains only the distance to the queue's clock is kept.
 */
#ifndef MLSCHED_QUEUE_BPF_H
#define MLSCHED_QUEUE_BPF_H

#include "cpu.bpf.h"
#include "kernel.bpf.h"
#include "task.bpf.h"

#define MLS_CPU_QUEUES 0x10000ull /* DSQ id of CPU 0's queue */

static __always_inline u64 cpu_dsq(u32 cpu)
{
	return MLS_CPU_QUEUES + cpu;
}

static __always_inline s32 queue_init(u32 cpu)
{
	return scx_bpf_create_dsq(cpu_dsq(cpu), -1);
}

/* Whether nothing of ours runs on a CPU, nor a higher class that took it. */
static bool cpu_is_vacant(u32 cpu)
{
	struct mls_cpu *own = cpu_lookup(cpu);

	return own && !own->since_ns && !own->taken;
}

/*
 * The slice of a task that starts on a CPU: the more wait, the shorter, so that
 * a wake-up waits for one slice and a round stays short.
 */
static u64 slice_on(u32 cpu)
{
	u64 slice = mls_slice_ns, nr = queue_length(cpu);

	if (nr >= 2)
		slice = mls_slice_ns * 2 / (nr + 1);
	return slice > mls_slice_min_ns ? slice : mls_slice_min_ns;
}

/*
 * A task has run here at once for so long. It is more than a slice where the
 * CPU itself is taken away, as a virtual machine's is.
 */
static void queue_note_turn(struct mls_cpu *own, u64 ran_ns)
{
	u32 ran_us = ran_ns < 1000000000ull ? ran_ns / 1000 : 1000000;
	u32 most = own->turn_us;

	if (ran_ns < mls_slice_ns / 4)
		return; /* it slept before its turn had ended */
	own->turn_us = ran_us > most ? ran_us : most - (most - ran_us) / 16;
}

/* How far a task may be ahead of the others of its queue. */
static u64 lead_most(u32 weight_fp)
{
	u64 slice = weighted(mls_slice_ns, weight_fp);

	return slice > 2 * mls_level_ns ? slice : 2 * mls_level_ns;
}

static __always_inline void clamp_vtime(struct mls_task *task, u64 clock,
					u64 behind, u64 ahead)
{
	if ((s64)(task->vtime - (clock - behind)) < 0)
		task->vtime = clock - behind;
	if ((s64)(task->vtime - (clock + ahead)) > 0)
		task->vtime = clock + ahead;
}

/* A queue's clock in the time of its domain. */
static __always_inline u64 queue_present(const struct mls_cpu *own)
{
	return own->vtime + own->shift;
}

/* A queue that nobody used meanwhile takes part in the domain's present. */
static void queue_refresh(u32 cpu, struct mls_cpu *own)
{
	struct mls_domain *domain;

	if (own->since_ns || queue_length(cpu))
		return;
	domain = domain_lookup(cpu_domain(cpu));
	if (domain && (s64)(domain->vtime - queue_present(own)) > 0)
		own->shift = domain->vtime - own->vtime;
}

/*
 * A task that slept, or comes from another domain, comes into a queue. However
 * long it slept, its credit is one slice; however greedy it was, its debt is
 * one at its own weight.
 */
static void queue_join(const struct task_struct *p, struct mls_task *task,
		       u32 cpu)
{
	struct mls_cpu *to = cpu_lookup(cpu), *from;

	if (!to)
		return;
	queue_refresh(cpu, to);
	if (task->queue != cpu) {
		from = cpu_lookup(task->queue);
		if (from)
			task->vtime += to->vtime - from->vtime;
		task->queue = cpu;
	}
	clamp_vtime(task, to->vtime, mls_slice_ns,
		    weighted(mls_slice_ns, task_weight_fp(p, task)));
}

/* A task that was runnable all along comes into a queue. */
static void queue_rejoin(const struct task_struct *p, struct mls_task *task,
			 u32 cpu)
{
	struct mls_cpu *to = cpu_lookup(cpu), *from;

	if (task->queue == cpu)
		return;
	from = cpu_lookup(task->queue);
	if (!to || !from || cpu_domain(task->queue) != cpu_domain(cpu)) {
		queue_join(p, task, cpu);
		return;
	}
	task->queue = cpu;
	if (!to->since_ns && !queue_length(cpu)) {
		to->vtime = task->vtime; /* nobody to compare it with */
		to->shift = from->shift;
		return;
	}
	task->vtime += from->shift - to->shift;
	clamp_vtime(task, to->vtime, lead_most(task_weight_fp(p, task)),
		    lead_most(task_weight_fp(p, task)));
}

/*
 * A task has another weight than when it was last counted: what it is ahead or
 * behind is that much of its share, so it is worth more or less time now.
 */
static void queue_reweigh(const struct task_struct *p, struct mls_task *task)
{
	struct mls_cpu *at = cpu_lookup(task->queue);
	u64 from = task->own_weight, to = p->scx.weight ?: 1;

	if (!at || from == to)
		return;
	if ((s64)(task->vtime - at->vtime) > 0)
		task->vtime = at->vtime + (task->vtime - at->vtime) * from / to;
	else
		task->vtime = at->vtime - (at->vtime - task->vtime) * from / to;
}

/*
 * A task waits in a CPU's queue, where it has been placed; free: others may
 * take it from there.
 */
static void queue_insert(struct task_struct *p, struct mls_task *task, u32 cpu,
			 bool free, u64 flags)
{
	/* set anew only after it ran: a bound on waiting outlives a requeue */
	if (!task->queued_since_ns)
		task->queued_since_ns = bpf_ktime_get_ns();
	dsq_insert_vtime(p, cpu_dsq(cpu), slice_on(cpu), task->vtime, flags);
	task_waits_on(task, cpu, free);
}

/* The virtual time of the task that is next in a queue; false: none. */
static bool queue_head(u32 cpu, u64 *vtime)
{
	struct bpf_iter_scx_dsq it;
	struct mls_task *task = NULL;
	struct task_struct *p;

	if (!bpf_iter_scx_dsq_new(&it, cpu_dsq(cpu), 0)) {
		p = bpf_iter_scx_dsq_next(&it);
		task = p ? task_lookup(p) : NULL;
		if (task)
			*vtime = task->vtime;
	}
	bpf_iter_scx_dsq_destroy(&it);
	return task;
}

/*
 * Takes the next task for a CPU from its own queue; false: it is empty, or the
 * running task, which is not in it and may be NULL, is first by virtual time.
 */
static bool queue_take(u32 cpu, const struct mls_task *running)
{
	u64 next;

	if (!queue_length(cpu))
		return false;
	if (running && queue_head(cpu, &next) &&
	    (s64)(running->vtime - next) < 0)
		return false;
	return dsq_move_to_local(cpu_dsq(cpu));
}

/*
 * A task starts to run on a CPU, or goes on: the clock follows, and where
 * others wait, the domain's too.
 */
static void queue_advance(struct mls_cpu *own, u32 cpu,
			  const struct mls_task *task)
{
	struct mls_domain *domain;

	own->running_vtime = task->vtime;
	/* not back with one that slept: each would come in before the last */
	if ((s64)(task->vtime - own->vtime) > 0)
		own->vtime = task->vtime;
	if (!queue_length(cpu))
		return;
	domain = domain_lookup(cpu_domain(cpu));
	/* a hint that all CPUs share is written only where it changes much */
	if (domain &&
	    (s64)(queue_present(own) - domain->vtime) > (s64)mls_slice_min_ns)
		domain->vtime = queue_present(own);
}

/* A task goes on as nobody waits for its CPU. */
static void queue_go_on(struct task_struct *p, struct mls_task *task, u32 cpu)
{
	struct mls_cpu *own = cpu_lookup(cpu);

	if (!own)
		return;
	queue_advance(own, cpu, task);
	own->since_ns = task->running_since_ns;
	task_set_slice(p, slice_on(cpu));
}

/*
 * Whether a task that wakes is so far behind the running one that it is next.
 * What another task sends with the sync flag is the less urgent: while many
 * send to each other, it would cost two switches for each message.
 */
static bool queue_preempts(const struct mls_task *task, u32 cpu)
{
	struct mls_cpu *own = cpu_lookup(cpu);
	u64 since = own ? own->since_ns : 0, ran;

	if (!since)
		return false;
	ran = bpf_ktime_get_ns() - since;
	if ((s64)ran < (s64)(task->woken_sync ? mls_protect_ns : mls_hot_ns))
		return false;
	return (s64)(own->running_vtime + weighted(ran, own->weight_fp) -
		     task->vtime) > (s64)mls_preempt_ns;
}

#endif /* MLSCHED_QUEUE_BPF_H */
