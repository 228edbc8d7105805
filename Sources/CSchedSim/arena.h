/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of a simulation: taken from one arena, given back with all of it. */
#ifndef MLS_SIM_ARENA_H
#define MLS_SIM_ARENA_H

#define SIM_MEMORY (2ull << 30)

/* An arena whose first bytes are the simulation; NULL: no address space. */
static struct mls_sim *sim_arena_new(u64 memory)
{
	struct mls_sim *made =
		mmap(NULL, memory, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (made == MAP_FAILED)
		return NULL;
	made->memory = memory - 64;
	made->used = (sizeof(*made) + 63) & ~63ull;
	return made;
}

/* Where a full arena leads: out of the call that needed more. */
static jmp_buf sim_memory_out SIM_OWN;

/* Zeroed memory; does not come back when the arena is full. */
static void *sim_alloc(u64 count, u64 size)
{
	u64 left = sim->memory - sim->used, bytes;
	u8 *at = (u8 *)sim + sim->used;

	if (size && count > left / size) {
		sim_fail("the simulation needs more than %llu MiB of memory",
			 (unsigned long long)((sim->memory + 64) >> 20));
		longjmp(sim_memory_out, 1);
	}
	bytes = (count * size + 15) & ~15ull;
	sim->used += bytes;
	return memset(at, 0, bytes);
}

/* A larger copy of an array; the old one stays until the end. */
static void *sim_grow(const void *old, u64 old_count, u64 count, u64 size)
{
	void *grown = sim_alloc(count, size);

	if (old_count)
		memcpy(grown, old, old_count * size);
	return grown;
}

static void *sim_copy(const void *from, u64 count, u64 size)
{
	void *copy = sim_alloc(count, size);

	if (count)
		memcpy(copy, from, count * size);
	return copy;
}

#endif /* MLS_SIM_ARENA_H */
