/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop over events, and what can be asked of a simulation between runs. */
#ifndef MLS_SIM_RUN_H
#define MLS_SIM_RUN_H

static void sim_give_birth(u32 template, s32 cpu)
{
	sim->nr_unborn--;
	if (!sim_cpu_at(cpu)->online)
		cpu = sim_mask_next(&sim->all, &sim->all, 0);
	sim->this_cpu = cpu;
	sim_birth(template, cpu, NULL);
}

static void sim_wake_up(struct sim_task *task, u64 generation)
{
	if (task->wake_generation != (u32)generation)
		return;
	if (!sim_cpu_at(task->cpu)->online)
		sim_set_cpu(task, sim_mask_next(&sim->all, &sim->all, 0));
	sim->this_cpu = task->cpu;
	sim_wake(task, 0);
}

static void sim_handle(const struct sim_event *event)
{
	switch ((enum sim_event_kind)event->kind) {
	case SIM_EV_SCHEDULE:
		if (sim->cpus[event->subject].resched)
			sim_schedule(event->subject);
		break;
	case SIM_EV_RUN:
		sim_run_ends(event->subject, event->detail);
		break;
	case SIM_EV_WAKE:
		sim_wake_up(sim->tasks[event->subject], event->detail);
		break;
	case SIM_EV_TIMER:
		sim->this_cpu = event->subject;
		sim_timer_fire(event->detail);
		break;
	case SIM_EV_RING:
		sim_ring_answer();
		break;
	case SIM_EV_CHECK:
		sim_check();
		break;
	case SIM_EV_CHANGE:
		sim_change(event->subject);
		break;
	case SIM_EV_BIRTH:
		sim_give_birth(event->subject, event->detail);
		break;
	}
	while (sim->deferred)
		sim_process_deferred();
	if (sim->redraw)
		sim_redraw_future();
}

/* Whether something can still happen to the tasks that are left. */
static bool sim_is_stuck(void)
{
	u32 i;

	if (sim->nr_unborn || sim->nr_idle < sim_mask_weight(&sim->all))
		return false;
	for (i = 0; i < sim->nr_tasks; i++)
		if (sim->tasks[i]->state == SIM_RUNNABLE ||
		    (sim->tasks[i]->state == SIM_ASLEEP &&
		     sim->tasks[i]->sleeps))
			return false;
	return true;
}

static enum mls_sim_stop sim_run(u64 until, u64 events, u64 decisions)
{
	u64 last = sim->totals.events + events;

	while (!sim->failure[0]) {
		struct sim_event event;

		if (!sim->nr_alive && !sim->nr_unborn)
			return MLS_SIM_ALL_ENDED;
		if (sim->events[0].time >= until) {
			sim->now = until;
			return MLS_SIM_REACHED;
		}
		if (sim->totals.events >= last ||
		    sim->totals.decisions >= decisions)
			return MLS_SIM_LIMIT;
		if (sim->events[0].kind == SIM_EV_TIMER && sim_is_stuck())
			return MLS_SIM_DEADLOCK;
		event = sim_take_event();
		sim->now = event.time;
		sim->totals.events++;
		sim_handle(&event);
	}
	return MLS_SIM_BROKEN;
}

enum mls_sim_stop mls_sim_run(struct mls_sim *of, uint64_t until_ns,
			      uint64_t events, uint64_t decisions)
{
	sim_enter(of);
	if (setjmp(sim_memory_out))
		return MLS_SIM_BROKEN;
	return sim_run(SIM_EPOCH_NS + until_ns, events, decisions);
}

const char *mls_sim_failure(struct mls_sim *of)
{
	return of->failure[0] ? of->failure : NULL;
}

void mls_sim_force(struct mls_sim *of, u32 index, u32 decision, uint64_t future)
{
	of->force_in = index + 1;
	of->force_decision = decision;
	of->force_future = future;
	of->forced = false;
}

bool mls_sim_forced(struct mls_sim *of, struct mls_sim_candidate *candidate,
		    u32 *policy_said)
{
	if (!of->forced)
		return false;
	*candidate = of->candidate;
	*policy_said = of->forced_said;
	return true;
}

