/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the scheduler in the kernel and the daemon in user space share: the
 * pattern of a candidate, the request for a decision, the decision itself and
 * the counters. Included by the BPF programs and, through CMLSchedABI, by
 * Swift. Fixed-width fields only; every size is asserted on both sides.
 */
#ifndef MLSCHED_H
#define MLSCHED_H

#include <linux/types.h>
#include "feature_list.h"
#include "load.h"
#include "measure.h"

#define MLS_MAX_DOMAINS 64u
#define MLS_NO_DOMAIN	0xffffu /* in place of a domain: the CPU is offline */
#define MLS_LOAD_LEVELS 11u	/* 0.0, 0.1 … 1.0 */

/* Why a task could move now; one column of counters each. */
enum mls_candidate_kind {
	MLS_CANDIDATE_WAKEUP,	 /* its domain has no idle CPU, another has */
	MLS_CANDIDATE_PULL,	 /* a CPU elsewhere has run out of work */
	MLS_CANDIDATE_IMBALANCE, /* its slice ended in the busier domain */
	NR_MLS_CANDIDATE_KINDS,
};

enum mls_policy {
	MLS_POLICY_MODEL, /* the model; mls_heuristic() until it has decided */
	MLS_POLICY_HEURISTIC, /* mls_heuristic() alone */
	MLS_POLICY_ALWAYS,
	MLS_POLICY_NEVER,
	MLS_POLICY_COST, /* mls_cost_rule() alone */
	NR_MLS_POLICIES,
};

/* One entry of the decision table: a byte. Zero-filled means undecided. */
enum mls_decision {
	MLS_UNDECIDED, /* nobody has asked yet */
	MLS_REQUESTED, /* a request is in flight: do not send another */
	MLS_STAY,
	MLS_MIGRATE,
	NR_MLS_DECISIONS,
};

/* What is known of a candidate, loads quantised to a tenth. */
struct mls_pattern_fields {
	__u32 cpu;	 /* CPU id, 0 – nr_cpu_ids-1 */
	__u32 cpu_idle;	 /* CPUs, 0 – nr_online */
	__u32 src_level; /* tenths of load, 0–10 */
	__u32 dst_level; /* tenths of load, 0–10 */
};
_Static_assert(sizeof(struct mls_pattern_fields) == 16, "ABI");

/* The machine that patterns are counted on; constant while attached. */
struct mls_pattern_space {
	__u32 nr_cpu_ids; /* CPU ids, 1 – MLS_MAX_CPUS */
	__u32 nr_online;  /* CPUs, 1 – nr_cpu_ids */
};
_Static_assert(sizeof(struct mls_pattern_space) == 8, "ABI");

/* A pattern that nobody has decided yet, on its way to user space. */
struct mls_request {
	__u64 stamp_ns;		      /* CLOCK_MONOTONIC when emitted, ns */
	__u32 pattern;		      /* index, 0 – mls_pattern_count()-1 */
	__u32 generation;	      /* model generation that was asked */
	struct mls_features features; /* as measured, before quantising */
	__s32 pid;		      /* the candidate's thread id */
	__u32 kind;		      /* enum mls_candidate_kind */
};
_Static_assert(sizeof(struct mls_request) == 24 + sizeof(struct mls_features),
	       "ABI");

/* A decision's place in the hash that stands in for too large a table. */
struct mls_hash_key {
	__u32 generation; /* of the model */
	__u32 pattern;	  /* index, 0 – mls_pattern_count()-1 */
};
_Static_assert(sizeof(struct mls_hash_key) == 8, "ABI");

/*
 * Counters, per CPU and only ever growing: X(SYMBOL, name, meaning). The one
 * list of them; enums, names and the text of --help-stats are made from it.
 */
#define MLS_CANDIDATE_COUNTERS(X)                                              \
	X(CONSULTED, consulted, "candidates put to the policy")                \
	X(DECIDED, decided, "the model had decided on their pattern")          \
	X(UNDECIDED_FALLBACK, undecided, "not yet: the fallback rule did")     \
	X(SAID_MIGRATE, said_migrate, "the policy in force said migrate")      \
	X(SAID_STAY, said_stay, "the policy in force said stay")               \
	X(OVERRIDDEN, overridden, "moved in spite of stay: waited too long")   \
	X(EXECUTED, executed, "then really ran in the other domain")           \
	X(LAPSED, lapsed, "said migrate, but ran or ended elsewhere first")    \
	X(SHADOW_MIGRATE, shadow_migrate, "the model would have moved them")   \
	X(SHADOW_STAY, shadow_stay, "the model would have kept them")

