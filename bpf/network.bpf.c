// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the network on any kernel with BTF, to measure it and to compare it
 * with the same code outside of the kernel. See lookup.bpf.c for the loops.
 */
#include "network.bpf.h"
#include "lookup.h"

char LICENSE[] SEC("license") = "GPL";

/* For the tests: what a generation's network says of one candidate. */
SEC("syscall")
int network_run(struct mls_network_run *run)
{
	struct mls_features features = run->features;
	s64 output = 0;

	run->migrate = network_decide(&features, run->generation, &output);
	run->output = output;
	return 0;
}

/* Features that differ from turn to turn, as a candidate's do. */
static __always_inline void vary(struct mls_features *features, u32 turn)
{
	u32 i;

	for (i = 0; i < NR_MLS_FEATURES; i++)
		features->value[i] = turn * (977 + 2 * i);
}

SEC("tc")
int bench_network_nothing(struct __sk_buff *packet)
{
	struct mls_features features = {};
	u32 yes = 0, i;

	for (i = 0; i < MLS_NETWORK_TURNS; i++) {
		vary(&features, i);
		__asm__ volatile("" : : "r"(&features) : "memory");
		yes += i & 1;
	}
	return yes;
}

SEC("tc")
int bench_network(struct __sk_buff *packet)
{
	struct mls_features features = {};
	u32 yes = 0, i;
	s64 output;

	for (i = 0; i < MLS_NETWORK_TURNS; i++) {
		vary(&features, i);
		yes += network_decide(&features, 0, &output);
	}
	return yes;
}
