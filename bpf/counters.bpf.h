/* SPDX-License-Identifier: GPL-2.0 */
/* Counters: one row per CPU, so that counting takes neither lock nor atomic. */
#ifndef MLSCHED_COUNTERS_BPF_H
#define MLSCHED_COUNTERS_BPF_H

#include "mlsched.h"
#include "types.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mls_counters);
} counters SEC(".maps");

static __always_inline void count(enum mls_counter counter)
{
	u32 zero = 0;
	struct mls_counters *row = bpf_map_lookup_elem(&counters, &zero);

	if (row)
		row->scheduler[counter]++;
}

static __always_inline void count_candidate(enum mls_candidate_kind kind,
					    enum mls_candidate_counter which)
{
	u32 zero = 0;
	struct mls_counters *row = bpf_map_lookup_elem(&counters, &zero);

	if (row && kind < NR_MLS_CANDIDATE_KINDS)
		row->candidate[kind][which]++;
}

#endif /* MLSCHED_COUNTERS_BPF_H */
