/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms, and the digest that two runs are compared by. */
#ifndef MLS_SIM_REPORT_H
#define MLS_SIM_REPORT_H

static void sim_histogram_add(struct sim_histogram *histogram, u64 ns)
{
	u32 shift = ns < 32 ? 0 : 59 - __builtin_clzll(ns);
	u32 bin = shift * 32 + (u32)(ns >> shift);

	histogram->bins[bin < SIM_BINS ? bin : SIM_BINS - 1]++;
	histogram->total++;
}

/* The largest value of a bin: 32 – 63 steps of a power of two above 32 ns. */
static u64 sim_bin_value(u32 bin)
{
	u32 shift = bin < 64 ? 0 : bin / 32 - 1;
	u64 step = bin - shift * 32;

	return ((step + 1) << shift) - 1;
}

static u64 sim_histogram_quantile(const struct sim_histogram *histogram,
				  u32 millionths)
{
	u64 wanted = sim_scale(histogram->total, millionths, 1000000), seen = 0;
	u32 bin;

	if (!histogram->total)
		return 0;
	if (wanted >= histogram->total)
		wanted = histogram->total - 1;
	for (bin = 0; bin < SIM_BINS; bin++) {
		seen += histogram->bins[bin];
		if (seen > wanted)
			break;
	}
	return sim_bin_value(bin);
}

static u64 sim_digest(void)
{
	u64 digest = sim_mix(sim->now, sim->totals.events);
	const u64 *totals = (const u64 *)&sim->totals;
	u32 i;

	for (i = 0; i < offsetof(struct mls_sim_report, memory) / 8; i++)
		digest = sim_mix(digest, totals[i]);
	for (i = 0; i < sim->nr_tasks; i++) {
		const struct sim_task *task = sim->tasks[i];

		digest = sim_mix(digest, task->work_ns + task->cpu);
		digest = sim_mix(digest, task->waited_ns + task->vtime);
	}
	return digest;
}

#endif /* MLS_SIM_REPORT_H */
