/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a description to a simulation that stands at its beginning. */
#ifndef MLS_SIM_OPEN_H
#define MLS_SIM_OPEN_H

static void sim_make_cpu(const struct mls_sim_cpu *from, u32 cpu)
{
	struct sim_cpu *made = sim_cpu_at(cpu);

	*made = (struct sim_cpu){
		.core = from->core,
		.llc = from->llc,
		.node = from->node,
		.domain = from->domain,
		.capacity = from->capacity,
		.speed = from->capacity,
		.siblings_from = cpu,
		.siblings = 1,
		.online = true,
	};
	if (cpu && made[-1].core == from->core) {
		made->siblings_from = made[-1].siblings_from;
		made->siblings = cpu - made->siblings_from + 1;
		sim_for_siblings(i, made) sim->cpus[i].siblings =
			made->siblings;
	}
	if (made->siblings > sim->smt)
		sim->smt = made->siblings;
	if (from->llc >= sim->nr_llcs)
		sim->nr_llcs = from->llc + 1;
	sim_mask_set(&sim->all, cpu);
}

static void sim_make_machine(const struct mls_sim_machine *machine)
{
	u32 cpu;

	sim->machine = *machine;
	sim->machine.cpus = NULL;
	sim->nr_cpus = machine->nr_cpus;
	sim->words = (machine->nr_cpus + 63) / 64;
	sim->cpus = sim_alloc(machine->nr_cpus, sizeof(*sim->cpus));
	for (cpu = 0; cpu < machine->nr_cpus; cpu++)
		sim_make_cpu(&machine->cpus[cpu], cpu);
	sim->refilling = sim_alloc(sim->nr_llcs, sizeof(u32));
	sim->idle_cpus = sim->all;
	sim->idle_cores = sim->all;
	sim->nr_idle = sim->nr_cpus;
}

/* Counted loops get a counter by how deep they lie in others. */
static void sim_make_steps(const struct mls_sim_workload *load)
{
	u32 open[SIM_MAX_LOOPS], depth = 0, i;

	sim->nr_steps = load->nr_steps;
	sim->steps = sim_alloc(load->nr_steps, sizeof(*sim->steps));
	for (i = load->nr_steps; i-- > 0;) {
		const struct mls_sim_step *from = &load->steps[i];

		sim->steps[i] = (struct sim_step){from->kind, from->arg,
						  from->count, 0, from->time};
		while (depth && open[depth - 1] > i)
			depth--;
		if (from->kind != MLS_SIM_REPEAT || !from->count)
			continue;
		if (depth == SIM_MAX_LOOPS) {
			sim_fail("more than %u counted loops lie in each other",
				 SIM_MAX_LOOPS);
			return;
		}
		sim->steps[i].slot = depth;
		open[depth++] = from->arg;
	}
}

static void sim_make_groups(const struct mls_sim_workload *load)
{
	u32 i;

	sim->nr_groups = load->nr_cgroups + 1;
	sim->groups = sim_alloc(sim->nr_groups, sizeof(*sim->groups));
	for (i = 0; i < sim->nr_groups; i++) {
		const struct mls_sim_cgroup *from = &load->cgroups[i - 1];
		struct sim_group *made = &sim->groups[i];

		made->node.id = i + 1;
		made->cgroup.kn = &made->node;
		made->cgroup.self.cgroup = &made->cgroup;
		made->weight = i ? from->weight : MLS_WEIGHT_ONE;
		if (!i)
			continue;
		made->parent =
			from->parent == MLS_SIM_NONE ? 0 : from->parent + 1;
		made->cgroup.self.parent =
			&sim->groups[made->parent].cgroup.self;
	}
}

static void sim_make_channels(const struct mls_sim_workload *load)
{
	u32 i;

	sim->nr_channels = load->nr_channels;
	sim->channels = sim_alloc(load->nr_channels, sizeof(*sim->channels));
	for (i = 0; i < load->nr_channels; i++) {
		sim->channels[i].units = load->channels[i].initial;
		sim->channels[i].capacity = load->channels[i].capacity;
	}
}

static void sim_make_changes(const struct mls_sim_workload *load)
{
	u32 i;

	sim->nr_changes = load->nr_changes;
	sim->changes = sim_copy(load->changes, load->nr_changes,
				sizeof(*sim->changes));
	for (i = 0; i < load->nr_changes; i++)
		sim_post(sim->now + sim->changes[i].at_ns, SIM_EV_CHANGE, i, 0);
}

/* Names stay the caller's until the births below have copied them. */
static void sim_make_tasks(const struct mls_sim_workload *load)
{
	u64 random = sim->options.seed;
	u32 i, k;

	sim->nr_templates = load->nr_tasks;
	sim->templates =
		sim_copy(load->tasks, load->nr_tasks, sizeof(*sim->templates));
	sim->births = sim_alloc(load->nr_tasks, sizeof(u32));
	sim->nr_masks = load->nr_masks;
	sim->masks = sim_copy(load->masks, load->nr_masks, sizeof(*sim->masks));
	for (i = 0; i < load->nr_tasks; i++) {
		struct mls_sim_task *task = &sim->templates[i];

		if (task->name)
			task->name = strncpy(sim_alloc(1, 16), task->name, 15);
		for (k = 0; k < task->count; k++)
			sim_post(sim->now + sim_draw(&random, &task->start),
				 SIM_EV_BIRTH, i,
				 (task->cpu + (u64)k * task->stride) %
					 sim->nr_cpus);
		sim->nr_unborn += task->count;
	}
}

static void sim_make(const struct mls_sim_machine *machine,
		     const struct mls_sim_workload *load)
{
	sim->now = SIM_EPOCH_NS;
	sim->beside_since = sim->now;
	sim->random = sim_mix(sim->options.seed, 0xb9f);
	sim_make_machine(machine);
	sim_make_steps(load);
	sim_make_channels(load);
	sim_make_groups(load);
	sim_attach();
	sim_make_tasks(load);
	sim_make_changes(load);
	if (sim->options.check)
		sim_post(sim->now + SIM_CHECK_NS, SIM_EV_CHECK, 0, 0);
}

static struct mls_sim *sim_give_up(char *error, u32 error_size,
				   const char *sentence)
{
	struct mls_sim *failed = sim;

	snprintf(error, error_size, "%s", sentence);
	mls_sim_close(failed);
	return NULL;
}

struct mls_sim *mls_sim_open(const struct mls_sim_machine *machine,
			     const struct mls_sim_workload *workload,
			     const struct mls_sim_options *options, char *error,
			     u32 error_size)
{
	struct mls_sim *made;
	u8 *globals;

	if (!sim_validate(machine, workload, error, error_size))
		return NULL;
	sim_enter(NULL);
	made = sim_arena_new(options->memory ?: SIM_MEMORY);
	globals = malloc(sim_globals_size());
	if (!made || !globals || !sim_globals_fresh()) {
		free(globals);
		snprintf(error, error_size, "there is no memory left");
		return NULL;
	}
	memcpy(globals, sim_globals_fresh(), sim_globals_size());
	made->bpf = globals;
	made->options = *options;
	sim_enter(made);
	if (setjmp(sim_memory_out))
		return sim_give_up(error, error_size, sim->failure);
	sim_make(machine, workload);
	if (sim->failure[0])
		return sim_give_up(error, error_size, sim->failure);
	return sim;
}

void mls_sim_close(struct mls_sim *closed)
{
	u64 bytes = closed->memory;

	if (sim == closed)
		sim = NULL;
	free(closed->bpf);
	munmap(closed, bytes);
}

#endif /* MLS_SIM_OPEN_H */
