/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between domains: the three kinds of candidate, who could move, where to, and
 * the asking.
 */
#ifndef MLSCHED_MIGRATE_BPF_H
#define MLSCHED_MIGRATE_BPF_H

#include "decide.bpf.h"
#include "steal.bpf.h"

#define MLS_PULL_DOMAINS 4  /* domains that one idle CPU asks at a time */
#define MLS_PULL_TASKS	 32 /* tasks of each that it asks about */

/*
 * Load to compare domains by: those of the same NUMA node as one are all less
 * (or, for most loaded, more) than those of others.
 */
static u32 load_seen_from(u32 one, u32 other, bool nearest_is_least)
{
	bool near = mls_domain_node[one & (MLS_MAX_DOMAINS - 1)] ==
		    mls_domain_node[other & (MLS_MAX_DOMAINS - 1)];

	return domain_load(other) +
	       (near == nearest_is_least ? 0 : 2 * MLS_LOAD_ONE);
}

/* The least loaded domain other than one, that has an idle CPU for the task. */
static u32 least_loaded_idle(const struct task_struct *p, u32 but)
{
	u32 best = MLS_NO_DOMAIN, best_load = ~0u, i;

	bpf_for (i, 0, mls_nr_domains) {
		u32 load;

		if (i == but)
			continue;
		load = load_seen_from(but, i, true);
		if (load < best_load && domain_has_idle(i, p)) {
			best = i;
			best_load = load;
		}
	}
	return best;
}

/* Wake-up: an idle CPU of another domain if the task may go there, or -1. */
static s32 migrate_on_wakeup(struct task_struct *p, struct mls_task *task,
			     s32 prev_cpu, u32 src)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_WAKEUP,
		.cpu = prev_cpu,
		.src = src,
		.also_idle = -1,
		.dst_idle = true,
		.weight = p->scx.weight,
	};
	s32 cpu;

	if (mls_nr_domains < 2)
		return -1;
	candidate.dst = least_loaded_idle(p, src);
	if (candidate.dst == MLS_NO_DOMAIN || !may_migrate(&candidate, p))
		return -1;
	cpu = domain_claim_idle(candidate.dst, p);
	if (cpu < 0) {
		count_candidate(candidate.kind, MLS_LAPSED);
		return -1;
	}
	task_send(task, candidate.kind, candidate.dst);
	return cpu;
}

/* The most loaded domain with a queue that is not in the set of tried ones. */
static u32 most_loaded_queue(u32 but, u64 tried)
{
	u32 best = MLS_NO_DOMAIN, best_load = 0, i;

	bpf_for (i, 0, mls_nr_domains) {
		u32 load;

		if (i == but || tried & (1ull << (i & 63)) ||
		    !domain_nr_waiting(i))
			continue;
		load = load_seen_from(but, i, false);
		if (best == MLS_NO_DOMAIN || load > best_load) {
			best = i;
			best_load = load;
		}
	}
	return best;
}

/*
 * Whether a waiting task comes to this idle CPU: by the policy, or by the bound
 * on how long it is kept beside idle CPUs. Many short waits count as one, so
 * the bound does not begin anew when the task ran in between.
 */
static bool may_pull(struct task_struct *p, struct mls_task *task,
		     struct mls_candidate *candidate)
{
	u64 now = bpf_ktime_get_ns();

	candidate->cpu = scx_bpf_task_cpu(p);
	candidate->weight = p->scx.weight;
	candidate->waited_ns = task_waited(task, now);
	if (may_migrate(candidate, p))
		return true;
	if (!task->kept_since_ns)
		task->kept_since_ns = now;
	if (!task_kept_too_long(task, now))
		return false;
	count_candidate(candidate->kind, MLS_OVERRIDDEN);
	return true;
}

