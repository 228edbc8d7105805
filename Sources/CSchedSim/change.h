/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done to tasks from outside. For a change of attributes the kernel
 * takes a task off its queue and puts it back, which the scheduler sees.
 */
#ifndef MLS_SIM_CHANGE_H
#define MLS_SIM_CHANGE_H

static s32 sim_idle_for(const struct sim_task *task);

/* sched_change_begin() */
static void sim_take_off(struct sim_task *task)
{
	if (task->state != SIM_RUNNABLE)
		return;
	if (task->running) {
		sim_update_current(task->cpu);
		SIM_OPS.stopping(&task->p, false);
	}
	task->p.scx.flags &= ~SCX_TASK_QUEUED;
	sim_dsq_remove(task);
}

/* sched_change_end() */
static void sim_put_on(struct sim_task *task)
{
	if (task->state != SIM_RUNNABLE)
		return;
	task->p.scx.flags |= SCX_TASK_QUEUED;
	if (!task->running) {
		sim_enqueue(task, SIM_ENQ_RESTORE);
		return;
	}
	SIM_OPS.running(&task->p);
	sim_post_run(task->cpu);
}

static bool sim_can_change(const struct sim_task *task)
{
	return task->state != SIM_DEAD && !task->higher;
}

static void sim_change_weight(struct sim_task *task, u32 weight)
{
	s32 here = sim->this_cpu;

	if (!sim_can_change(task))
		return;
	sim->this_cpu = task->cpu;
	sim_take_off(task);
	task->p.scx.weight = weight;
	sim_put_on(task);
	sim->this_cpu = here;
}

static void sim_change_group(struct sim_task *task, u32 group)
{
	struct cgroup *from = &sim->groups[task->group].cgroup;
	s32 here = sim->this_cpu;

	if (!sim_can_change(task))
		return;
	sim->this_cpu = task->cpu;
	sim_take_off(task);
	task->group = group;
	SIM_OPS.cgroup_move(&task->p, from, &sim->groups[group].cgroup);
	sim_put_on(task);
	sim->this_cpu = here;
}

/* The stopper takes the running task away and moves it. */
static void sim_push_away(struct sim_task *task, s32 to)
{
	s32 from = task->cpu;

	sim_stop(from, true);
	sim_set_current(from, NULL);
	sim_set_cpu(task, to);
	sim->this_cpu = to;
	sim_enqueue(task, 0);
	sim_schedule(from);
	if (!sim_cpu_at(from)->current)
		sim_update_idle(from, true);
}

/* affine_move_task(): it is where it may not stay */
static void sim_move_allowed(struct sim_task *task)
{
	s32 to = sim_mask_next(&task->allowed, &sim->all, 0);

	if (task->state != SIM_RUNNABLE ||
	    sim_mask_test(&task->allowed, task->cpu))
		return;
	if (task->running) {
		sim_push_away(task, to);
		return;
	}
	sim_dsq_remove(task);
	sim_set_cpu(task, to);
	sim->this_cpu = to;
	sim_enqueue(task, 0);
}

static void sim_change_affinity(struct sim_task *task, u32 mask)
{
	s32 here = sim->this_cpu;

	if (!sim_can_change(task) || task->p.migration_disabled)
		return;
	sim->this_cpu = task->cpu;
	sim_take_off(task);
	sim_task_set_mask(task, mask);
	sim_put_on(task);
	sim_move_allowed(task);
	if (sim_idle_for(task) < 0)
		task->idle_since = 0; /* it waits beside none it may use */
	sim->this_cpu = here;
}

/*
 * Hotplug: the kernel lets the scheduler go, and the daemon attaches it again
 * for the new set of CPUs. In between, its own scheduler moves whoever has to.
 */
static void sim_attach_again(void)
{
	u32 i;

	for (i = 0; i < sim->nr_tasks; i++) {
		struct sim_task *task = sim->tasks[i];
		struct scx_exit_task_args arguments = {};

		if (!sim_can_change(task))
			continue;
		sim_take_off(task);
		SIM_OPS.exit_task(&task->p, &arguments);
		task->store = NULL;
		sim_task_set_mask(task, task->mask);
		if (!task->running && !sim_mask_test(&task->allowed, task->cpu))
			sim_set_cpu(task, sim_mask_next(&task->allowed,
							&sim->all, 0));
	}
	sim_attach();
	for (i = 0; i < sim->nr_tasks; i++) {
		struct sim_task *task = sim->tasks[i];

		if (!sim_can_change(task))
			continue;
		sim->this_cpu = task->cpu;
		sim_introduce(task, false);
		sim_put_on(task);
	}
}

/* Whoever runs on a CPU that goes offline, goes elsewhere. */
static void sim_vacate(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *task = here->current;

	if (!task)
		return;
	sim->this_cpu = cpu;
	sim_stop(cpu, true);
	sim_set_current(cpu, NULL);
	sim_dsq_add(&sim->global, task, false);
	sim_set_cpu(task, sim_mask_next(&sim->all, &sim->all, 0));
}

static void sim_set_online(s32 cpu, bool online)
{
	struct sim_cpu *here = sim_cpu_at(cpu);

	if (here->online == online || here->higher)
		return;
	if (!online && sim_mask_weight(&sim->all) == 1)
		return; /* the last one stays */
	here->online = online;
	sim_account_beside();
	if (online) {
		sim_mask_set(&sim->all, cpu);
		sim->nr_idle++;
	} else {
		sim_mask_clear(&sim->all, cpu);
		sim_vacate(cpu);
		sim->nr_idle--;
	}
	sim_update_idle(cpu, online);
	sim_attach_again();
}

static void sim_change(u32 index)
{
	const struct mls_sim_change *change = &sim->changes[index];
	struct sim_task *task =
		change->task < sim->nr_tasks ? sim->tasks[change->task] : NULL;

	if (change->every_ns)
		sim_post(sim->now + change->every_ns, SIM_EV_CHANGE, index, 0);
	if (change->kind == MLS_SIM_STOP_CPU ||
	    change->kind == MLS_SIM_START_CPU)
		sim_set_online(change->task, change->kind == MLS_SIM_START_CPU);
	else if (change->kind == MLS_SIM_SET_SHARE)
		sim_set_share(change->task + 1, change->value);
	else if (task && change->kind == MLS_SIM_SET_GROUP)
		sim_change_group(task, change->value == MLS_SIM_NONE
					       ? 0
					       : change->value + 1);
	else if (task && change->kind == MLS_SIM_SET_WEIGHT)
		sim_change_weight(task, change->value);
	else if (task && change->kind == MLS_SIM_SET_AFFINITY)
		sim_change_affinity(task, change->value);
}

#endif /* MLS_SIM_CHANGE_H */
