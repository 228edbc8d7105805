/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What only sched_ext has: its types and functions. Ops that the running
 * kernel lacks are left out by libbpf.
 */
#ifndef MLSCHED_KERNEL_BPF_H
#define MLSCHED_KERNEL_BPF_H

#include "types.bpf.h"
#include "kfuncs.h"

#pragma clang attribute push(__attribute__((preserve_access_index)),           \
			     apply_to = record)

enum scx_exit_kind {
	SCX_EXIT_NONE,
};

struct scx_exit_info {
	enum scx_exit_kind kind;
	s64 exit_code;
	const char *reason;
	char *msg;
	char *dump;
};

struct scx_init_task_args {
	bool fork;
	struct cgroup *cgroup;
};

struct scx_exit_task_args {
	bool cancelled;
};

struct scx_cgroup_init_args {
	u32 weight;
};

struct scx_cpu_acquire_args;
struct scx_cpu_release_args;

struct sched_ext_ops {
	s32 (*select_cpu)(struct task_struct *, s32, u64);
	void (*enqueue)(struct task_struct *, u64);
	void (*dispatch)(s32, struct task_struct *);
	void (*running)(struct task_struct *);
	void (*stopping)(struct task_struct *, bool);
	void (*cpu_acquire)(s32, struct scx_cpu_acquire_args *);
	void (*cpu_release)(s32, struct scx_cpu_release_args *);
	s32 (*init_task)(struct task_struct *, struct scx_init_task_args *);
	void (*exit_task)(struct task_struct *, struct scx_exit_task_args *);
	void (*enable)(struct task_struct *);
	void (*disable)(struct task_struct *);
	s32 (*cgroup_init)(struct cgroup *, struct scx_cgroup_init_args *);
	void (*cgroup_exit)(struct cgroup *);
	void (*cgroup_move)(struct task_struct *, struct cgroup *,
			    struct cgroup *);
	void (*cgroup_set_weight)(struct cgroup *, u32);
	s32 (*init)(void);
	void (*exit)(struct scx_exit_info *);
	u64 flags;
	u32 timeout_ms;
	u32 exit_dump_len;
	u64 hotplug_seq;
	char name[128];
};

#pragma clang attribute pop

/* kernel/sched/ext_internal.h; values are ABI between 6.12 and 7.x */
#define SCX_DSQ_LOCAL	   0x8000000000000002ull
#define SCX_DSQ_LOCAL_ON   0xc000000000000000ull
#define SCX_ENQ_WAKEUP	   1ull
#define SCX_ENQ_REENQ	   (1ull << 40)
#define SCX_WAKE_SYNC	   0x10ull
#define SCX_KICK_IDLE	   1ull
#define SCX_KICK_PREEMPT   2ull
#define SCX_PICK_IDLE_CORE 1ull
#define SCX_TASK_QUEUED	   1u
#define SCX_DSQ_ITER_REV   (1ull << 16)

/* has another value since 6.19, so it is asked for at load: see enq_head() */
enum scx_enq_flags {
	SCX_ENQ_HEAD = 0x10,
};

struct bpf_iter_scx_dsq {
	u64 opaque[6];
} __attribute__((aligned(8)));

struct scx_bpf_dsq_insert_vtime_args {
	u64 dsq_id;
	u64 slice;
	u64 vtime;
	u64 enq_flags;
};

#define KFUNC __ksym __weak

/* System headers before 6.4 and libbpf before 1.2 lack the numbers iterator. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
struct bpf_iter_num {
	u64 opaque[1];
} __attribute__((aligned(8)));
#endif
#ifndef bpf_for
int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) KFUNC;
int *bpf_iter_num_next(struct bpf_iter_num *it) KFUNC;
void bpf_iter_num_destroy(struct bpf_iter_num *it) KFUNC;

/* i runs from start up to, not including, end; the verifier sees both bounds */
#define bpf_for(i, start, end)                                                 \
	for (struct bpf_iter_num ___it                                         \
	     __attribute__((cleanup(bpf_iter_num_destroy))),                   \
	     *___init __attribute__((unused)) =                                \
		     (bpf_iter_num_new(&___it, (start), (end)), (void *)0);    \
	     ({                                                                \
		     int *___next = bpf_iter_num_next(&___it);                 \
		     (___next ? ((i) = *___next,                               \
				 (i) >= (start) && (i) < (end))                \
			      : false);                                        \
	     });)
#endif

/* on every kernel with sched_ext */
s32 scx_bpf_create_dsq(u64 dsq, s32 node) KFUNC;
s32 scx_bpf_dsq_nr_queued(u64 dsq) KFUNC;
void scx_bpf_kick_cpu(s32 cpu, u64 flags) KFUNC;
s32 scx_bpf_task_cpu(const struct task_struct *p) KFUNC;
const struct cpumask *scx_bpf_get_idle_cpumask(void) KFUNC;
const struct cpumask *scx_bpf_get_idle_smtmask(void) KFUNC;
void scx_bpf_put_idle_cpumask(const struct cpumask *mask) KFUNC;
bool scx_bpf_test_and_clear_cpu_idle(s32 cpu) KFUNC;
s32 scx_bpf_pick_idle_cpu(const struct cpumask *allowed, u64 flags) KFUNC;
u32 scx_bpf_reenqueue_local(void) KFUNC;
int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq, u64 flags) KFUNC;
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) KFUNC;
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) KFUNC;

