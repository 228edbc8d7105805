/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the loader does: tunables, maps, then the scheduler's init. */
#ifndef MLS_SIM_ATTACH_H
#define MLS_SIM_ATTACH_H

#define SIM_TABLE_MAX	 (32u << 20) /* bytes, then the hash: as the daemon */
#define SIM_HASH_ENTRIES 65536u
#define SIM_DUMP_SIZE	 32768u

/* The scheduler's domains are those that have CPUs, in order. */
static void sim_set_domains(void)
{
	u32 number[MLS_MAX_DOMAINS], cpu, domain, used = 0;

	for (domain = 0; domain < MLS_MAX_DOMAINS; domain++) {
		u32 count = 0;

		for (cpu = 0; cpu < sim->nr_cpus; cpu++)
			count += sim->cpus[cpu].online &&
				 sim->cpus[cpu].domain == domain;
		number[domain] = used;
		if (count)
			mls_domain_nr_cpus[used++] = count;
	}
	mls_nr_domains = used;
	for (cpu = 0; cpu < MLS_MAX_CPUS; cpu++)
		mls_cpu_domain[cpu] =
			cpu < sim->nr_cpus && sim->cpus[cpu].online
				? number[sim->cpus[cpu].domain]
				: MLS_NO_DOMAIN;
}

/* Decisions go through the seam, the table, or the hash where that is large. */
static void sim_set_policy(void)
{
	u32 patterns = mls_pattern_count(pattern_space());

	if (sim->options.decider == MLS_SIM_RULE) {
		mls_policy = sim->options.policy;
		return;
	}
	mls_policy = MLS_POLICY_MODEL;
	mls_hashed = sim->options.decider != MLS_SIM_RING ||
		     2ull * patterns > SIM_TABLE_MAX;
}

/* The one list of the scheduler's maps on this side. */
static void sim_maps_make(void)
{
	bool ring = sim->options.decider == MLS_SIM_RING;
	/* Not made in vain: snapshots copy them. */
	bool network =
		sim->options.decider == MLS_SIM_RULE && sim->options.network;

	SIM_MAP(counters);
	SIM_MAP(domains);
	SIM_MAP(scratch);
	SIM_MAP(cpu_states);
	SIM_MAP(domain_masks);
	SIM_MAP(groups);
	SIM_MAP_SIZED(group_indices, 2 * SIM_MAX_GROUPS);
	SIM_MAP(control);
	SIM_MAP_SIZED(networks, network ? 2 : 0);
	SIM_MAP_SIZED(network_scratch, network);
	SIM_MAP(ticks);
	SIM_MAP_SIZED(decision_hash, ring && mls_hashed ? SIM_HASH_ENTRIES : 1);
	SIM_MAP_SIZED(decisions, ring && !mls_hashed
					 ? 2 * mls_table_words(pattern_space())
					 : 2);
	sim_map_make(&tasks, SIM_COUNT(tasks, type), sizeof(int),
		     sizeof(*tasks.value), 0);
	sim_map_make(&requests, SIM_COUNT(requests, type), 0, 0, 0);
	sim_map_make(&exit_dump, SIM_COUNT(exit_dump, type), sizeof(u32),
		     SIM_DUMP_SIZE, 0);
	if (ring && !sim->ring)
		sim->ring = sim_alloc(SIM_RING_SLOTS, sizeof(*sim->ring));
	if (network)
		*network_of(0) = *sim->options.network;
}

/* Every group with its weight, parents first. */
static void sim_attach_groups(void)
{
	u32 i;

	for (i = 0; i < sim->nr_groups; i++) {
		struct scx_cgroup_init_args arguments = {
			.weight = sim->groups[i].weight,
		};

		if (SIM_OPS.cgroup_init(&sim->groups[i].cgroup, &arguments))
			sim_fail("the scheduler refused cgroup %u", i);
	}
}

static void sim_set_share(u32 group, u32 weight)
{
	sim->groups[group].weight = weight;
	SIM_OPS.cgroup_set_weight(&sim->groups[group].cgroup, weight);
}

/* Room for a queue for each CPU and for each domain, and as much again. */
static void sim_dsqs_make(void)
{
	u32 slots = 64;

	while (slots < 4 * (sim->nr_cpus + MLS_MAX_DOMAINS))
		slots *= 2;
	sim->dsqs = sim_alloc(slots, sizeof(struct sim_dsq *));
	sim->dsq_slots = slots;
	sim->nr_dsqs = 0;
}

static void sim_attach(void)
{
	sim_globals_load(sim_globals_fresh());
	mls_nr_cpu_ids = sim->nr_cpus;
	mls_nr_online = sim_mask_weight(&sim->all);
	sim_set_domains();
	sim_set_policy();
	sim_maps_make();
	sim_dsqs_make();
	sim->ring_head = sim->ring_tail = 0;
	if (SIM_OPS.init())
		sim_fail("the scheduler's init failed");
	mls_cgroups = sim->nr_groups > 1;
	sim_attach_groups();
}

#endif /* MLS_SIM_ATTACH_H */