#define MLS_COUNTERS(X)                                                        \
	X(REQUESTS_SENT, requests_sent, "patterns sent to the model")          \
	X(REQUESTS_DEDUPLICATED, requests_deduplicated,                        \
	  "not sent: a request for the pattern was in flight")                 \
	X(REQUESTS_DROPPED, requests_dropped, "not sent: the ring was full")   \
	X(DISPATCH_PREV_IDLE, prev_idle, "woke onto the idle previous CPU")    \
	X(DISPATCH_CORE_IDLE, core_idle, "woke onto an idle core at home")     \
	X(DISPATCH_CPU_IDLE, cpu_idle, "woke onto an idle CPU at home")        \
	X(DISPATCH_MIGRATED, migrated, "woke onto an idle CPU elsewhere")      \
	X(DISPATCH_PINNED, pinned, "queued for the one CPU they may use")      \
	X(DISPATCH_KTHREAD, kthread, "per-CPU kernel threads, not queued")     \
	X(DISPATCH_WAKER, waker, "woke onto the CPU that their waker leaves")  \
	X(DISPATCH_QUEUED, queued, "queued in their domain")                   \
	X(DISPATCH_PUSHED, pushed, "queued in another domain: imbalance")      \
	X(DISPATCH_CONSUMED, consumed, "taken from the CPU's own queue")       \
	X(DISPATCH_STOLEN, stolen, "taken from another queue by an idle CPU")  \
	X(DISPATCH_LEVELLED, levelled,                                         \
	  "taken from another queue as they had had less than their share")    \
	X(DISPATCH_PULLED, pulled, "taken from another domain's queue")        \
	X(PREEMPTED, preempted, "running tasks stopped for one that woke")     \
	X(REENQUEUED, reenqueued, "sent on as a higher class took their CPU")  \
	X(RESCUED, rescued, "next on their CPU: they had waited for long")     \
	X(STRAYED, strayed, "changed domain unasked, as by affinity")          \
	X(KICKED, kicked, "idle CPUs woken because tasks wait")                \
	X(GROUPS_MERGED, groups_merged, "control groups that are too many")    \
	X(LOOKUP_FAILED, lookup_failed, "a map had no entry: please report")

#define MLS_COUNTER_SYMBOL(symbol, name, meaning) MLS_##symbol,
#define MLS_COUNTER_NAME(symbol, name, meaning)	  #name,
#define MLS_COUNTER_TEXT(symbol, name, meaning)	  meaning,

enum mls_candidate_counter {
	MLS_CANDIDATE_COUNTERS(MLS_COUNTER_SYMBOL) NR_MLS_CANDIDATE_COUNTERS,
};

enum mls_counter {
	MLS_COUNTERS(MLS_COUNTER_SYMBOL) NR_MLS_COUNTERS,
};

/* What both sides know of a run; the one entry of the control map. */
struct mls_exit_info {
	__s64 code;	/* as the kernel gives it, with its restart bits */
	__u32 kind;	/* enum scx_exit_kind of the kernel, 0 while attached */
	__u32 reserved; /* zero */
	char reason[128];
	char message[1024];
};
_Static_assert(sizeof(struct mls_exit_info) == 1168, "ABI");

struct mls_control {
	__u32 generation; /* model generation, written by the daemon alone */
	__u32 reserved;	  /* zero */
	struct mls_exit_info exit; /* written once, when the kernel lets go */
};
_Static_assert(sizeof(struct mls_control) == 1176, "ABI");

/* An entry of the domain map. */
struct mls_domain {
	__u32 imbalance_us; /* last imbalance candidate, µs; racy: a rate limit
			     */
	__u32 waiting;	    /* tasks in its queues that may move */
	struct mls_load load;
	__u64 vtime; /* furthest virtual time where tasks wait; racy: a hint */
	__u32 runnable; /* tasks that run or wait */
	__u32 crowd_fp; /* their average on the scale of load, 0 – MLS_LOAD_ONE
			 */
};
_Static_assert(sizeof(struct mls_domain) == 64, "ABI");

/* One row per CPU of the counter map. */
struct mls_counters {
	__u64 candidate[NR_MLS_CANDIDATE_KINDS][NR_MLS_CANDIDATE_COUNTERS];
	__u64 scheduler[NR_MLS_COUNTERS];
};
_Static_assert(sizeof(struct mls_counters) ==
		       8 * (NR_MLS_CANDIDATE_KINDS * NR_MLS_CANDIDATE_COUNTERS +
			    NR_MLS_COUNTERS),
	       "ABI");

