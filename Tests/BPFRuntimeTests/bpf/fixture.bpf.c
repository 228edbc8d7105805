// SPDX-License-Identifier: GPL-2.0
/* What the tests need of a BPF object and the shipped programs do not have. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct pair {
	__u32 first;
	__u32 second;
};

/* One variable for each section and kind; `sum` adds them up. */
const volatile struct pair constants = {1, 2};
const volatile __u16 weights[4] = {1, 1, 1, 1};
__u64 initialised = 1000;
__u64 zeroed;
static volatile __u32 hidden = 1;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, struct pair);
	__uint(max_entries, 64);
} pairs SEC(".maps");

/* Four bytes a value: the kernel keeps eight, so words would not be dense. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 4);
} sparse SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32[3]);
	__uint(max_entries, 1);
} single SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} records SEC(".maps");

SEC("syscall")
int sum(struct pair *added)
{
	zeroed++;
	return constants.first + constants.second + weights[0] + weights[1] +
	       weights[2] + weights[3] + initialised + hidden + added->first;
}

/* Records 1 and 3 are submitted, 2 is given up. */
SEC("syscall")
int submit_discard_submit(void *unused)
{
	__u64 number;

	for (number = 1; number <= 3; number++) {
		__u64 *record =
			bpf_ringbuf_reserve(&records, sizeof(*record), 0);

		if (!record)
			return 1;
		*record = number;
		if (number == 2)
			bpf_ringbuf_discard(record, 0);
		else
			bpf_ringbuf_submit(record, 0);
	}
	return 0;
}

SEC("tc")
int seven(struct __sk_buff *packet)
{
	return 7;
}

/* The verifier must reject it: the map may have no such key. */
SEC("?syscall")
int unchecked_lookup(void *unused)
{
	__u32 key = 0;
	struct pair *found = bpf_map_lookup_elem(&pairs, &key);

	return found->first;
}

SEC("?raw_tp/no_such_tracepoint")
int unattachable(void *unused)
{
	return 0;
}
