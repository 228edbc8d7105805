/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The price of moving. A task that starts on a CPU pays the refill of what is
 * no longer in its caches; a wake-up across CPUs pays for the data that both
 * share; busy siblings slow each other. Approximations all of them: what is
 * left of a footprint halves in a constant time, whoever else ran there.
 */
#ifndef MLS_SIM_COSTS_H
#define MLS_SIM_COSTS_H

static bool sim_has(enum mls_sim_effect effect)
{
	return sim->machine.costs.effects & effect;
}

static enum mls_sim_distance sim_distance(s32 a, s32 b)
{
	const struct sim_cpu *from = sim_cpu_at(a), *to = sim_cpu_at(b);

	if (a == b)
		return MLS_SIM_SAME_CPU;
	if (from->core == to->core)
		return MLS_SIM_SAME_CORE;
	if (from->llc == to->llc)
		return MLS_SIM_SAME_LLC;
	return from->node == to->node ? MLS_SIM_SAME_NODE : MLS_SIM_OTHER_NODE;
}

/* Bytes of a footprint that a cache does not hold, of those it could hold. */
static u64 sim_missing(u64 footprint, u64 cache, u64 left_at, u64 half_life_ns)
{
	u64 fits = footprint < cache ? footprint : cache;

	if (!left_at)
		return fits;
	return fits -
	       sim_scale(fits, sim_left_after(sim->now - left_at, half_life_ns),
			 SIM_FP_ONE);
}

/* A CPU begins or ends to refill: those of an LLC share its bandwidth. */
static void sim_set_refilling(struct sim_cpu *cpu, bool refills)
{
	sim->refilling[cpu->llc] += (int)refills - cpu->refills;
	cpu->refills = refills;
}

/*
 * The private cache refills from the LLC, the LLC from where the task was. The
 * siblings of a core share its caches, so among them nothing is lost.
 */
static u64 sim_refill(const struct sim_task *task, s32 cpu)
{
	const struct mls_sim_costs *costs = &sim->machine.costs;
	const struct sim_cpu *here = sim_cpu_at(cpu);
	enum mls_sim_distance distance;
	u64 private, shared, ps;

	if (!task->footprint || !sim_has(MLS_SIM_REFILL))
		return 0;
	distance = task->last_cpu < 0 ? MLS_SIM_SAME_NODE
				      : sim_distance(task->last_cpu, cpu);
      private
	= sim_missing(task->footprint, costs->private_bytes,
		      distance <= MLS_SIM_SAME_CORE ? task->left_cpu_ns : 0,
		      costs->private_half_life_ns);
	shared = sim_missing(task->footprint, costs->shared_bytes,
			     task->left_llc_ns[here->llc],
			     costs->shared_half_life_ns);
	if (distance < MLS_SIM_SAME_NODE)
		distance = MLS_SIM_SAME_NODE;
	ps = private * costs->refill_ps[MLS_SIM_SAME_LLC] +
	     shared * costs->refill_ps[distance];
	if (sim_has(MLS_SIM_BANDWIDTH) && ps)
		ps *= 1 + sim->refilling[here->llc];
	return ps / 1000;
}

/* What a woken task pays for the data that its waker left elsewhere. */
static u64 sim_transfer(s32 from, s32 to)
{
	if (!sim_has(MLS_SIM_TRANSFER))
		return 0;
	return sim->machine.costs.transfer_ns[sim_distance(from, to)];
}

static u32 sim_speed(const struct sim_cpu *cpu)
{
	u32 i = cpu->siblings_from, end = i + cpu->siblings;

	if (!sim_has(MLS_SIM_SMT) || cpu->siblings < 2)
		return cpu->capacity;
	for (; i < end; i++)
		if (&sim->cpus[i] != cpu && sim->cpus[i].current)
			return cpu->capacity * sim->machine.costs.smt_share /
			       MLS_SIM_ONE;
	return cpu->capacity;
}

#endif /* MLS_SIM_COSTS_H */
