/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tasks' programs: births, steps, channels, ends. */
#ifndef MLS_SIM_PROGRAM_H
#define MLS_SIM_PROGRAM_H

#define SIM_PF_EXITING 4u /* include/linux/sched.h */

/* What a step does to the task that runs it. */
enum sim_outcome {
	SIM_GOES_ON,
	SIM_BLOCKS,
	SIM_YIELDS,
	SIM_ENDS,
};

static void sim_change_weight(struct sim_task *task, u32 weight);
static void sim_change_affinity(struct sim_task *task, u32 mask);

/*
 * Of the CPUs that it may use those that are online. Where there are none, the
 * kernel forgets the affinity for good.
 */
static void sim_task_set_mask(struct sim_task *task, u32 mask)
{
	const struct mls_sim_mask *wanted =
		mask == MLS_SIM_NONE ? &sim->all : &sim->masks[mask];
	u64 any = 0;
	u32 word;

	for (word = 0; word < sim->words; word++)
		any |= task->allowed.words[word] =
			wanted->words[word] & sim->all.words[word];
	task->mask = any ? mask : MLS_SIM_NONE;
	if (!any)
		task->allowed = sim->all;
	task->p.nr_cpus_allowed = sim_mask_weight(&task->allowed);
}

/* A task's memory: that of one which has ended, or new. */
static struct sim_task *sim_task_alloc(void)
{
	struct sim_task *task = sim->free_tasks;

	if (task) {
		struct sim_task old = *task;

		sim->free_tasks = old.next;
		*task = (struct sim_task){
			.id = old.id,
			.left_llc_ns = old.left_llc_ns,
			.store = old.store,
			.wake_generation = old.wake_generation,
		};
		memset(task->left_llc_ns, 0, sim->nr_llcs * sizeof(u64));
		if (task->store)
			memset(task->store, 0, sim_map_of(&tasks)->value_size);
		return task;
	}
	if (sim->nr_tasks == sim->max_tasks) {
		u32 max = sim->max_tasks ? sim->max_tasks * 2 : 64;

		sim->tasks = sim_grow(sim->tasks, sim->nr_tasks, max,
				      sizeof(*sim->tasks));
		sim->max_tasks = max;
	}
	task = sim_alloc(1, sizeof(*task));
	task->left_llc_ns = sim_alloc(sim->nr_llcs, sizeof(u64));
	task->id = sim->nr_tasks;
	sim->tasks[sim->nr_tasks++] = task;
	return task;
}

static void sim_task_describe(struct sim_task *task, u32 template, s32 cpu)
{
	const struct mls_sim_task *from = &sim->templates[template];

	task->template = template;
	task->group = from->cgroup == MLS_SIM_NONE ? 0 : from->cgroup + 1;
	task->ordinal = sim->births[template]++;
	task->random = sim_mix(sim->options.seed,
			       (u64) template << 32 | task->ordinal);
	task->higher = from->class == MLS_SIM_HIGHER;
	task->step = &sim->steps[from->first_step];
	task->footprint = sim_draw(&task->random, &from->footprint);
	task->last_cpu = -1;
	task->sticky_cpu = -1;
	task->insert_dsq = SIM_NO_DSQ;
	task->p.cpus_ptr = (const struct cpumask *)&task->allowed;
	task->p.pid = task->id + 1;
	task->p.group_leader = &task->p;
	task->p.flags = from->kthread ? PF_KTHREAD : 0;
	task->p.mm = from->kthread ? NULL : &task->mm;
	task->mm.rss_stat[1].count = task->footprint / 4096;
	task->p.__state = 0;
	task->p.scx.weight = from->weight;
	task->p.scx.slice = SIM_SLICE_DFL;
	if (from->name)
		snprintf(task->p.comm, sizeof(task->p.comm), "%s", from->name);
	sim_task_set_mask(task, from->mask);
	sim_set_cpu(task, cpu);
}

/* The scheduler meets a task. */
static void sim_introduce(struct sim_task *task, bool fork)
{
	struct scx_init_task_args arguments = {
		.fork = fork,
		.cgroup = &sim->groups[task->group].cgroup,
	};

	if (SIM_OPS.init_task(&task->p, &arguments))
		sim_fail("the scheduler refused task %u", task->id);
	SIM_OPS.enable(&task->p);
}

