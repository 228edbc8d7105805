/* SPDX-License-Identifier: GPL-2.0 */
/* The network in the kernel: two generations of weights, and its evaluation. */
#ifndef MLSCHED_NETWORK_BPF_H
#define MLSCHED_NETWORK_BPF_H

#include "types.bpf.h"
#include "network.h"

/* Generation g is in entry g mod 2; the daemon fills the one not in use. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct mls_network);
} networks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mls_network_scratch);
} network_scratch SEC(".maps");

static __always_inline struct mls_network *network_of(u32 generation)
{
	u32 entry = generation & 1;

	return bpf_map_lookup_elem(&networks, &entry);
}

/* Whether a generation's model is a network, and not a table. */
static __always_inline bool network_in_use(u32 generation)
{
	const struct mls_network *network = network_of(generation);

	return network && *(const volatile u32 *)&network->in_use;
}

/* Global, so that the verifier walks a block once and not at every call. */
__noinline int network_block(const struct mls_network_layer *layer,
			     const struct mls_activations *from, u32 block,
			     struct mls_activations *to)
{
	if (layer && from && to && block < MLS_NETWORK_BLOCKS)
		mls_network_block(layer, from, block, to);
	return 0;
}

/* The same for a layer. */
__noinline int network_layer(const struct mls_network_layer *layer,
			     const struct mls_activations *from,
			     struct mls_activations *to)
{
	u32 i;

	if (!layer || !from || !to)
		return 0;
	for (i = 0; i < MLS_NETWORK_BLOCKS && i < layer->blocks; i++)
		network_block(layer, from, i, to);
	return 0;
}

/*
 * What a generation's network says of features: 1 migrate, 0 stay, and its
 * output before the threshold. Interrupts are off, as they are in every op
 * that moves a task: nobody else takes this CPU's scratch meanwhile.
 */
__noinline int network_decide(const struct mls_features *features,
			      u32 generation, s64 *output)
{
	struct mls_network *network = network_of(generation);
	u32 zero = 0;
	struct mls_network_scratch *scratch =
		bpf_map_lookup_elem(&network_scratch, &zero);
	struct mls_activations *last;

	if (!network || !scratch || !features || !output)
		return 0;
	last = &scratch->even;
	mls_network_inputs(network, features, last);
	if (network->layers > 0) {
		last = &scratch->odd;
		network_layer(&network->hidden[0], &scratch->even, last);
	}
	if (network->layers > 1) {
		last = &scratch->even;
		network_layer(&network->hidden[1], &scratch->odd, last);
	}
	*output = mls_network_output(network, last);
	return *output > network->threshold;
}

#endif /* MLSCHED_NETWORK_BPF_H */
