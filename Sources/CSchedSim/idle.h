/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CPUs are idle, as kernel/sched/ext_idle.c keeps it, and kicks. */
#ifndef MLS_SIM_IDLE_H
#define MLS_SIM_IDLE_H

/* Calls a function for each sibling of a CPU, itself included. */
#define sim_for_siblings(i, of)                                                \
	for (u32 i = (of)->siblings_from;                                      \
	     i < (of)->siblings_from + (of)->siblings; i++)

/* An account of idle CPUs beside waiting tasks; before either changes. */
static void sim_account_beside(void)
{
	u32 both =
		sim->nr_idle < sim->nr_waiting ? sim->nr_idle : sim->nr_waiting;

	sim->totals.idle_beside_ns += both * (sim->now - sim->beside_since);
	sim->beside_since = sim->now;
}

static void sim_update_idle(s32 cpu, bool idle)
{
	const struct sim_cpu *here = sim_cpu_at(cpu);

	if (idle)
		sim_mask_set(&sim->idle_cpus, cpu);
	else
		sim_mask_clear(&sim->idle_cpus, cpu);
	if (sim->smt < 2)
		return;
	if (!idle) {
		sim_for_siblings(i, here) sim_mask_clear(&sim->idle_cores, i);
		return;
	}
	sim_for_siblings(i,
			 here) if (!sim_mask_test(&sim->idle_cpus, i)) return;
	sim_for_siblings(i, here) sim_mask_set(&sim->idle_cores, i);
}

/* scx_idle_test_and_clear_cpu(): the core's mark goes in any case */
static bool sim_claim_idle(s32 cpu)
{
	bool was = sim_mask_test(&sim->idle_cpus, cpu);

	if (sim->smt > 1)
		sim_for_siblings(i, sim_cpu_at(cpu))
			sim_mask_clear(&sim->idle_cores, i);
	sim_mask_clear(&sim->idle_cpus, cpu);
	return was;
}

const struct cpumask *scx_bpf_get_idle_cpumask(void)
{
	return (const struct cpumask *)&sim->idle_cpus;
}

const struct cpumask *scx_bpf_get_idle_smtmask(void)
{
	return (const struct cpumask *)(sim->smt > 1 ? &sim->idle_cores
						     : &sim->idle_cpus);
}

void scx_bpf_put_idle_cpumask(const struct cpumask *mask)
{
}

bool scx_bpf_test_and_clear_cpu_idle(s32 cpu)
{
	return cpu >= 0 && (u32)cpu < sim->nr_cpus && sim_claim_idle(cpu);
}

s32 scx_bpf_pick_idle_cpu(const struct cpumask *allowed, u64 flags)
{
	s32 cpu = -1;

	if (sim->smt > 1) {
		cpu = sim_mask_distribute(&sim->idle_cores, allowed);
		if (cpu < 0 && flags & SCX_PICK_IDLE_CORE)
			return -16; /* EBUSY */
	}
	if (cpu < 0)
		cpu = sim_mask_distribute(&sim->idle_cpus, allowed);
	if (cpu < 0)
		return -16; /* EBUSY */
	sim_claim_idle(cpu);
	return cpu;
}

/* The CPU looks for another task soon; at once where the caller runs. */
static void sim_resched(s32 cpu)
{
	struct sim_cpu *there = sim_cpu_at(cpu);
	u64 delay = cpu == sim->this_cpu ? 0 : sim->machine.costs.kick_ns;

	if (there->resched || !there->online)
		return;
	there->resched = true;
	sim_post(sim->now + delay, SIM_EV_SCHEDULE, cpu, 0);
}

/* A busy CPU is kicked for idleness all the same while it looks for tasks. */
void scx_bpf_kick_cpu(s32 cpu, u64 flags)
{
	struct sim_cpu *there = sim_cpu_at(cpu);
	bool busy = there->current != NULL;

	if (flags & SCX_KICK_IDLE && busy && !there->in_balance)
		return;
	if (busy && there->current->higher)
		return;
	if (busy && flags & SCX_KICK_PREEMPT)
		there->current->p.scx.slice = 0;
	sim_resched(cpu);
}

#endif /* MLS_SIM_IDLE_H */
