// SPDX-License-Identifier: GPL-2.0
/*
 * Sends requests to user space on any kernel that has BTF, sched_ext or not:
 * as many as it is told to (probe_emit, through BPF_PROG_RUN), or one at each
 * system call of one thread (probe_syscall). It measures and tests the path
 * from ring buffer to decision; it decides nothing about any task.
 *
 * Every request is sent: nothing is deduplicated.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "mlsched.h"
#include "probe.h"

char LICENSE[] SEC("license") = "GPL";

/* Decisions in the table, set by the loader; a power of two. */
const volatile __u32 pattern_count = 4096;
/* Thread whose system calls send a request each; 0 for none. */
const volatile __s32 traced_thread;

/* Counted by probe_syscall. */
__u64 requests_sent;
__u64 requests_dropped;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024); /* bytes, before the loader resizes */
} requests SEC(".maps");

/* Decisions of one byte, eight to an element as elements take 8 bytes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4096 / 8); /* the loader resizes */
} decisions SEC(".maps");

/* How often each decision was found, per CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, NR_MLS_DECISIONS);
} lookups SEC(".maps");

/*
 * Whether the ring had room. Global, so that it is verified once and not in
 * every turn of a loop.
 */
__noinline int probe_send(__u32 pattern)
{
	struct mls_request *request;

	request = bpf_ringbuf_reserve(&requests, sizeof(*request), 0);
	if (!request)
		return 0;
	request->pattern = pattern;
	request->generation = 0;
	request->features = (struct mls_features){};
	request->pid = (__s32)bpf_get_current_pid_tgid();
	request->kind = MLS_CANDIDATE_WAKEUP;
	request->stamp_ns = bpf_ktime_get_ns();
	bpf_ringbuf_submit(request, 0);
	return 1;
}

/* Whether a pattern migrates; counts what was found. Global for the same. */
__noinline int probe_decision(__u32 pattern)
{
	__u32 element = (pattern & (pattern_count - 1)) >> 3;
	volatile __u8 *eight = bpf_map_lookup_elem(&decisions, &element);
	__u32 decision = eight ? eight[pattern & 7] : MLS_UNDECIDED;
	__u64 *count = bpf_map_lookup_elem(&lookups, &decision);

	if (count) /* none for a byte that is no decision */
		(*count)++;
	return decision == MLS_MIGRATE;
}

/* Sends the requests that the caller asks for, one after the other. */
SEC("syscall")
int probe_emit(struct mls_probe_emission *emission)
{
	__u32 count = emission->count;
	__u32 first = emission->first_pattern;
	__u32 sent = 0, i;

	if (count > MLS_PROBE_MAX_REQUESTS)
		count = MLS_PROBE_MAX_REQUESTS;
	for (i = 0; i < count; i++)
		sent += probe_send(first + i);
	emission->sent = sent;
	emission->dropped = count - sent;
	return 0;
}

/* Looks up as many patterns; returns how many of them migrate. */
SEC("syscall")
int probe_lookup(struct mls_probe_emission *emission)
{
	__u32 count = emission->count;
	__u32 first = emission->first_pattern;
	__u32 migrate = 0, i;

	if (count > MLS_PROBE_MAX_REQUESTS)
		count = MLS_PROBE_MAX_REQUESTS;
	for (i = 0; i < count; i++)
		migrate += probe_decision(first + i);
	return migrate;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(probe_syscall)
{
	if ((__s32)bpf_get_current_pid_tgid() != traced_thread)
		return 0;
	/* One thread is traced: nobody else adds to these counters. */
	if (probe_send((__u32)requests_sent))
		requests_sent++;
	else
		requests_dropped++;
	return 0;
}
