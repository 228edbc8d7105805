/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a machine and a workload add up; the first fault as one sentence. */
#ifndef MLS_SIM_VALIDATE_H
#define MLS_SIM_VALIDATE_H

#define SIM_TIME_MAX 1000000000000000ull /* ns: eleven days */

/* Ends the function with a sentence unless a condition holds. */
#define sim_require(condition, ...)                                            \
	do {                                                                   \
		if (!(condition)) {                                            \
			snprintf(error, size, __VA_ARGS__);                    \
			return false;                                          \
		}                                                              \
	} while (0)

static bool sim_validate_cpu(const struct mls_sim_machine *machine, u32 cpu,
			     char *error, u32 size)
{
	const struct mls_sim_cpu *this = &machine->cpus[cpu], *last = this - 1;

	sim_require(this->capacity >= 1 && this->capacity <= MLS_SIM_ONE,
		    "CPU %u has a capacity of %u; give 1 to %u", cpu,
		    this->capacity, MLS_SIM_ONE);
	sim_require(this->domain < MLS_MAX_DOMAINS,
		    "CPU %u is in domain %u; there are at most %u", cpu,
		    this->domain, MLS_MAX_DOMAINS);
	sim_require(this->llc < machine->nr_cpus &&
			    this->core < machine->nr_cpus &&
			    this->node < machine->nr_cpus,
		    "CPU %u names a core, cache or node beyond the number of "
		    "CPUs",
		    cpu);
	if (!cpu)
		return true;
	sim_require(this->core == last->core || this->core == last->core + 1,
		    "CPU %u is of core %u after core %u; number the CPUs of a "
		    "core one after the other",
		    cpu, this->core, last->core);
	sim_require(this->core != last->core || this->llc == last->llc,
		    "core %u is in caches %u and %u", this->core, last->llc,
		    this->llc);
	for (u32 i = 0; i < cpu; i++)
		sim_require(machine->cpus[i].llc != this->llc ||
				    machine->cpus[i].node == this->node,
			    "cache %u is in nodes %u and %u", this->llc,
			    machine->cpus[i].node, this->node);
	return true;
}

static bool sim_validate_machine(const struct mls_sim_machine *machine,
				 char *error, u32 size)
{
	u32 cpu;

	sim_require(machine->nr_cpus >= 1 &&
			    machine->nr_cpus <= MLS_SIM_MAX_CPUS,
		    "the machine has %u CPUs; give 1 to %u", machine->nr_cpus,
		    MLS_SIM_MAX_CPUS);
	sim_require(machine->tick_ns >= 100000 && machine->tick_ns <= 100000000,
		    "a tick takes %u ns; give 100,000 to 100,000,000",
		    machine->tick_ns);
	sim_require(!(machine->costs.effects & MLS_SIM_SMT) ||
			    (machine->costs.smt_share >= 1 &&
			     machine->costs.smt_share <= MLS_SIM_ONE),
		    "a CPU beside a busy sibling keeps %u of its speed; give 1 "
		    "to %u",
		    machine->costs.smt_share, MLS_SIM_ONE);
	sim_require(!(machine->costs.effects & MLS_SIM_REFILL) ||
			    (machine->costs.private_half_life_ns &&
			     machine->costs.shared_half_life_ns),
		    "the contents of a cache need a half-life above 0");
	for (cpu = 0; cpu < machine->nr_cpus; cpu++)
		if (!sim_validate_cpu(machine, cpu, error, size))
			return false;
	return true;
}

