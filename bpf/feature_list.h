/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a model may be told of a candidate. The one list: enums, names, units,
 * ranges and columns in BPF, Swift and Python follow from it, and so does the
 * help. A new feature is a line here and its measurement in ask.bpf.h; after
 * that tools/abi rewrites what Python knows.
 */
#ifndef MLSCHED_FEATURE_LIST_H
#define MLSCHED_FEATURE_LIST_H

#include <linux/types.h>
#include "load.h"

#define MLS_MAX_CPUS  1024u /* CPU ids, exclusive bound */
#define MLS_LOG_SHIFT 8u    /* logarithms: see mls_log() in measure.h */

/*
 * X(SYMBOL, name, unit, lowest, highest, shift, meaning), in the order of the
 * columns. A value is fixed point: the feature in its unit times 2^shift. The
 * first NR_MLS_PATTERN_FEATURES make the pattern that decision tables know.
 */
#define MLS_FEATURES(X)                                                        \
	X(CPU, cpu, "index", 0, MLS_MAX_CPUS - 1, 0,                           \
	  "CPU on which the task last ran")                                    \
	X(CPU_IDLE, cpu_idle, "CPUs", 0, MLS_MAX_CPUS, 0,                      \
	  "CPUs that are idle")                                                \
	X(CPU_NOT_IDLE, cpu_not_idle, "CPUs", 0, MLS_MAX_CPUS, 0,              \
	  "CPUs that are not; with the idle ones 1 to 1024")                   \
	X(SRC_DOM_LOAD, src_dom_load, "0-1", 0, 1, MLS_LOAD_SHIFT,             \
	  "Load of the domain it would leave")                                 \
	X(DST_DOM_LOAD, dst_dom_load, "0-1", 0, 1, MLS_LOAD_SHIFT,             \
	  "Load of the domain it would enter")                                 \
	X(FOOTPRINT, footprint, "log2 KiB", 0, 40, MLS_LOG_SHIFT,              \
	  "Resident memory of its process; 0: the kernel's")                   \
	X(WAITED, waited, "log2 us", 0, 40, MLS_LOG_SHIFT,                     \
	  "How long it has waited in a queue by now")                          \
	X(WEIGHT, weight, "log2", 0, 15, MLS_LOG_SHIFT,                        \
	  "Its weight; 6.6 is nice 0, and each nice level a third")            \
	X(SRC_WAIT, src_wait, "log2 us", 0, 40, MLS_LOG_SHIFT,                 \
	  "Wait to expect in the domain it would leave")                       \
	X(DST_WAIT, dst_wait, "log2 us", 0, 40, MLS_LOG_SHIFT,                 \
	  "Wait to expect in the domain it would enter")

#define MLS_FEATURE_SYMBOL(symbol, ...) MLS_FEATURE_##symbol,

enum mls_feature {
	MLS_FEATURES(MLS_FEATURE_SYMBOL) NR_MLS_FEATURES,
	NR_MLS_PATTERN_FEATURES = MLS_FEATURE_DST_DOM_LOAD + 1,
};

/* The features of one candidate; an even number, so that no padding follows. */
struct mls_features {
	__s32 value[(NR_MLS_FEATURES + 1) / 2 * 2]; /* fixed point, see above */
};
_Static_assert(sizeof(struct mls_features) % 8 == 0, "ABI");

#endif /* MLSCHED_FEATURE_LIST_H */
