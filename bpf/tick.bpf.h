/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timer that puts the question again while tasks wait beside idle CPUs, and
 * looks for tasks that wait too long.
 */
#ifndef MLSCHED_TICK_BPF_H
#define MLSCHED_TICK_BPF_H

#include "rescue.bpf.h"

struct mls_timer {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mls_timer);
} ticks SEC(".maps");

/* Wakes an idle CPU for a queue whose tasks wait: at home, else elsewhere. */
static bool tick_domain(u32 index, bool any_idle)
{
	struct mls_domain *domain = domain_lookup(index);
	u32 i;

	if (!domain || scx_bpf_dsq_nr_queued(index) <= 0)
		return false;
	if (!any_idle)
		return true;
	bpf_for (i, 0, mls_nr_domains) {
		/* the home domain first, then the others in a circle */
		struct mls_domain *other =
			domain_lookup((index + i) % mls_nr_domains);
		struct bpf_cpumask *cpus = other ? other->cpus : NULL;
		s32 cpu;

		if (!cpus)
			continue;
		cpu = scx_bpf_pick_idle_cpu((const struct cpumask *)cpus, 0);
		if (cpu < 0)
			continue;
		count(MLS_KICKED);
		scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
		break;
	}
	return true;
}

/*
 * A "stay" is for now: while tasks wait beside idle CPUs the question is put
 * again, on newer loads, and in the end the waiting bound answers it.
 */
static int tick(void *map, u32 *key, struct mls_timer *value)
{
	bool waiting = false, any_idle;
	u32 i;

	/* 6.12 takes the timer of a sleepable program for sleepable */
	bpf_rcu_read_lock();
	any_idle = any_cpu_idle();
	bpf_for (i, 0, mls_nr_domains)
		waiting |= tick_domain(i, any_idle);
	rescue_all();
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
		return -1;
	error = bpf_timer_init(&value->timer, &ticks, CLOCK_MONOTONIC);
	if (error)
		return error;
	bpf_timer_set_callback(&value->timer, tick);
	return bpf_timer_start(&value->timer, mls_tick_ns, 0);
}

#endif /* MLSCHED_TICK_BPF_H */
