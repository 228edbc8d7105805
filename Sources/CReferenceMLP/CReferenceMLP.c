/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "CReferenceMLP.h"

#include <cblas.h>
#include <math.h>

#define BLOCK_ROWS 128

/* restrict lets the compiler vectorise this, as a careful author would. */
static void relu(int rows, int width, const float *restrict bias,
		 float *restrict y)
{
	for (int row = 0; row < rows; row++, y += width) {
		for (int i = 0; i < width; i++) {
			float x = y[i] + bias[i];

			y[i] = x > 0.0f ? x : 0.0f;
		}
	}
}

static void sigmoid(int rows, int width, const float *restrict bias,
		    float *restrict y)
{
	for (int row = 0; row < rows; row++, y += width) {
		for (int i = 0; i < width; i++)
			y[i] = 1.0f / (1.0f + expf(-(y[i] + bias[i])));
	}
}

static void block(const struct reference_layer *layers, int count,
		  const float *x, int rows, float *outputs, float *scratch,
		  float *other)
{
	for (int i = 0; i < count; i++) {
		const struct reference_layer *layer = &layers[i];
		float *y = layer->ends ? outputs : i % 2 ? other : scratch;

		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows,
			    layer->outputs, layer->inputs, 1.0f, x,
			    layer->inputs, layer->weights, layer->outputs, 0.0f,
			    y, layer->outputs);
		if (layer->ends)
			sigmoid(rows, layer->outputs, layer->bias, y);
		else
			relu(rows, layer->outputs, layer->bias, y);
		x = y;
	}
}

void reference_mlp(const struct reference_layer *layers, int count,
		   const float *inputs, int rows, float *outputs,
		   float *scratch, float *other)
{
	for (int row = 0; row < rows; row += BLOCK_ROWS) {
		int left = rows - row < BLOCK_ROWS ? rows - row : BLOCK_ROWS;

		block(layers, count, inputs + (long)row * layers[0].inputs,
		      left, outputs + (long)row * layers[count - 1].outputs,
		      scratch, other);
	}
}
