// SPDX-License-Identifier: GPL-2.0
/*
 * mlsched: a sched_ext scheduler that asks before it moves a task between CPU
 * domains. Within a domain it is a weighted virtual-time scheduler with a queue
 * for every CPU; between domains a task moves when the decision table says so,
 * and user space fills that table from a small neural network.
 *
 * It suits machines with two or more last-level caches or NUMA nodes. With
 * one domain there is nothing to decide, and it schedules like any simple
 * virtual-time scheduler. It knows no deadlines.
 *
 * The ops stand in the order of a task's life. "rq lock of CPU" says which run
 * queue's lock the kernel holds around the call; all of these run with
 * interrupts off, so nothing here sleeps or waits.
 */
#include "wake.bpf.h"
#include "tick.bpf.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(u32));
	__uint(value_size, 32768); /* the loader sets it */
} exit_dump SEC(".maps");

static __always_inline u64 cgroup_id(const struct cgroup *cgroup)
{
	return cgroup->kn->id;
}

/*
 * Called for each task that there is when the scheduler is attached, and for
 * each that is forked later. May sleep; no lock is held.
 */
SEC("struct_ops/mlsched_init_task")
s32 BPF_PROG(mlsched_init_task, struct task_struct *p,
	     struct scx_init_task_args *args)
{
	struct mls_task *task = bpf_task_storage_get(
		&tasks, (void *)p, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!task)
		return -ENOMEM;
	task->moving_kind = MLS_NO_CANDIDATE;
	task->waits_on = MLS_NO_CPU;
	task->ran_domain = cpu_domain(scx_bpf_task_cpu(p));
	if (mls_cgroups && bpf_core_field_exists(args->cgroup))
		task->group = group_index(cgroup_id(args->cgroup));
	return 0;
}

/*
 * Called when a task comes under sched_ext, as after its fork or a change of
 * its class, before anything else of its life; rq lock of its CPU. It starts at
 * the present of its CPU's queue.
 */
SEC("struct_ops/mlsched_enable")
void BPF_PROG(mlsched_enable, struct task_struct *p)
{
	struct mls_task *task = task_lookup(p);
	s32 cpu = scx_bpf_task_cpu(p);
	struct mls_cpu *own = cpu_lookup(cpu);

	if (!task || !own || cpu_domain(cpu) == MLS_NO_DOMAIN)
		return;
	task->queue = cpu;
	task->ran_domain = cpu_domain(cpu);
	task->vtime = own->vtime;
}

/*
 * Called when a task wakes, is forked or calls exec, on the waker's CPU, with
 * the task's pi_lock and no rq lock; not for tasks that may use one CPU only.
 * What it inserts here is not enqueued again.
 */
SEC("struct_ops/mlsched_select_cpu")
s32 BPF_PROG(mlsched_select_cpu, struct task_struct *p, s32 prev_cpu,
	     u64 wake_flags)
{
	struct mls_task *task = task_lookup(p);
	s32 cpu, waker;

	if (!task)
		return prev_cpu;
	if (!task_may_use(p, prev_cpu) || cpu_domain(prev_cpu) == MLS_NO_DOMAIN)
		prev_cpu = bpf_cpumask_first(p->cpus_ptr);
	if (cpu_domain(prev_cpu) == MLS_NO_DOMAIN)
		return prev_cpu;
	task_lapse(task);
	task->woken_sync = !!(wake_flags & SCX_WAKE_SYNC);
	waker = waker_cpu(p, wake_flags);
	if (waker >= 0 && may_follow(p, task, prev_cpu, waker)) {
		count(MLS_DISPATCH_WAKER);
		cpu = waker;
	} else {
		cpu = claim_idle(p, task, prev_cpu);
	}
	if (cpu < 0)
		return queue_for(p, prev_cpu);
	queue_join(p, task, cpu);
	task_load_to(p, task, cpu_domain(cpu));
	task->queued_since_ns = 0;
	dsq_insert(p, SCX_DSQ_LOCAL, slice_on(cpu), 0);
	return cpu;
}

/* Wakes the CPU in whose queue a task now waits, should it be idle. */
static void kick_own(s32 cpu)
{
	scx_bpf_test_and_clear_cpu_idle(cpu);
	scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
}

