/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the queues of one domain nobody is asked: an idle CPU takes who has
 * waited longest, and a CPU that is far ahead takes from one that is behind.
 */
#ifndef MLSCHED_STEAL_BPF_H
#define MLSCHED_STEAL_BPF_H

#include "mask.bpf.h"
#include "queue.bpf.h"

#define MLS_STEAL_LOOKS	   16  /* queues whose length is looked at */
#define MLS_STEAL_TASKS	   64  /* tasks of a queue that are looked at */
#define MLS_FORGET_LOOKS   128 /* see queue_sync() */
#define MLS_SHORTEST_LOOKS 3   /* queues compared for a task that wakes */

/*
 * Whether a task may be taken from the caches where it just ran, by a CPU that
 * else is idle: not while it is hot, but then soon, so that nobody waits for
 * its cache to cool when each look finds it hot again.
 */
static bool task_cooled(struct mls_task *task, u64 now_ns)
{
	if (!task_is_hot(task, now_ns))
		return true;
	if (!task->kept_since_ns)
		task->kept_since_ns = now_ns;
	return task_kept_too_long(task, now_ns);
}

/* The first task of a queue that may come to a CPU; NULL: none. */
static __always_inline struct mls_task *
first_that_may_come(struct bpf_iter_scx_dsq *it, s32 cpu)
{
	struct task_struct *p;
	u32 i;

	bpf_for (i, 0, MLS_STEAL_TASKS) {
		p = bpf_iter_scx_dsq_next(it);
		if (!p)
			break;
		if (task_can_migrate(p) && task_may_use(p, cpu))
			return task_lookup(p);
	}
	return NULL;
}

/*
 * Since when the first task of a queue that may come to an idle CPU waits; 0:
 * none, or it is still hot, or its own CPU will be free for it in a moment.
 */
static u64 queue_offer(u32 queue, s32 cpu, u64 now_ns)
{
	struct mls_cpu *its = cpu_lookup(queue);
	struct bpf_iter_scx_dsq it;
	struct mls_task *task;
	u64 since = 0;

	if (!bpf_iter_scx_dsq_new(&it, cpu_dsq(queue), 0)) {
		task = first_that_may_come(&it, cpu);
		if (task && task_cooled(task, now_ns))
			since = task->queued_since_ns;
	}
	bpf_iter_scx_dsq_destroy(&it);
	if (its && task_is_brief(its->brief) && its->since_ns &&
	    !kept_too_long(since, now_ns))
		return 0;
	return since;
}

/* The CPU of a domain whose first task has waited longest, or -1. */
static s32 longest_wait(s32 cpu, u32 domain, u64 now_ns)
{
	u32 i, nr = domain_size(domain);
	u64 best_since = 0;
	s32 best = -1;

	if (!nr)
		return -1;
	bpf_for (i, 0, MLS_STEAL_LOOKS) {
		s32 other = domain_cpu(domain, ((u32)cpu + 1 + i) % nr);
		u64 since;

		if (i >= nr)
			break;
		if (other == cpu || !queue_length(other))
			continue;
		since = queue_offer(other, cpu, now_ns);
		if (since && (best < 0 || (s64)(since - best_since) < 0)) {
			best = other;
			best_since = since;
		}
	}
	return best;
}

/* A CPU with nothing to do takes a task that waits in its domain. */
static bool steal_on_idle(s32 cpu, u32 domain)
{
	s32 other;

	if (!domain_nr_waiting(domain))
		return false;
	other = longest_wait(cpu, domain, bpf_ktime_get_ns());
	return other >= 0 && dsq_move_to_local(cpu_dsq(other));
}

/*
 * How far the first task of a queue that may come to a CPU is behind a moment
 * of the domain's time; 0: there is none, or it is ahead.
 */
