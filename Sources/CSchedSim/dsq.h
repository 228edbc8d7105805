/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dispatch queues: a list in the order of running and, for those in virtual
 * time, a treap to find a place in it.
 */
#ifndef MLS_SIM_DSQ_H
#define MLS_SIM_DSQ_H

static bool sim_runs_before(const struct sim_task *a, const struct sim_task *b)
{
	return a->vtime != b->vtime ? (s64)(a->vtime - b->vtime) < 0
				    : a->queue_seq < b->queue_seq;
}

static void sim_treap_split(struct sim_task *tree, const struct sim_task *key,
			    struct sim_task **before, struct sim_task **after)
{
	while (tree) {
		if (sim_runs_before(tree, key)) {
			*before = tree;
			before = &tree->right_child;
			tree = *before;
		} else {
			*after = tree;
			after = &tree->left_child;
			tree = *after;
		}
	}
	*before = NULL;
	*after = NULL;
}

static struct sim_task *sim_treap_merge(struct sim_task *before,
					struct sim_task *after)
{
	struct sim_task *root = NULL, **at = &root;

	while (before && after) {
		if (before->priority > after->priority) {
			*at = before;
			at = &before->right_child;
			before = *at;
		} else {
			*at = after;
			at = &after->left_child;
			after = *at;
		}
	}
	*at = before ? before : after;
	return root;
}

/* Puts a task into the treap and returns the one that runs before it. */
static struct sim_task *sim_treap_insert(struct sim_dsq *dsq,
					 struct sim_task *task)
{
	struct sim_task **at = &dsq->root, *before = NULL, *look;

	for (look = dsq->root; look;)
		if (sim_runs_before(look, task)) {
			before = look;
			look = look->right_child;
		} else {
			look = look->left_child;
		}
	task->priority = sim_mix(task->queue_seq, dsq->id);
	while (*at && (*at)->priority >= task->priority)
		at = sim_runs_before(*at, task) ? &(*at)->right_child
						: &(*at)->left_child;
	sim_treap_split(*at, task, &task->left_child, &task->right_child);
	*at = task;
	return before;
}

static void sim_treap_remove(struct sim_dsq *dsq, struct sim_task *task)
{
	struct sim_task **at = &dsq->root;

	while (*at && *at != task)
		at = sim_runs_before(*at, task) ? &(*at)->right_child
						: &(*at)->left_child;
	if (*at)
		*at = sim_treap_merge(task->left_child, task->right_child);
}

static void sim_dsq_add(struct sim_dsq *dsq, struct sim_task *task,
			bool at_head)
{
	struct sim_task *before = at_head ? NULL : dsq->tail;

	if (task->dsq) {
		sim_fail("task %u was put into two queues", task->id);
		return;
	}
	task->queue_seq = ++sim->queue_sequence;
	if (task->by_vtime)
		before = sim_treap_insert(dsq, task);
	task->prev = before;
	task->next = before ? before->next : dsq->head;
	*(task->prev ? &task->prev->next : &dsq->head) = task;
	*(task->next ? &task->next->prev : &dsq->tail) = task;
	dsq->queued++;
	task->dsq = dsq;
}

static void sim_dsq_remove(struct sim_task *task)
{
	struct sim_dsq *dsq = task->dsq;

	if (!dsq)
		return;
	if (task->by_vtime)
		sim_treap_remove(dsq, task);
	*(task->prev ? &task->prev->next : &dsq->head) = task->next;
	*(task->next ? &task->next->prev : &dsq->tail) = task->prev;
	task->next = task->prev = task->left_child = task->right_child = NULL;
	task->by_vtime = false;
	dsq->queued--;
	task->dsq = NULL;
}

static struct sim_dsq **sim_dsq_slot(u64 id)
{
	u32 at = sim_mix(id, 0) & (sim->dsq_slots - 1);

	while (sim->dsqs[at] && sim->dsqs[at]->id != id)
		at = (at + 1) & (sim->dsq_slots - 1);
	return &sim->dsqs[at];
}

/* The CPU whose local queue an id names for the CPU here, or -1. */
static s32 sim_local_cpu(u64 id)
{
	if (id == SCX_DSQ_LOCAL)
		return sim->this_cpu;
	if ((id & SCX_DSQ_LOCAL_ON) != SCX_DSQ_LOCAL_ON)
		return -1;
	return (u32)id < sim->nr_cpus ? (s32)id : -1;
}

static struct sim_dsq *sim_dsq_find(u64 id)
{
	s32 cpu = sim_local_cpu(id);
	struct sim_dsq *dsq;

	if (cpu >= 0)
		return &sim_cpu_at(cpu)->local;
	dsq = *sim_dsq_slot(id);
	if (dsq)
		return dsq;
	sim_fail("the scheduler named a queue that there is not: 0x%llx",
		 (unsigned long long)id);
	return &sim->global;
}

s32 scx_bpf_create_dsq(u64 id, s32 node)
{
	struct sim_dsq **slot = sim_dsq_slot(id);

	if (*slot)
		return -17; /* EEXIST */
	*slot = sim_alloc(1, sizeof(**slot));
	if (++sim->nr_dsqs * 2 > sim->dsq_slots)
		return -12; /* ENOMEM */
	(*slot)->id = id;
	return 0;
}

s32 scx_bpf_dsq_nr_queued(u64 id)
{
	return sim_dsq_find(id)->queued;
}

/* opaque: the queue, the next task, the flags, the last age that it shows */
int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 id, u64 flags)
{
	struct sim_dsq *dsq = sim_dsq_find(id);

	it->opaque[0] = (u64)dsq;
	it->opaque[1] = (u64)(flags & SCX_DSQ_ITER_REV ? dsq->tail : dsq->head);
	it->opaque[2] = flags;
	it->opaque[3] = sim->queue_sequence;
	return 0;
}

struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it)
{
	struct sim_task *task = (void *)it->opaque[1];

	while (task && task->queue_seq > it->opaque[3])
		task = it->opaque[2] & SCX_DSQ_ITER_REV ? task->prev
							: task->next;
	if (!task)
		return NULL;
	it->opaque[1] = (u64)(it->opaque[2] & SCX_DSQ_ITER_REV ? task->prev
							       : task->next);
	sim->op_task = task;
	return &task->p;
}

void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it)
{
}

#endif /* MLS_SIM_DSQ_H */
