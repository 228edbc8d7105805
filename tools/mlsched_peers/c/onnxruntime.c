// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ONNX Runtime through its C API, with inputs and outputs bound once.
 *
 * Its package has the library but no header, so what is used of the function
 * table is declared here. The numbers are the members' positions in struct
 * OrtApi of onnxruntime_c_api.h, which only ever grows at its end: version 1
 * of the API ends with 101, version 5 has the bindings from 133 on.
 *
 * arguments: LIBRARY MODEL
 */
#include "peer.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#define API_VERSION	5
#define LOG_ERRORS	3
#define OPTIMIZE_ALL	99
#define ARENA_ALLOCATOR 1
#define DEFAULT_MEMORY	0
#define ELEMENT_FLOAT	1

typedef struct status status; /* NULL where all went well */
typedef void (*unused)(void);

struct api {
	unused first[2];
	const char *(*message)(const status *); /* 2, GetErrorMessage */
	status *(*create_env)(int level, const char *id, void **env); /* 3 */
	unused from_4[3];
	status *(*create_session)(void *env, const char *path, void *options,
				  void **session); /* 7 */
	unused from_8[2];
	status *(*create_session_options)(void **options); /* 10 */
	unused from_11[12];
	status *(*set_optimization)(void *options, int level);	   /* 23 */
	status *(*set_intra_op_threads)(void *options, int count); /* 24 */
	status *(*set_inter_op_threads)(void *options, int count); /* 25 */
	unused from_26[23];
	status *(*create_tensor)(void *memory, void *data, size_t bytes,
				 const int64_t *shape, size_t rank, int type,
				 void **value); /* 49, …WithDataAsOrtValue */
	unused from_50[19];
	status *(*create_cpu_memory)(int allocator, int type,
				     void **memory); /* 69 */
	unused from_70[26];
	void (*release_value)(void *value); /* 96 */
	unused from_97[36];
	status *(*run_with_binding)(void *session, void *options,
				    void *binding);		  /* 133 */
	status *(*create_binding)(void *session, void **binding); /* 134 */
	unused from_135[1];
	status *(*bind_input)(void *binding, const char *name,
			      void *value); /* 136 */
	status *(*bind_output)(void *binding, const char *name,
			       void *value); /* 137 */
};

_Static_assert(offsetof(struct api, create_tensor) == 49 * sizeof(unused),
	       "CreateTensorWithDataAsOrtValue is the table's 49th");
_Static_assert(offsetof(struct api, bind_output) == 137 * sizeof(unused),
	       "BindOutput is the table's 137th");

struct api_base {
	const struct api *(*get)(uint32_t version);
	const char *(*version)(void);
};

static const struct api *api;
static const struct peer_network *network;
static void *session, *memory, *binding, *values[2];
static float *outputs;

static void need(const status *failed)
{
	if (failed)
		peer_fail("ONNX Runtime", api->message(failed));
}

static const struct api_base *load(const char *path)
{
	const struct api_base *(*base)(void);
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		peer_fail("ONNX Runtime", dlerror());
	*(void **)&base = dlsym(library, "OrtGetApiBase");
	if (!base)
		peer_fail("ONNX Runtime", dlerror());
	return base();
}

const char *peer_open(const struct peer_network *given, char **arguments)
{
	const struct api_base *base;
	void *env, *options;

	network = given;
	if (!arguments[0] || !arguments[1])
		peer_fail("usage", "PEER NETWORK LIBRARY MODEL");
	base = load(arguments[0]);
	api = base->get(API_VERSION);
	if (!api)
		peer_fail("ONNX Runtime", "lacks version 5 of its API");
	need(api->create_env(LOG_ERRORS, "peer", &env));
	need(api->create_session_options(&options));
	need(api->set_optimization(options, OPTIMIZE_ALL));
	need(api->set_intra_op_threads(options, 1));
	need(api->set_inter_op_threads(options, 1));
	need(api->create_session(env, arguments[1], options, &session));
	need(api->create_cpu_memory(ARENA_ALLOCATOR, DEFAULT_MEMORY, &memory));
	need(api->create_binding(session, &binding));
	outputs = peer_floats(network->rows);
	return base->version();
}

static void *tensor(float *data, int rows, int width)
{
	const int64_t shape[2] = {rows, width};
	void *value;

	need(api->create_tensor(memory, data, sizeof(float) * rows * width,
				shape, 2, ELEMENT_FLOAT, &value));
	return value;
}

void peer_prepare(int rows)
{
	for (int i = 0; i < 2; i++) {
		if (values[i])
			api->release_value(values[i]);
	}
	values[0] = tensor(network->inputs, rows, network->layers[0].inputs);
	values[1] = tensor(outputs, rows, 1);
	need(api->bind_input(binding, "x", values[0]));
	need(api->bind_output(binding, "y", values[1]));
}

void peer_evaluate(void)
{
	need(api->run_with_binding(session, NULL, binding));
}

const float *peer_outputs(void)
{
	return outputs;
}
