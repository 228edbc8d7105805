/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of a simulation: its arena, and the scheduler's globals, which the
 * compiler was told to put into sections of their own.
 */
#ifndef MLS_SIM_SNAPSHOT_H
#define MLS_SIM_SNAPSHOT_H

extern u8 __start_mls_data[], __stop_mls_data[];
extern u8 __start_mls_bss[], __stop_mls_bss[];

struct mls_sim_snapshot {
	u8 *bytes;
	u64 used, size;
};

static u64 sim_data_size(void)
{
	return __stop_mls_data - __start_mls_data;
}

static u64 sim_globals_size(void)
{
	return sim_data_size() + (__stop_mls_bss - __start_mls_bss);
}

static void sim_globals_save(u8 *into)
{
	memcpy(into, __start_mls_data, sim_data_size());
	memcpy(into + sim_data_size(), __start_mls_bss,
	       __stop_mls_bss - __start_mls_bss);
}

static void sim_globals_load(const u8 *from)
{
	memcpy(__start_mls_data, from, sim_data_size());
	memcpy(__start_mls_bss, from + sim_data_size(),
	       __stop_mls_bss - __start_mls_bss);
}

/* The globals as the scheduler's source has them, kept from the first call. */
static const u8 *sim_globals_fresh(void)
{
	static u8 *fresh SIM_OWN;

	if (!fresh) {
		fresh = malloc(sim_globals_size());
		if (fresh)
			sim_globals_save(fresh);
	}
	return fresh;
}

/* Makes a simulation the one that runs. */
static void sim_enter(struct mls_sim *wanted)
{
	if (sim == wanted)
		return;
	if (sim)
		sim_globals_save(sim->bpf);
	sim = wanted;
	if (sim)
		sim_globals_load(sim->bpf);
}

/* The part of a simulation that a snapshot holds: from `used' on. */
static u8 *sim_kept(void)
{
	return (u8 *)&sim->used;
}

static u64 sim_kept_size(u64 used)
{
	return used - offsetof(struct mls_sim, used);
}

struct mls_sim_snapshot *mls_sim_snapshot_new(struct mls_sim *of)
{
	return calloc(1, sizeof(struct mls_sim_snapshot));
}

bool mls_sim_snapshot_take(struct mls_sim *of, struct mls_sim_snapshot *into)
{
	u64 kept, size;

	sim_enter(of);
	kept = sim_kept_size(sim->used);
	size = kept + sim_globals_size();
	if (size > into->size) {
		u8 *grown = realloc(into->bytes, size + size / 4);

		if (!grown)
			return false;
		into->bytes = grown;
		into->size = size + size / 4;
	}
	into->used = sim->used;
	memcpy(into->bytes, sim_kept(), kept);
	sim_globals_save(into->bytes + kept);
	return true;
}

void mls_sim_snapshot_restore(struct mls_sim *of,
			      const struct mls_sim_snapshot *from)
{
	u64 kept = sim_kept_size(from->used);

	sim_enter(of);
	memcpy(sim_kept(), from->bytes, kept);
	sim_globals_load(from->bytes + kept);
}

void mls_sim_snapshot_free(struct mls_sim_snapshot *snapshot)
{
	free(snapshot->bytes);
	free(snapshot);
}

#endif /* MLS_SIM_SNAPSHOT_H */