static bool sim_validate_draw(const struct mls_sim_draw *draw, const char *what,
			      u32 index, char *error, u32 size)
{
	bool spans = draw->kind == MLS_SIM_UNIFORM ||
		     draw->kind == MLS_SIM_LOGUNIFORM;

	sim_require(draw->kind < NR_MLS_SIM_DRAWS,
		    "%s %u is drawn from a distribution that there is not",
		    what, index);
	sim_require(draw->a <= SIM_TIME_MAX && draw->b <= SIM_TIME_MAX,
		    "%s %u has a time of more than eleven days", what, index);
	sim_require(!spans || draw->a <= draw->b,
		    "%s %u is drawn between %llu and %llu: the second must be "
		    "the larger",
		    what, index, (unsigned long long)draw->a,
		    (unsigned long long)draw->b);
	sim_require(draw->kind != MLS_SIM_LOGUNIFORM || draw->a,
		    "%s %u is drawn between logarithms from 0 on; begin with "
		    "1 or more",
		    what, index);
	return true;
}

static bool sim_validate_step(const struct mls_sim_workload *load, u32 index,
			      char *error, u32 size)
{
	const struct mls_sim_step *step = &load->steps[index];
	u32 limit = ~0u;

	switch (step->kind) {
	case MLS_SIM_PUT:
	case MLS_SIM_GET:
	case MLS_SIM_WAIT:
	case MLS_SIM_SIGNAL:
	case MLS_SIM_BROADCAST:
		limit = load->nr_channels;
		break;
	case MLS_SIM_FORK:
		limit = load->nr_tasks;
		break;
	case MLS_SIM_REPEAT:
		limit = index + 1;
		break;
	case MLS_SIM_BRANCH:
		limit = load->nr_steps;
		break;
	case MLS_SIM_AFFINITY:
		limit = step->arg == MLS_SIM_NONE ? ~0u : load->nr_masks;
		break;
	}
	sim_require(step->kind < NR_MLS_SIM_STEPS,
		    "step %u is of a kind that there is not", index);
	sim_require(limit == ~0u || step->arg < limit,
		    "step %u refers to number %u of %u", index, step->arg,
		    limit);
	sim_require(step->kind != MLS_SIM_WEIGHT ||
			    (step->arg >= 1 && step->arg <= 10000),
		    "step %u sets a weight of %u; give 1 to 10,000", index,
		    step->arg);
	sim_require(step->kind != MLS_SIM_PERIOD || step->time.a,
		    "step %u has a period of 0", index);
	return sim_validate_draw(&step->time, "step", index, error, size);
}

static bool sim_validate_task(const struct mls_sim_workload *load, u32 nr_cpus,
			      u32 index, char *error, u32 size)
{
	const struct mls_sim_task *task = &load->tasks[index];

	sim_require(task->first_step < load->nr_steps,
		    "task %u begins with step %u of %u", index,
		    task->first_step, load->nr_steps);
	sim_require(task->weight >= 1 && task->weight <= 10000,
		    "task %u has a weight of %u; give 1 to 10,000", index,
		    task->weight);
	sim_require(task->cpu < nr_cpus, "task %u is born on CPU %u of %u",
		    index, task->cpu, nr_cpus);
	sim_require(task->mask == MLS_SIM_NONE || task->mask < load->nr_masks,
		    "task %u has mask %u of %u", index, task->mask,
		    load->nr_masks);
	sim_require(task->cgroup == MLS_SIM_NONE ||
			    task->cgroup < load->nr_cgroups,
		    "task %u is in cgroup %u of %u", index, task->cgroup,
		    load->nr_cgroups);
	sim_require(task->class <= MLS_SIM_HIGHER,
		    "task %u is of a class that there is not", index);
	return sim_validate_draw(&task->footprint, "the footprint of task",
				 index, error, size) &&
	       sim_validate_draw(&task->start, "the start of task", index,
				 error, size);
}

