/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The question and its answer: candidate → pattern → table, and for a pattern
 * that nobody has decided yet, a request. Nothing here waits. For programs of
 * any type.
 */
#ifndef MLSCHED_ASK_BPF_H
#define MLSCHED_ASK_BPF_H

#include "domain_load.bpf.h"
#include "network.bpf.h"

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
	bool dst_idle; /* a CPU of dst is idle */
	u32 weight;    /* MLS_WEIGHT_ONE is nice 0 */
	u64 waited_ns; /* in a queue, by now */
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
	u32 index = pattern / 8 +
		    (generation & 1) * mls_table_words(pattern_space());
	u8 *word = bpf_map_lookup_elem(&decisions, &index);

	return word ? word + (pattern & 7) : NULL;
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

/* What the network of the generation says, here and now. */
static enum mls_decision ask_network(const struct mls_request *request)
{
	s64 output;

	return network_decide(&request->features, request->generation, &output)
		       ? MLS_MIGRATE
		       : MLS_STAY;
}

static enum mls_decision ask_model(const struct mls_request *request)
{
	if (network_in_use(request->generation))
		return ask_network(request);
	return mls_hashed ? ask_hash(request) : ask_table(request);
}

/* Where a CPU of the destination is idle now, averages must not hide it. */
static u32 src_load(const struct mls_candidate *candidate)
{
	u32 load = domain_load(candidate->src), now = 0;

	if (candidate->dst_idle)
		now = domain_crowd(candidate->src);
	return now > load ? now : load;
}

static u32 dst_load(const struct mls_candidate *candidate)
{
	u32 load = domain_load(candidate->dst), now = load;

	if (candidate->dst_idle)
		now = domain_usual_crowd(candidate->dst);
	return now < load ? now : load;
}

/*
 * Memory of a task's process that is resident, KiB; 0 for the kernel's own, and
 * before 6.2. Off by what CPUs have not added yet, some dozens of pages each.
 * The mm of a task that ends meanwhile reads as anything: for one decision.
 */
static u64 resident_kib(const struct task_struct *p)
{
	const struct mm_struct *mm = p->mm;
	s64 pages;

	if (!mm || !bpf_core_field_exists(mm->rss_stat[0].count))
		return 0;
	pages = mm->rss_stat[0].count + mm->rss_stat[1].count +
		mm->rss_stat[3].count;
	return pages > 0 ? pages * 4 : 0;
}

/* Global, so that its branches are verified once and not for each feature. */
__noinline s32 measured_log(u64 value)
{
	return mls_log(value);
}

/* Measures the features of a candidate while that many CPUs are idle. */
static __always_inline void measure(struct mls_features *features,
				    const struct mls_candidate *candidate,
				    const struct task_struct *p, u32 idle)
{
	/* Whoever is about to wake up is not counted at home yet. */
	u32 wakes = candidate->kind == MLS_CANDIDATE_WAKEUP;
	s32 *value = features->value;

	value[MLS_FEATURE_CPU] = candidate->cpu;
	value[MLS_FEATURE_CPU_IDLE] = idle;
	value[MLS_FEATURE_CPU_NOT_IDLE] = mls_nr_online - idle;
	value[MLS_FEATURE_SRC_DOM_LOAD] = src_load(candidate);
	value[MLS_FEATURE_DST_DOM_LOAD] = dst_load(candidate);
	value[MLS_FEATURE_FOOTPRINT] = measured_log(resident_kib(p));
	value[MLS_FEATURE_WAITED] = measured_log(candidate->waited_ns / 1000);
	value[MLS_FEATURE_WEIGHT] = measured_log(candidate->weight);
	value[MLS_FEATURE_SRC_WAIT] =
		measured_log(domain_wait(candidate->src, wakes) / 1000);
	value[MLS_FEATURE_DST_WAIT] =
		measured_log(domain_wait(candidate->dst, 1) / 1000);
}

/*
 * Makes the request that stands for a candidate while that many CPUs are idle,
 * and gives the fields of its pattern.
 */
static __always_inline struct mls_pattern_fields
make_request(struct mls_request *request, const struct mls_candidate *candidate,
	     const struct task_struct *p, u32 idle)
{
	struct mls_pattern_fields fields;

	request->stamp_ns = bpf_ktime_get_ns();
	request->generation = generation_now();
	request->pid = p->pid;
	request->kind = candidate->kind;
	measure(&request->features, candidate, p, idle);
	fields = mls_pattern_of(&request->features);
	request->pattern = mls_pattern_index(pattern_space(), fields);
	return fields;
}

#endif /* MLSCHED_ASK_BPF_H */