/* A task that can run on one CPU only: kernel threads first, others in turn. */
static void enqueue_pinned(struct task_struct *p, struct mls_task *task,
			   s32 cpu, u64 flags)
{
	task_lapse(task);
	if (p->flags & PF_KTHREAD && p->nr_cpus_allowed == 1) {
		count(MLS_DISPATCH_KTHREAD);
		task_waits_no_more(task);
		task->queued_since_ns = 0;
		dsq_insert(p, SCX_DSQ_LOCAL_ON | cpu, mls_slice_ns,
			   flags | enq_head());
		return;
	}
	count(MLS_DISPATCH_PINNED);
	queue_insert(p, task, cpu, false, flags);
	if (queue_preempts(task, cpu)) {
		count(MLS_PREEMPTED);
		scx_bpf_kick_cpu(cpu, SCX_KICK_PREEMPT);
	} else {
		kick_own(cpu);
	}
}

/* Its slice has ended, and the policy sends it to another domain. */
static void enqueue_pushed(struct task_struct *p, struct mls_task *task,
			   s32 cpu, u32 target, u64 flags)
{
	s32 idle = domain_claim_idle(target, p);
	s32 to = idle >= 0 ? idle : shortest_queue(p, target, cpu);

	if (to < 0)
		to = cpu;
	count(MLS_DISPATCH_PUSHED);
	task_load_to(p, task, cpu_domain(to));
	queue_rejoin(p, task, to);
	queue_insert(p, task, to, true, flags);
	if (idle >= 0)
		scx_bpf_kick_cpu(idle, SCX_KICK_IDLE);
}

/* A higher class took its CPU: another one is better than to wait there. */
static void enqueue_again(struct task_struct *p, struct mls_task *task, s32 cpu,
			  u64 flags)
{
	s32 to = claim_idle(p, task, cpu);

	count(MLS_REENQUEUED);
	if (to >= 0) {
		queue_rejoin(p, task, to);
		task_load_to(p, task, cpu_domain(to));
		task_waits_no_more(task);
		dsq_insert(p, SCX_DSQ_LOCAL_ON | to, slice_on(to), flags);
		return;
	}
	to = queue_for(p, cpu);
	queue_rejoin(p, task, to);
	queue_insert(p, task, to, true, flags);
}

/*
 * Called when a task becomes runnable and select_cpu did not insert it, when
 * its slice ended, after a change of its attributes, and when its CPU is taken
 * by a higher class; rq lock of its CPU.
 */
SEC("struct_ops/mlsched_enqueue")
void BPF_PROG(mlsched_enqueue, struct task_struct *p, u64 flags)
{
	bool expired = !(flags & SCX_ENQ_WAKEUP) && !p->scx.slice;
	struct mls_task *task = task_lookup(p);
	s32 cpu = scx_bpf_task_cpu(p);
	u32 home = cpu_domain(cpu), target;

	if (!task || home == MLS_NO_DOMAIN) {
		dsq_insert(p, SCX_DSQ_LOCAL_ON | cpu, mls_slice_ns, flags);
		return;
	}
	if (task->weight)
		queue_reweigh(p, task);
	task_load_to(p, task, home);
	/* it slept, or it is new and has never run */
	if (flags & SCX_ENQ_WAKEUP || !task->stopped_ns)
		queue_join(p, task, cpu);
	else
		queue_rejoin(p, task, cpu);
	if (!task_can_migrate(p)) {
		enqueue_pinned(p, task, cpu, flags);
		return;
	}
	task_lapse(task);
	if (flags & SCX_ENQ_REENQ) {
		enqueue_again(p, task, cpu, flags);
		return;
	}
	target = expired ? migrate_on_imbalance(p, task, cpu, home)
			 : MLS_NO_DOMAIN;
	if (target != MLS_NO_DOMAIN) {
		enqueue_pushed(p, task, cpu, target, flags);
		return;
	}
	count(MLS_DISPATCH_QUEUED);
	queue_insert(p, task, cpu, true, flags);
	if (expired)
		return; /* the CPU takes its next task now */
	if (queue_preempts(task, cpu)) {
		count(MLS_PREEMPTED);
		scx_bpf_kick_cpu(cpu, SCX_KICK_PREEMPT);
	} else if (cpu_is_vacant(cpu)) {
		kick_own(cpu);
	} else if (!(flags & SCX_ENQ_WAKEUP) && any_cpu_idle() &&
		   !task_is_hot(task, bpf_ktime_get_ns())) {
		domain_kick_idle(home, p); /* on a wake-up select_cpu looked */
	}
}