/* Patterns of a space: nr_cpu_ids × (nr_online + 1) × 11 × 11. */
static inline __u32 mls_pattern_count(struct mls_pattern_space space)
{
	return space.nr_cpu_ids * (space.nr_online + 1) * MLS_LOAD_LEVELS *
	       MLS_LOAD_LEVELS;
}

/*
 * The decision map holds two tables of one byte per pattern, in words of eight:
 * generation g uses table g mod 2, so that the daemon can fill the next one
 * while the kernel still reads this one.
 */
static inline __u32 mls_table_words(struct mls_pattern_space space)
{
	return (mls_pattern_count(space) + 7) / 8;
}

/* The index of a pattern whose fields are within their ranges. */
static inline __u32 mls_pattern_index(struct mls_pattern_space space,
				      struct mls_pattern_fields fields)
{
	__u32 idle = fields.cpu * (space.nr_online + 1) + fields.cpu_idle;

	return (idle * MLS_LOAD_LEVELS + fields.src_level) * MLS_LOAD_LEVELS +
	       fields.dst_level;
}

/* The inverse of mls_pattern_index(). */
static inline struct mls_pattern_fields
mls_pattern_fields(struct mls_pattern_space space, __u32 index)
{
	__u32 idle = index / (MLS_LOAD_LEVELS * MLS_LOAD_LEVELS);
	struct mls_pattern_fields fields = {
		.cpu = idle / (space.nr_online + 1),
		.cpu_idle = idle % (space.nr_online + 1),
		.src_level = index / MLS_LOAD_LEVELS % MLS_LOAD_LEVELS,
		.dst_level = index % MLS_LOAD_LEVELS,
	};

	return fields;
}

/* The nearest tenth of a load of 0 – MLS_LOAD_ONE; more counts as 1.0. */
static inline __u32 mls_load_level(__u32 load_fp)
{
	if (load_fp >= MLS_LOAD_ONE)
		return MLS_LOAD_LEVELS - 1;
	return (load_fp * (MLS_LOAD_LEVELS - 1) + MLS_LOAD_ONE / 2) >>
	       MLS_LOAD_SHIFT;
}

/* The pattern of features that are within their ranges. */
static inline struct mls_pattern_fields
mls_pattern_of(const struct mls_features *features)
{
	const __s32 *value = features->value;
	struct mls_pattern_fields fields = {
		.cpu = value[MLS_FEATURE_CPU],
		.cpu_idle = value[MLS_FEATURE_CPU_IDLE],
		.src_level = mls_load_level(value[MLS_FEATURE_SRC_DOM_LOAD]),
		.dst_level = mls_load_level(value[MLS_FEATURE_DST_DOM_LOAD]),
	};

	return fields;
}

/* Tenths of load by which the fallback rule wants the source ahead. */
#define MLS_FALLBACK_MARGIN_IDLE 1u /* CPUs are idle */
#define MLS_FALLBACK_MARGIN	 2u /* a move only shortens a queue */

/* The fallback rule: towards the less loaded domain. */
static inline __u32 mls_heuristic(struct mls_pattern_fields fields)
{
	__u32 margin = fields.cpu_idle ? MLS_FALLBACK_MARGIN_IDLE
				       : MLS_FALLBACK_MARGIN;

	return fields.src_level >= fields.dst_level + margin ? MLS_MIGRATE
							     : MLS_STAY;
}

/* What filling caches again costs, and what a move may seem to lose by it. */
#define MLS_REFILL_NS_PER_KIB 100u   /* from the memory of the node */
#define MLS_REFILL_KIB_MOST   32768u /* no last-level cache holds more */
#define MLS_COST_MARGIN_US    100

/*
 * The cost rule: a task moves where it saves more waiting than its caches cost.
 * By the features that a model is told, so that both know the same.
 */
static inline __u32 mls_cost_rule(const struct mls_features *features)
{
	const __s32 *value = features->value;
	__u64 kib = mls_unlog(value[MLS_FEATURE_FOOTPRINT]);
	__s64 saved_us = mls_unlog(value[MLS_FEATURE_SRC_WAIT]) -
			 mls_unlog(value[MLS_FEATURE_DST_WAIT]);

	if (kib > MLS_REFILL_KIB_MOST)
		kib = MLS_REFILL_KIB_MOST;
	return saved_us + MLS_COST_MARGIN_US >
			       (__s64)(kib * MLS_REFILL_NS_PER_KIB / 1000)
		       ? MLS_MIGRATE
		       : MLS_STAY;
}

#endif /* MLSCHED_H */
