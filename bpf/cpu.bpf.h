/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of each CPU, and the CPUs of each domain in a row. */
#ifndef MLSCHED_CPU_BPF_H
#define MLSCHED_CPU_BPF_H

#include "config.bpf.h"

/*
 * Written by its own CPU alone but for what is said to be atomic; others read
 * it as a hint.
 */
struct mls_cpu {
	u64 vtime; /* the queue's clock: the furthest at which a task started */
	u64 shift; /* its clock + this is the domain's time, see queue.bpf.h */
	u64 running_vtime; /* of the running task when it started */
	u64 since_ns; /* since when that task runs, CLOCK_MONOTONIC; 0: none */
	u64 level_due_ns; /* when shares are compared next, CLOCK_MONOTONIC */
	u32 weight_fp;	  /* of the running task, see task_weight_fp() */
	u8 brief;	  /* of the running task, see struct mls_task */
	u8 taken;	  /* by a higher class; nothing of ours runs */
	u16 padding;
	u32 queued;  /* tasks that wait in its queue; added to atomically */
	u32 turn_us; /* how long tasks run at once, see queue_note_turn() */
	u32 reserved[2];
};
_Static_assert(sizeof(struct mls_cpu) == 64, "a cache line");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MLS_MAX_CPUS);
	__type(key, u32);
	__type(value, struct mls_cpu);
} cpu_states SEC(".maps");

static __always_inline struct mls_cpu *cpu_lookup(u32 cpu)
{
	return bpf_map_lookup_elem(&cpu_states, &cpu);
}

/* Tasks that wait in a CPU's queue. The kernel's own count takes a look-up. */
static __always_inline u32 queue_length(u32 cpu)
{
	struct mls_cpu *own = cpu_lookup(cpu);

	return own ? *(volatile u32 *)&own->queued : 0;
}

static __always_inline void queue_length_add(u32 cpu, s32 by)
{
	struct mls_cpu *own = cpu_lookup(cpu);

	if (own)
		__sync_fetch_and_add(&own->queued, by);
}

/* CPU ids, domain after domain; written at init alone. */
u16 domain_cpu_ids[MLS_MAX_CPUS];
u32 domain_first[MLS_MAX_DOMAINS];
u32 domain_next; /* in memory: a local would be a constant to the verifier */

static __always_inline u32 domain_size(u32 domain)
{
	return mls_domain_nr_cpus[domain & (MLS_MAX_DOMAINS - 1)];
}

/* The i-th CPU of a domain, i below domain_size(). */
static __always_inline s32 domain_cpu(u32 domain, u32 i)
{
	u32 at = domain_first[domain & (MLS_MAX_DOMAINS - 1)] + i;

	return domain_cpu_ids[at & (MLS_MAX_CPUS - 1)];
}

/* Before the first task is scheduled, once for each domain in their order. */
static void domain_cpus_init(u32 domain)
{
	u32 cpu;

	domain_first[domain & (MLS_MAX_DOMAINS - 1)] = domain_next;
	bpf_for (cpu, 0, mls_nr_cpu_ids)
		if (cpu_domain(cpu) == domain)
			domain_cpu_ids[domain_next++ & (MLS_MAX_CPUS - 1)] =
				cpu;
}

#endif /* MLSCHED_CPU_BPF_H */