/*
 * Called when a CPU has nothing in its local queue: the running task's slice
 * has ended, or it sleeps, or the CPU was idle and woken; rq lock of the CPU.
 * The kernel calls again while something is moved but not runnable here.
 */
SEC("struct_ops/mlsched_dispatch")
void BPF_PROG(mlsched_dispatch, s32 cpu, struct task_struct *prev)
{
	struct mls_task *running = NULL;
	u32 domain = cpu_domain(cpu);

	if (domain == MLS_NO_DOMAIN)
		return;
	if (prev && prev->scx.flags & SCX_TASK_QUEUED)
		running = task_lookup(prev);
	if (running) {
		task_charge(prev, running);
		if (steal_to_level(cpu, domain, running)) {
			count(MLS_DISPATCH_LEVELLED);
			return;
		}
	}
	if (queue_take(cpu, running))
		count(MLS_DISPATCH_CONSUMED);
	else if (running)
		queue_go_on(prev, running, cpu);
	else if (steal_on_idle(cpu, domain))
		count(MLS_DISPATCH_STOLEN);
	else if (migrate_on_idle(cpu, domain))
		count(MLS_DISPATCH_PULLED);
}

/* Called when a task starts to run on its CPU; rq lock of the CPU. */
SEC("struct_ops/mlsched_running")
void BPF_PROG(mlsched_running, struct task_struct *p)
{
	struct mls_task *task = task_lookup(p);
	s32 cpu = scx_bpf_task_cpu(p);
	u32 domain = cpu_domain(cpu);
	struct mls_cpu *own = cpu_lookup(cpu);

	if (!task || !own || domain == MLS_NO_DOMAIN)
		return;
	task->queued_since_ns = 0;
	task->woken_sync = false; /* select_cpu may not see the next wake-up */
	task->running_since_ns = bpf_ktime_get_ns();
	task_waits_no_more(task);
	task_load_to(p, task, domain);
	task_arrived(task, domain);
	if (task->queue != cpu) {
		queue_rejoin(p, task, cpu);
		task->kept_since_ns = 0;
	}
	queue_advance(own, cpu, task);
	own->since_ns = task->running_since_ns;
	own->weight_fp = task_weight_fp(p, task);
	own->brief = task->brief;
}

/*
 * Called when a task stops to run: because another one is next (runnable), it
 * sleeps, or its attributes change; rq lock of the CPU.
 */
SEC("struct_ops/mlsched_stopping")
void BPF_PROG(mlsched_stopping, struct task_struct *p, bool runnable)
{
	struct mls_cpu *own = cpu_lookup(scx_bpf_task_cpu(p));
	struct mls_task *task = task_lookup(p);
	u64 since = own ? own->since_ns : 0;

	if (own)
		own->since_ns = 0;
	if (!task)
		return;
	task_charge(p, task);
	if (since)
		queue_note_turn(own, task->running_since_ns - since);
	task->stopped_ns = task->running_since_ns;
	task->running_since_ns = 0;
	if (runnable)
		return;
	task_load_none(task);
	if (p->__state) { /* it sleeps; else its attributes change */
		task->kept_since_ns = 0;
		waker_sleeps(task);
	}
}

/*
 * Called when a higher class, as a real-time task's, takes a CPU; rq lock of
 * the CPU. What is in its local queue would wait for as long as that likes.
 */
SEC("struct_ops/mlsched_cpu_release")
void BPF_PROG(mlsched_cpu_release, s32 cpu, struct scx_cpu_release_args *args)
{
	struct mls_cpu *own = cpu_lookup(cpu);

	if (own)
		own->taken = true;
	scx_bpf_reenqueue_local();
}

/* Called when the CPU is given back; rq lock of the CPU. */
SEC("struct_ops/mlsched_cpu_acquire")
void BPF_PROG(mlsched_cpu_acquire, s32 cpu, struct scx_cpu_acquire_args *args)
{
	struct mls_cpu *own = cpu_lookup(cpu);

	if (own)
		own->taken = false;
}