void bpf_rcu_read_lock(void) KFUNC;
void bpf_rcu_read_unlock(void) KFUNC;
struct bpf_cpumask *bpf_cpumask_create(void) KFUNC;
void bpf_cpumask_release(struct bpf_cpumask *mask) KFUNC;
void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *mask) KFUNC;
bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *mask) KFUNC;
u32 bpf_cpumask_first(const struct cpumask *mask) KFUNC;
bool bpf_cpumask_empty(const struct cpumask *mask) KFUNC;
u32 bpf_cpumask_weight(const struct cpumask *mask) KFUNC;
bool bpf_cpumask_and(struct bpf_cpumask *dst, const struct cpumask *a,
		     const struct cpumask *b) KFUNC;
bool bpf_cpumask_intersects(const struct cpumask *a,
			    const struct cpumask *b) KFUNC;

/* renamed in 6.13; the first of each pair is the new name */
void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq, u64 slice,
			u64 flags) KFUNC;
void scx_bpf_dispatch(struct task_struct *p, u64 dsq, u64 slice,
		      u64 flags) KFUNC;
bool scx_bpf_dsq_move_to_local(u64 dsq) KFUNC;
bool scx_bpf_consume(u64 dsq) KFUNC;
bool scx_bpf_dsq_move(struct bpf_iter_scx_dsq *it, struct task_struct *p,
		      u64 dsq, u64 flags) KFUNC;
bool scx_bpf_dispatch_from_dsq(struct bpf_iter_scx_dsq *it,
			       struct task_struct *p, u64 dsq, u64 flags) KFUNC;
/* 6.13, then 6.19 with its arguments in a struct; the first name goes in 6.23
 */
void scx_bpf_dsq_insert_vtime(struct task_struct *p, u64 dsq, u64 slice,
			      u64 vtime, u64 flags) KFUNC;
void scx_bpf_dispatch_vtime(struct task_struct *p, u64 dsq, u64 slice,
			    u64 vtime, u64 flags) KFUNC;
bool __scx_bpf_dsq_insert_vtime(
	struct task_struct *p,
	struct scx_bpf_dsq_insert_vtime_args *args) KFUNC;
/* 6.19; before, p->scx.slice is written */
bool scx_bpf_task_set_slice(struct task_struct *p, u64 slice) KFUNC;

/* Defaults keep every branch reachable for the compiler; see kfuncs.h. */
#define DEFINE_FLAG(flag, function) MLS_TUNABLE bool flag = true;
MLS_KFUNC_FLAGS(DEFINE_FLAG)

static __always_inline u64 enq_head(void)
{
	return bpf_core_enum_value(enum scx_enq_flags, SCX_ENQ_HEAD);
}

static __always_inline void dsq_insert(struct task_struct *p, u64 dsq,
				       u64 slice, u64 flags)
{
	if (mls_has_dsq_insert)
		scx_bpf_dsq_insert(p, dsq, slice, flags);
	else
		scx_bpf_dispatch(p, dsq, slice, flags);
}

static __always_inline void dsq_insert_vtime(struct task_struct *p, u64 dsq,
					     u64 slice, u64 vtime, u64 flags)
{
	struct scx_bpf_dsq_insert_vtime_args args = {
		.dsq_id = dsq,
		.slice = slice,
		.vtime = vtime,
		.enq_flags = flags,
	};

	if (mls_has_insert_vtime_args)
		__scx_bpf_dsq_insert_vtime(p, &args);
	else if (mls_has_dsq_insert)
		scx_bpf_dsq_insert_vtime(p, dsq, slice, vtime, flags);
	else
		scx_bpf_dispatch_vtime(p, dsq, slice, vtime, flags);
}

static __always_inline bool dsq_move_to_local(u64 dsq)
{
	return mls_has_dsq_move ? scx_bpf_dsq_move_to_local(dsq)
				: scx_bpf_consume(dsq);
}

static __always_inline bool dsq_move(struct bpf_iter_scx_dsq *it,
				     struct task_struct *p, u64 dsq)
{
	return mls_has_dsq_move ? scx_bpf_dsq_move(it, p, dsq, 0)
				: scx_bpf_dispatch_from_dsq(it, p, dsq, 0);
}

static __always_inline void task_set_slice(struct task_struct *p, u64 slice)
{
	if (mls_has_task_set_slice)
		scx_bpf_task_set_slice(p, slice);
	else
		p->scx.slice = slice;
}

#endif /* MLSCHED_KERNEL_BPF_H */