/* fork: the child is born on its parent's CPU and placed as by a wake-up */
static struct sim_task *sim_birth(u32 template, s32 cpu,
				  struct sim_task *parent)
{
	struct sim_task *task;

	if (sim->nr_alive >= MLS_SIM_MAX_TASKS) {
		sim_fail("more than %u tasks are alive at once",
			 MLS_SIM_MAX_TASKS);
		return NULL;
	}
	task = sim_task_alloc();
	sim_task_describe(task, template, cpu);
	sim->nr_alive++;
	sim->totals.tasks_born++;
	task->parent = parent;
	if (parent)
		parent->children++;
	if (task->higher) {
		if (!sim_mask_test(&task->allowed, cpu))
			sim_set_cpu(task, sim_mask_next(&task->allowed,
							&sim->all, 0));
		sim_put_on_higher(task);
		return task;
	}
	sim_introduce(task, true);
	sim_set_cpu(task, sim_select(task, SIM_WAKE_FORK));
	sim_activate(task, 0);
	return task;
}

static void sim_task_ends(struct sim_task *task)
{
	struct scx_exit_task_args arguments = {};

	if (!task->higher)
		SIM_OPS.exit_task(&task->p, &arguments);
	task->state = SIM_DEAD;
	task->wake_generation++;
	sim->nr_alive--;
	if (task->parent) {
		task->parent->children--;
		if (task->parent->joins)
			sim_wake(task->parent, 0);
	}
	for (u32 i = 0; task->children && i < sim->nr_tasks; i++)
		if (sim->tasks[i]->parent == task)
			sim->tasks[i]->parent = NULL;
	task->next = sim->free_tasks;
	sim->free_tasks = task;
}

static struct sim_channel *sim_channel_of(const struct sim_task *task)
{
	u32 stride = sim->templates[task->template].channel_stride;

	return &sim->channels[(task->step->arg + (u64)task->ordinal * stride) %
			      sim->nr_channels];
}

static void sim_wait_in(struct sim_task *task, struct sim_task **first,
			struct sim_task **last)
{
	task->next_waiting = NULL;
	*(*first ? &(*last)->next_waiting : first) = task;
	*last = task;
}

/* Wakes the first that waits; false: nobody did. */
static bool sim_wake_first(struct sim_task **first, u64 wake_flags)
{
	struct sim_task *task = *first;

	if (!task)
		return false;
	*first = task->next_waiting;
	sim_wake(task, wake_flags);
	return true;
}

/* One unit into a channel (1) or out of it (-1); whoever has to, waits. */
static enum sim_outcome sim_transact(struct sim_task *task, int change)
{
	struct sim_channel *channel = sim_channel_of(task);

	if (channel->units == (change > 0 ? channel->capacity : 0)) {
		sim_wait_in(task, &channel->first, &channel->last);
		return SIM_BLOCKS; /* and tries again */
	}
	channel->units += change;
	task->step++;
	sim_wake_first(&channel->first, SCX_WAKE_SYNC);
	return SIM_GOES_ON;
}

static enum sim_outcome sim_sleep(struct sim_task *task, u64 until)
{
	task->phase_from = sim->now;
	task->phase_ns = until - sim->now;
	task->sleeps = true;
	task->step++;
	sim_post(until, SIM_EV_WAKE, task->id, task->wake_generation);
	return SIM_BLOCKS;
}

static enum sim_outcome sim_period(struct sim_task *task)
{
	u64 period = sim_draw(&task->random, &task->step->time);

	if (!task->period_ns)
		task->period_ns = sim->now;
	task->period_ns += period;
	task->phase = NULL;
	if (task->period_ns > sim->now)
		return sim_sleep(task, task->period_ns);
	task->period_ns = sim->now; /* too late: from here on, as rt-app does */
	task->step++;
	return SIM_GOES_ON;
}

static void sim_repeat(struct sim_task *task)
{
	const struct sim_step *step = task->step;
	u32 *count = &task->counts[step->slot];

	if (!step->count) {
		task->step = &sim->steps[step->arg];
		return;
	}
	if (!*count)
		*count = step->count;
	task->step = --*count ? &sim->steps[step->arg] : step + 1;
}

