/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small neural network in fixed point: dense layers with relu, one output
 * that is compared with a threshold. Pure functions of weights and features,
 * so that the kernel, the simulator and the tests get the same integers.
 *
 * A lane is 32 bits of a 64-bit word, and a word holds two of them: as
 * high * 2^32 + low, both signed. Multiplied with an activation and summed,
 * the word does two neurons' work in one instruction; that no sum leaves its
 * lane is for the quantiser to prove. Every step is defined for all values.
 *
 *	features ─→ 0 – MLS_NETWORK_ONE ─→ hidden[0] ─→ hidden[1] ─→ output
 *	               (16 bits)          sum >> shift               sum
 */
#ifndef MLSCHED_NETWORK_H
#define MLSCHED_NETWORK_H

#include <linux/types.h>
#include "feature_list.h"

#define MLS_NETWORK_INPUTS 16u	 /* features that a network can name */
#define MLS_NETWORK_WIDTH  64u	 /* neurons of a layer */
#define MLS_NETWORK_HIDDEN 2u	 /* hidden layers */
#define MLS_NETWORK_CHUNK  4u	 /* inputs that a loop takes at a time */
#define MLS_NETWORK_BLOCK  8u	 /* neurons whose sums stay in registers */
#define MLS_NETWORK_ONE	   32767 /* the largest activation */

#define MLS_NETWORK_CHUNKS (MLS_NETWORK_WIDTH / MLS_NETWORK_CHUNK)
#define MLS_NETWORK_BLOCKS (MLS_NETWORK_WIDTH / MLS_NETWORK_BLOCK)
#define MLS_NETWORK_PAIRS  (MLS_NETWORK_BLOCK / 2)

/* Which feature an input takes, and how it becomes an activation. */
struct mls_network_input {
	__u32 feature; /* enum mls_feature */
	__s32 lowest;  /* in the feature's fixed point; less counts as this */
	__s32 highest; /* likewise; more counts as this */
	__u16 up;      /* then (value - lowest) << up >> down, */
	__u16 down;    /* which is at most MLS_NETWORK_ONE */
};
_Static_assert(sizeof(struct mls_network_input) == 16, "ABI");

/* Neuron n is in block n / 8, pair n / 2 % 4, and in the high lane if odd. */
struct mls_network_layer {
	__u32 chunks; /* of inputs, 0 – MLS_NETWORK_CHUNKS */
	__u32 blocks; /* of neurons, 0 – MLS_NETWORK_BLOCKS */
	__u32 shift;  /* from sum to activation, 0 – 31 */
	__u32 reserved;
	/* lanes, with half of 2^shift for rounding */
	__s64 bias[MLS_NETWORK_BLOCKS][MLS_NETWORK_PAIRS];
	/* lanes of 16-bit weights */
	__s64 weight[MLS_NETWORK_BLOCKS][MLS_NETWORK_WIDTH][MLS_NETWORK_PAIRS];
};

struct mls_network {
	__u32 inputs;	 /* 0 – MLS_NETWORK_INPUTS */
	__u32 layers;	 /* hidden ones, 0 – MLS_NETWORK_HIDDEN */
	__u32 chunks;	 /* of inputs of the output, 0 – MLS_NETWORK_CHUNKS */
	__u32 in_use;	 /* 0: this generation decides by patterns */
	__s64 bias;	 /* of the output */
	__s64 threshold; /* an output above it means migrate */
	__s64 weight[MLS_NETWORK_WIDTH]; /* of the output, 16 bits each */
	struct mls_network_input input[MLS_NETWORK_INPUTS];
	struct mls_network_layer hidden[MLS_NETWORK_HIDDEN];
};
_Static_assert(sizeof(struct mls_network) == 800 + 2 * 16656, "ABI");

/* Activations of a layer; those past its neurons have weights of zero. */
struct mls_activations {
	__s64 value[MLS_NETWORK_WIDTH]; /* 0 – MLS_NETWORK_ONE */
};

/* What an evaluation needs besides: in BPF a CPU's own, for want of stack. */
struct mls_network_scratch {
	struct mls_activations even, odd; /* inputs of layers 0 and 2, of 1 */
};

/* Sets the weight or bias of a neuron that had none: it adds its lane. */
static inline void mls_network_set_weight(struct mls_network_layer *layer,
					  __u32 neuron, __u32 input,
					  __s32 weight)
{
	layer->weight[neuron / MLS_NETWORK_BLOCK][input]
		     [neuron / 2 % MLS_NETWORK_PAIRS] +=
		(__s64)weight * (neuron & 1 ? 1ll << 32 : 1);
}

static inline void mls_network_set_bias(struct mls_network_layer *layer,
					__u32 neuron, __s32 bias)
{
	layer->bias[neuron / MLS_NETWORK_BLOCK]
		   [neuron / 2 % MLS_NETWORK_PAIRS] +=
		(__s64)bias * (neuron & 1 ? 1ll << 32 : 1);
}

