/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The yardstick of `mlsched bench`: what a C programmer writes first around
 * cblas_sgemm. Nothing but the benchmark uses it.
 */
#ifndef C_REFERENCE_MLP_H
#define C_REFERENCE_MLP_H

/* One dense layer, y = f(x · W + b): f is relu, or the sigmoid where it ends.
 */
struct reference_layer {
	const float *weights; /* (inputs, outputs), row-major */
	const float *bias;    /* (outputs) */
	int inputs;
	int outputs;
	int ends; /* whether this is the last layer */
};

/*
 * Evaluates rows of inputs, 128 at a time, as the library does. Both scratch
 * buffers hold 128 rows of the widest layer; outputs has room for every row.
 */
void reference_mlp(const struct reference_layer *layers, int count,
		   const float *inputs, int rows, float *outputs,
		   float *scratch, float *other);

#endif /* C_REFERENCE_MLP_H */
