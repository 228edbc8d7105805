/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains: how much there is to run, and how much of it waits; for programs of
 * any type, as it calls no function of the kernel.
 */
#ifndef MLSCHED_DOMAIN_LOAD_BPF_H
#define MLSCHED_DOMAIN_LOAD_BPF_H

#include "config.bpf.h"
#include "counters.bpf.h"
#include "measure.h"

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

	if (!domain)
		return;
	mls_load_add(&domain->load, weight, bpf_ktime_get_ns());
	__sync_fetch_and_add(&domain->runnable, 1);
}

static void domain_load_drop(u32 index, u32 weight)
{
	struct mls_domain *domain = domain_lookup(index);

	if (!domain)
		return;
	mls_load_drop(&domain->load, weight, bpf_ktime_get_ns());
	__sync_fetch_and_add(&domain->runnable, -1);
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

/*
 * Load by the number of runnable tasks now, on the scale of domain_load():
 * whether somebody waits beside an idle CPU does not depend on how light they
 * are, nor on how long it has been so.
 */
static u32 domain_crowd(u32 index)
{
	struct mls_domain *domain = domain_lookup(index);
	u32 cpus, crowd;

	if (!domain || index >= MLS_MAX_DOMAINS)
		return 0;
	cpus = mls_domain_nr_cpus[index] ?: 1;
	crowd = *(volatile u32 *)&domain->runnable;
	return crowd < 2 * cpus ? crowd * MLS_LOAD_ONE / (2 * cpus)
				: MLS_LOAD_ONE;
}

/* The same on average, so that one moment does not make a domain look empty. */
static u32 domain_usual_crowd(u32 index)
{
	struct mls_domain *domain = domain_lookup(index);

	return domain ? domain->crowd_fp : 0;
}

/* Lets the average follow by an eighth; the timer's alone, at every tick. */
static __always_inline void domain_crowd_update(u32 index)
{
	struct mls_domain *domain = domain_lookup(index);

	if (domain)
		domain->crowd_fp =
			(domain->crowd_fp * 7 + domain_crowd(index) + 4) / 8;
}

static __always_inline void domain_add_waiting(u32 index, s32 by)
{
	struct mls_domain *domain = domain_lookup(index);

	if (domain)
		__sync_fetch_and_add(&domain->waiting, by);
}

static __always_inline u32 domain_nr_waiting(u32 index)
{
	struct mls_domain *domain = domain_lookup(index);

	return domain ? *(volatile u32 *)&domain->waiting : 0;
}

/* How long a task waits for one of its CPUs, with so many more there, ns. */
static u64 domain_wait(u32 index, u32 more)
{
	struct mls_domain *domain = domain_lookup(index);

	if (!domain || index >= MLS_MAX_DOMAINS)
		return 0;
	return mls_expected_wait(*(volatile u32 *)&domain->runnable + more,
				 mls_domain_nr_cpus[index], mls_slice_ns);
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
