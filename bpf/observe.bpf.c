// SPDX-License-Identifier: GPL-2.0
/*
 * Watches whatever scheduler the kernel runs and asks the model about what it
 * does: about every task that it moves to another domain, and about those that
 * mlsched would have asked about and that it keeps. Changes nothing, and needs
 * no sched_ext: Linux 5.15 with BTF.
 *
 * Of the candidates that the kernel keeps it sees wake-ups and imbalances. For
 * a pull one would have to know the tasks in another CPU's queue.
 */
#include "ask.bpf.h"
#include "observed.bpf.h"

char _license[] SEC("license") = "GPL";

/* Global, so that it is verified once and not in every turn of a loop. */
__noinline u32 observed_load(u32 domain)
{
	return domain_load(domain);
}

/* The least loaded other domain below a load, with idle CPUs if need be. */
__noinline u32 least_loaded(u32 but, u32 below, u32 needs_idle)
{
	u32 best = MLS_NO_DOMAIN, i;

	for (i = 0; i < MLS_MAX_DOMAINS && i < mls_nr_domains; i++) {
		u32 load;

		if (i == but || (needs_idle && domain_idle[i] <= 0))
			continue;
		load = observed_load(i);
		if (load < below) {
			best = i;
			below = load;
		}
	}
	return best;
}

static enum mls_decision ask(const struct mls_candidate *candidate,
			     const struct task_struct *p)
{
	struct mls_request request = {};

	make_request(&request, candidate, p, idle_cpus(candidate->also_idle));
	count_candidate(candidate->kind, MLS_CONSULTED);
	return ask_model(&request);
}

static __always_inline bool task_allows(const struct task_struct *p, u32 cpu)
{
	unsigned long bits = 0;
	const unsigned long *mask = p->cpus_ptr->bits;

	bpf_probe_read_kernel(&bits, sizeof(bits),
			      mask + (cpu & (MLS_MAX_CPUS - 1)) / 64);
	return bits & (1ul << (cpu & 63));
}

static __always_inline bool task_is_held(const struct task_struct *p)
{
	if (bpf_core_field_exists(p->migration_disabled) &&
	    p->migration_disabled)
		return true;
	return p->nr_cpus_allowed <= 1;
}

/*
 * Who moves a task: itself as it wakes, the CPU that it goes to and that has
 * run out of work, or another for balance.
 */
static __always_inline enum mls_candidate_kind
kind_of_move(const struct mls_observed_task *task, u32 to)
{
	if (!task->weight)
		return MLS_CANDIDATE_WAKEUP;
	return bpf_get_smp_processor_id() == to ? MLS_CANDIDATE_PULL
						: MLS_CANDIDATE_IMBALANCE;
}

static void observe_move(struct task_struct *p, struct mls_observed_task *task,
			 struct mls_observed *row, u32 from, u32 to)
{
	struct mls_candidate candidate = {
		.kind = kind_of_move(task, to),
		.cpu = from,
		.src = cpu_domain(from),
		.dst = cpu_domain(to),
		.also_idle = -1,
		.weight = task_weight(p),
		.waited_ns = task_waited(task),
	};
	enum mls_decision said;

