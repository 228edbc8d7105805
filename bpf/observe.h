/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the observer counts, shared with user space: once in all, per CPU, and
 * once for each process name.
 */
#ifndef MLSCHED_OBSERVE_H
#define MLSCHED_OBSERVE_H

#include <linux/types.h>

#define MLS_OBSERVED_NAMES 4096u /* process names that are kept apart */

/* X(SYMBOL, name, meaning); the last two are not kept by process name. */
#define MLS_OBSERVED_COUNTERS(X)                                               \
	X(MIGRATIONS, migrations, "tasks that the kernel moved to a CPU")      \
	X(ACROSS, across, "of these, to a CPU of another domain")              \
	X(AGREED, agreed, "of these, the model would have moved them too")     \
	X(VETOED, vetoed, "of these, the model would have kept them")          \
	X(UNDECIDED, undecided, "of these, the model had not decided yet")     \
	X(FORCED, forced, "of these, they could not have stayed: affinity")    \
	X(KEPT, kept, "tasks that could have moved and that the kernel kept")  \
	X(KEPT_AGREED, kept_agreed, "of these, the model would keep them too") \
	X(KEPT_MOVED, kept_moved, "of these, the model would have moved them") \
	X(KEPT_UNDECIDED, kept_undecided, "of these, not decided yet")         \
	X(SWITCHES, switches, "context switches")                              \
	X(WAKEUPS, wakeups, "wake-ups")

#define MLS_OBSERVED_SYMBOL(symbol, name, meaning) MLS_OBSERVED_##symbol,

enum mls_observed_counter {
	MLS_OBSERVED_COUNTERS(MLS_OBSERVED_SYMBOL) NR_MLS_OBSERVED_COUNTERS,
};

struct mls_observed {
	__u64 counter[NR_MLS_OBSERVED_COUNTERS];
};
_Static_assert(sizeof(struct mls_observed) == 8 * NR_MLS_OBSERVED_COUNTERS,
	       "ABI");

/* The name of a process: its first thread's, cut by the kernel. */
struct mls_process_name {
	char text[16]; /* NUL padded */
};
_Static_assert(sizeof(struct mls_process_name) == 16, "ABI");

#endif /* MLSCHED_OBSERVE_H */
