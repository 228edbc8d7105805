/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * __schedule(): which task a CPU runs next, by the order of balance_one(),
 * pick_task_scx() and put_prev_task_scx(), and the class above sched_ext.
 */
#ifndef MLS_SIM_SCHEDULE_H
#define MLS_SIM_SCHEDULE_H

static void sim_advance(s32 cpu);

static bool sim_goes_on(const struct sim_task *task)
{
	return task && task->p.scx.flags & SCX_TASK_QUEUED && task->p.scx.slice;
}

/* What dispatch is told of: also a task that has just gone to sleep. */
static struct task_struct *sim_previous(const struct sim_cpu *cpu)
{
	struct sim_task *task = cpu->current;

	return task && !task->higher && task->state != SIM_DEAD ? &task->p
								: NULL;
}

/*
 * balance_one(): fills the local queue. True: the running task goes on. The
 * queues come before the running task is put back, which is why the scheduler
 * must compare it itself.
 */
static bool sim_balance(s32 cpu, struct sim_task *running)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct task_struct *previous = sim_previous(here);
	int loops = SIM_DISPATCH_MAX_LOOPS;

	if (sim_goes_on(running))
		return true;
	if (here->local.queued || sim_consume(&sim->global, cpu))
		return false;
	do {
		sim->moved_in_dispatch = 0;
		sim->op_task = NULL;
		sim->op_kind = MLS_CANDIDATE_PULL;
		SIM_OPS.dispatch(cpu, previous);
		if (sim_goes_on(running))
			return true;
		if (here->local.queued || sim_consume(&sim->global, cpu))
			return false;
	} while (sim->moved_in_dispatch && --loops);
	return running && running->p.scx.flags & SCX_TASK_QUEUED;
}

/* put_prev_task_scx(): the running task stops, but would go on */
static void sim_put_back(s32 cpu)
{
	struct sim_task *task = sim_stop(cpu, true);

	if (task->p.scx.slice)
		sim_to_local(cpu, task, SCX_ENQ_HEAD);
	else
		sim_enqueue(task, 0);
}

/* scx_bpf_reenqueue_local(): what waits here may run elsewhere */
u32 scx_bpf_reenqueue_local(void)
{
	struct sim_dsq *local = &sim_cpu_at(sim->this_cpu)->local;
	u32 left = local->queued, moved = left;

	for (; left; left--) {
		struct sim_task *task = local->head;

		sim_dsq_remove(task);
		sim_enqueue(task, SCX_ENQ_REENQ);
	}
	return moved;
}

/* A task of a higher class takes the CPU, and the scheduler is told. */
static void sim_run_higher(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *task = here->higher, *running = here->current;

	if (running == task) {
		sim_post_run(cpu);
		return;
	}
	if (running && running->state == SIM_RUNNABLE)
		sim_put_back(cpu);
	if (!running)
		sim_update_idle(cpu, false);
	sim_set_current(cpu, task);
	task->running = true;
	task->run_since = sim->now;
	here->exec_start = sim->now;
	here->speed = sim_speed(here);
	if (!here->released) {
		here->released = true;
		SIM_OPS.cpu_release(cpu, NULL);
	}
	sim_post_run(cpu);
}

static void sim_go_idle(s32 cpu, bool was_busy)
{
	if (was_busy)
		sim_set_current(cpu, NULL);
	/* older kernels mark a CPU idle only when it becomes so */
	if (was_busy || !sim->machine.stale_idle_masks)
		sim_update_idle(cpu, true);
}

/* The running task goes on, or the first of the local queue takes over. */
static void sim_pick(s32 cpu, struct sim_task *running, bool goes_on)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *next;

	if (goes_on) {
		if (!running->p.scx.slice)
			running->p.scx.slice = SIM_SLICE_DFL;
		sim_post_run(cpu);
		return;
	}
	next = here->local.head;
	if (running && running->running)
		sim_put_back(cpu);
	if (!next) {
		sim_go_idle(cpu, here->current != NULL);
		return;
	}
	if (!here->current)
		sim_update_idle(cpu, false);
	sim_dsq_remove(next);
	if (!next->p.scx.slice)
		next->p.scx.slice = SIM_SLICE_DFL;
	sim_start(cpu, next);
}

static void sim_schedule(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *running = here->current;
	bool goes_on;

	sim->this_cpu = cpu;
	here->resched = false;
	sim_update_current(cpu);
	if (here->higher) {
		sim_run_higher(cpu);
		return;
	}
	if (here->released) {
		here->released = false;
		SIM_OPS.cpu_acquire(cpu, NULL);
	}
	if (running && (running->higher || running->state != SIM_RUNNABLE))
		running = NULL; /* it has stopped already */
	here->in_balance = true;
	if (sim->machine.enqueue_first && running && !running->p.scx.slice) {
		sim_put_back(cpu);
		running = NULL;
	}
	goes_on = sim_balance(cpu, running);
	here->in_balance = false;
	sim_pick(cpu, running, goes_on);
}

/* The tick finds the slice used up, or the run has come to its end. */
static void sim_run_ends(s32 cpu, u64 generation)
{
	struct sim_cpu *here = sim_cpu_at(cpu);

	if (generation != here->generation || !here->current)
		return;
	sim->this_cpu = cpu;
	sim_update_current(cpu);
	if (here->current->left_ns || here->current->over_ns)
		sim_schedule(cpu);
	else
		sim_advance(cpu);
}

/* A task of a higher class wakes up on its CPU. */
static void sim_put_on_higher(struct sim_task *task)
{
	struct sim_cpu *there = sim_cpu_at(task->cpu);

	task->state = SIM_RUNNABLE;
	task->next = NULL;
	*(there->last_higher ? &there->last_higher->next : &there->higher) =
		task;
	there->last_higher = task;
	if (there->higher == task)
		sim_resched(task->cpu);
}

#endif /* MLS_SIM_SCHEDULE_H */
