/* SPDX-License-Identifier: GPL-2.0 */
/* Tunables, in rodata: the loader sets them, the verifier knows them. */
#ifndef MLSCHED_CONFIG_BPF_H
#define MLSCHED_CONFIG_BPF_H

#include "types.bpf.h"
#include "mlsched.h"

#define MLS_NO_CPU 0xffffu

/* The machine: set from sysfs. Defaults: one CPU in one domain. */
MLS_TUNABLE u32 mls_nr_cpu_ids = 1;	      /* CPU ids, 1 – MLS_MAX_CPUS */
MLS_TUNABLE u32 mls_nr_online = 1;	      /* CPUs, 1 – mls_nr_cpu_ids */
MLS_TUNABLE u32 mls_nr_domains = 1;	      /* domains, 1 – MLS_MAX_DOMAINS */
MLS_TUNABLE u16 mls_cpu_domain[MLS_MAX_CPUS]; /* or MLS_NO_DOMAIN: offline */
MLS_TUNABLE u32 mls_domain_nr_cpus[MLS_MAX_DOMAINS]; /* online CPUs */
MLS_TUNABLE u16 mls_domain_node[MLS_MAX_DOMAINS];    /* NUMA node, any number */

/* The policy. */
MLS_TUNABLE u32 mls_policy = MLS_POLICY_MODEL; /* enum mls_policy */
MLS_TUNABLE bool mls_shadow = false;  /* ask the model, obey the rule */
MLS_TUNABLE bool mls_hashed = false;  /* patterns too many for a table */
MLS_TUNABLE bool mls_cgroups = false; /* obey cpu.weight */

/* Time, in ns. */
MLS_TUNABLE u64 mls_slice_ns = 5000000;		 /* time slice, default 5 ms */
MLS_TUNABLE u64 mls_wait_bound_ns = 20000000;	 /* then it moves anyway */
MLS_TUNABLE u64 mls_starve_bound_ns = 500000000; /* see starve_bound() */
MLS_TUNABLE u64 mls_tick_ns = 4000000;		 /* waiting tasks, idle CPUs */
MLS_TUNABLE u64 mls_tick_idle_ns = 10000000;	 /* nothing is waiting */
MLS_TUNABLE u64 mls_imbalance_interval_ns = 10000000; /* per domain */

/* Queues of one domain, in ns. */
MLS_TUNABLE u64 mls_slice_min_ns = 1000000; /* where many wait */
MLS_TUNABLE u64 mls_hot_ns = 500000;	    /* ran so recently: not stolen */
MLS_TUNABLE u64 mls_preempt_ns = 2000000;   /* so far behind: preempts */
MLS_TUNABLE u64 mls_protect_ns = 3000000; /* from those woken with sync flag */
MLS_TUNABLE u64 mls_sync_ns = 500000;	  /* sleeps so soon after a wake-up */
MLS_TUNABLE u64 mls_level_ns = 75000000;  /* so far ahead: levelled */
MLS_TUNABLE u64 mls_level_interval_ns = 20000000; /* looked at so often */

/* Load difference from which a slice's end is a candidate: 0.1 */
MLS_TUNABLE u32 mls_imbalance_margin_fp = MLS_LOAD_ONE / 10;

/* Bytes of the kernel's debug dump that are kept. */
MLS_TUNABLE u32 mls_exit_dump_len = 32768;

/*
 * Made of scalars: of a struct that is const and volatile the compiler copies
 * the defaults, not what the loader has set.
 */
static __always_inline struct mls_pattern_space pattern_space(void)
{
	struct mls_pattern_space space = {
		.nr_cpu_ids = mls_nr_cpu_ids,
		.nr_online = mls_nr_online,
	};

	return space;
}

/* The domain of a CPU, or MLS_NO_DOMAIN. */
static __always_inline u32 cpu_domain(s32 cpu)
{
	return mls_cpu_domain[(u32)cpu & (MLS_MAX_CPUS - 1)];
}

#endif /* MLSCHED_CONFIG_BPF_H */
