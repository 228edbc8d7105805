/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scheduler's maps, ring buffer, timer and the other helpers of BPF. */
#ifndef MLS_SIM_MAPS_H
#define MLS_SIM_MAPS_H

static u32 sim_decide(u32 pattern);

/* A map's definition begins with a pointer, natively that to its memory. */
static struct sim_map *sim_map_of(void *definition)
{
	struct sim_map *map = *(struct sim_map **)definition;

	if (!map)
		sim_fail("the simulator does not know a map that the scheduler "
			 "uses: name it in sim_maps_make()");
	return map;
}

static void sim_map_make(void *definition, u32 type, u32 key_size,
			 u32 value_size, u32 max)
{
	struct sim_map *map = sim_alloc(1, sizeof(*map));

	*map = (struct sim_map){type, key_size, value_size, max};
	if (type == BPF_MAP_TYPE_PERCPU_ARRAY)
		map->data = sim_alloc((u64)max * sim->nr_cpus, value_size);
	else if (type == BPF_MAP_TYPE_ARRAY)
		map->data = sim_alloc(max, value_size);
	else if (type != BPF_MAP_TYPE_RINGBUF && max > 1)
		map->data = sim_alloc(max * 2, 8 + key_size + value_size);
	*(struct sim_map **)definition = map;
}

#define SIM_COUNT(map, member) (sizeof(*(map).member) / sizeof(int))
#define SIM_MAP_SIZED(map, max)                                                \
	sim_map_make(&(map), SIM_COUNT(map, type), sizeof(*(map).key),         \
		     sizeof(*(map).value), max)
#define SIM_MAP(map) SIM_MAP_SIZED(map, SIM_COUNT(map, max_entries))

/*
 * An entry of a hash: whether it is used, its key, its value. Open addressing
 * in twice the entries that it may have; deleting marks, never moves.
 */
static u8 *sim_hash_entry(struct sim_map *map, const void *key, bool free_too)
{
	u64 hash = 0, size = 8 + map->key_size + map->value_size, i, probes;
	u8 *free = NULL;

	for (i = 0; i < map->key_size; i++)
		hash = sim_mix(hash, ((const u8 *)key)[i]);
	for (probes = 0; probes < map->max * 2ull; probes++) {
		u8 *entry =
			map->data + (hash + probes) % (map->max * 2ull) * size;

		if (entry[0] == 1 && !memcmp(entry + 8, key, map->key_size))
			return entry;
		if (entry[0] != 1 && !free)
			free = entry;
		if (!entry[0])
			break;
	}
	return free_too ? free : NULL;
}

static bool sim_is_seam(void *map)
{
	return map == &decision_hash && sim->options.decider != MLS_SIM_RING;
}

static void *sim_map_lookup(void *definition, const void *key)
{
	struct sim_map *map = sim_map_of(definition);
	u32 index = *(const u32 *)key;
	u8 *entry;

	if (!map)
		return NULL;
	if (map->type == BPF_MAP_TYPE_ARRAY)
		return index < map->max
			       ? map->data + (u64)index * map->value_size
			       : NULL;
	if (map->type == BPF_MAP_TYPE_PERCPU_ARRAY)
		return index < map->max
			       ? map->data + ((u64)sim->this_cpu * map->max +
					      index) *
						     map->value_size
			       : NULL;
	if (sim_is_seam(definition)) {
		sim->verdict =
			sim_decide(((const struct mls_hash_key *)key)->pattern);
		return &sim->verdict;
	}
	entry = sim_hash_entry(map, key, false);
	return entry ? entry + 8 + map->key_size : NULL;
}

static long sim_map_update(void *definition, const void *key, const void *value,
			   __u64 flags)
{
	struct sim_map *map = sim_map_of(definition);
	u8 *entry = map ? sim_hash_entry(map, key, true) : NULL;

	if (!entry || (entry[0] != 1 && map->used >= map->max))
		return -7; /* E2BIG */
	if (entry[0] == 1 && flags & BPF_NOEXIST)
		return -17; /* EEXIST */
	map->used += entry[0] != 1;
	entry[0] = 1;
	memcpy(entry + 8, key, map->key_size);
	memcpy(entry + 8 + map->key_size, value, map->value_size);
	return 0;
}

static long sim_map_delete(void *definition, const void *key)
{
	struct sim_map *map = sim_map_of(definition);
	u8 *entry = map ? sim_hash_entry(map, key, false) : NULL;

	if (!entry)
		return -2; /* ENOENT */
	entry[0] = 2;
	map->used--;
	return 0;
}

static void *sim_task_storage_get(void *map, void *p, void *value, __u64 flags)
{
	struct sim_task *task = p;

	if (!task->store && flags & BPF_LOCAL_STORAGE_GET_F_CREATE)
		task->store = sim_alloc(1, sim_map_of(map)->value_size);
	return task->state == SIM_DEAD ? NULL : task->store;
}

static void *sim_ring_reserve(void *map, __u64 size, __u64 flags)
{
	if (sim->ring_head - sim->ring_tail >= SIM_RING_SLOTS)
		return NULL;
	return &sim->ring[sim->ring_head % SIM_RING_SLOTS];
}

static void sim_ring_submit(void *record, __u64 flags)
{
	sim->ring_head++;
	if (sim->ring_busy)
		return;
	sim->ring_busy = true;
	sim_post(sim->now + sim->options.answer_ns, SIM_EV_RING, 0, 0);
}

static __u64 sim_time(void)
{
	return sim->now;
}

static __u32 sim_this_cpu(void)
{
	return sim->this_cpu;
}

static void *sim_current(void)
{
	struct sim_task *task = sim_cpu_at(sim->this_cpu)->current;

	return task ? task : &sim->idle_task;
}

static __u32 sim_random(void)
{
	return sim_next(&sim->random) >> 32;
}

static long sim_timer_init(struct bpf_timer *timer, void *map, __u64 flags)
{
	sim->timer = timer;
	sim->timer_map = map;
	return 0;
}

static long sim_timer_set(struct bpf_timer *timer, void *function)
{
	sim->timer_function = function;
	return 0;
}

static long sim_timer_start(struct bpf_timer *timer, __u64 ns, __u64 flags)
{
	sim_post(sim->now + ns, SIM_EV_TIMER, sim->this_cpu,
		 ++sim->timer_generation);
	return 0;
}

static void sim_timer_fire(u64 generation)
{
	int (*function)(void *, u32 *, void *) = sim->timer_function;
	u32 zero = 0;

	if (generation != sim->timer_generation)
		return;
	sim->op_task = NULL;
	function(sim->timer_map, &zero, sim->timer);
}

static long sim_read_string(void *into, __u32 size, const void *from)
{
	return snprintf(into, size, "%s", from ? (const char *)from : "");
}

#endif /* MLS_SIM_MAPS_H */
