/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains and their load; for programs of any type, as it calls no function of
 * the kernel.
 */
#ifndef MLSCHED_DOMAIN_LOAD_BPF_H
#define MLSCHED_DOMAIN_LOAD_BPF_H

#include "counters.bpf.h"

/* What else a domain has: the scheduler's mask of its CPUs, or nothing. */
#ifndef MLS_DOMAIN_CPUS
#define MLS_DOMAIN_CPUS u64 reserved
#endif

struct mls_domain {
	u32 imbalance_us; /* last imbalance candidate, µs; racy: a rate limit */
	u32 padding;
	struct mls_load load;
	u64 vtime; /* furthest virtual time that has run; racy: a hint */
	MLS_DOMAIN_CPUS;
};
_Static_assert(sizeof(struct mls_domain) == sizeof(struct mls_domain_view) &&
		       __builtin_offsetof(struct mls_domain, load) ==
			       __builtin_offsetof(struct mls_domain_view, load),
	       "ABI");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MLS_MAX_DOMAINS);
	__type(key, u32);
	__type(value, struct mls_domain);
} domains SEC(".maps");

static __always_inline struct mls_domain *domain_lookup(u32 index)
{
	struct mls_domain *domain = bpf_map_lookup_elem(&domains, &index);

	if (!domain)
		count(MLS_LOOKUP_FAILED);
	return domain;
}

static void domain_load_add(u32 index, u32 weight)
{
	struct mls_domain *domain = domain_lookup(index);

	if (domain)
		mls_load_add(&domain->load, weight, bpf_ktime_get_ns());
}

static void domain_load_drop(u32 index, u32 weight)
{
	struct mls_domain *domain = domain_lookup(index);

	if (domain)
		mls_load_drop(&domain->load, weight, bpf_ktime_get_ns());
}

/* Torn by a writer on another CPU it is off by one task, for one decision. */
static u32 domain_load(u32 index)
{
	struct mls_domain *domain = domain_lookup(index);

	if (!domain || index >= MLS_MAX_DOMAINS)
		return 0;
	return mls_load_value(domain->load, mls_domain_nr_cpus[index],
			      bpf_ktime_get_ns());
}

/* Whether this domain's turn has come again; a lost race costs one question. */
static bool imbalance_due(u32 src)
{
	struct mls_domain *domain = domain_lookup(src);
	u32 now_us = bpf_ktime_get_ns() / 1000;

	if (!domain ||
	    now_us - domain->imbalance_us < mls_imbalance_interval_ns / 1000)
		return false;
	domain->imbalance_us = now_us;
	return true;
}

#endif /* MLSCHED_DOMAIN_LOAD_BPF_H */
