/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: what the model says where it has decided, and without a decision
 * what the fallback rule says now.
 */
#ifndef MLSCHED_DECIDE_BPF_H
#define MLSCHED_DECIDE_BPF_H

#include "kernel.bpf.h"
#include "ask.bpf.h"

static u32 idle_cpus(s32 also_idle)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();
	u32 nr = bpf_cpumask_weight(idle);

	if (also_idle >= 0 && !bpf_cpumask_test_cpu(also_idle, idle))
		nr++;
	scx_bpf_put_idle_cpumask(idle);
	return nr < mls_nr_online ? nr : mls_nr_online;
}

/* The model's verdict where it has one, else the fallback rule's. */
static enum mls_decision obey_model(const struct mls_request *request,
				    struct mls_pattern_fields fields)
{
	enum mls_decision said = ask_model(request);

	if (said != MLS_UNDECIDED) {
		count_candidate(request->kind, MLS_DECIDED);
		return said;
	}
	count_candidate(request->kind, MLS_UNDECIDED_FALLBACK);
	return mls_heuristic(fields);
}

static enum mls_decision obey_rule(const struct mls_request *request,
				   struct mls_pattern_fields fields)
{
	if (mls_shadow) {
		enum mls_decision said = ask_model(request);

		if (said == MLS_UNDECIDED)
			count_candidate(request->kind, MLS_UNDECIDED_FALLBACK);
		else
			count_candidate(request->kind,
					said == MLS_MIGRATE ? MLS_SHADOW_MIGRATE
							    : MLS_SHADOW_STAY);
	}
	if (mls_policy == MLS_POLICY_ALWAYS)
		return MLS_MIGRATE;
	if (mls_policy == MLS_POLICY_NEVER)
		return MLS_STAY;
	if (mls_policy == MLS_POLICY_COST)
		return mls_cost_rule(&request->features);
	return mls_heuristic(fields);
}

/* The one question: may this task move from its domain to that one, now? */
static bool may_migrate(const struct mls_candidate *candidate,
			const struct task_struct *p)
{
	struct mls_request request = {};
	struct mls_pattern_fields fields = make_request(
		&request, candidate, p, idle_cpus(candidate->also_idle));
	enum mls_decision verdict;

	count_candidate(candidate->kind, MLS_CONSULTED);
	if (mls_policy == MLS_POLICY_MODEL && !mls_shadow)
		verdict = obey_model(&request, fields);
	else
		verdict = obey_rule(&request, fields);
	count_candidate(candidate->kind, verdict == MLS_MIGRATE
						 ? MLS_SAID_MIGRATE
						 : MLS_SAID_STAY);
	return verdict == MLS_MIGRATE;
}

#endif /* MLSCHED_DECIDE_BPF_H */
