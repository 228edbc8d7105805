/* SPDX-License-Identifier: GPL-2.0 */
/* The three kinds of candidate: who could move, where to, and the asking. */
#ifndef MLSCHED_MIGRATE_BPF_H
#define MLSCHED_MIGRATE_BPF_H

#include "queue.bpf.h"

#define MLS_PULL_DOMAINS 4 /* domains that one idle CPU asks at a time */
#define MLS_PULL_TASKS	 8 /* tasks of each that it asks about */

/* The least loaded domain but one, that has an idle CPU for the task. */
static u32 least_loaded_idle(const struct task_struct *p, u32 but)
{
	u32 best = MLS_NO_DOMAIN, best_load = ~0u, i;

	bpf_for (i, 0, mls_nr_domains) {
		struct mls_domain *domain = domain_lookup(i);
		u32 load;

		if (!domain || i == but)
			continue;
		load = domain_load(i);
		if (load < best_load && domain_has_idle(domain, p)) {
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
	};
	struct mls_domain *domain;
	s32 cpu;

	if (mls_nr_domains < 2)
		return -1;
	candidate.dst = least_loaded_idle(p, src);
	if (candidate.dst == MLS_NO_DOMAIN || !may_migrate(&candidate, p->pid))
		return -1;
	domain = domain_lookup(candidate.dst);
	cpu = domain ? domain_claim_idle(domain, p) : -1;
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
		    scx_bpf_dsq_nr_queued(i) <= 0)
			continue;
		load = domain_load(i);
		if (best == MLS_NO_DOMAIN || load > best_load) {
			best = i;
			best_load = load;
		}
	}
	return best;
}

/* Whether a waiting task comes to this CPU: by the bound, or by the policy. */
static bool may_pull(struct task_struct *p, struct mls_task *task,
		     struct mls_candidate *candidate)
{
	u64 waited = bpf_ktime_get_ns() - task->queued_since_ns;

	candidate->cpu = scx_bpf_task_cpu(p);
	if (may_migrate(candidate, p->pid))
		return true;
	if ((s64)waited <= (s64)mls_wait_bound_ns)
		return false;
	count_candidate(candidate->kind, MLS_OVERRIDDEN);
	return true;
}

/* Pulls the first task of a domain's queue that may come to this CPU. */
static bool pull_from(s32 cpu, u32 src, u32 dst)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_PULL,
		.src = src,
		.dst = dst,
		.also_idle = cpu,
	};
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	bool pulled = false;
	u32 i;

	if (bpf_iter_scx_dsq_new(&it, src, 0))
		goto out;
	bpf_for (i, 0, MLS_PULL_TASKS) {
		struct mls_task *task;

		p = bpf_iter_scx_dsq_next(&it);
		if (!p)
			break;
		task = task_lookup(p);
		if (!task || !task_can_migrate(p) || !task_may_use(p, cpu) ||
		    !may_pull(p, task, &candidate))
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

static u32 least_loaded_allowed(const struct task_struct *p, u32 but, u32 below)
{
	u32 best = MLS_NO_DOMAIN, i;

	bpf_for (i, 0, mls_nr_domains) {
		struct mls_domain *domain = domain_lookup(i);
		u32 load;

		if (!domain || i == but || !domain_allowed(domain, p))
			continue;
		load = domain_load(i);
		if (load < below) {
			best = i;
			below = load;
		}
	}
	return best;
}

/* Imbalance: the domain a task is sent to at the end of its slice, or none. */
static u32 migrate_on_imbalance(struct task_struct *p, struct mls_task *task,
				s32 cpu, u32 src)
{
	struct mls_candidate candidate = {
		.kind = MLS_CANDIDATE_IMBALANCE,
		.cpu = cpu,
		.src = src,
		.also_idle = -1,
	};
	u32 load;

	if (mls_nr_domains < 2 || !imbalance_due(src))
		return MLS_NO_DOMAIN;
	load = domain_load(src);
	if (load <= mls_imbalance_margin_fp)
		return MLS_NO_DOMAIN;
	candidate.dst =
		least_loaded_allowed(p, src, load - mls_imbalance_margin_fp);
	if (candidate.dst == MLS_NO_DOMAIN || !may_migrate(&candidate, p->pid))
		return MLS_NO_DOMAIN;
	task_send(task, candidate.kind, candidate.dst);
	return candidate.dst;
}

#endif /* MLSCHED_MIGRATE_BPF_H */
