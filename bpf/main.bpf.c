// SPDX-License-Identifier: GPL-2.0
/*
 * mlsched: a sched_ext scheduler that asks before it moves a task between CPU
 * domains. Within a domain it is a plain weighted virtual-time scheduler with
 * one queue; between domains a task moves when the decision table says so,
 * and user space fills that table from a small neural network.
 *
 * It suits machines with two or more last-level caches or NUMA nodes. With
 * one domain there is nothing to decide, and it schedules like any simple
 * virtual-time scheduler. It knows no cgroup weights and no deadlines.
 */
#include "idle.bpf.h"
#include "tick.bpf.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(u32));
	__uint(value_size, 32768); /* the loader sets it */
} exit_dump SEC(".maps");

SEC("struct_ops/mlsched_select_cpu")
s32 BPF_PROG(mlsched_select_cpu, struct task_struct *p, s32 prev_cpu,
	     u64 wake_flags)
{
	struct mls_task *task = task_lookup(p);
	s32 cpu;

	if (!task)
		return prev_cpu;
	if (!task_may_use(p, prev_cpu) || cpu_domain(prev_cpu) == MLS_NO_DOMAIN)
		prev_cpu = bpf_cpumask_first(p->cpus_ptr);
	task_lapse(task);
	cpu = claim_idle(p, task, prev_cpu, cpu_domain(prev_cpu));
	if (cpu < 0)
		return prev_cpu;
	queue_place(p, task, cpu_domain(cpu));
	task->queued_since_ns = 0;
	dsq_insert(p, SCX_DSQ_LOCAL, mls_slice_ns, 0);
	return cpu;
}

/* A task that can run on one CPU only: kernel threads first, others in turn. */
static void enqueue_pinned(struct task_struct *p, struct mls_task *task,
			   s32 cpu, u64 flags)
{
	task_lapse(task);
	if (p->flags & PF_KTHREAD && p->nr_cpus_allowed == 1) {
		count(MLS_DISPATCH_KTHREAD);
		task->queued_since_ns = 0;
		dsq_insert(p, SCX_DSQ_LOCAL_ON | cpu, mls_slice_ns, flags);
		return;
	}
	count(MLS_DISPATCH_PINNED);
	queue_insert(p, task, MLS_CPU_QUEUE | cpu, flags);
	scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
}

SEC("struct_ops/mlsched_enqueue")
void BPF_PROG(mlsched_enqueue, struct task_struct *p, u64 flags)
{
	struct mls_task *task = task_lookup(p);
	s32 cpu = scx_bpf_task_cpu(p);
	u32 home = cpu_domain(cpu), target = MLS_NO_DOMAIN;
	struct mls_domain *domain;

	if (!task || home == MLS_NO_DOMAIN) {
		dsq_insert(p, SCX_DSQ_LOCAL_ON | cpu, mls_slice_ns, flags);
		return;
	}
	if (!task_can_migrate(p)) {
		enqueue_pinned(p, task, cpu, flags);
		return;
	}
	task_lapse(task);
	if (!(flags & SCX_ENQ_WAKEUP) && !p->scx.slice)
		target = migrate_on_imbalance(p, task, cpu, home);
	if (target == MLS_NO_DOMAIN) {
		count(MLS_DISPATCH_QUEUED);
		target = home;
	} else {
		count(MLS_DISPATCH_PUSHED);
		task_load_to(task, target);
	}
	queue_insert(p, task, target, flags);
	domain = any_cpu_idle() ? domain_lookup(target) : NULL;
	if (domain)
		domain_kick_idle(domain, p);
}

SEC("struct_ops/mlsched_dispatch")
void BPF_PROG(mlsched_dispatch, s32 cpu, struct task_struct *prev)
{
	struct mls_task *running = NULL;
	u32 domain = cpu_domain(cpu);
	enum mls_turn turn;

	if (domain == MLS_NO_DOMAIN)
		return;
	if (prev && prev->scx.flags & SCX_TASK_QUEUED)
		running = task_lookup(prev);
	if (running)
		task_charge(prev, running);
	turn = queue_consume(cpu, domain, running);
	if (turn == MLS_TURN_TAKEN) {
		count(MLS_DISPATCH_CONSUMED);
	} else if (running) {
		queue_advance(running);
		task_set_slice(prev, mls_slice_ns);
	} else if (migrate_on_idle(cpu, domain)) {
		count(MLS_DISPATCH_PULLED);
	}
}

SEC("struct_ops/mlsched_runnable")
void BPF_PROG(mlsched_runnable, struct task_struct *p, u64 flags)
{
	struct mls_task *task = task_lookup(p);
	u32 domain = cpu_domain(scx_bpf_task_cpu(p));

	if (!task || task->weight || domain == MLS_NO_DOMAIN)
		return;
	task->weight = p->scx.weight;
	task->load_domain = domain;
	domain_load_add(domain, task->weight);
}

SEC("struct_ops/mlsched_running")
void BPF_PROG(mlsched_running, struct task_struct *p)
{
	struct mls_task *task = task_lookup(p);
	u32 domain = cpu_domain(scx_bpf_task_cpu(p));

	if (!task || domain == MLS_NO_DOMAIN)
		return;
	task->queued_since_ns = 0;
	task->running_since_ns = bpf_ktime_get_ns();
	task_load_to(task, domain);
	task_arrived(task, domain);
	if (!(task->queue & MLS_CPU_QUEUE) && task->queue != domain)
		queue_place(p, task, domain);
	queue_advance(task);
}