static inline __s64 mls_network_activation(struct mls_network_input input,
					   __s32 value)
{
	if (value < input.lowest)
		value = input.lowest;
	if (value > input.highest)
		value = input.highest;
	return ((__s64)value - input.lowest) << (input.up & 31) >>
	       (input.down & 31);
}

/* Features → activations of the inputs, the rest of the last chunk zero. */
static inline void mls_network_inputs(const struct mls_network *network,
				      const struct mls_features *features,
				      struct mls_activations *to)
{
	__u32 i;

	for (i = 0; i < MLS_NETWORK_INPUTS; i++) {
		struct mls_network_input input = network->input[i];

		to->value[i] = 0;
		if (i < network->inputs && input.feature < NR_MLS_FEATURES)
			to->value[i] = mls_network_activation(
				input, features->value[input.feature]);
	}
}

/*
 * relu, shift and limit of one lane. Without branches: half of the neurons are
 * off, nobody can tell which, and the verifier need not look into both.
 */
static inline __s64 mls_network_relu(__s64 sum, __u32 shift)
{
	__s64 active = (sum & ~(sum >> 63)) >> shift;
	__s64 excess = active - MLS_NETWORK_ONE;

	return MLS_NETWORK_ONE + (excess & (excess >> 63));
}

/* The activations of both lanes. */
static inline void mls_network_lanes(__s64 sum, __u32 shift, __s64 *to)
{
	__s64 low = (__s32)sum;

	to[0] = mls_network_relu(low, shift);
	to[1] = mls_network_relu((sum - low) >> 32, shift);
}

/*
 * Eight neurons of a layer: four sums in registers, four inputs a turn, which
 * leaves a BPF program just enough registers not to spill.
 */
static inline void mls_network_block(const struct mls_network_layer *layer,
				     const struct mls_activations *from,
				     __u32 block, struct mls_activations *to)
{
	const __s64(*weight)[MLS_NETWORK_PAIRS] = layer->weight[block];
	const __s64 *in = from->value, *bias = layer->bias[block];
	__s64 a = bias[0], b = bias[1], c = bias[2], d = bias[3];
	__u32 chunk, i, shift = layer->shift & 31, chunks = layer->chunks;
	__s64 *out = to->value + block * MLS_NETWORK_BLOCK;

	for (chunk = 0; chunk < MLS_NETWORK_CHUNKS && chunk < chunks; chunk++) {
#pragma clang loop unroll(full)
		for (i = 0; i < MLS_NETWORK_CHUNK; i++) {
			a += weight[i][0] * in[i];
			b += weight[i][1] * in[i];
			c += weight[i][2] * in[i];
			d += weight[i][3] * in[i];
		}
		weight += MLS_NETWORK_CHUNK;
		in += MLS_NETWORK_CHUNK;
	}
	mls_network_lanes(a, shift, out);
	mls_network_lanes(b, shift, out + 2);
	mls_network_lanes(c, shift, out + 4);
	mls_network_lanes(d, shift, out + 6);
}

/* A hidden layer. */
static inline void mls_network_layer(const struct mls_network_layer *layer,
				     const struct mls_activations *from,
				     struct mls_activations *to)
{
	__u32 i, blocks = layer->blocks;

	for (i = 0; i < MLS_NETWORK_BLOCKS && i < blocks; i++)
		mls_network_block(layer, from, i, to);
}

/* The output before the threshold. */
static inline __s64 mls_network_output(const struct mls_network *network,
				       const struct mls_activations *from)
{
	const __s64 *weight = network->weight, *in = from->value;
	__u32 chunk, i, chunks = network->chunks;
	__s64 sum = network->bias;

	for (chunk = 0; chunk < MLS_NETWORK_CHUNKS && chunk < chunks; chunk++) {
#pragma clang loop unroll(full)
		for (i = 0; i < MLS_NETWORK_CHUNK; i++)
			sum += weight[i] * in[i];
		weight += MLS_NETWORK_CHUNK;
		in += MLS_NETWORK_CHUNK;
	}
	return sum;
}

/* All of it, for where there is no verifier to be kept in sight. */
static inline __s64 mls_network_evaluate(const struct mls_network *network,
					 const struct mls_features *features,
					 struct mls_network_scratch *scratch)
{
	struct mls_activations *from = &scratch->even, *to = &scratch->odd;
	__u32 i;

	mls_network_inputs(network, features, from);
	for (i = 0; i < MLS_NETWORK_HIDDEN && i < network->layers; i++) {
		struct mls_activations *next = from;

		mls_network_layer(&network->hidden[i], from, to);
		from = to;
		to = next;
	}
	return mls_network_output(network, from);
}

#endif /* MLSCHED_NETWORK_H */