/*
 * Work since the accounts of a CPU were last brought up to date. Reports only
 * look: a run must not depend on who asked how it goes.
 */
static u64 sim_pending_work(const struct sim_cpu *cpu, u64 *ran)
{
	const struct sim_task *task = cpu->current;
	u64 over, work;

	*ran = task ? sim->now - cpu->exec_start : 0;
	if (!task)
		return 0;
	over = *ran < task->over_ns ? *ran : task->over_ns;
	work = (*ran - over) * cpu->speed / MLS_SIM_ONE;
	return work < task->left_ns ? work : task->left_ns;
}

static void sim_report_running(struct mls_sim_report *report)
{
	u32 both =
		sim->nr_idle < sim->nr_waiting ? sim->nr_idle : sim->nr_waiting;
	u32 i;

	report->idle_beside_ns += both * (sim->now - sim->beside_since);
	for (i = 0; i < sim->nr_cpus; i++) {
		const struct sim_cpu *cpu = &sim->cpus[i];
		u64 ran, work = sim_pending_work(cpu, &ran);

		report->busy_ns += ran;
		if (cpu->current && !cpu->current->higher)
			report->work_ns += work;
	}
}

static void sim_report_waiting(struct mls_sim_report *report)
{
	u32 i;

	for (i = 0; i < sim->nr_tasks; i++) {
		const struct sim_task *task = sim->tasks[i];
		u64 waited = sim->now - task->wait_since;

		if (task->state != SIM_RUNNABLE || task->running ||
		    task->higher)
			continue;
		report->waited_ns += waited;
		report->weighted_wait_ns +=
			waited * task->p.scx.weight / MLS_WEIGHT_ONE;
		if (waited > report->longest_wait_ns)
			report->longest_wait_ns = waited;
	}
}

void mls_sim_report(struct mls_sim *of, struct mls_sim_report *report)
{
	sim_enter(of);
	*report = sim->totals;
	sim_report_running(report);
	sim_report_waiting(report);
	report->now_ns = sim->now - SIM_EPOCH_NS;
	report->memory = sim->used;
	report->tasks_alive = sim->nr_alive + sim->nr_unborn;
}

uint64_t mls_sim_digest(struct mls_sim *of)
{
	sim_enter(of);
	return sim_digest();
}

uint64_t mls_sim_quantile(struct mls_sim *of, enum mls_sim_histogram which,
			  u32 millionths)
{
	return sim_histogram_quantile(
		which == MLS_SIM_WAKEUP_WAITS ? &of->waits : &of->units,
		millionths);
}

bool mls_sim_task_report(struct mls_sim *of, u32 index,
			 struct mls_sim_task_report *report)
{
	const struct sim_task *task;
	u64 waits = 0, ran = 0, work = 0;

	sim_enter(of);
	if (index >= sim->nr_tasks)
		return false;
	task = sim->tasks[index];
	if (task->running)
		work = sim_pending_work(sim_cpu_at(task->cpu), &ran);
	else if (task->state == SIM_RUNNABLE && !task->higher)
		waits = sim->now - task->wait_since;
	*report = (struct mls_sim_task_report){
		.template = task->template,
		.weight = task->p.scx.weight,
		.cpu = task->cpu,
		.alive = task->state != SIM_DEAD,
		.work_ns = task->work_ns + work,
		.ran_ns = task->ran_ns + ran,
		.waited_ns = task->waited_ns + waits,
		.refill_ns = task->refill_ns,
		.moves = task->moves,
	};
	return true;
}

void mls_sim_counters(struct mls_sim *of, uint64_t *words, u32 count)
{
	struct mls_counters sum;

	sim_enter(of);
	sim_sum_counters(&sum);
	if (count > sizeof(sum) / sizeof(*words))
		count = sizeof(sum) / sizeof(*words);
	memcpy(words, &sum, count * sizeof(*words));
}

void mls_sim_set_trace(struct mls_sim *of, mls_sim_trace trace, void *context)
{
	of->trace = trace;
	of->trace_context = context;
}

#endif /* MLS_SIM_RUN_H */
