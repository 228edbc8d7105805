/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Liveness: by weight alone a light task could wait for minutes among heavy
 * ones, or behind tasks that are born faster than their queue's clock advances,
 * and the kernel ejects a scheduler that lets a task wait for its timeout. It
 * may also hold a lock that others wait for, as khugepaged does of processes.
 */
#ifndef MLSCHED_RESCUE_BPF_H
#define MLSCHED_RESCUE_BPF_H

#include "queue.bpf.h"

#define MLS_RESCUE_TASKS   1024		 /* of a queue, looked at each time */
#define MLS_STARVE_MOST_NS 5000000000ull /* a quarter of the timeout */

/* The time that is too long: where many wait, their turns are no starvation. */
static u64 starve_bound(s32 nr_queued)
{
	u64 bound = mls_starve_bound_ns + nr_queued * mls_slice_ns;

	return bound < MLS_STARVE_MOST_NS ? bound : MLS_STARVE_MOST_NS;
}

/*
 * Tasks that wait too long come next on their CPU, and their debt is forgiven:
 * they must not take the queue's clock along. Those at the tail are behind
 * everybody, so the walk starts there.
 */
static void rescue_queue(u64 dsq, u64 now_ns)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	s32 nr_queued = scx_bpf_dsq_nr_queued(dsq);
	u64 bound;
	u32 i;

	if (nr_queued <= 0)
		return;
	bound = starve_bound(nr_queued);
	if (bpf_iter_scx_dsq_new(&it, dsq, SCX_DSQ_ITER_REV))
		goto out;
	bpf_for (i, 0, MLS_RESCUE_TASKS) {
		struct mls_task *task;
		u64 *clock;
		s32 cpu;

		p = bpf_iter_scx_dsq_next(&it);
		if (!p)
			break;
		task = task_lookup(p);
		if (!task ||
		    (s64)(now_ns - task->queued_since_ns) <= (s64)bound)
			continue;
		/* benign if another CPU takes it now: it waited all the same */
		clock = queue_clock(task->queue);
		if (clock)
			task->vtime = *clock;
		cpu = scx_bpf_task_cpu(p);
		if (!dsq_move(&it, p, SCX_DSQ_LOCAL_ON | cpu))
			continue;
		count(MLS_RESCUED);
		scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
	}
out:
	bpf_iter_scx_dsq_destroy(&it);
}

/* When the queues are looked through next; the timer's alone. */
u64 rescue_due_ns;

/* Looks through all queues, four times in the time that is too long. */
static void rescue_all(void)
{
	u64 now = bpf_ktime_get_ns();
	u32 i;

	if ((s64)(now - rescue_due_ns) < 0)
		return;
	rescue_due_ns = now + mls_starve_bound_ns / 4;
	bpf_for (i, 0, mls_nr_domains)
		rescue_queue(i, now);
	bpf_for (i, 0, mls_nr_cpu_ids)
		rescue_queue(cpu_dsq(i), now);
}

#endif /* MLSCHED_RESCUE_BPF_H */