/* It is none of ours any longer: nothing is counted for it. */
static void task_leaves(struct mls_task *task)
{
	task_waits_no_more(task);
	task_load_none(task);
	task_lapse(task);
	task->queued_since_ns = 0;
	task->kept_since_ns = 0;
}

/* Called when a task leaves for another class or ends; rq lock of its CPU. */
SEC("struct_ops/mlsched_disable")
void BPF_PROG(mlsched_disable, struct task_struct *p)
{
	struct mls_task *task = task_lookup(p);

	if (task)
		task_leaves(task);
}

/* Called when a task has ended, or its fork was given up; rq lock of its CPU.
 */
SEC("struct_ops/mlsched_exit_task")
void BPF_PROG(mlsched_exit_task, struct task_struct *p,
	      struct scx_exit_task_args *args)
{
	struct mls_task *task = bpf_task_storage_get(&tasks, (void *)p, 0, 0);

	if (task)
		task_leaves(task);
}

/*
 * Called for each control group that has a cpu controller, parents first: for
 * those that there are before the first task is, for others as they are made.
 * May sleep; no other cgroup op runs at the same time.
 */
SEC("struct_ops/mlsched_cgroup_init")
s32 BPF_PROG(mlsched_cgroup_init, struct cgroup *cgroup,
	     struct scx_cgroup_init_args *args)
{
	if (!cgroup->self.parent)
		return 0; /* the root has no weight */
	return group_init(cgroup_id(cgroup),
			  cgroup_id(cgroup->self.parent->cgroup), args->weight);
}

/* Called when a control group goes, or its cpu controller. May sleep. */
SEC("struct_ops/mlsched_cgroup_exit")
void BPF_PROG(mlsched_cgroup_exit, struct cgroup *cgroup)
{
	group_exit(cgroup_id(cgroup));
}

/*
 * Called when a task changes its control group, between two changes of its
 * attributes; rq lock of its CPU.
 */
SEC("struct_ops/mlsched_cgroup_move")
void BPF_PROG(mlsched_cgroup_move, struct task_struct *p, struct cgroup *from,
	      struct cgroup *to)
{
	struct mls_task *task = task_lookup(p);

	if (!task)
		return;
	task_load_none(task); /* it counts again when it is enqueued */
	task->group = group_index(cgroup_id(to));
}

/* Called when cpu.weight is written. May sleep. */
SEC("struct_ops/mlsched_cgroup_set_weight")
void BPF_PROG(mlsched_cgroup_set_weight, struct cgroup *cgroup, u32 weight)
{
	group_set_weight(cgroup_id(cgroup), weight);
}

/* Called once, before any task is; may sleep, no lock is held. */
SEC("struct_ops/mlsched_init")
s32 BPF_PROG(mlsched_init)
{
	s32 error;
	u32 i;

	bpf_for (i, 0, mls_nr_cpu_ids) {
		error = scratch_init(i) ?: queue_init(i);
		if (error)
			return error;
	}
	bpf_for (i, 0, mls_nr_domains) {
		error = domain_mask_init(i);
		if (error)
			return error;
		domain_cpus_init(i);
	}
	return tick_init();
}

/* Called once, after the last task is; no lock is held. */
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
	.init_task = (void *)mlsched_init_task,
	.enable = (void *)mlsched_enable,
	.select_cpu = (void *)mlsched_select_cpu,
	.enqueue = (void *)mlsched_enqueue,
	.dispatch = (void *)mlsched_dispatch,
	.running = (void *)mlsched_running,
	.stopping = (void *)mlsched_stopping,
	.cpu_acquire = (void *)mlsched_cpu_acquire,
	.cpu_release = (void *)mlsched_cpu_release,
	.disable = (void *)mlsched_disable,
	.exit_task = (void *)mlsched_exit_task,
	.cgroup_init = (void *)mlsched_cgroup_init,
	.cgroup_exit = (void *)mlsched_cgroup_exit,
	.cgroup_move = (void *)mlsched_cgroup_move,
	.cgroup_set_weight = (void *)mlsched_cgroup_set_weight,
	.init = (void *)mlsched_init,
	.exit = (void *)mlsched_exit,
	.timeout_ms = 20000,
	.name = "mlsched",
};
