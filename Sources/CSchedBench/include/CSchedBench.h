/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `mlsched bench` needs of C: the core's limits, which take instructions
 * that Swift's baseline target does not emit.
 */
#ifndef C_SCHED_BENCH_H
#define C_SCHED_BENCH_H

/* Operations a second of float32 fused multiply-adds, two each, from registers.
 */
double bench_peak_flops(void);

/* Bytes a second that loads bring from the first-level data cache. */
double bench_peak_l1_bytes(void);

/* The widest vector that both use, in bits. */
int bench_vector_bits(void);

#endif /* C_SCHED_BENCH_H */
