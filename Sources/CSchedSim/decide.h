/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decisions: answered at once in place of the hash of decided patterns, or by
 * user space through ring and table, after a while. One of them can be forced.
 */
#ifndef MLS_SIM_DECIDE_H
#define MLS_SIM_DECIDE_H

_Static_assert(sizeof(struct mls_features) <=
		       sizeof(((struct mls_sim_candidate *)0)->features),
	       "MLS_SIM_FEATURES are too few");

/* The seam for what a pattern does not hold. */
static struct mls_pattern_fields
sim_pattern_of(const struct mls_features *features)
{
	sim->features = *features;
	return mls_pattern_of(features);
}

static void sim_describe(struct mls_sim_candidate *candidate, u32 pattern,
			 const struct mls_features *features)
{
	struct mls_pattern_fields fields =
		mls_pattern_fields(pattern_space(), pattern);
	const struct sim_task *task = sim->op_task;

	*candidate = (struct mls_sim_candidate){
		.now_ns = sim->now - SIM_EPOCH_NS,
		.kind = sim->op_kind,
		.pattern = pattern,
		.task = MLS_SIM_NONE,
		.cpu = fields.cpu,
		.cpu_idle = fields.cpu_idle,
		.src_level = fields.src_level,
		.dst_level = fields.dst_level,
		.queued = sim->nr_waiting,
	};
	memcpy(candidate->features, features, sizeof(*features));
	if (!task)
		return;
	candidate->task = task->id;
	candidate->weight = task->p.scx.weight;
	candidate->wakeups = task->wakeups;
	candidate->waited_ns =
		task->state == SIM_RUNNABLE ? sim->now - task->wait_since : 0;
	candidate->since_run_ns =
		task->left_cpu_ns ? sim->now - task->left_cpu_ns : 0;
	candidate->last_run_ns = task->last_run_ns;
	candidate->ran_ns = task->ran_ns;
	candidate->footprint = task->footprint;
}

static u32 sim_evaluate(const struct mls_features *features)
{
	static struct mls_network_scratch scratch SIM_OWN;
	const struct mls_network *network = sim->options.network;

	return mls_network_evaluate(network, features, &scratch) >
			       network->threshold
		       ? MLS_MIGRATE
		       : MLS_STAY;
}

static u32 sim_ask(const struct mls_sim_candidate *candidate)
{
	struct mls_pattern_fields fields = {
		.cpu = candidate->cpu,
		.cpu_idle = candidate->cpu_idle,
		.src_level = candidate->src_level,
		.dst_level = candidate->dst_level,
	};
	struct mls_features features;

	memcpy(&features, candidate->features, sizeof(features));
	if (sim->options.network)
		return sim_evaluate(&features);
	if (sim->options.decide)
		return sim->options.decide(sim->options.context, candidate);
	if (sim->options.policy == MLS_POLICY_ALWAYS)
		return MLS_MIGRATE;
	if (sim->options.policy == MLS_POLICY_NEVER)
		return MLS_STAY;
	if (sim->options.policy == MLS_POLICY_COST)
		return mls_cost_rule(&features);
	return mls_heuristic(fields);
}

/* The seam: what the hash would have held for a pattern. */
static u32 sim_decide(u32 pattern)
{
	struct mls_sim_candidate candidate;
	u32 said;

	sim_describe(&candidate, pattern, &sim->features);
	said = sim_ask(&candidate);
	sim->totals.decisions++;
	if (!sim->force_in || --sim->force_in)
		return said;
	sim->candidate = candidate;
	sim->forced_said = said;
	sim->forced = true;
	sim->redraw = sim->force_future;
	return sim->force_decision ?: said;
}

/* User space answers all requests at once, as the daemon's batches do. */
static void sim_ring_answer(void)
{
	sim->ring_busy = false;
	for (; sim->ring_tail != sim->ring_head; sim->ring_tail++) {
		const struct mls_request *request =
			&sim->ring[sim->ring_tail % SIM_RING_SLOTS];
		struct mls_sim_candidate candidate;
		u32 said;

		sim_describe(&candidate, request->pattern, &request->features);
		candidate.kind = request->kind;
		candidate.task = request->pid - 1;
		said = sim_ask(&candidate);
		sim->totals.decisions++;
		if (mls_hashed) {
			struct mls_hash_key key = {request->generation,
						   request->pattern};

			sim_map_update(&decision_hash, &key, &said, 0);
		} else {
			*table_entry(request->pattern, request->generation) =
				said;
		}
	}
}

/* A time that was drawn, but has not been reached yet, is drawn again. */
static u64 sim_redrawn(struct sim_task *task, u64 past_ns)
{
	int i;

	for (i = 0; task->phase && i < 16; i++) {
		u64 drawn = sim_draw(&task->random, task->phase);

		if (drawn > past_ns)
			return drawn;
	}
	return task->phase_ns;
}

/* All that nobody could know yet becomes another future, by its number. */
static void sim_redraw_future(void)
{
	u64 future = sim_mix(sim->options.seed, sim->force_future);
	u32 i;

	sim->redraw = false;
	sim->random = future;
	for (i = 0; i < sim->nr_tasks; i++) {
		struct sim_task *task = sim->tasks[i];
		u64 past;

		if (task->state == SIM_DEAD)
			continue;
		if (task->running)
			sim_update_current(task->cpu);
		task->random = sim_mix(future, task->id);
		if (task->left_ns) {
			past = task->phase_ns - task->left_ns;
			task->phase_ns = sim_redrawn(task, past);
			task->left_ns = task->phase_ns - past;
			if (task->running)
				sim_post_run(task->cpu);
		} else if (task->sleeps && task->state == SIM_ASLEEP) {
			past = sim->now - task->phase_from;
			task->phase_ns = sim_redrawn(task, past);
			sim_post(task->phase_from + task->phase_ns, SIM_EV_WAKE,
				 task->id, ++task->wake_generation);
		}
	}
}

#endif /* MLS_SIM_DECIDE_H */
