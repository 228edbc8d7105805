/* SPDX-License-Identifier: GPL-2.0 */
/* What lookup.bpf.c and its caller in user space share. */
#ifndef MLS_LOOKUP_H
#define MLS_LOOKUP_H

#include "mlsched.h"

/* How often one run does what it measures. */
#define MLS_LOOKUP_TURNS 64u

/* The same for the network, which takes longer. */
#define MLS_NETWORK_TURNS 16u

/* A candidate, and what a network says of it. */
struct mls_network_run {
	struct mls_features features;
	__s64 output;	  /* out: before the threshold */
	__u32 generation; /* of the network */
	__u32 migrate;	  /* out: 1 or 0 */
};
_Static_assert(sizeof(struct mls_network_run) ==
		       16 + sizeof(struct mls_features),
	       "ABI");

/* A candidate, and where the programs find the decision on it. */
struct mls_lookup_place {
	struct mls_pattern_fields fields;
	__u32 generation; /* of the model */
	__u32 pattern;	  /* its index, found by the program */
	__u32 decision; /* enum mls_decision; NR_MLS_DECISIONS: no such place */
	__u32 reserved; /* zero */
};
_Static_assert(sizeof(struct mls_lookup_place) == 32, "ABI");

#endif /* MLS_LOOKUP_H */
