/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPU masks, and the kernel's functions on them. */
#ifndef MLS_SIM_MASKS_H
#define MLS_SIM_MASKS_H

static u64 *sim_words(const void *mask)
{
	return (u64 *)mask;
}

static bool sim_mask_test(const void *mask, u32 cpu)
{
	return cpu < sim->nr_cpus && sim_words(mask)[cpu / 64] >> cpu % 64 & 1;
}

static void sim_mask_set(void *mask, u32 cpu)
{
	sim_words(mask)[cpu / 64] |= 1ull << cpu % 64;
}

static void sim_mask_clear(void *mask, u32 cpu)
{
	sim_words(mask)[cpu / 64] &= ~(1ull << cpu % 64);
}

/* The first CPU from one on that is in both masks; nr_cpus: none. */
static u32 sim_mask_next(const void *a, const void *b, u32 from)
{
	u32 word;

	for (word = from / 64; word < sim->words; word++) {
		u64 both = sim_words(a)[word] & sim_words(b)[word];

		if (word == from / 64)
			both &= ~0ull << from % 64;
		if (both)
			return word * 64 + __builtin_ctzll(both);
	}
	return sim->nr_cpus;
}

static u32 sim_mask_weight(const void *mask)
{
	u32 weight = 0, word;

	for (word = 0; word < sim->words; word++)
		weight += __builtin_popcountll(sim_words(mask)[word]);
	return weight;
}

/* Some CPU of both masks, another one each time, or -1. */
static s32 sim_mask_distribute(const void *a, const void *b)
{
	struct sim_cpu *here = sim_cpu_at(sim->this_cpu);
	u32 cpu = sim_mask_next(a, b, here->last_distributed + 1);

	if (cpu >= sim->nr_cpus)
		cpu = sim_mask_next(a, b, 0);
	if (cpu >= sim->nr_cpus)
		return -1;
	here->last_distributed = cpu;
	return cpu;
}

void bpf_rcu_read_lock(void)
{
}

void bpf_rcu_read_unlock(void)
{
}

struct bpf_cpumask *bpf_cpumask_create(void)
{
	return sim_alloc(1, sizeof(struct mls_sim_mask));
}

void bpf_cpumask_release(struct bpf_cpumask *mask)
{
}

void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *mask)
{
	if (cpu < sim->nr_cpus)
		sim_mask_set(mask, cpu);
}

bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *mask)
{
	return sim_mask_test(mask, cpu);
}

u32 bpf_cpumask_first(const struct cpumask *mask)
{
	return sim_mask_next(mask, mask, 0);
}

bool bpf_cpumask_empty(const struct cpumask *mask)
{
	return sim_mask_next(mask, mask, 0) >= sim->nr_cpus;
}

u32 bpf_cpumask_weight(const struct cpumask *mask)
{
	return sim_mask_weight(mask);
}

bool bpf_cpumask_and(struct bpf_cpumask *into, const struct cpumask *a,
		     const struct cpumask *b)
{
	u64 any = 0;
	u32 word;

	for (word = 0; word < sim->words; word++)
		any |= sim_words(into)[word] =
			sim_words(a)[word] & sim_words(b)[word];
	return any;
}

bool bpf_cpumask_intersects(const struct cpumask *a, const struct cpumask *b)
{
	return sim_mask_next(a, b, 0) < sim->nr_cpus;
}

#endif /* MLS_SIM_MASKS_H */