SEC("struct_ops/mlsched_stopping")
void BPF_PROG(mlsched_stopping, struct task_struct *p, bool runnable)
{
	struct mls_task *task = task_lookup(p);

	if (!task)
		return;
	task_charge(p, task);
	task->running_since_ns = 0;
}

SEC("struct_ops/mlsched_quiescent")
void BPF_PROG(mlsched_quiescent, struct task_struct *p, u64 flags)
{
	struct mls_task *task = task_lookup(p);

	if (!task || !task->weight)
		return;
	domain_load_drop(task->load_domain, task->weight);
	task->weight = 0;
}

SEC("struct_ops/mlsched_set_weight")
void BPF_PROG(mlsched_set_weight, struct task_struct *p, u32 weight)
{
	struct mls_task *task = task_lookup(p);

	if (!task || !task->weight)
		return;
	domain_load_drop(task->load_domain, task->weight);
	task->weight = weight;
	domain_load_add(task->load_domain, weight);
}

SEC("struct_ops/mlsched_init_task")
s32 BPF_PROG(mlsched_init_task, struct task_struct *p,
	     struct scx_init_task_args *args)
{
	struct mls_task *task = bpf_task_storage_get(
		&tasks, (void *)p, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!task)
		return -12; /* ENOMEM */
	task->moving_kind = MLS_NO_CANDIDATE;
	task->ran_domain = cpu_domain(scx_bpf_task_cpu(p));
	return 0;
}

SEC("struct_ops/mlsched_exit_task")
void BPF_PROG(mlsched_exit_task, struct task_struct *p,
	      struct scx_exit_task_args *args)
{
	struct mls_task *task = bpf_task_storage_get(&tasks, (void *)p, 0, 0);

	if (task)
		task_lapse(task);
}

/* A task enters sched_ext: it starts at the present of its domain's queue. */
SEC("struct_ops/mlsched_enable")
void BPF_PROG(mlsched_enable, struct task_struct *p)
{
	struct mls_task *task = task_lookup(p);
	u32 domain = cpu_domain(scx_bpf_task_cpu(p));
	u64 *clock;

	if (!task || domain == MLS_NO_DOMAIN)
		return;
	task->queue = domain;
	task->ran_domain = domain;
	clock = queue_clock(domain);
	if (clock)
		task->vtime = *clock;
}

SEC("struct_ops/mlsched_init")
s32 BPF_PROG(mlsched_init)
{
	s32 error = 0;
	u32 i;

	bpf_for (i, 0, mls_nr_cpu_ids) {
		error = scratch_init(i) ?: scx_bpf_create_dsq(cpu_dsq(i), -1);
		if (error)
			return error;
	}
	bpf_for (i, 0, mls_nr_domains) {
		error = domain_init(i) ?: scx_bpf_create_dsq(i, -1);
		if (error)
			return error;
	}
	return tick_init();
}

SEC("struct_ops/mlsched_exit")
void BPF_PROG(mlsched_exit, struct scx_exit_info *info)
{
	u32 zero = 0;
	struct mls_control *now = bpf_map_lookup_elem(&control, &zero);
	void *dump = bpf_map_lookup_elem(&exit_dump, &zero);

	if (dump && bpf_core_field_exists(info->dump))
		bpf_probe_read_kernel_str(dump, mls_exit_dump_len, info->dump);
	if (!now)
		return;
	bpf_probe_read_kernel_str(now->exit.reason, sizeof(now->exit.reason),
				  info->reason);
	bpf_probe_read_kernel_str(now->exit.message, sizeof(now->exit.message),
				  info->msg);
	now->exit.code = info->exit_code;
	/* last: user space reads the rest once this is not zero */
	__sync_fetch_and_add(&now->exit.kind, info->kind);
}

/* Tells the loader whether the prolog of a program disables migration. */
SEC("fentry/bpf_scx_reg")
int BPF_PROG(mlsched_probe_prolog)
{
	struct task_struct *p = (void *)bpf_get_current_task_btf();

	if (bpf_core_field_exists(p->migration_disabled))
		mls_prolog_disables_migration = p->migration_disabled > 0;
	return 0;
}

SEC(".struct_ops")
struct sched_ext_ops mlsched_ops = {
	.select_cpu = (void *)mlsched_select_cpu,
	.enqueue = (void *)mlsched_enqueue,
	.dispatch = (void *)mlsched_dispatch,
	.runnable = (void *)mlsched_runnable,
	.running = (void *)mlsched_running,
	.stopping = (void *)mlsched_stopping,
	.quiescent = (void *)mlsched_quiescent,
	.set_weight = (void *)mlsched_set_weight,
	.init_task = (void *)mlsched_init_task,
	.exit_task = (void *)mlsched_exit_task,
	.enable = (void *)mlsched_enable,
	.init = (void *)mlsched_init,
	.exit = (void *)mlsched_exit,
	.timeout_ms = 20000,
	.name = "mlsched",
};