static bool sim_validate_change(const struct mls_sim_workload *load,
				u32 nr_cpus, u32 index, char *error, u32 size)
{
	const struct mls_sim_change *change = &load->changes[index];

	sim_require(change->kind <= MLS_SIM_START_CPU,
		    "change %u is of a kind that there is not", index);
	sim_require(change->kind < MLS_SIM_STOP_CPU || change->task < nr_cpus,
		    "change %u is about CPU %u of %u", index, change->task,
		    nr_cpus);
	sim_require(change->kind != MLS_SIM_SET_WEIGHT ||
			    (change->value >= 1 && change->value <= 10000),
		    "change %u sets a weight of %u; give 1 to 10,000", index,
		    change->value);
	sim_require(change->kind != MLS_SIM_SET_AFFINITY ||
			    change->value == MLS_SIM_NONE ||
			    change->value < load->nr_masks,
		    "change %u sets mask %u of %u", index, change->value,
		    load->nr_masks);
	sim_require(change->kind != MLS_SIM_SET_GROUP ||
			    change->value == MLS_SIM_NONE ||
			    change->value < load->nr_cgroups,
		    "change %u moves to cgroup %u of %u", index, change->value,
		    load->nr_cgroups);
	sim_require(change->kind != MLS_SIM_SET_SHARE ||
			    (change->task < load->nr_cgroups &&
			     change->value >= 1 && change->value <= 10000),
		    "change %u gives cgroup %u of %u a weight of %u; give 1 to "
		    "10,000",
		    index, change->task, load->nr_cgroups, change->value);
	sim_require(change->at_ns <= SIM_TIME_MAX &&
			    change->every_ns <= SIM_TIME_MAX,
		    "change %u has a time of more than eleven days", index);
	return true;
}

static bool sim_validate_groups(const struct mls_sim_workload *load,
				char *error, u32 size)
{
	u32 i;

	sim_require(load->nr_cgroups < SIM_MAX_GROUPS,
		    "there are %u cgroups; at most %u can be simulated",
		    load->nr_cgroups, SIM_MAX_GROUPS - 1);
	for (i = 0; i < load->nr_cgroups; i++) {
		const struct mls_sim_cgroup *group = &load->cgroups[i];

		sim_require(group->weight >= 1 && group->weight <= 10000,
			    "cgroup %u has a weight of %u; give 1 to 10,000", i,
			    group->weight);
		sim_require(group->parent == MLS_SIM_NONE || group->parent < i,
			    "cgroup %u comes before its parent, %u", i,
			    group->parent);
	}
	return true;
}

static bool sim_validate(const struct mls_sim_machine *machine,
			 const struct mls_sim_workload *load, char *error,
			 u32 size)
{
	u64 count = 0;
	u32 i;

	if (!sim_validate_machine(machine, error, size) ||
	    !sim_validate_groups(load, error, size))
		return false;
	for (i = 0; i < load->nr_steps; i++)
		if (!sim_validate_step(load, i, error, size))
			return false;
	for (i = 0; i < load->nr_tasks; i++) {
		if (!sim_validate_task(load, machine->nr_cpus, i, error, size))
			return false;
		count += load->tasks[i].count;
	}
	for (i = 0; i < load->nr_changes; i++)
		if (!sim_validate_change(load, machine->nr_cpus, i, error,
					 size))
			return false;
	for (i = 0; i < load->nr_channels; i++)
		sim_require(load->channels[i].capacity >= 1 &&
				    load->channels[i].initial <=
					    load->channels[i].capacity,
			    "channel %u begins with %u of %u units", i,
			    load->channels[i].initial,
			    load->channels[i].capacity);
	sim_require(count, "the workload has no task");
	sim_require(count <= MLS_SIM_MAX_TASKS,
		    "the workload has %llu tasks; at most %u can be simulated",
		    (unsigned long long)count, MLS_SIM_MAX_TASKS);
	sim_require(load->steps[load->nr_steps - 1].kind == MLS_SIM_EXIT ||
			    (load->steps[load->nr_steps - 1].kind ==
				     MLS_SIM_REPEAT &&
			     !load->steps[load->nr_steps - 1].count),
		    "the last step neither ends its task nor repeats for ever");
	return true;
}

#endif /* MLS_SIM_VALIDATE_H */