static u64 queue_lag(u32 queue, s32 cpu, u64 present)
{
	struct mls_cpu *its = cpu_lookup(queue);
	struct bpf_iter_scx_dsq it;
	struct mls_task *task;
	s64 lag = 0;

	if (!bpf_iter_scx_dsq_new(&it, cpu_dsq(queue), 0)) {
		task = first_that_may_come(&it, cpu);
		if (task && its)
			lag = present - (task->vtime + its->shift);
	}
	bpf_iter_scx_dsq_destroy(&it);
	return lag > 0 ? lag : 0;
}

/*
 * The CPU of a domain in whose queue a task is furthest behind a moment of the
 * domain's time and may come to this CPU, or -1.
 */
static s32 furthest_behind(s32 cpu, u32 domain, u64 present)
{
	u32 i, nr = domain_size(domain);
	u64 most = mls_level_ns;
	s32 best = -1;

	if (!nr)
		return -1;
	bpf_for (i, 0, MLS_STEAL_LOOKS) {
		s32 other = domain_cpu(domain, ((u32)cpu + 1 + i) % nr);
		struct mls_cpu *its = cpu_lookup(other);
		u64 lag;

		if (i >= nr)
			break;
		if (other == cpu || !its || !queue_length(other) ||
		    (s64)(present - queue_present(its)) < (s64)mls_level_ns)
			continue;
		lag = queue_lag(other, cpu, present);
		if (lag > most) {
			most = lag;
			best = other;
		}
	}
	return best;
}

/*
 * Brings a CPU to the domain's time, that of the furthest. Queues of tasks that
 * may not leave go at different rates for good. So that what they are apart
 * tells of these rates as they are now, and not of all times, half of it is
 * forgotten every second or two.
 */
static void queue_sync(struct mls_cpu *own, struct mls_domain *domain,
		       u64 present)
{
	s64 apart = domain->vtime - present;

	if (apart > 0)
		own->shift += apart / MLS_FORGET_LOOKS;
	else
		domain->vtime = present;
}

/*
 * A CPU whose running task is far ahead of those that share another CPU takes
 * one of these, which then runs until it has caught up.
 *
 * A heavy task that has a CPU alone is behind all the same. Whoever may run
 * nowhere else then takes turns with it now and then: where it could go on
 * elsewhere, it is taken there as soon as it waits.
 */
static bool steal_to_level(s32 cpu, u32 domain, const struct mls_task *running)
{
	struct mls_domain *its = domain_lookup(domain);
	struct mls_cpu *own = cpu_lookup(cpu);
	u64 now = running->running_since_ns; /* as just charged */
	u64 present;
	s32 other;

	if (!own || !its || (s64)(now - own->level_due_ns) < 0)
		return false;
	own->level_due_ns = now + mls_level_interval_ns;
	present = running->vtime + own->shift;
	queue_sync(own, its, present);
	if (!domain_nr_waiting(domain))
		return false;
	other = furthest_behind(cpu, domain, present);
	if (other < 0 && !queue_length(cpu) &&
	    (s64)(its->vtime - present) > (s64)(4 * mls_level_ns)) {
		other = furthest_behind(cpu, domain,
					its->vtime - 3 * mls_level_ns);
		own->level_due_ns += 9 * mls_level_interval_ns;
	}
	return other >= 0 && dsq_move_to_local(cpu_dsq(other));
}

/* The shortest queue for a task, among the few CPUs looked at; -1: none. */
static s32 shortest_queue(const struct task_struct *p, u32 domain, u32 from)
{
	u32 i, nr = domain_size(domain), best_nr = ~0u;
	s32 best = -1;

	if (!nr)
		return -1;
	bpf_for (i, 0, MLS_SHORTEST_LOOKS) {
		s32 other = domain_cpu(domain, (from + i) % nr);
		struct mls_cpu *its = cpu_lookup(other);
		u32 queued;

		if (i >= nr)
			break;
		if (!its || its->taken || !task_may_use(p, other))
			continue;
		queued = queue_length(other);
		if (queued < best_nr) {
			best = other;
			best_nr = queued;
		}
	}
	return best;
}

#endif /* MLSCHED_STEAL_BPF_H */
