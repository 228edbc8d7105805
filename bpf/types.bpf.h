/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few kernel types that all programs use. Fields are found by name at load
 * (CO-RE), so a type lists only what is read here.
 */
#ifndef MLSCHED_TYPES_BPF_H
#define MLSCHED_TYPES_BPF_H

#include <linux/types.h>
#include <linux/bpf.h>
#include <linux/version.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;

/* libbpf before 1.3 knows this tag by another name */
#undef __kptr
#define __kptr __attribute__((btf_type_tag("kptr")))

/* Set by the loader before the verifier looks; the simulator sets it at will */
#ifndef MLS_TUNABLE
#define MLS_TUNABLE const volatile
#endif

/* include/linux/sched.h */
#define PF_EXITING	0x00000004u
#define PF_KTHREAD	0x00200000u
#define CLOCK_MONOTONIC 1

/* include/uapi/asm-generic/errno-base.h */
#ifndef ENOENT
#define ENOENT 2
#define ENOMEM 12
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)),           \
			     apply_to = record)

struct cpumask {
	unsigned long bits[1];
};

struct bpf_cpumask {
	struct cpumask cpumask;
};

struct load_weight {
	unsigned long weight; /* nice 0 is 1 << 20 */
};

struct sched_entity {
	struct load_weight load;
};

struct sched_ext_entity {
	u32 flags;
	u32 weight;
	u64 slice;
};

struct kernfs_node {
	u64 id;
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
};

struct thread_info {
	u32 cpu;
};

struct percpu_counter {
	s64 count; /* without what CPUs have not added yet */
};

/* since 6.2; before, rss_stat is of another type */
struct mm_struct {
	struct percpu_counter rss_stat[4]; /* file, anonymous, swap, shared */
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int cpu;
	s32 pid;
	u32 flags;
	s32 nr_cpus_allowed;
	unsigned short migration_disabled;
	unsigned int __state; /* 0: runnable */
	const struct cpumask *cpus_ptr;
	struct mm_struct *mm;
	struct task_struct *group_leader;
	char comm[16];
	struct sched_entity se;
	struct sched_ext_entity scx;
};

#pragma clang attribute pop

#endif /* MLSCHED_TYPES_BPF_H */
