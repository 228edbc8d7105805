/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold at every moment; looked at each millisecond. The first
 * violation ends the run.
 */
#ifndef MLS_SIM_CHECK_H
#define MLS_SIM_CHECK_H

#define SIM_CHECK_NS 1000000ull

static bool sim_is_really_idle(const struct sim_cpu *cpu)
{
	return cpu->online && !cpu->current && !cpu->higher && !cpu->resched &&
	       !cpu->local.queued;
}

/* An idle CPU that a task may use, or -1. */
static s32 sim_idle_for(const struct sim_task *task)
{
	u32 cpu;

	if (!sim->nr_idle)
		return -1;
	for (cpu = sim_mask_next(&task->allowed, &sim->all, 0);
	     cpu < sim->nr_cpus;
	     cpu = sim_mask_next(&task->allowed, &sim->all, cpu + 1))
		if (sim_may_use(task, cpu) &&
		    sim_is_really_idle(sim_cpu_at(cpu)))
			return cpu;
	return -1;
}

/* Nobody waits for longer than a bound beside an idle CPU that it may use. */
static void sim_check_idle(struct sim_task *task)
{
	s32 cpu = sim_idle_for(task);
	u64 beside;

	if (cpu < 0) {
		task->idle_since = 0;
		return;
	}
	if (!task->idle_since)
		task->idle_since = sim->now;
	beside = sim->now - task->idle_since;
	if (beside > sim->totals.longest_idle_beside_ns)
		sim->totals.longest_idle_beside_ns = beside;
	if (sim->options.idle_bound_ns && beside > sim->options.idle_bound_ns)
		sim_fail("task %u waits on CPU %d while CPU %d, which it may "
			 "use, has been idle for %llu ms",
			 task->id, task->cpu, cpu,
			 (unsigned long long)(beside / 1000000));
}

/* Whether a higher class keeps every CPU of a task, which nobody can help. */
static bool sim_is_shut_out(const struct sim_task *task)
{
	u32 cpu = 0;

	if (task->p.migration_disabled)
		return sim_cpu_at(task->cpu)->higher;
	while ((cpu = sim_mask_next(&task->allowed, &sim->all, cpu)) <
	       sim->nr_cpus)
		if (!sim_cpu_at(cpu++)->higher)
			return false;
	return true;
}

static void sim_check_waiting(struct sim_task *task)
{
	u64 waited = sim->now - task->wait_since;

	if (!task->dsq) {
		sim_fail("task %u is lost: runnable and in no queue", task->id);
		return;
	}
	if (sim_is_shut_out(task)) {
		task->wait_since = sim->now;
		return;
	}
	if (waited > sim->totals.longest_wait_ns)
		sim->totals.longest_wait_ns = waited;
	if (sim->options.wait_bound_ns && waited > sim->options.wait_bound_ns)
		sim_fail("task %u of weight %u has waited for %llu ms on CPU "
			 "%d, in a queue of %u",
			 task->id, task->p.scx.weight,
			 (unsigned long long)(waited / 1000000), task->cpu,
			 task->dsq->queued);
	sim_check_idle(task);
}

/* The load of all domains is the weight of what is counted in them. */
static void sim_check_load(u64 weight)
{
	u64 counted = 0;
	u32 domain;

	for (domain = 0; domain < mls_nr_domains; domain++)
		counted += domain_lookup(domain)->load.weight;
	if (counted != weight)
		sim_fail("domains count a weight of %llu where tasks of %llu "
			 "are runnable",
			 (unsigned long long)counted,
			 (unsigned long long)weight);
}

/* What runs is counted with its weight, unless that is its group's. */
static void sim_check_running(const struct sim_task *task)
{
	const struct mls_task *store = task->store;

	if (sim_cpu_at(task->cpu)->current != task)
		sim_fail("task %u runs on no CPU or on two", task->id);
	if (!mls_cgroups && store->weight != task->p.scx.weight)
		sim_fail("task %u of weight %u runs, but is counted with %u",
			 task->id, task->p.scx.weight, store->weight);
}

static void sim_sum_counters(struct mls_counters *sum)
{
	const struct sim_map *map = sim_map_of(&counters);
	u64 *into = (u64 *)sum;
	u32 cpu, i;

	memset(sum, 0, sizeof(*sum));
	for (cpu = 0; cpu < sim->nr_cpus; cpu++) {
		const u64 *row = (const u64 *)map->data +
				 cpu * sizeof(*sum) / sizeof(u64);

		for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
			into[i] += row[i];
	}
}

/* Whoever was sent to another domain has arrived, lapsed or is on its way. */
static void sim_check_counters(void)
{
	u64 moving[NR_MLS_CANDIDATE_KINDS + 1] = {};
	struct mls_counters sum;
	u32 i;

	sim_sum_counters(&sum);
	for (i = 0; i < sim->nr_tasks; i++) {
		const struct mls_task *store = sim->tasks[i]->store;

		if (store && sim->tasks[i]->state != SIM_DEAD)
			moving[store->moving_kind]++;
	}
	for (i = 0; i < NR_MLS_CANDIDATE_KINDS; i++) {
		const u64 *of = sum.candidate[i];

		if (of[MLS_SAID_MIGRATE] + of[MLS_OVERRIDDEN] !=
		    of[MLS_EXECUTED] + of[MLS_LAPSED] + moving[i])
			sim_fail("of candidates of kind %u, %llu were sent and "
				 "%llu forced, but %llu arrived, %llu lapsed "
				 "and %llu are on their way",
				 i, of[MLS_SAID_MIGRATE], of[MLS_OVERRIDDEN],
				 of[MLS_EXECUTED], of[MLS_LAPSED],
				 (unsigned long long)moving[i]);
	}
	if (sum.scheduler[MLS_LOOKUP_FAILED])
		sim_fail("a map of the scheduler had no entry");
}

static void sim_check(void)
{
	u64 weight = 0;
	u32 i;

	sim_post(sim->now + SIM_CHECK_NS, SIM_EV_CHECK, 0, 0);
	for (i = 0; i < sim->nr_tasks; i++) {
		struct sim_task *task = sim->tasks[i];

		if (task->state != SIM_RUNNABLE || task->higher)
			continue;
		weight += ((const struct mls_task *)task->store)->weight;
		if (task->running)
			sim_check_running(task);
		else
			sim_check_waiting(task);
	}
	sim_check_load(weight);
	sim_check_counters();
}

#endif /* MLS_SIM_CHECK_H */
