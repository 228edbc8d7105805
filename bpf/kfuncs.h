/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel functions that not every kernel with sched_ext has under one name.
 * The loader looks the names up in the kernel's BTF and sets the flags before
 * load, so that the verifier never sees a call to the others; what has no name
 * at all is reported as missing.
 */
#ifndef MLSCHED_KFUNCS_H
#define MLSCHED_KFUNCS_H

/* X(flag, function): the flag is whether the kernel has the function. */
#define MLS_KFUNC_FLAGS(X)                                                     \
	X(mls_has_dsq_insert, "scx_bpf_dsq_insert")                            \
	X(mls_has_dsq_move, "scx_bpf_dsq_move")                                \
	X(mls_has_insert_vtime_args, "__scx_bpf_dsq_insert_vtime")             \
	X(mls_has_task_set_slice, "scx_bpf_task_set_slice")

/* X(names): one function, its newest name first, the others behind commas. */
#define MLS_NEEDED_KFUNCS(X)                                                   \
	X("scx_bpf_dsq_insert,scx_bpf_dispatch")                               \
	X("scx_bpf_dsq_move_to_local,scx_bpf_consume")                         \
	X("scx_bpf_dsq_move,scx_bpf_dispatch_from_dsq")                        \
	X("__scx_bpf_dsq_insert_vtime,scx_bpf_dsq_insert_vtime,"               \
	  "scx_bpf_dispatch_vtime")                                            \
	X("scx_bpf_pick_idle_cpu")                                             \
	X("scx_bpf_get_idle_smtmask")                                          \
	X("bpf_iter_scx_dsq_new")                                              \
	X("bpf_cpumask_weight")                                                \
	X("bpf_iter_num_new")

#endif /* MLSCHED_KFUNCS_H */
