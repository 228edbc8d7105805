// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints digests of random simulations, for tools/sim_bits to compare between
 * compilers. Each is also lived twice from a snapshot, with every kind of step.
 */
#include <stdio.h>
#include <stdlib.h>

#include "CSchedSim.h"

#define CASES 24
#define TASKS 12
#define STEPS 8
#define MS    1000000ull

static uint64_t state;

static uint32_t below(uint32_t bound)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (state >> 33) % bound;
}

static struct mls_sim_step draw_step(uint32_t first)
{
	struct mls_sim_step step = {.kind = MLS_SIM_RUN};

	step.time = (struct mls_sim_draw){below(4), 20000 + below(2000000),
					  3000000 + below(9000000)};
	switch (below(8)) {
	case 0:
		step.kind = MLS_SIM_SLEEP;
		break;
	case 1:
		step.kind = MLS_SIM_YIELD;
		break;
	case 2:
		step.kind = MLS_SIM_WAKE_ANY;
		break;
	case 3:
		step.kind = MLS_SIM_BRANCH;
		step.arg = first;
		step.count = 300;
		break;
	case 4:
		step.kind = MLS_SIM_DONE;
		break;
	}
	return step;
}

static void draw_tasks(struct mls_sim_task *tasks, struct mls_sim_step *steps,
		       uint32_t nr_cpus)
{
	for (uint32_t i = 0; i < TASKS; i++) {
		uint32_t first = i * STEPS;

		for (uint32_t k = 0; k < STEPS - 2; k++)
			steps[first + k] = draw_step(first);
		steps[first + STEPS - 2] = (struct mls_sim_step){
			.kind = MLS_SIM_RUN, .time = {MLS_SIM_CONSTANT, 50000}};
		steps[first + STEPS - 1] = (struct mls_sim_step){
			.kind = MLS_SIM_REPEAT, .arg = first};
		tasks[i] = (struct mls_sim_task){
			.first_step = first,
			.weight = 1 + below(400),
			.class = below(8) ? MLS_SIM_EXT : MLS_SIM_HIGHER,
			.mask = below(3) ? MLS_SIM_NONE : 0,
			.cgroup = MLS_SIM_NONE,
			.count = 1 + below(3),
			.cpu = below(nr_cpus),
			.footprint = {MLS_SIM_LOGUNIFORM, 4096, 8 << 20},
		};
	}
}

/* Runs on from a moment with a decision forced, and comes back to it. */
static void live_twice(struct mls_sim *sim)
{
	struct mls_sim_snapshot *moment = mls_sim_snapshot_new(sim);

	if (!moment || !mls_sim_snapshot_take(sim, moment))
		exit(1);
	for (uint32_t decision = 2; decision < 4; decision++) {
		mls_sim_force(sim, 0, decision, 7);
		mls_sim_run(sim, 300 * MS, ~0ull >> 1, ~0ull);
		printf(" %016llx", (unsigned long long)mls_sim_digest(sim));
		mls_sim_snapshot_restore(sim, moment);
	}
	mls_sim_snapshot_free(moment);
}

static void run_case(uint32_t number)
{
	struct mls_sim_cpu cpus[64];
	struct mls_sim_task tasks[TASKS];
	struct mls_sim_step steps[TASKS * STEPS];
	struct mls_sim_mask mask = {{0x5}};
	struct mls_sim_machine machine = {
		.nr_cpus = 4 << below(4),
		.cpus = cpus,
		.tick_ns = 1000000 << below(3),
		.costs = {MLS_SIM_REFILL | MLS_SIM_TRANSFER | MLS_SIM_SMT |
				  MLS_SIM_BANDWIDTH,
			  640,
			  1 << 20,
			  32 << 20,
			  700000,
			  28000000,
			  {0, 0, 31, 100, 160},
			  {0, 50, 200, 600, 1200},
			  1000,
			  500,
			  2000},
	};
	struct mls_sim_workload load = {
		.steps = steps,
		.tasks = tasks,
		.masks = &mask,
		.nr_steps = TASKS * STEPS,
		.nr_tasks = TASKS,
		.nr_masks = 1,
	};
	struct mls_sim_options options = {
		.seed = number,
		.policy = 1 + number % 3,
		.decider = MLS_SIM_CALLBACK,
	};
	char error[256];
	struct mls_sim *sim;

	for (uint32_t i = 0; i < machine.nr_cpus; i++)
		cpus[i] = (struct mls_sim_cpu){i / 2, i * 2 / machine.nr_cpus,
					       0, i * 2 / machine.nr_cpus,
					       i % 4 ? 1024 : 700};
	draw_tasks(tasks, steps, machine.nr_cpus);
	sim = mls_sim_open(&machine, &load, &options, error, sizeof(error));
	if (!sim) {
		printf("%u: %s\n", number, error);
		exit(1);
	}
	mls_sim_run(sim, 200 * MS, ~0ull >> 1, ~0ull);
	printf("%u: %016llx", number, (unsigned long long)mls_sim_digest(sim));
	live_twice(sim);
	mls_sim_run(sim, 400 * MS, ~0ull >> 1, ~0ull);
	printf(" %016llx\n", (unsigned long long)mls_sim_digest(sim));
	mls_sim_close(sim);
}

int main(void)
{
	for (uint32_t number = 0; number < CASES; number++) {
		state = number * 2654435761u + 1;
		run_case(number);
	}
	return 0;
}
