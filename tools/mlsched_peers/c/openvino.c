// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OpenVINO through its C API, a model compiled for each height of a batch.
 *
 * Its package has the library but no header, so what is used of it is declared
 * here, as OpenVINO documents its C API. A status of 0 is success.
 *
 * arguments: LIBRARY FOLDER, where network-ROWS.onnx is for each batch
 */
#include "peer.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct version {
	const char *build;
	const char *description;
};

static int (*get_version)(struct version *version);
static int (*create_core)(void **core);
static int (*read_model)(void *core, const char *path, const char *weights,
			 void **model);
static int (*compile_model)(void *core, void *model, const char *device,
			    size_t arguments, void **compiled, ...);
static int (*create_request)(void *compiled, void **request);
static int (*get_input)(void *request, void **tensor);
static int (*get_output)(void *request, void **tensor);
static int (*get_data)(void *tensor, void **data);
static int (*infer)(void *request);
static const char *(*last_error)(void);

static const struct {
	const char *name;
	void *function;
} symbols[] = {
	{"ov_get_openvino_version", &get_version},
	{"ov_core_create", &create_core},
	{"ov_core_read_model", &read_model},
	{"ov_core_compile_model", &compile_model},
	{"ov_compiled_model_create_infer_request", &create_request},
	{"ov_infer_request_get_input_tensor", &get_input},
	{"ov_infer_request_get_output_tensor", &get_output},
	{"ov_tensor_data", &get_data},
	{"ov_infer_request_infer", &infer},
	{"ov_get_last_err_msg", &last_error},
};

#define MAX_BATCHES 64

static const struct peer_network *network;
static const char *folder;
static void *core;
static struct batch {
	int rows;
	void *request;
	void *outputs;
} batches[MAX_BATCHES], *current;

static void need(int status)
{
	if (status)
		peer_fail("OpenVINO", last_error());
}

static void load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		peer_fail("OpenVINO", dlerror());
	for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		void *found = dlsym(library, symbols[i].name);

		if (!found)
			peer_fail("OpenVINO", dlerror());
		memcpy(symbols[i].function, &found, sizeof(found));
	}
}

const char *peer_open(const struct peer_network *given, char **arguments)
{
	static char number[64];
	struct version version;

	network = given;
	if (!arguments[0] || !arguments[1])
		peer_fail("usage", "PEER NETWORK LIBRARY FOLDER");
	load(arguments[0]);
	folder = arguments[1];
	need(get_version(&version));
	need(create_core(&core));
	/* The build follows the version: 2026.4.1-23456-… */
	snprintf(number, sizeof(number), "%.*s",
		 (int)strcspn(version.build, "-"), version.build);
	return number;
}

static void compile(struct batch *batch, int rows)
{
	char path[4096];
	void *model, *compiled, *tensor, *inputs;
	size_t width = network->layers[0].inputs;

	snprintf(path, sizeof(path), "%s/network-%d.onnx", folder, rows);
	need(read_model(core, path, NULL, &model));
	/* A processor with bfloat16 would compute in it: another network. */
	need(compile_model(core, model, "CPU", 8, &compiled,
			   "INFERENCE_PRECISION_HINT", "f32",
			   "PERFORMANCE_HINT", "LATENCY",
			   "INFERENCE_NUM_THREADS", "1", "NUM_STREAMS", "1"));
	need(create_request(compiled, &batch->request));
	need(get_input(batch->request, &tensor));
	need(get_data(tensor, &inputs));
	memcpy(inputs, network->inputs, sizeof(float) * rows * width);
	need(get_output(batch->request, &tensor));
	need(get_data(tensor, &batch->outputs));
	batch->rows = rows;
}

void peer_prepare(int rows)
{
	for (int i = 0; i < MAX_BATCHES; i++) {
		current = &batches[i];
		if (!current->rows)
			compile(current, rows);
		if (current->rows == rows)
			return;
	}
	peer_fail("OpenVINO", "is driven for at most 64 batch sizes");
}

void peer_evaluate(void)
{
	need(infer(current->request));
}

const float *peer_outputs(void)
{
	return current->outputs;
}
