/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernels for one width of vectors. Whoever includes this defines
 *
 *   LANES    floats in a vector
 *   VECTORS  vectors of a row's outputs that a tile keeps in registers
 *   KERNELS  the name of the struct mlpk_kernels
 *   LABEL    what people call the instruction set
 *
 * and, around the include, the target. A tile is ROWS rows by VECTORS vectors
 * of outputs, whose sums stay in registers over all inputs: 12 of 16 registers
 * in AVX2, 24 of 32 in AVX-512 and NEON. What is left holds the weights, which
 * all rows share, and one input, which all outputs share.
 */
#include "CMLPKernels.h"
#include "vector.h"

#pragma STDC FP_CONTRACT ON

#define ROWS   6
#define CHAINS 4
#define STRIP  (VECTORS * LANES)
#define UNROLL _Pragma("clang loop unroll(full)")
/* Fewer turns, whose end is foreseen. */
#define UNROLL_SOME _Pragma("clang loop unroll_count(4)")

/* Where a tile reads and writes. */
struct place {
	const float *x;
	long x_stride;
	float *y;
	long y_stride;
	const float *weights;
	const float *bias;
};

/*
 * The functions without an exponential are applied in registers; the others
 * follow when the layer is done.
 */
static int follows(enum mlpk_function function)
{
	return function == MLPK_SIGMOID || function == MLPK_TANH ||
	       function == MLPK_ELU || function == MLPK_SOFTPLUS ||
	       function == MLPK_SWISH || function == MLPK_GELU ||
	       function == MLPK_GELU_TANH || function == MLPK_MISH;
}

/*
 * A few rows have too few sums to hide the latency of a multiply-add: their
 * inputs go round several chains, each with sums of its own.
 */
static inline __attribute__((always_inline)) void
tile(const struct mlpk_layer *layer, const struct place *at, const int rows,
     const int vectors, const int chains)
{
	vec sums[CHAINS][ROWS][VECTORS];
	const float *weights = at->weights;
	long inputs = layer->inputs;
	long k = 0;

	UNROLL for (int c = 0; c < chains; c++)
		UNROLL for (int r = 0; r < rows; r++)
			UNROLL for (int v = 0; v < vectors; v++) sums[c][r][v] =
				c ? (vec){0} : load(at->bias + v * LANES);

	UNROLL_SOME for (; k + chains <= inputs; k += chains)
	{
		UNROLL for (int c = 0; c < chains; c++)
		{
			vec w[VECTORS];

			UNROLL for (int v = 0; v < vectors; v++) w[v] =
				load(weights + v * LANES);
			UNROLL for (int r = 0; r < rows; r++)
			{
				float x = at->x[r * at->x_stride + k + c];

				UNROLL for (int v = 0; v < vectors; v++)
					sums[c][r][v] += w[v] * x;
			}
			weights += vectors * LANES;
		}
	}
	for (; chains > 1 && k < inputs; k++) {
		UNROLL for (int r = 0; r < rows; r++)
		{
			float x = at->x[r * at->x_stride + k];

			UNROLL for (int v = 0; v < vectors; v++)
				sums[0][r][v] += load(weights + v * LANES) * x;
		}
		weights += vectors * LANES;
	}

	UNROLL for (int c = 1; c < chains; c++)
		UNROLL for (int r = 0; r < rows; r++)
			UNROLL for (int v = 0; v < vectors; v++)
				sums[0][r][v] += sums[c][r][v];

#define STORE(expression)                                                      \
	UNROLL for (int r = 0; r < rows; r++)                                  \
		UNROLL for (int v = 0; v < vectors; v++)                       \
	{                                                                      \
		vec x = sums[0][r][v];                                         \
                                                                               \
		store(at->y + r * at->y_stride + v * LANES, expression);       \
	}                                                                      \
	break

	switch (layer->activation.function) {
	case MLPK_RELU:
		STORE(relu(x));
	case MLPK_LEAKY_RELU:
		STORE(leaky_relu(x, layer->activation.alpha));
	case MLPK_HARD_SIGMOID:
		STORE(hard_sigmoid(x, layer->activation.alpha,
				   layer->activation.beta));
	case MLPK_HARD_SWISH:
		STORE(hard_swish(x, layer->activation.alpha,
				 layer->activation.beta));
	default:
		STORE(x);
	}
}

static void any_tile(const struct mlpk_layer *layer, const struct place *at,
		     int rows, int vectors)
{
	switch (rows * 8 + vectors) {
#define CASES(v)                                                               \
	case 1 * 8 + v:                                                        \
		return tile(layer, at, 1, v, 4);                               \
	case 2 * 8 + v:                                                        \
		return tile(layer, at, 2, v, 2);                               \
	case 3 * 8 + v:                                                        \
		return tile(layer, at, 3, v, 2);                               \
	case 4 * 8 + v:                                                        \
		return tile(layer, at, 4, v, 1);                               \
	case 5 * 8 + v:                                                        \
		return tile(layer, at, 5, v, 1);                               \
	case 6 * 8 + v:                                                        \
		return tile(layer, at, 6, v, 1)
		CASES(1);
		CASES(2);
#if VECTORS == 4
		CASES(3);
		CASES(4);
#endif
#undef CASES
	}
}

