/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a library written for C has to provide to be measured by driver.c, and
 * what it gets: the network, and rows that are scaled already.
 */
#ifndef PEER_H
#define PEER_H

/* One dense layer, y = f(x · W + b): f is relu, or the sigmoid in the last. */
struct peer_layer {
	float *weights; /* (inputs, outputs), row-major */
	float *bias;	/* (outputs) */
	int inputs;
	int outputs;
};

struct peer_network {
	struct peer_layer *layers;
	int count;
	float *inputs; /* (rows, inputs of the first layer), row-major */
	int rows;      /* of the largest batch */
};

/*
 * Gets ready for any batch, with the arguments that follow the network's file
 * on the command line. Returns the library's version.
 */
const char *peer_open(const struct peer_network *network, char **arguments);

/* Gets ready for a batch of this many rows; not timed. */
void peer_prepare(int rows);

/* Evaluates the batch that was prepared last. */
void peer_evaluate(void);

/* The results of the last evaluation, (rows, 1). */
const float *peer_outputs(void);

/* Zeros that start at a cache line; ends the program when there is no room. */
float *peer_floats(long count);

/* Ends the program with one line that says why. */
_Noreturn void peer_fail(const char *what, const char *detail);

/* One value to its logistic sigmoid, in place, for each of a row of outputs. */
void peer_sigmoid(float *values, int count, float bias);

#endif /* PEER_H */
