/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header that the BPF programs include, as a module for Swift. */
#ifndef CMLSCHEDABI_H
#define CMLSCHEDABI_H

#include "../../../bpf/mlsched.h"
#include "../../../bpf/kfuncs.h"
#include "../../../bpf/measure.h"
#include "../../../bpf/network.h"
#include "../../../bpf/observe.h"
#include "../../../bpf/record.h"
#include "../../../bpf/probe.h"
#include "../../../bpf/lookup.h"

/* A line of MLS_FEATURES. */
struct mls_feature_line {
	const char *name;
	const char *unit;
	double lowest;	/* in its unit */
	double highest; /* in its unit */
	unsigned shift; /* fixed point: times 2^shift */
	const char *meaning;
};

/* The line of a feature, enum mls_feature; NULL past the last. */
const struct mls_feature_line *mls_feature_line(int feature);

/* Features in their units; the one past the last is the zero of `zero`. */
struct mls_feature_values {
	float value[NR_MLS_FEATURES + 1];
};

/* The lines of MLS_KFUNC_FLAGS and MLS_NEEDED_KFUNCS; NULL past the last. */
const char *mls_kfunc_flag(int line);
const char *mls_kfunc_flagged(int line);
const char *mls_needed_kfunc(int line);

/* Names and meanings of the counters; NULL past the last. */
const char *mls_counter_name(int counter);
const char *mls_counter_text(int counter);
const char *mls_candidate_counter_name(int counter);
const char *mls_candidate_counter_text(int counter);
const char *mls_observed_name(int counter);

#endif /* CMLSCHEDABI_H */