/* A strip of outputs for all rows, in tiles as equal as can be. */
static void strip(const struct mlpk_layer *layer, struct place at, int rows,
		  int vectors)
{
	int tiles = (rows + ROWS - 1) / ROWS;

	for (int left = tiles; left > 0; left--) {
		int now = (rows + left - 1) / left;

		any_tile(layer, &at, now, vectors);
		rows -= now;
		at.x += now * at.x_stride;
		at.y += now * at.y_stride;
	}
}

/*
 * A single output: a dot product for each row, whose weights are a row too.
 * Rows between layers are padded to whole vectors; in a caller's rows, and in
 * those of a layer with one output, the next row begins at once.
 */
static void dots(const struct mlpk_layer *layer, const float *x, long stride,
		 int rows, float *y)
{
	const float *weights = layer->weights;
	long inputs = layer->inputs, whole = inputs & -LANES;
	ivec within = lane_numbers < (int32_t)(inputs - whole);

	for (int r = 0; r < rows; r++, x += stride) {
		vec even = {0}, odd = {0};
		float rest = layer->bias[0];
		long k = 0;

		for (; k + 2 * LANES <= whole; k += 2 * LANES) {
			even += load_anywhere(x + k) * load(weights + k);
			odd += load_anywhere(x + k + LANES) *
			       load(weights + k + LANES);
		}
		for (; k < whole; k += LANES)
			even += load_anywhere(x + k) * load(weights + k);
		if (stride > inputs)
			odd += (vec)((ivec)load_anywhere(x + k) & within) *
			       load(weights + k);
		for (; stride <= inputs && k < inputs; k++)
			rest += x[k] * weights[k];
		y[r] = total(even + odd) + rest;
	}
}

static void activate(struct mlpk_activation activation, float *values,
		     long count, const float *bias, long period);

static const _Alignas(64) float zeros[MLPK_LANES];

static void run(const struct mlpk_layer *layer, const float *x, long stride,
		int rows, float *y)
{
	struct place at = {x,	       stride, y, layer->stride, layer->weights,
			   layer->bias};

	if (layer->outputs == 1) {
		dots(layer, x, stride, rows, y);
		return activate(layer->activation, y, rows, zeros, MLPK_LANES);
	}
	for (int left = layer->outputs; left > 0; left -= STRIP) {
		int vectors =
			left >= STRIP ? VECTORS : (left + LANES - 1) / LANES;

		strip(layer, at, rows, vectors);
		at.y += STRIP;
		at.bias += STRIP;
		at.weights += (long)layer->inputs * STRIP;
	}
	if (follows(layer->activation.function))
		activate(layer->activation, y, rows * layer->stride, zeros,
			 MLPK_LANES);
}

static void evaluate(const struct mlpk_layer *layers, long count,
		     const float *inputs, long rows, float *outputs,
		     float *scratch, float *other)
{
	int width = layers[count - 1].outputs;
	int stride = layers[count - 1].stride;

	while (rows > 0) {
		int now = rows < MLPK_BLOCK_ROWS ? (int)rows : MLPK_BLOCK_ROWS;
		const float *x = inputs;
		long x_stride = layers[0].inputs;

		for (long i = 0; i < count; i++) {
			float *y = i % 2 ? other : scratch;

			run(&layers[i], x, x_stride, now, y);
			x = y;
			x_stride = layers[i].stride;
		}
		for (int r = 0; r < now; r++)
			for (int i = 0; i < width; i++)
				outputs[r * width + i] = x[r * stride + i];
		inputs += (long)now * layers[0].inputs;
		outputs += (long)now * width;
		rows -= now;
	}
}

#define PASS(expression)                                                       \
	for (long i = 0; i < count;)                                           \
		for (long j = 0; j < period && i < count;                      \
		     i += LANES, j += LANES) {                                 \
			vec x = load(values + i) + load(bias + j);             \
                                                                               \
			store(values + i, expression);                         \
		}                                                              \
	return

static void activate(struct mlpk_activation activation, float *values,
		     long count, const float *bias, long period)
{
	float alpha = activation.alpha, beta = activation.beta;

	switch (activation.function) {
	case MLPK_IDENTITY:
	case MLPK_SOFTMAX:
		PASS(x);
	case MLPK_RELU:
		PASS(relu(x));
	case MLPK_SIGMOID:
		PASS(sigmoid(x));
	case MLPK_TANH:
		PASS(hyperbolic_tangent(x));
	case MLPK_LEAKY_RELU:
		PASS(leaky_relu(x, alpha));
	case MLPK_ELU:
		PASS(elu(x, alpha));
	case MLPK_SOFTPLUS:
		PASS(softplus(x));
	case MLPK_SWISH:
		PASS(swish(x));
	case MLPK_HARD_SIGMOID:
		PASS(hard_sigmoid(x, alpha, beta));
	case MLPK_GELU:
		PASS(gelu(x));
	case MLPK_GELU_TANH:
		PASS(gelu_tanh(x));
	case MLPK_HARD_SWISH:
		PASS(hard_swish(x, alpha, beta));
	case MLPK_MISH:
		PASS(mish(x));
	}
}

const struct mlpk_kernels KERNELS = {
	.name = LABEL,
	.lanes = LANES,
	.strip = STRIP,
	.evaluate = evaluate,
	.activate = activate,
};
