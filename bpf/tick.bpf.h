/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timer that puts the question again while tasks wait beside idle CPUs, and
 * looks for tasks that wait too long.
 */
#ifndef MLSCHED_TICK_BPF_H
#define MLSCHED_TICK_BPF_H

#include "rescue.bpf.h"

#define MLS_TICK_TASKS 64 /* of each queue, for whom a CPU is looked for */
#define MLS_TICK_LOOKS                                                         \
	64		  /* CPUs looked at where the kernel's mask has none   \
			   */
#define MLS_TICK_TRIES 64 /* tasks at a time for whom none may be found */

struct mls_timer {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mls_timer);
} ticks SEC(".maps");

/* How many CPUs to wake, and tries in vain, are left; the timer's alone. */
u32 tick_kicks_left, tick_tries_left;

/* Counts the CPUs that are vacant: so many can be woken to some use. */
static void tick_count_vacant(void)
{
	u32 cpu;

	tick_kicks_left = 0;
	tick_tries_left = MLS_TICK_TRIES;
	bpf_for (cpu, 0, mls_nr_cpu_ids)
		if (cpu_domain(cpu) != MLS_NO_DOMAIN && cpu_is_vacant(cpu))
			tick_kicks_left++;
}

/*
 * Wakes the vacant CPUs of a domain that the kernel's mask of idle CPUs lacks:
 * all, as one that a higher class has had since before we came looks the same.
 */
static bool kick_vacant(u32 domain, const struct task_struct *p)
{
	u32 i, nr = domain_size(domain);
	bool kicked = false;

	bpf_for (i, 0, MLS_TICK_LOOKS) {
		s32 cpu;

		if (i >= nr)
			break;
		cpu = domain_cpu(domain, i);
		if (!task_may_use(p, cpu) || !cpu_is_vacant(cpu))
			continue;
		scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
		kicked = true;
	}
	return kicked;
}

/*
 * Wakes a CPU for a task that waits: an idle one that it may use, at home or in
 * the next domains in a circle. Before 6.13 a CPU that was woken in vain is
 * missing from the kernel's mask until it runs again, so in the end those that
 * nobody of ours uses are tried.
 */
static bool kick_for(const struct task_struct *p, u32 home)
{
	bool kicked = false;
	u32 i;

	bpf_for (i, 0, mls_nr_domains)
		if (domain_kick_idle((home + i) % mls_nr_domains, p))
			return true;
	bpf_for (i, 0, mls_nr_domains)
		kicked |= kick_vacant(i, p);
	return kicked;
}

/* Wakes CPUs for the first tasks of a queue. */
static void tick_queue(u32 cpu, u32 home)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	u32 i;

	if (cpu_is_vacant(cpu))
		scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
	if (bpf_iter_scx_dsq_new(&it, cpu_dsq(cpu), 0))
		goto out;
	bpf_for (i, 0, MLS_TICK_TASKS) {
		p = bpf_iter_scx_dsq_next(&it);
		if (!p || !tick_kicks_left || !tick_tries_left)
			break;
		if (!task_can_migrate(p))
			continue;
		if (kick_for(p, home)) {
			count(MLS_KICKED);
			tick_kicks_left--;
		} else {
			tick_tries_left--;
		}
	}
out:
	bpf_iter_scx_dsq_destroy(&it);
}

/* Whether somebody waits in a domain; wakes CPUs for them. */
static bool tick_domain(u32 domain)
{
	u32 i, nr = domain_size(domain);

	if (!domain_nr_waiting(domain))
		return false;
	if (!tick_kicks_left)
		return true;
	bpf_for (i, 0, MLS_MAX_CPUS) {
		u32 cpu;

		if (i >= nr)
			break;
		cpu = domain_cpu(domain, i);
		if (queue_length(cpu))
			tick_queue(cpu, domain);
	}
	return true;
}

/*
 * A "stay" is for now: while tasks wait beside idle CPUs the question is put
 * again, on newer loads, and in the end the waiting bound answers it.
 */
static int tick(void *map, u32 *key, struct mls_timer *value)
{
	bool waiting = false;
	u32 i;

	/* 6.12 takes the timer of a sleepable program for sleepable */
	bpf_rcu_read_lock();
	tick_count_vacant();
	bpf_for (i, 0, mls_nr_domains) {
		domain_crowd_update(i);
		waiting |= tick_domain(i);
	}
	rescue_all();
	if (mls_cgroups)
		groups_update();
	bpf_rcu_read_unlock();
	bpf_timer_start(&value->timer, waiting ? mls_tick_ns : mls_tick_idle_ns,
			0);
	return 0;
}

static s32 tick_init(void)
{
	u32 zero = 0;
	struct mls_timer *value = bpf_map_lookup_elem(&ticks, &zero);
	s32 error;

	if (!value)
		return -ENOENT;
	error = bpf_timer_init(&value->timer, &ticks, CLOCK_MONOTONIC);
	if (error)
		return error;
	bpf_timer_set_callback(&value->timer, tick);
	return bpf_timer_start(&value->timer, mls_tick_ns, 0);
}

#endif /* MLSCHED_TICK_BPF_H */
