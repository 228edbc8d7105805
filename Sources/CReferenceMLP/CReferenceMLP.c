/* SPDX-License-Identifier: GPL-2.0 */
#include "CReferenceMLP.h"

#include <cblas.h>
#include <math.h>

#define BLOCK_ROWS 128

static void finish(const struct reference_layer *layer, int rows, float *y)
{
	for (int row = 0; row < rows; row++, y += layer->outputs) {
		for (int i = 0; i < layer->outputs; i++) {
			float x = y[i] + layer->bias[i];

			if (layer->ends)
				y[i] = 1.0f / (1.0f + expf(-x));
			else
				y[i] = x > 0.0f ? x : 0.0f;
		}
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
			    layer->inputs, layer->weights, layer->outputs,
			    0.0f, y, layer->outputs);
		finish(layer, rows, y);
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
