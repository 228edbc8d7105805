/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control groups: cpu.weight on every level of the hierarchy, flattened. A
 * group competes in its parent, as the tasks that are directly in there do, and
 * shares what it gets among its own tasks and groups. So for a task
 *
 *	weight = its own × entity(group) ÷ total(group)
 *	entity(group) = cpu.weight × entity(parent) ÷ total(parent)
 *	total(group) = weights of what is runnable directly in the group
 *
 * and a task of the root group has its own weight. Which tasks are runnable is
 * known at any time; which groups are, and their entities, are brought up to
 * date by the timer, one level of the hierarchy each time.
 */
#ifndef MLSCHED_GROUP_BPF_H
#define MLSCHED_GROUP_BPF_H

#include "counters.bpf.h"
#include "types.bpf.h"

#define MLS_MAX_GROUPS 1024u /* more count as their parent */
#define MLS_WEIGHT_SHIFT                                                       \
	8 /* weights that time is divided by have fractions                    \
	   */

struct mls_group {
	u64 id;	       /* the kernel's id of the cgroup; 0: not in use */
	u32 parent;    /* index */
	u32 weight;    /* cpu.weight, 1 – 10000 */
	u32 tasks;     /* weights of its runnable tasks, added atomically */
	u32 groups;    /* weights of its runnable groups; the timer's */
	u32 sum;       /* of these, while it is made; the timer's */
	u32 entity_fp; /* what it weighs in all, see MLS_WEIGHT_SHIFT */
};
_Static_assert(sizeof(struct mls_group) == 32, "half a cache line");

/* The root group is the first. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MLS_MAX_GROUPS);
	__type(key, u32);
	__type(value, struct mls_group);
} groups SEC(".maps");

/* Index of a group by the kernel's id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, u32);
} group_indices SEC(".maps");

u32 groups_end = 1; /* beyond the last one in use; written by init and exit */
u32 group_free;	    /* found by group_init(), in memory for the verifier */

static __always_inline struct mls_group *group_lookup(u32 index)
{
	return bpf_map_lookup_elem(&groups, &index);
}

/* 0, the root, also for a group that is not known. */
static u32 group_index(u64 id)
{
	u32 *index = bpf_map_lookup_elem(&group_indices, &id);

	return index ? *index : 0;
}

/* Tasks of these weights became runnable in a group (or no longer are). */
static void group_add(u32 index, s32 weight)
{
	struct mls_group *group = index ? group_lookup(index) : NULL;

	if (group)
		__sync_fetch_and_add(&group->tasks, weight);
}

/* The flattened weight of a task of a group, at least the smallest fraction. */
static u32 group_weight_fp(u32 index, u32 weight)
{
	struct mls_group *group = index ? group_lookup(index) : NULL;
	u64 total, weight_fp;

	if (!group)
		return weight << MLS_WEIGHT_SHIFT;
	total = *(volatile u32 *)&group->tasks + group->groups;
	if (total < weight) /* it is about to be counted */
		total = weight;
	weight_fp = (u64)group->entity_fp * weight / (total ?: 1);
	return weight_fp ?: 1;
}

/* What a group weighs in all, as its parent is now. */
static u32 group_entity_fp(const struct mls_group *group)
{
	return group_weight_fp(group->parent, group->weight);
}

/* A new group; 0 or an errno. Where all are in use it counts as its parent. */
static s32 group_init(u64 id, u64 parent, u32 weight)
{
	struct mls_group *group;
	u32 i, index = group_index(parent);

	group_free = 0;
	bpf_for (i, 1, MLS_MAX_GROUPS) {
		group = group_lookup(i);
		if (group && !group->id) {
			group_free = i;
			break;
		}
	}
	i = group_free;
	group = i ? group_lookup(i) : NULL;
	if (group) {
		__builtin_memset(group, 0, sizeof(*group));
		group->id = id;
		group->parent = index;
		group->weight = weight;
		group->entity_fp = group_entity_fp(group);
		if (i >= groups_end)
			groups_end = i + 1;
		index = i;
	} else {
		count(MLS_GROUPS_MERGED);
	}
	return bpf_map_update_elem(&group_indices, &id, &index, BPF_ANY);
}

static void group_exit(u64 id)
{
	struct mls_group *group = group_lookup(group_index(id));

	bpf_map_delete_elem(&group_indices, &id);
	if (group && group->id == id)
		group->id = 0;
}

static void group_set_weight(u64 id, u32 weight)
{
	struct mls_group *group = group_lookup(group_index(id));

	if (group && group->id == id)
		group->weight = weight;
}

/* Brings groups up to date; the timer's alone. */
static void groups_update(void)
{
	struct mls_group *group, *parent;
	u32 i;

	bpf_for (i, 1, groups_end) {
		group = group_lookup(i);
		if (!group || !group->id ||
		    !(*(volatile u32 *)&group->tasks + group->groups))
			continue;
		parent = group_lookup(group->parent);
		if (parent)
			parent->sum += group->weight;
	}
	bpf_for (i, 1, groups_end) {
		group = group_lookup(i);
		if (!group || !group->id)
			continue;
		group->groups = group->sum;
		group->sum = 0;
		group->entity_fp = group_entity_fp(group);
	}
}

#endif /* MLSCHED_GROUP_BPF_H */
