/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Liveness: by weight alone a light task could wait for minutes among heavy
 * ones, and the kernel ejects a scheduler that lets a task wait for its
 * timeout. It may also hold a lock that others wait for, as khugepaged does of
 * processes.
 */
#ifndef MLSCHED_RESCUE_BPF_H
#define MLSCHED_RESCUE_BPF_H

#include "steal.bpf.h"

#define MLS_RESCUE_LOOKS   1024		 /* tasks of a queue, each time */
#define MLS_RESCUE_TASKS   8		 /* of these, made next each time */
#define MLS_STARVE_MOST_NS 5000000000ull /* a quarter of the timeout */

/*
 * The time that is too long: where many wait, or the CPU is not always ours,
 * turns by weight are no starvation.
 */
static u64 starve_bound(const struct mls_cpu *own, u32 nr_queued)
{
	u64 turn = own->turn_us * 1000ull, bound;

	turn = turn > 2 * mls_slice_ns ? 2 * turn : mls_slice_ns;
	bound = mls_starve_bound_ns + (nr_queued + 1) * turn;

	return bound < MLS_STARVE_MOST_NS ? bound : MLS_STARVE_MOST_NS;
}

/* Where a task that waits too long runs next: not where a higher class does. */
static s32 rescue_to(const struct task_struct *p, u32 cpu,
		     const struct mls_cpu *own)
{
	if (!own->taken || !task_can_migrate(p))
		return cpu;
	return shortest_queue(p, cpu_domain(cpu), cpu + 1);
}

/* What is left of MLS_RESCUE_TASKS; in memory for the verifier. The timer's. */
u32 rescue_left;

/*
 * Tasks that wait too long come next on their CPU, a few at a time, and their
 * debt is forgiven: they must not take the queue's clock along. Those at the
 * tail are behind everybody, so the walk starts there.
 */
static void rescue_queue(u32 cpu, u64 now_ns)
{
	struct mls_cpu *own = cpu_lookup(cpu);
	u32 nr_queued = queue_length(cpu), i;
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	u64 bound;

	if (!own || !nr_queued)
		return;
	bound = starve_bound(own, nr_queued);
	rescue_left = MLS_RESCUE_TASKS;
	if (bpf_iter_scx_dsq_new(&it, cpu_dsq(cpu), SCX_DSQ_ITER_REV))
		goto out;
	bpf_for (i, 0, MLS_RESCUE_LOOKS) {
		struct mls_task *task;
		s32 to;

		p = bpf_iter_scx_dsq_next(&it);
		if (!p || !rescue_left)
			break;
		task = task_lookup(p);
		if (!task ||
		    (s64)(now_ns - task->queued_since_ns) <= (s64)bound)
			continue;
		/* benign if another CPU takes it now: it waited all the same */
		task->vtime = own->vtime;
		to = rescue_to(p, cpu, own);
		if (to < 0 || !dsq_move(&it, p, SCX_DSQ_LOCAL_ON | to))
			continue;
		rescue_left--;
		count(MLS_RESCUED);
		scx_bpf_kick_cpu(to, SCX_KICK_IDLE);
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
	u32 cpu;

	if ((s64)(now - rescue_due_ns) < 0)
		return;
	rescue_due_ns = now + mls_starve_bound_ns / 4;
	bpf_for (cpu, 0, mls_nr_cpu_ids)
		rescue_queue(cpu, now);
}

#endif /* MLSCHED_RESCUE_BPF_H */
