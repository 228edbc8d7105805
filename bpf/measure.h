/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what the kernel counts to what a model is told: pure functions, so that
 * the scheduler, the observer, the simulator and the tests share them.
 */
#ifndef MLSCHED_MEASURE_H
#define MLSCHED_MEASURE_H

#include <linux/types.h>
#include "feature_list.h"

/*
 * log2(1 + value), times 2^MLS_LOG_SHIFT. Times and sizes matter by their
 * order of magnitude, and so keep to 16 bits. Between powers of two it is a
 * straight line: at most 0.087 too little.
 */
static inline __s32 mls_log(__u64 value)
{
	__u64 above = value + 1 ? value + 1 : value;
	__u32 whole = 0, step;

	for (step = 32; step; step /= 2) {
		if (above >> (whole + step))
			whole += step;
	}
	if (whole >= MLS_LOG_SHIFT)
		above >>= whole - MLS_LOG_SHIFT;
	else
		above <<= MLS_LOG_SHIFT - whole;
	return (whole << MLS_LOG_SHIFT) + above - (1u << MLS_LOG_SHIFT);
}

/* What a logarithm of mls_log() stands for, at most 1/256 too little. */
static inline __u64 mls_unlog(__s32 logarithm)
{
	__u32 whole = (__u32)logarithm >> MLS_LOG_SHIFT & 63;
	__u64 part = (1u << MLS_LOG_SHIFT) +
		     ((__u32)logarithm & ((1u << MLS_LOG_SHIFT) - 1));

	return (whole < 54 ? part << whole >> MLS_LOG_SHIFT
			   : part << (whole - MLS_LOG_SHIFT)) -
	       1;
}

/*
 * How long a task waits for a CPU where that many are runnable, itself among
 * them, if each runs for a slice: ns. Unlike load it tells of this moment
 * alone.
 */
static inline __u64 mls_expected_wait(__u32 runnable, __u32 nr_cpus,
				      __u64 slice_ns)
{
	if (!nr_cpus || runnable <= nr_cpus)
		return 0;
	return (runnable - nr_cpus) * slice_ns / nr_cpus;
}

#endif /* MLSCHED_MEASURE_H */
