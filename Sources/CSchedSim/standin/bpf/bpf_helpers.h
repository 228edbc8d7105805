/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libbpf's header for the native build: maps are structs whose first member the
 * simulator points at their memory, helpers are its functions. All names are
 * its own, as libbpf has functions of the same names for user space.
 */
#ifndef MLS_SIM_BPF_HELPERS_H
#define MLS_SIM_BPF_HELPERS_H

#include <stddef.h>
#include <linux/bpf.h>
#include <linux/types.h>

#define SEC(name)
#define MLS_TUNABLE		 volatile
#define __uint(name, value)	 int (*name)[value]
#define __type(name, value_type) typeof(value_type) *name
#define __ksym			 __attribute__((visibility("hidden")))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#undef __weak
#define __weak
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif

/* Must come before kernel.bpf.h, which defines it where libbpf does not. */
#define bpf_for(i, start, end)                                                 \
	for (int ___i = (start), ___end = (end);                               \
	     ___i < ___end && ((i) = ___i, 1); ___i++)

#define bpf_map_lookup_elem	  sim_map_lookup
#define bpf_map_update_elem	  sim_map_update
#define bpf_map_delete_elem	  sim_map_delete
#define bpf_task_storage_get	  sim_task_storage_get
#define bpf_ringbuf_reserve	  sim_ring_reserve
#define bpf_ringbuf_submit	  sim_ring_submit
#define bpf_ktime_get_ns	  sim_time
#define bpf_get_smp_processor_id  sim_this_cpu
#define bpf_get_current_task_btf  sim_current
#define bpf_get_prandom_u32	  sim_random
#define bpf_timer_init		  sim_timer_init
#define bpf_timer_start		  sim_timer_start
#define bpf_probe_read_kernel_str sim_read_string
#define bpf_timer_set_callback(timer, function)                                \
	sim_timer_set(timer, (void *)(function))
#define bpf_kptr_xchg(at, value)                                               \
	__atomic_exchange_n(at, value, __ATOMIC_SEQ_CST)

static void *sim_map_lookup(void *map, const void *key);
static long sim_map_update(void *map, const void *key, const void *value,
			   __u64 flags);
static long sim_map_delete(void *map, const void *key);
static void *sim_task_storage_get(void *map, void *task, void *value,
				  __u64 flags);
static void *sim_ring_reserve(void *map, __u64 size, __u64 flags);
static void sim_ring_submit(void *record, __u64 flags);
static __u64 sim_time(void);
static __u32 sim_this_cpu(void);
static void *sim_current(void);
static __u32 sim_random(void);
static long sim_timer_init(struct bpf_timer *timer, void *map, __u64 flags);
static long sim_timer_set(struct bpf_timer *timer, void *function);
static long sim_timer_start(struct bpf_timer *timer, __u64 ns, __u64 flags);
static long sim_read_string(void *into, __u32 size, const void *from);

#endif /* MLS_SIM_BPF_HELPERS_H */
