/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decision path: candidate → pattern → table, and for a pattern that
 * nobody has decided yet, a request. Nothing here waits: without a decision
 * the fallback rule decides now.
 */
#ifndef MLSCHED_DECIDE_BPF_H
#define MLSCHED_DECIDE_BPF_H

#include "domain.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mls_control);
} control SEC(".maps");

/* Two tables, see mls_table_words(); the loader sets the size. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} decisions SEC(".maps");

/* Stands in for the table where that would be too large. */
struct mls_hash_key {
	u32 generation;
	u32 pattern;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct mls_hash_key);
	__type(value, u32);
} decision_hash SEC(".maps");

struct mls_candidate {
	enum mls_candidate_kind kind;
	s32 cpu;       /* where the task last ran */
	u32 src;       /* domain */
	u32 dst;       /* domain */
	s32 also_idle; /* a CPU that is idle but not marked so, or -1 */
};

static __always_inline u32 generation_now(void)
{
	u32 zero = 0;
	struct mls_control *now = bpf_map_lookup_elem(&control, &zero);

	return now ? *(volatile u32 *)&now->generation : 0;
}

/* The byte of a pattern in the table of a generation; NULL: a bug. */
static __always_inline u8 *table_entry(u32 pattern, u32 generation)
{
	u32 index = pattern / 8 + (generation & 1) * mls_table_words(mls_space);
	u8 *word = bpf_map_lookup_elem(&decisions, &index);

	return word ? word + (pattern & 7) : NULL;
}

static u32 idle_cpus(s32 also_idle)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();
	u32 nr = bpf_cpumask_weight(idle);

	if (also_idle >= 0 && !bpf_cpumask_test_cpu(also_idle, idle))
		nr++;
	scx_bpf_put_idle_cpumask(idle);
	return nr < mls_space.nr_online ? nr : mls_space.nr_online;
}

/* Sends a request; false: the ring is full, and the drop is counted. */
static bool send_request(const struct mls_request *request)
{
	struct mls_request *slot =
		bpf_ringbuf_reserve(&requests, sizeof(*slot), 0);

	if (!slot) {
		count(MLS_REQUESTS_DROPPED);
		return false;
	}
	*slot = *request;
	bpf_ringbuf_submit(slot, 0);
	count(MLS_REQUESTS_SENT);
	return true;
}

/*
 * What the table says, asking for what it does not say. Two CPUs that find a
 * pattern undecided at once may both send a request, and one may mark it
 * REQUESTED after the other's was answered; either way an answer follows each
 * request, so the entry ends decided.
 */
static enum mls_decision ask_table(const struct mls_request *request)
{
	u8 *entry = table_entry(request->pattern, request->generation);
	enum mls_decision decision;

	if (!entry) {
		count(MLS_LOOKUP_FAILED);
		return MLS_UNDECIDED;
	}
	decision = *(volatile u8 *)entry;
	if (decision == MLS_STAY || decision == MLS_MIGRATE)
		return decision;
	if (decision == MLS_REQUESTED) {
		count(MLS_REQUESTS_DEDUPLICATED);
		return MLS_UNDECIDED;
	}
	*(volatile u8 *)entry = MLS_REQUESTED;
	if (!send_request(request))
		*(volatile u8 *)entry = MLS_UNDECIDED;
	return MLS_UNDECIDED;
}

/* The same for the hash; the mark goes with the least recently used entries. */
static enum mls_decision ask_hash(const struct mls_request *request)
{
	struct mls_hash_key key = {request->generation, request->pattern};
	u32 *entry = bpf_map_lookup_elem(&decision_hash, &key);
	u32 requested = MLS_REQUESTED;

	if (entry && (*entry == MLS_STAY || *entry == MLS_MIGRATE))
		return *entry;
	if (entry) {
		count(MLS_REQUESTS_DEDUPLICATED);
		return MLS_UNDECIDED;
	}
	if (bpf_map_update_elem(&decision_hash, &key, &requested, BPF_NOEXIST))
		return MLS_UNDECIDED;
	if (!send_request(request))
		bpf_map_delete_elem(&decision_hash, &key);
	return MLS_UNDECIDED;
}

static enum mls_decision ask_model(const struct mls_request *request)
{
	return mls_hashed ? ask_hash(request) : ask_table(request);
}

/* The model's verdict where it has one, else the fallback rule's. */
static enum mls_decision obey_model(const struct mls_request *request,
				    struct mls_pattern_fields fields)
{
	enum mls_decision said = ask_model(request);

	if (said != MLS_UNDECIDED) {
		count_candidate(request->kind, MLS_DECIDED);
		return said;
	}
	count_candidate(request->kind, MLS_UNDECIDED_FALLBACK);
	return mls_heuristic(fields);
}

static enum mls_decision obey_rule(const struct mls_request *request,
				   struct mls_pattern_fields fields)
{
	if (mls_shadow) {
		enum mls_decision said = ask_model(request);

		if (said == MLS_UNDECIDED)
			count_candidate(request->kind, MLS_UNDECIDED_FALLBACK);
		else
			count_candidate(request->kind,
					said == MLS_MIGRATE ? MLS_SHADOW_MIGRATE
							    : MLS_SHADOW_STAY);
	}
	if (mls_policy == MLS_POLICY_ALWAYS)
		return MLS_MIGRATE;
	if (mls_policy == MLS_POLICY_NEVER)
		return MLS_STAY;
	return mls_heuristic(fields);
}

/* The one question: may this task move from its domain to that one, now? */
static bool may_migrate(const struct mls_candidate *candidate, s32 pid)
{
	struct mls_request request = {
		.stamp_ns = bpf_ktime_get_ns(),
		.generation = generation_now(),
		.src_load_fp = domain_load(candidate->src),
		.dst_load_fp = domain_load(candidate->dst),
		.pid = pid,
		.kind = candidate->kind,
	};
	struct mls_pattern_fields fields = {
		.cpu = candidate->cpu,
		.cpu_idle = idle_cpus(candidate->also_idle),
		.src_level = mls_load_level(request.src_load_fp),
		.dst_level = mls_load_level(request.dst_load_fp),
	};
	enum mls_decision verdict;

	count_candidate(candidate->kind, MLS_CONSULTED);
	request.pattern = mls_pattern_index(mls_space, fields);
	if (mls_policy == MLS_POLICY_MODEL && !mls_shadow)
		verdict = obey_model(&request, fields);
	else
		verdict = obey_rule(&request, fields);
	count_candidate(candidate->kind, verdict == MLS_MIGRATE
						 ? MLS_SAID_MIGRATE
						 : MLS_SAID_STAY);
	return verdict == MLS_MIGRATE;
}

#endif /* MLSCHED_DECIDE_BPF_H */
