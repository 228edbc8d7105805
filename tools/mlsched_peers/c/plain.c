// SPDX-License-Identifier: GPL-2.0-or-later
/* Plain C around cblas_sgemm: the code that `mlsched bench` has beside it. */
#include "peer.h"

#include "CReferenceMLP.h"

#include <cblas.h>
#include <stdlib.h>

#define BLOCK_ROWS 128

/* OpenBLAS's own; no header of another BLAS declares them. */
extern void openblas_set_num_threads(int threads);
extern char *openblas_get_config(void);

static struct reference_layer *layers;
static int layer_count;
static const float *inputs;
static float *outputs, *scratch, *other;
static int batch;

const char *peer_open(const struct peer_network *network, char **arguments)
{
	int widest = 0;

	(void)arguments;
	openblas_set_num_threads(1);
	layer_count = network->count;
	layers = calloc(layer_count, sizeof(*layers));
	if (!layers)
		peer_fail("no memory", "for the layers");
	for (int i = 0; i < layer_count; i++) {
		const struct peer_layer *layer = &network->layers[i];

		layers[i] = (struct reference_layer){
			.weights = layer->weights,
			.bias = layer->bias,
			.inputs = layer->inputs,
			.outputs = layer->outputs,
			.ends = i == layer_count - 1,
		};
		widest = layer->outputs > widest ? layer->outputs : widest;
	}
	inputs = network->inputs;
	outputs = peer_floats(network->rows);
	scratch = peer_floats((long)BLOCK_ROWS * widest);
	other = peer_floats((long)BLOCK_ROWS * widest);
	return openblas_get_config();
}

void peer_prepare(int rows)
{
	batch = rows;
}

void peer_evaluate(void)
{
	reference_mlp(layers, layer_count, inputs, batch, outputs, scratch,
		      other);
}

const float *peer_outputs(void)
{
	return outputs;
}
