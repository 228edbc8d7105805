/* SPDX-License-Identifier: GPL-2.0 */
/* Where a task that wakes goes: to an idle CPU, to its waker's, or to a queue.
 */
#ifndef MLSCHED_WAKE_BPF_H
#define MLSCHED_WAKE_BPF_H

#include "migrate.bpf.h"

/*
 * The CPU of a waker that is about to leave it to the task: it says so by the
 * sync flag, and lately did sleep soon after it had woken just one. Else -1.
 */
static s32 waker_cpu(const struct task_struct *p, u64 wake_flags)
{
	struct task_struct *waker = (void *)bpf_get_current_task_btf();
	s32 cpu = bpf_get_smp_processor_id();
	struct mls_task *task;
	u64 now;

	if (!(wake_flags & SCX_WAKE_SYNC) || waker->flags & PF_EXITING)
		return -1;
	task = bpf_task_storage_get(&tasks, (void *)waker, 0, 0);
	if (!task)
		return -1;
	now = bpf_ktime_get_ns();
	/* long ago: it was kept from its sleep, as the answer came before */
	if ((s64)(now - task->woke_ns) > (s64)mls_sync_ns)
		task->wakes = 0;
	if (task->wakes < 255)
		task->wakes++;
	task->woke_ns = now;
	if (task->wakes > 1 || !task_is_brief(task->brief) ||
	    !task_can_migrate(p) || !task_may_use(p, cpu) ||
	    cpu_domain(cpu) == MLS_NO_DOMAIN)
		return -1;
	return cpu;
}

/* The running task sleeps: was that soon after it had woken just one? */
static void waker_sleeps(struct mls_task *task)
{
	if (task->wakes == 1 &&
	    (s64)(task->stopped_ns - task->woke_ns) < (s64)mls_sync_ns) {
		if (task->brief < MLS_BRIEF_MOST)
			task->brief++;
	} else if (task->wakes && task->brief) {
		task->brief--;
	}
	task->wakes = 0;
}

/* Whether nothing waits for a CPU, so that the next task there runs at once. */
static bool nobody_waits_for(s32 cpu)
{
	return !queue_length(cpu) &&
	       scx_bpf_dsq_nr_queued(SCX_DSQ_LOCAL_ON | cpu) <= 0;
}

/* Whether a task may follow its waker, to another domain if the policy says. */
static bool may_follow(struct task_struct *p, struct mls_task *task,
		       s32 prev_cpu, s32 cpu)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_WAKEUP,
		.cpu = prev_cpu,
		.src = cpu_domain(prev_cpu),
		.dst = cpu_domain(cpu),
		.also_idle = cpu,
		.dst_idle = true,
		.weight = p->scx.weight,
	};
	u64 now;

	if (!nobody_waits_for(cpu))
		return false;
	if (candidate.src == candidate.dst)
		return true;
	/* a pair that is split wakes often: asked once in a millisecond */
	now = bpf_ktime_get_ns();
	if ((s64)(now - task->asked_ns) < 1000000)
		return false;
	task->asked_ns = now;
	if (!may_migrate(&candidate, p))
		return false;
	task_send(task, candidate.kind, candidate.dst);
	return true;
}

/*
 * An idle CPU at home, claimed, or -1: the previous CPU if its whole core is
 * idle, any whole core, the previous CPU beside a busy sibling, any CPU.
 */
static s32 claim_idle_at_home(const struct task_struct *p, s32 prev_cpu,
			      u32 home)
{
	const struct cpumask *allowed = domain_allowed(home, p);
	s32 cpu;

	if (!allowed)
		return -1;
	if (core_is_idle(prev_cpu) &&
	    scx_bpf_test_and_clear_cpu_idle(prev_cpu)) {
		count(MLS_DISPATCH_PREV_IDLE);
		return prev_cpu;
	}
	cpu = scx_bpf_pick_idle_cpu(allowed, SCX_PICK_IDLE_CORE);
	if (cpu >= 0) {
		count(MLS_DISPATCH_CORE_IDLE);
		return cpu;
	}
	if (scx_bpf_test_and_clear_cpu_idle(prev_cpu)) {
		count(MLS_DISPATCH_PREV_IDLE);
		return prev_cpu;
	}
	cpu = scx_bpf_pick_idle_cpu(allowed, 0);
	if (cpu < 0)
		return -1;
	count(MLS_DISPATCH_CPU_IDLE);
	return cpu;
}

/* An idle CPU where a task runs at once; -1: there is none that it may use. */
static s32 claim_idle(struct task_struct *p, struct mls_task *task,
		      s32 prev_cpu)
{
	u32 home = cpu_domain(prev_cpu);
	s32 cpu;

	if (!any_cpu_idle())
		return -1;
	cpu = claim_idle_at_home(p, prev_cpu, home);
	if (cpu >= 0 || !task_can_migrate(p))
		return cpu;
	cpu = migrate_on_wakeup(p, task, prev_cpu, home);
	if (cpu >= 0)
		count(MLS_DISPATCH_MIGRATED);
	return cpu;
}

/*
 * Where a task queues while all CPUs are busy: as a rule where it ran, unless
 * that CPU is a higher class's or another's queue is clearly shorter.
 */
static s32 queue_for(const struct task_struct *p, s32 prev_cpu)
{
	struct mls_cpu *own = cpu_lookup(prev_cpu);
	u32 queued = queue_length(prev_cpu);
	bool taken = own && own->taken;
	s32 cpu;

	if ((queued < 2 && !taken) || !task_can_migrate(p))
		return prev_cpu;
	cpu = shortest_queue(p, cpu_domain(prev_cpu), prev_cpu + 1);
	if (cpu >= 0 && (taken || queue_length(cpu) * 2 + 2 <= queued))
		return cpu;
	return prev_cpu;
}

#endif /* MLSCHED_WAKE_BPF_H */