	if (candidate.kind == MLS_CANDIDATE_PULL)
		candidate.also_idle = to;
	said = ask(&candidate, p);
	if (said == MLS_MIGRATE)
		observe_in(row, MLS_OBSERVED_AGREED);
	else if (said == MLS_STAY)
		observe_in(row, MLS_OBSERVED_VETOED);
	else
		observe_in(row, MLS_OBSERVED_UNDECIDED);
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(mlsched_observe_migrate, struct task_struct *p, int to)
{
	struct mls_observed *row = process_row(p);
	u32 from = task_cpu(p), src = cpu_domain(from), dst = cpu_domain(to);
	struct mls_observed_task *task;

	observe_in(row, MLS_OBSERVED_MIGRATIONS);
	if (src == dst || src == MLS_NO_DOMAIN || dst == MLS_NO_DOMAIN)
		return 0;
	observe_in(row, MLS_OBSERVED_ACROSS);
	task = task_get(p);
	if (!task || task_is_held(p) || !task_allows(p, from))
		observe_in(row, MLS_OBSERVED_FORCED);
	else
		observe_move(p, task, row, from, to);
	if (!task)
		return 0;
	task->moved = 1;
	if (task->weight)
		task_runnable(p, task, dst);
	return 0;
}

static void observe_kept(struct task_struct *p,
			 const struct mls_candidate *candidate)
{
	struct mls_observed *row = process_row(p);
	enum mls_decision said = ask(candidate, p);

	observe_in(row, MLS_OBSERVED_KEPT);
	if (said == MLS_STAY)
		observe_in(row, MLS_OBSERVED_KEPT_AGREED);
	else if (said == MLS_MIGRATE)
		observe_in(row, MLS_OBSERVED_KEPT_MOVED);
	else
		observe_in(row, MLS_OBSERVED_KEPT_UNDECIDED);
}

/*
 * Only tasks that may run everywhere: whether others could have moved to an
 * idle CPU is not known here.
 */
static __always_inline bool task_is_free(const struct task_struct *p)
{
	return (u32)p->nr_cpus_allowed >= mls_nr_online && !task_is_held(p);
}

/* A task wakes at home, where no CPU is idle, and elsewhere one is. */
static void consider_wakeup(struct task_struct *p,
			    const struct mls_observed_task *task, u32 home)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_WAKEUP,
		.cpu = task->ran_cpu,
		.src = home,
		.also_idle = -1,
		.weight = task_weight(p),
	};

	if (!task_is_free(p) || machine_idle <= 0 ||
	    domain_idle[home & (MLS_MAX_DOMAINS - 1)] > 0)
		return;
	candidate.dst = least_loaded(home, ~0u, true);
	if (candidate.dst != MLS_NO_DOMAIN)
		observe_kept(p, &candidate);
}

/* A task's slice ends in a domain that is busier than another. */
static void consider_imbalance(struct task_struct *p, u32 cpu, u32 home)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_IMBALANCE,
		.cpu = cpu,
		.src = home,
		.also_idle = -1,
		.weight = task_weight(p),
	};
	u32 load;

	if (mls_nr_domains < 2 || !task_is_free(p) || !imbalance_due(home))
		return;
	load = observed_load(home);
	if (load <= mls_imbalance_margin_fp)
		return;
	candidate.dst = least_loaded(home, load - mls_imbalance_margin_fp, 0);
	if (candidate.dst != MLS_NO_DOMAIN)
		observe_kept(p, &candidate);
}

static __always_inline int wakes(struct task_struct *p)
{
	u32 home = cpu_domain(task_cpu(p));
	struct mls_observed_task *task;

	observe(MLS_OBSERVED_WAKEUPS);
	if (home == MLS_NO_DOMAIN)
		return 0;
	task = task_get(p);
	if (!task)
		return 0;
	if (!task->moved && !task->weight)
		consider_wakeup(p, task, home);
	task->moved = 0;
	task_runnable(p, task, home);
	task->waits_since_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(mlsched_observe_wakeup, struct task_struct *p)
{
	return wakes(p);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(mlsched_observe_new, struct task_struct *p)
{
	return wakes(p);
}

/*
 * Tasks are looked at as they leave a CPU and not as they enter it, which would
 * double the cost: one that was runnable before anybody watched counts from its
 * first preemption on.
 */
static __always_inline void leaves(struct task_struct *p, bool preempt, u32 cpu,
				   u32 domain)
{
	struct mls_observed_task *task = task_get(p);

	if (!task)
		return;
	task->moved = 0;
	task->ran_cpu = cpu;
	if (!preempt && p->__state) {
		task_quiescent(task);
		return;
	}
	task_runnable(p, task, domain);
	task->waits_since_ns = bpf_ktime_get_ns();
	if (preempt)
		consider_imbalance(p, cpu, domain);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(mlsched_observe_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	u32 cpu = bpf_get_smp_processor_id(), domain = cpu_domain(cpu);

	observe(MLS_OBSERVED_SWITCHES);
	if (domain == MLS_NO_DOMAIN)
		return 0;
	note_idle(cpu, domain, !next->pid);
	if (prev->pid)
		leaves(prev, preempt, cpu, domain);
	return 0;
}

/* Tells what measuring alone takes; attached only to measure the others. */
SEC("tp_btf/sched_switch")
int BPF_PROG(mlsched_observe_nothing)
{
	return 0;
}
