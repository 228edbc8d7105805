// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the scheduler's own decision path on any kernel that has BTF, sched_ext
 * or not, to measure what it costs: a decision that is there, and a request
 * that is sent. Programs of type tc, which alone may be run again and again in
 * one system call; they see no packet of any network, and decide nothing.
 *
 * Each run does a thing MLS_LOOKUP_TURNS times; what bench_nothing takes, which
 * does all but the thing itself, is to be subtracted.
 */
/* The rest of the scheduler is in these headers too, and not used here. */
#pragma clang diagnostic ignored "-Wunused-function"
#include "ask.bpf.h"
#include "lookup.h"

char LICENSE[] SEC("license") = "GPL";

/* Patterns to go through, set by the loader; a power of two. */
MLS_TUNABLE u32 lookup_patterns = 1024;

/* The compiler must take the request for one that somebody else has filled. */
#define REQUEST(pattern_now)                                                   \
	struct mls_request request = {.pattern = (pattern_now)};               \
                                                                               \
	__asm__ volatile("" : : "r"(&request) : "memory")

/* Not called but inlined: a call costs more than what is measured. */
static __always_inline u32 lookup_nothing(u32 pattern)
{
	REQUEST(pattern);
	return request.pattern == MLS_LOOKUP_TURNS;
}

static __always_inline u32 lookup_decided(u32 pattern)
{
	REQUEST(pattern);
	return ask_table(&request) == MLS_MIGRATE;
}

static __always_inline u32 lookup_emit(u32 pattern)
{
	REQUEST(pattern);
	return send_request(&request);
}

/* For the tests: where these programs find the decision on a candidate. */
SEC("syscall")
int lookup_place(struct mls_lookup_place *place)
{
	struct mls_pattern_fields fields = place->fields;
	u8 *entry;

	place->pattern = mls_pattern_index(pattern_space(), fields);
	entry = table_entry(place->pattern, place->generation);
	place->decision = entry ? *entry : NR_MLS_DECISIONS;
	return 0;
}

#define DEFINE_LOOP(name, function)                                            \
	SEC("tc")                                                              \
	int name(struct __sk_buff *packet)                                     \
	{                                                                      \
		u32 yes = 0, i;                                                \
                                                                               \
		for (i = 0; i < MLS_LOOKUP_TURNS; i++)                         \
			yes += function(i & (lookup_patterns - 1));            \
		return yes;                                                    \
	}

DEFINE_LOOP(bench_nothing, lookup_nothing)
DEFINE_LOOP(bench_decided, lookup_decided)
DEFINE_LOOP(bench_emit, lookup_emit)
