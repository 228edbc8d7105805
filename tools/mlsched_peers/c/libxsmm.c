// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libxsmm: a kernel compiled at run time for each layer and height of a block.
 * What is row-major here is column-major and transposed there.
 */
#include "peer.h"

#include <libxsmm.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_ROWS 64
#define MAX_LAYERS 16

static const struct peer_network *network;
static float *outputs, *buffers[2];
static libxsmm_smmfunction whole[MAX_LAYERS], rest[MAX_LAYERS];
static int batch;

static libxsmm_smmfunction kernel(const struct peer_layer *layer, int rows)
{
	const float one = 1.0f, zero = 0.0f;
	const int flags = LIBXSMM_GEMM_FLAG_NONE;
	const int prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
	libxsmm_smmfunction made = libxsmm_smmdispatch(
		layer->outputs, rows, layer->inputs, &layer->outputs,
		&layer->inputs, &layer->outputs, &one, &zero, &flags,
		&prefetch);

	if (!made)
		peer_fail("libxsmm", "makes no kernel for this processor");
	return made;
}

const char *peer_open(const struct peer_network *given, char **arguments)
{
	static char version[32];
	int widest = 0;

	(void)arguments;
	network = given;
	if (network->count > MAX_LAYERS)
		peer_fail("libxsmm", "is driven for at most 16 layers");
	libxsmm_init();
	for (int i = 0; i < network->count; i++) {
		if (network->layers[i].outputs > widest)
			widest = network->layers[i].outputs;
	}
	outputs = peer_floats(network->rows);
	buffers[0] = peer_floats((long)BLOCK_ROWS * widest);
	buffers[1] = peer_floats((long)BLOCK_ROWS * widest);
	snprintf(version, sizeof(version), "%s", LIBXSMM_VERSION);
	return version;
}

void peer_prepare(int rows)
{
	batch = rows;
	for (int i = 0; i < network->count - 1; i++) {
		whole[i] = kernel(&network->layers[i], BLOCK_ROWS);
		if (rows % BLOCK_ROWS)
			rest[i] =
				kernel(&network->layers[i], rows % BLOCK_ROWS);
	}
}

static void relu(int rows, const struct peer_layer *layer, float *restrict y)
{
	const float *restrict bias = layer->bias;
	int width = layer->outputs;

	for (int row = 0; row < rows; row++, y += width) {
		for (int i = 0; i < width; i++) {
			float x = y[i] + bias[i];

			y[i] = x > 0.0f ? x : 0.0f;
		}
	}
}

/* One output is a dot product, which leaves a matrix kernel nothing to do. */
static void last(int rows, const struct peer_layer *layer,
		 const float *restrict x, float *restrict y)
{
	const float *restrict weights = layer->weights;
	int width = layer->inputs;

	for (int row = 0; row < rows; row++, x += width) {
		float sum = 0.0f;

#pragma omp simd reduction(+ : sum)
		for (int i = 0; i < width; i++)
			sum += x[i] * weights[i];
		y[row] = sum;
	}
	peer_sigmoid(y, rows, layer->bias[0]);
}

static void block(libxsmm_smmfunction *kernels, const float *x, int rows,
		  float *y)
{
	int i;

	for (i = 0; i < network->count - 1; i++) {
		float *into = buffers[i % 2];

		kernels[i](network->layers[i].weights, x, into);
		relu(rows, &network->layers[i], into);
		x = into;
	}
	last(rows, &network->layers[i], x, y);
}

void peer_evaluate(void)
{
	int width = network->layers[0].inputs, row = 0;

	for (; row + BLOCK_ROWS <= batch; row += BLOCK_ROWS)
		block(whole, network->inputs + (long)row * width, BLOCK_ROWS,
		      outputs + row);
	if (row < batch)
		block(rest, network->inputs + (long)row * width, batch - row,
		      outputs + row);
}

const float *peer_outputs(void)
{
	return outputs;
}