static void sim_unit_done(struct sim_task *task)
{
	sim->totals.done++;
	if (task->done_ns)
		sim_histogram_add(&sim->units, sim->now - task->done_ns);
	task->done_ns = sim->now;
}

static void sim_wake_any(struct sim_task *task)
{
	struct sim_task *other =
		sim->tasks[sim_next(&task->random) % sim->nr_tasks];

	if (other->sleeps && other->state == SIM_ASLEEP)
		sim_wake(other, 0);
}

static enum sim_outcome sim_run_step(struct sim_task *task)
{
	const struct sim_step *step = task->step;

	switch (step->kind) {
	case MLS_SIM_SLEEP:
		task->phase = &step->time;
		return sim_sleep(
			task, sim->now + sim_draw(&task->random, &step->time));
	case MLS_SIM_PERIOD:
		return sim_period(task);
	case MLS_SIM_PUT:
		return sim_transact(task, 1);
	case MLS_SIM_GET:
		return sim_transact(task, -1);
	case MLS_SIM_WAIT:
		sim_wait_in(task, &sim_channel_of(task)->first_wait,
			    &sim_channel_of(task)->last_wait);
		task->step++;
		return SIM_BLOCKS;
	case MLS_SIM_JOIN:
		task->joins = task->children > step->arg;
		if (task->joins)
			return SIM_BLOCKS;
		break;
	case MLS_SIM_REPEAT:
		sim_repeat(task);
		return SIM_GOES_ON;
	case MLS_SIM_BRANCH:
		if (sim_next(&task->random) % MLS_SIM_ONE < step->count) {
			task->step = &sim->steps[step->arg];
			return SIM_GOES_ON;
		}
		break;
	case MLS_SIM_YIELD:
		task->step++;
		return SIM_YIELDS;
	case MLS_SIM_EXIT:
		return SIM_ENDS;
	case MLS_SIM_RUN:
		task->phase = &step->time;
		task->phase_ns = sim_draw(&task->random, &step->time);
		task->left_ns = task->phase_ns;
		break;
	case MLS_SIM_SIGNAL:
		sim_wake_first(&sim_channel_of(task)->first_wait, 0);
		break;
	case MLS_SIM_BROADCAST:
		while (sim_wake_first(&sim_channel_of(task)->first_wait, 0))
			;
		break;
	case MLS_SIM_FORK:
		sim_birth(step->arg, task->cpu, task);
		break;
	case MLS_SIM_WEIGHT:
		sim_change_weight(task, step->arg);
		break;
	case MLS_SIM_AFFINITY:
		task->step++; /* before it may be moved away */
		sim_change_affinity(task, step->arg);
		return SIM_GOES_ON;
	case MLS_SIM_PIN:
		task->p.migration_disabled = step->arg;
		break;
	case MLS_SIM_DONE:
		sim_unit_done(task);
		break;
	case MLS_SIM_WAKE_ANY:
		sim_wake_any(task);
		break;
	}
	task->step++;
	return SIM_GOES_ON;
}

/* The running task's steps, until one takes time or gives the CPU away. */
static void sim_advance(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *task = here->current;
	enum sim_outcome outcome = SIM_GOES_ON;
	u32 steps = 0;

	while (here->current == task && !task->left_ns && !task->over_ns &&
	       outcome == SIM_GOES_ON) {
		if (++steps > SIM_STUCK_STEPS) {
			sim_fail("task %u (%s) loops without running or "
				 "sleeping",
				 task->id, task->p.comm);
			return;
		}
		outcome = sim_run_step(task);
	}
	if (here->current != task)
		return; /* its affinity took it away */
	if (outcome == SIM_GOES_ON) {
		sim_post_run(cpu);
		return;
	}
	if (outcome == SIM_YIELDS) {
		task->p.scx.slice = 0;
		sim_schedule(cpu);
		return;
	}
	if (outcome == SIM_ENDS)
		task->p.flags |= SIM_PF_EXITING;
	sim_block(cpu);
	if (outcome == SIM_ENDS)
		sim_task_ends(task);
	sim_schedule(cpu);
}

#endif /* MLS_SIM_PROGRAM_H */