/* Pulls the first task of a domain's fullest wait that may come to this CPU. */
static bool pull_from(s32 cpu, u32 src, u32 dst)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_PULL,
		.src = src,
		.dst = dst,
		.also_idle = cpu,
		.dst_idle = true,
	};
	u64 now = bpf_ktime_get_ns();
	s32 queue = longest_wait(cpu, src, now);
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	bool pulled = false;
	u32 i;

	if (queue < 0)
		return false;
	if (bpf_iter_scx_dsq_new(&it, cpu_dsq(queue), 0))
		goto out;
	bpf_for (i, 0, MLS_PULL_TASKS) {
		struct mls_task *task;

		p = bpf_iter_scx_dsq_next(&it);
		if (!p)
			break;
		task = task_lookup(p);
		if (!task || !task_can_migrate(p) || !task_may_use(p, cpu) ||
		    !task_cooled(task, now) || !may_pull(p, task, &candidate))
			continue;
		if (dsq_move(&it, p, SCX_DSQ_LOCAL)) {
			task_lapse(task);
			task_send(task, candidate.kind, dst);
			pulled = true;
			break;
		}
		count_candidate(candidate.kind, MLS_LAPSED);
	}
out:
	bpf_iter_scx_dsq_destroy(&it);
	return pulled;
}

/* Pull: an idle CPU looks for work in the queues of other domains. */
static bool migrate_on_idle(s32 cpu, u32 dst)
{
	u64 tried = 0;
	u32 i;

	if (mls_nr_domains < 2)
		return false;
	bpf_for (i, 0, MLS_PULL_DOMAINS) {
		u32 src = most_loaded_queue(dst, tried);

		if (src == MLS_NO_DOMAIN)
			return false;
		if (pull_from(cpu, src, dst))
			return true;
		tried |= 1ull << (src & 63);
	}
	return false;
}

/* The least loaded domain other than one, with less load than that. */
static u32 least_loaded_allowed(const struct task_struct *p, u32 but, u32 below)
{
	u32 best = MLS_NO_DOMAIN, best_load = ~0u, i;

	bpf_for (i, 0, mls_nr_domains) {
		u32 load;

		if (i == but || !domain_allowed(i, p))
			continue;
		load = load_seen_from(but, i, true);
		if (load % (2 * MLS_LOAD_ONE) < below && load < best_load) {
			best = i;
			best_load = load;
		}
	}
	return best;
}

/* What a task's weight is of the load of the domain that it leaves. */
static u32 own_load(const struct mls_task *task, u32 domain)
{
	u32 cpus = domain_size(domain);

	return cpus ? task->weight * MLS_LOAD_ONE / (2 * MLS_WEIGHT_ONE * cpus)
		    : MLS_LOAD_ONE;
}

/*
 * Imbalance: the domain a task is sent to at the end of its slice, or none. It
 * goes only from where somebody waits, and only if the difference is not simply
 * turned round by it.
 */
static u32 migrate_on_imbalance(struct task_struct *p, struct mls_task *task,
				s32 cpu, u32 src)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_IMBALANCE,
		.cpu = cpu,
		.src = src,
		.also_idle = -1,
		.weight = p->scx.weight,
	};
	u32 load, least;

	if (mls_nr_domains < 2 || !domain_nr_waiting(src) ||
	    !imbalance_due(src))
		return MLS_NO_DOMAIN;
	load = domain_load(src);
	least = own_load(task, src);
	if (least < mls_imbalance_margin_fp)
		least = mls_imbalance_margin_fp;
	if (load <= least)
		return MLS_NO_DOMAIN;
	candidate.dst = least_loaded_allowed(p, src, load - least);
	if (candidate.dst == MLS_NO_DOMAIN)
		return MLS_NO_DOMAIN;
	candidate.dst_idle = domain_has_idle(candidate.dst, p);
	if (!may_migrate(&candidate, p))
		return MLS_NO_DOMAIN;
	task_send(task, candidate.kind, candidate.dst);
	return candidate.dst;
}

#endif /* MLSCHED_MIGRATE_BPF_H */
