/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains of dense layers, evaluated in register blocks: y = f(x · W + b).
 *
 * One source, kernel.h, is compiled for vectors of 4, 8 and 16 floats. Swift
 * has no function multiversioning, and unsafeFlags, which could give a target
 * of its own another instruction set, would bar this package from being a
 * dependency; C has target attributes.
 */
#ifndef C_MLP_KERNELS_H
#define C_MLP_KERNELS_H

#include <stdint.h>

/* Buffers are padded to whole multiples of this many floats, a cache line. */
#define MLPK_LANES 16

/* Rows that go through all layers before the next ones start. */
#define MLPK_BLOCK_ROWS 24

/* The layers that the fused kernel takes are at most this wide. */
#define MLPK_MAX_WIDTH 256

/* Applied to every output; numbered as in model files. */
enum mlpk_function {
	MLPK_IDENTITY,
	MLPK_RELU,
	MLPK_SIGMOID,
	MLPK_TANH,
	MLPK_LEAKY_RELU, /* slope alpha */
	MLPK_ELU,	 /* scale alpha */
	MLPK_SOFTPLUS,
	MLPK_SWISH,
	MLPK_HARD_SIGMOID, /* slope alpha, offset beta */
	MLPK_GELU,
	MLPK_GELU_TANH,
	MLPK_HARD_SWISH, /* slope alpha, offset beta of the hard sigmoid */
	MLPK_MISH,
	MLPK_SOFTMAX, /* over a row: mlpk_softmax, when the chain is done */
};

struct mlpk_activation {
	enum mlpk_function function;
	float alpha;
	float beta;
};

/* A layer, prepared by mlpk_pack. */
struct mlpk_layer {
	const float *weights; /* as mlpk_pack left them, 64-byte aligned */
	const float *bias; /* MLPK_LANES times, or padded with zeros to them */
	int32_t inputs;
	int32_t outputs;
	int32_t stride; /* floats from one row of outputs to the next */
	struct mlpk_activation activation;
};

/* One instruction set's kernels. */
struct mlpk_kernels {
	const char *name;
	int32_t lanes; /* floats in a vector */
	int32_t strip; /* columns of weights that lie together */

	/*
	 * Evaluates rows of inputs, (rows, inputs of the first layer), into
	 * outputs, (rows, outputs of the last). Each scratch buffer has room
	 * for the largest stride times the rows, or MLPK_BLOCK_ROWS if they
	 * are more, in whole MLPK_LANES, and is aligned to them.
	 */
	void (*evaluate)(const struct mlpk_layer *layers, long count,
			 const float *inputs, long rows, float *outputs,
			 float *scratch, float *other);

	/*
	 * values[i] = f(values[i] + bias[i mod period]), in whole vectors:
	 * values has room for multiples of MLPK_LANES and is aligned to them,
	 * and so is bias; period is such a multiple.
	 */
	void (*activate)(struct mlpk_activation activation, float *values,
			 long count, const float *bias, long period);
};

/* The kernels for the widest vectors that this CPU has. */
const struct mlpk_kernels *mlpk_widest(void);

/* All kernels that this CPU can run, the widest first; ends with NULL. */
const struct mlpk_kernels *const *mlpk_all(void);

/* Floats from one row of outputs to the next. */
int32_t mlpk_stride(int32_t outputs);

/* Floats that the packed weights of a layer take, in whole MLPK_LANES. */
long mlpk_packed_count(const struct mlpk_kernels *kernels, int32_t inputs,
		       int32_t outputs);

/*
 * Copies weights, (inputs, outputs), row-major, into strips of columns, with
 * zeros for subnormals and up to whole vectors.
 */
void mlpk_pack(const struct mlpk_kernels *kernels, const float *weights,
	       int32_t inputs, int32_t outputs, float *packed);

/* Replaces each row of values, (rows, width), by its softmax. */
void mlpk_softmax(float *values, long rows, int32_t width);

/*
 * Makes this thread take subnormal numbers for zero and return zero for them;
 * gives what mlpk_restore needs to put the caller's state back.
 */
uint32_t mlpk_flush_subnormals(void);
void mlpk_restore(uint32_t state);

#endif /* C_MLP_KERNELS_H */
