/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domain load: a running average, half-life 32 ms, of the weight of all
 * runnable tasks of a domain. Functions on one struct, so that the scheduler,
 * the observer and the tests share them. Several CPUs may call them at once:
 * the weight is exact, and an interval is counted by whoever claims it first,
 * with the weight at that moment. A lock would cost as much as all the rest.
 */
#ifndef MLSCHED_LOAD_H
#define MLSCHED_LOAD_H

#include <linux/types.h>

/* Domain load is fixed point: MLS_LOAD_ONE stands for 1.0. */
#define MLS_LOAD_SHIFT 16u
#define MLS_LOAD_ONE   (1u << MLS_LOAD_SHIFT)

/* The weight of a nice-0 task in sched_ext's scale, 1–10000. */
#define MLS_WEIGHT_ONE 100u

#define MLS_LOAD_HALF_LIFE_NS 32000000u
#define MLS_LOAD_PERIOD_NS    1000000u	  /* folded at most this often */
#define MLS_LOAD_FORGET_NS    1000000000u /* 31 half-lives: nothing is left */
#define MLS_LOAD_WEIGHT_MAX   (1u << 24)  /* more counts as this: see fold */

struct mls_load {
	__u64 updated_ns;      /* CLOCK_MONOTONIC, ns */
	__u64 period_start_ns; /* CLOCK_MONOTONIC, ns */
	__u64 area;	       /* weight × ns since period_start_ns */
	__u64 average;	       /* weight × 256, up to period_start_ns */
	__u64 weight;	       /* weight of the tasks that are runnable now */
};
_Static_assert(sizeof(struct mls_load) == 40, "ABI");

/* 2^(-i/32) × 65536 */
#define MLS_LOAD_DECAY                                                         \
	{65536, 64132, 62757, 61413, 60097, 58809, 57549, 56316, 55109,        \
	 53928, 52773, 51642, 50535, 49452, 48393, 47356, 46341, 45348,        \
	 44376, 43425, 42495, 41584, 40693, 39821, 38968, 38133, 37316,        \
	 36516, 35734, 34968, 34219, 33486, 32768}

/* 2^(-elapsed / half-life) × 65536, interpolated between 1/32 steps. */
static inline __u64 mls_load_decay(__u64 elapsed_ns)
{
	static const __u32 table[33] = MLS_LOAD_DECAY;
	__u64 lives = (elapsed_ns << 16) / MLS_LOAD_HALF_LIFE_NS;
	__u64 whole = lives >> 16, step = (lives >> 11) & 31;
	__u64 between = lives & 2047;

	if (whole >= 32)
		return 0;
	return (table[step] -
		(((table[step] - table[step + 1]) * between) >> 11)) >>
	       whole;
}

/* Closes the period; called by one CPU at a time, a millisecond apart. */
static inline void mls_load_close(struct mls_load *load, __u64 period_ns)
{
	__u64 area = __sync_lock_test_and_set(&load->area, 0);
	__u64 decay = mls_load_decay(period_ns);

	load->average = (load->average * decay +
			 (area << 8) / period_ns * (65536 - decay)) >>
			16;
}

/*
 * Brings the average up to now. Cost: a few dozen instructions. The limits keep
 * every product in 64 bits: 2^24 of weight × 2^30 ns × 256.
 */
static inline void mls_load_fold(struct mls_load *load, __u64 now_ns)
{
	__u64 since = load->updated_ns, elapsed = now_ns - since, start;
	__u64 weight = load->weight < MLS_LOAD_WEIGHT_MAX ? load->weight
							  : MLS_LOAD_WEIGHT_MAX;

	if ((__s64)elapsed <= 0) /* clocks of two CPUs, read out of order */
		return;
	if (!__sync_bool_compare_and_swap(&load->updated_ns, since, now_ns))
		return;
	if (elapsed > MLS_LOAD_FORGET_NS) {
		load->average = weight << 8;
		load->area = 0;
		load->period_start_ns = now_ns;
		return;
	}
	__sync_fetch_and_add(&load->area, weight * elapsed);
	start = load->period_start_ns;
	if ((__s64)(now_ns - start) >= (__s64)MLS_LOAD_PERIOD_NS &&
	    __sync_bool_compare_and_swap(&load->period_start_ns, start, now_ns))
		mls_load_close(load, now_ns - start);
}

/* A task of this weight became runnable (add) or stopped being so (drop). */
static inline void mls_load_add(struct mls_load *load, __u32 weight,
				__u64 now_ns)
{
	mls_load_fold(load, now_ns);
	__sync_fetch_and_add(&load->weight, (__u64)weight);
}

static inline void mls_load_drop(struct mls_load *load, __u32 weight,
				 __u64 now_ns)
{
	mls_load_fold(load, now_ns);
	__sync_fetch_and_add(&load->weight, -(__u64)weight);
}

/*
 * Load as a model sees it, 0 – MLS_LOAD_ONE: the average per CPU in units of
 * a nice-0 task, halved, so that 0.5 is every CPU busy and nobody waiting.
 */
static inline __u32 mls_load_value(struct mls_load load, __u32 nr_cpus,
				   __u64 now_ns)
{
	__u64 value;

	mls_load_fold(&load, now_ns);
	if (!nr_cpus)
		return 0;
	value = (load.average << 8) / (2 * MLS_WEIGHT_ONE * nr_cpus);
	return value < MLS_LOAD_ONE ? value : MLS_LOAD_ONE;
}

#endif /* MLSCHED_LOAD_H */
