// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Serves one peer: reads requests from standard input, a line each, and
 * answers each with a line; ../session.py is the other end.
 *
 *   run ROWS FILE        evaluates a batch, writes its outputs to the file: ok
 *   measure ROWS NS      the time of a call, ns: median over blocks of calls
 *
 * usage: PEER NETWORK [ARGUMENT]...
 */
#include "peer.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Long beside a reading of the clock, short beside a slice of the scheduler. */
#define BLOCK_NS      20000
#define LEAST_BLOCKS  3
#define LARGEST_BLOCK 65536

_Noreturn void peer_fail(const char *what, const char *detail)
{
	printf("error %s: %s\n", what, detail);
	fflush(stdout);
	exit(1);
}

float *peer_floats(long count)
{
	void *floats;
	size_t bytes = sizeof(float) * (count > 0 ? count : 1);

	if (posix_memalign(&floats, 64, bytes))
		peer_fail("no memory", "for the network and its rows");
	return memset(floats, 0, bytes);
}

void peer_sigmoid(float *values, int count, float bias)
{
	for (int i = 0; i < count; i++)
		values[i] = 1.0f / (1.0f + expf(-(values[i] + bias)));
}

static void read_all(FILE *file, void *into, size_t bytes)
{
	if (fread(into, 1, bytes, file) != bytes)
		peer_fail("the network's file", "ends early");
}

static float *read_floats(FILE *file, long count)
{
	float *floats = peer_floats(count);

	read_all(file, floats, sizeof(float) * count);
	return floats;
}

/* As network.py writes it: counts as int32, then floats, in reading order. */
static struct peer_network read_network(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct peer_network network;
	int32_t counts[2], shape[2];

	if (!file)
		peer_fail(path, strerror(errno));
	read_all(file, counts, sizeof(counts));
	network.count = counts[0];
	network.rows = counts[1];
	network.layers = calloc(network.count, sizeof(*network.layers));
	if (!network.layers)
		peer_fail("no memory", "for the network");
	for (int i = 0; i < network.count; i++) {
		struct peer_layer *layer = &network.layers[i];

		read_all(file, shape, sizeof(shape));
		layer->inputs = shape[0];
		layer->outputs = shape[1];
		layer->weights = read_floats(file, (long)shape[0] * shape[1]);
		layer->bias = read_floats(file, shape[1]);
	}
	network.inputs = read_floats(file, (long)network.rows *
						   network.layers[0].inputs);
	fclose(file);
	return network;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Warms up for a quarter of the time, which also finds the calls of a block. */
static uint64_t calls_of_block(uint64_t ns)
{
	uint64_t start = now(), calls = 0, per_call;

	do {
		peer_evaluate();
		calls++;
	} while (now() - start < ns / 4);
	per_call = (now() - start) / calls;
	return per_call < BLOCK_NS ? BLOCK_NS / (per_call ? per_call : 1) : 1;
}

static double measure(uint64_t ns)
{
	static double blocks[LARGEST_BLOCK];
	uint64_t calls = calls_of_block(ns), end = now() + ns, start;
	int count = 0;

	do {
		start = now();
		for (uint64_t i = 0; i < calls; i++)
			peer_evaluate();
		blocks[count++] = (double)(now() - start) / calls;
	} while ((now() < end || count < LEAST_BLOCKS) &&
		 count < LARGEST_BLOCK);
	qsort(blocks, count, sizeof(*blocks), ascending);
	return (blocks[count / 2] + blocks[(count - 1) / 2]) / 2;
}

static void run(int rows, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file)
		peer_fail(path, strerror(errno));
	peer_evaluate();
	if (fwrite(peer_outputs(), sizeof(float), rows, file) != (size_t)rows ||
	    fclose(file))
		peer_fail(path, strerror(errno));
	printf("ok\n");
}

int main(int argc, char **argv)
{
	struct peer_network network;
	char line[4096], path[4096];
	int rows, ready = 0;
	unsigned long long ns;

	if (argc < 2)
		peer_fail("usage", "PEER NETWORK [ARGUMENT]...");
	network = read_network(argv[1]);
	printf("ready %s\n", peer_open(&network, argv + 2));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%*s %d", &rows) != 1 || rows < 1 ||
		    rows > network.rows)
			peer_fail("no such batch", line);
		if (rows != ready)
			peer_prepare(rows);
		ready = rows;
		if (sscanf(line, "measure %*d %llu", &ns) == 1)
			printf("%.6g\n", measure(ns));
		else if (sscanf(line, "run %*d %4095[^\n]", path) == 1)
			run(rows, path);
		else
			peer_fail("no such request", line);
		fflush(stdout);
	}
	return 0;
}
