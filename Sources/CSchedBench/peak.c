/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one core can do at most: multiply-adds from registers and loads from the
 * first-level cache, each as the fastest of many short runs, so that what else
 * the machine does takes nothing away.
 */
#include "CSchedBench.h"

#include <string.h>
#include <time.h>

#define RUNS	     60
#define TURNS	     20000L
#define L1_BYTES     16384
#define ACCUMULATORS 12

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Twelve independent chains hide the latency of a unit that starts two a cycle.
 */
#define DEFINE_PROBES(name, attribute, bytes)                                  \
	typedef float name##_floats __attribute__((vector_size(bytes)));       \
	typedef long long name##_words __attribute__((vector_size(bytes)));    \
                                                                               \
	attribute static double name##_flops(void)                             \
	{                                                                      \
		name##_floats sums[ACCUMULATORS] = {0};                        \
		name##_floats x, y;                                            \
                                                                               \
		for (unsigned i = 0; i < bytes / 4; i++) {                     \
			x[i] = 0.999f;                                         \
			y[i] = 1e-3f;                                          \
		}                                                              \
		__asm__ volatile("" : "+m"(x), "+m"(y));                       \
		name##_floats a = x, b = y;                                    \
		for (long turn = 0; turn < TURNS; turn++) {                    \
			_Pragma("clang loop unroll(full)") for (int i = 0;     \
								i <            \
								ACCUMULATORS;  \
								i++) sums[i] = \
				sums[i] * a + b;                               \
		}                                                              \
		for (int i = 0; i < ACCUMULATORS; i++)                         \
			__asm__ volatile("" : : "m"(sums[i]));                 \
		return 2.0 * (bytes / 4) * ACCUMULATORS * TURNS;               \
	}                                                                      \
                                                                               \
	attribute static double name##_loads(void)                             \
	{                                                                      \
		_Alignas(64) name##_words from[L1_BYTES / bytes];              \
		name##_words sums[8] = {0};                                    \
		long turns = TURNS * 8 / (L1_BYTES / bytes);                   \
                                                                               \
		/* Pages never written would all be one page of zeros. */      \
		memset(from, 1, sizeof(from));                                 \
		for (long turn = 0; turn < turns; turn++) {                    \
			__asm__ volatile("" : : "r"(from) : "memory");         \
			for (int i = 0; i < L1_BYTES / bytes; i += 8) {        \
				_Pragma("clang loop unroll(full)") for (       \
					int k = 0; k < 8; k++) sums[k] ^=      \
					from[i + k];                           \
			}                                                      \
		}                                                              \
		for (int k = 0; k < 8; k++)                                    \
			__asm__ volatile("" : : "m"(sums[k]));                 \
		return (double)L1_BYTES * (double)turns;                       \
	}

#if defined(__x86_64__)
DEFINE_PROBES(wide, __attribute__((target("avx512f"))), 64)
DEFINE_PROBES(middle, __attribute__((target("avx2,fma"))), 32)
#endif
DEFINE_PROBES(narrow, , 16)

int bench_vector_bits(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f"))
		return 512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return 256;
#endif
	return 128;
}

static double best_rate(double (*probe)(void))
{
	double best = 0;

	for (int run = 0; run < RUNS; run++) {
		double start = seconds();
		double done = probe();
		double rate = done / (seconds() - start);

		if (rate > best)
			best = rate;
	}
	return best;
}

double bench_peak_flops(void)
{
	switch (bench_vector_bits()) {
#if defined(__x86_64__)
	case 512:
		return best_rate(wide_flops);
	case 256:
		return best_rate(middle_flops);
#endif
	default:
		return best_rate(narrow_flops);
	}
}

double bench_peak_l1_bytes(void)
{
	switch (bench_vector_bits()) {
#if defined(__x86_64__)
	case 512:
		return best_rate(wide_loads);
	case 256:
		return best_rate(middle_loads);
#endif
	default:
		return best_rate(narrow_loads);
	}
}
