/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sched_ext core as kernel/sched/ext.c has it: the life of a task between
 * runnable and quiescent, direct dispatch, queues that are consumed, and
 * balance_one(). Ops are atomic here; what races do, only a kernel shows.
 */
#ifndef MLS_SIM_CORE_H
#define MLS_SIM_CORE_H

#define SIM_OPS		   mlsched_ops
#define SIM_SLICE_DFL	   20000000ull	/* SCX_SLICE_DFL */
#define SIM_NO_DSQ	   (1ull << 63) /* SCX_DSQ_INVALID */
#define SIM_ENQ_RESTORE	   2ull /* ENQUEUE_RESTORE: a change, not a wake-up */
#define SIM_ENQ_PREEMPT	   (1ull << 32)
#define SIM_WAKE_FORK	   4ull
#define SIM_WAKE_TTWU	   8ull
#define SIM_OPS_ENQ_PINNED 16ull /* SCX_OPS_ENQ_MIGRATION_DISABLED */
#define SIM_DISPATCH_MAX_LOOPS 32

static void sim_set_cpu(struct sim_task *task, s32 cpu)
{
	task->cpu = cpu;
	task->p.cpu = cpu;
	task->p.thread_info.cpu = cpu;
}

static bool sim_may_use(const struct sim_task *task, s32 cpu)
{
	return sim_mask_test(&task->allowed, cpu) &&
	       (cpu == task->cpu || !task->p.migration_disabled);
}

/* Into a local queue: the CPU wakes for it if it runs nothing at all. */
static void sim_to_local(s32 cpu, struct sim_task *task, u64 flags)
{
	struct sim_cpu *there = sim_cpu_at(cpu);

	sim_set_cpu(task, cpu);
	sim_dsq_add(&there->local, task, flags & SCX_ENQ_HEAD);
	if (!there->current && !there->in_balance)
		sim_resched(cpu);
	else if (flags & SIM_ENQ_PREEMPT && there->current &&
		 !there->current->higher) {
		there->current->p.scx.slice = 0;
		sim_resched(cpu);
	}
}

/* To the queue that a dispatch named; another CPU's local one has to wait. */
static void sim_direct_dispatch(struct sim_task *task)
{
	s32 cpu = task->insert_dsq == SCX_DSQ_LOCAL
			  ? task->cpu
			  : sim_local_cpu(task->insert_dsq);
	struct sim_dsq *dsq;

	if (cpu >= 0 && cpu != task->cpu) {
		task->deferred = true;
		task->next_deferred = sim->deferred;
		sim->deferred = task;
		return;
	}
	dsq = cpu >= 0 ? NULL : sim_dsq_find(task->insert_dsq);
	task->insert_dsq = SIM_NO_DSQ;
	if (dsq)
		sim_dsq_add(dsq, task, task->insert_flags & SCX_ENQ_HEAD);
	else
		sim_to_local(cpu, task, task->insert_flags);
}

/* process_ddsp_deferred_locals(): when the run queue's lock can be let go */
static void sim_process_deferred(void)
{
	while (sim->deferred) {
		struct sim_task *task = sim->deferred;
		s32 cpu = sim_local_cpu(task->insert_dsq);

		sim->deferred = task->next_deferred;
		task->deferred = false;
		task->insert_dsq = SIM_NO_DSQ;
		if (sim_may_use(task, cpu)) {
			sim_to_local(cpu, task, task->insert_flags);
			continue;
		}
		sim_fail("task %u was put on CPU %d, which it may not use",
			 task->id, cpu);
		sim_dsq_add(&sim->global, task, false);
	}
}

static void sim_insert(struct task_struct *p, u64 dsq, u64 slice, u64 flags)
{
	struct sim_task *task = (void *)p;

	if (task->insert_dsq != SIM_NO_DSQ || task->dsq) {
		sim_fail("task %u was dispatched twice", task->id);
		return;
	}
	if (slice || !p->scx.slice)
		p->scx.slice = slice ?: 1;
	task->insert_dsq = dsq;
	task->insert_flags = flags;
}

void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq, u64 slice, u64 flags)
{
	((struct sim_task *)p)->by_vtime = false;
	sim_insert(p, dsq, slice, flags);
}

void scx_bpf_dispatch(struct task_struct *p, u64 dsq, u64 slice, u64 flags)
{
	scx_bpf_dsq_insert(p, dsq, slice, flags);
}

void scx_bpf_dsq_insert_vtime(struct task_struct *p, u64 dsq, u64 slice,
			      u64 vtime, u64 flags)
{
	struct sim_task *task = (void *)p;

	task->vtime = vtime;
	task->by_vtime = true;
	sim_insert(p, dsq, slice, flags);
}

void scx_bpf_dispatch_vtime(struct task_struct *p, u64 dsq, u64 slice,
			    u64 vtime, u64 flags)
{
	scx_bpf_dsq_insert_vtime(p, dsq, slice, vtime, flags);
}

bool __scx_bpf_dsq_insert_vtime(struct task_struct *p,
				struct scx_bpf_dsq_insert_vtime_args *args)
{
	scx_bpf_dsq_insert_vtime(p, args->dsq_id, args->slice, args->vtime,
				 args->enq_flags);
	return true;
}

bool scx_bpf_task_set_slice(struct task_struct *p, u64 slice)
{
	p->scx.slice = slice;
	return true;
}

s32 scx_bpf_task_cpu(const struct task_struct *p)
{
	return ((const struct sim_task *)p)->cpu;
}

/* consume_dispatch_q(): the first task that may run here */
static bool sim_consume(struct sim_dsq *dsq, s32 cpu)
{
	struct sim_task *task;

	for (task = dsq->head; task; task = task->next) {
		if (task->cpu != cpu && !sim_may_use(task, cpu))
			continue;
		sim_dsq_remove(task);
		sim_to_local(cpu, task, 0);
		sim->moved_in_dispatch++;
		return true;
	}
	return false;
}

bool scx_bpf_dsq_move_to_local(u64 id)
{
	return sim_consume(sim_dsq_find(id), sim->this_cpu);
}

bool scx_bpf_consume(u64 id)
{
	return scx_bpf_dsq_move_to_local(id);
}

bool scx_bpf_dsq_move(struct bpf_iter_scx_dsq *it, struct task_struct *p,
		      u64 id, u64 flags)
{
	struct sim_task *task = (void *)p;
	s32 cpu = sim_local_cpu(id);

	if ((u64)task->dsq != it->opaque[0] || task->queue_seq > it->opaque[3])
		return false;
	sim_dsq_remove(task);
	sim->moved_in_dispatch++;
	if (cpu < 0)
		sim_dsq_add(sim_dsq_find(id), task, flags & SCX_ENQ_HEAD);
	else if (task->cpu == cpu || sim_may_use(task, cpu))
		sim_to_local(cpu, task, flags);
	else
		sim_dsq_add(&sim->global, task, false);
	return true;
}

bool scx_bpf_dispatch_from_dsq(struct bpf_iter_scx_dsq *it,
			       struct task_struct *p, u64 id, u64 flags)
{
	return scx_bpf_dsq_move(it, p, id, flags);
}

static void sim_local_with_default_slice(struct sim_task *task)
{
	task->p.scx.slice = SIM_SLICE_DFL;
	sim_to_local(task->cpu, task, 0);
}

/* do_enqueue_task() */
static void sim_enqueue(struct sim_task *task, u64 flags)
{
	if (task->sticky_cpu >= 0) {
		task->sticky_cpu = -1;
		sim_to_local(task->cpu, task, 0);
		return;
	}
	if (task->insert_dsq == SIM_NO_DSQ) {
		if (task->p.migration_disabled &&
		    !(SIM_OPS.flags & SIM_OPS_ENQ_PINNED)) {
			sim_local_with_default_slice(task);
			return;
		}
		sim->op_task = task;
		sim->op_kind = MLS_CANDIDATE_IMBALANCE;
		SIM_OPS.enqueue(&task->p, flags);
	}
	if (task->insert_dsq == SIM_NO_DSQ) {
		sim_fail("the scheduler kept task %u to itself", task->id);
		sim_local_with_default_slice(task);
		return;
	}
	sim_direct_dispatch(task);
}

static void sim_begin_waiting(struct sim_task *task)
{
	sim_account_beside();
	sim->nr_waiting++;
	task->wait_since = sim->now;
}

/* enqueue_task_scx() */
static void sim_activate(struct sim_task *task, u64 flags)
{
	task->p.scx.flags |= SCX_TASK_QUEUED;
	task->state = SIM_RUNNABLE;
	sim_begin_waiting(task);
	sim_enqueue(task, flags);
}

/* select_task_rq(): asked only where there is a choice */
static s32 sim_select(struct sim_task *task, u64 wake_flags)
{
	s32 cpu = task->cpu;

	if (task->p.migration_disabled)
		return cpu;
	if (task->p.nr_cpus_allowed > 1) {
		sim->op_task = task;
		sim->op_kind = MLS_CANDIDATE_WAKEUP;
		cpu = SIM_OPS.select_cpu(&task->p, cpu, wake_flags);
	}
	/* select_fallback_rq() */
	if (!sim_mask_test(&task->allowed, cpu))
		cpu = sim_mask_next(&task->allowed, &sim->all, 0);
	return cpu;
}

static void sim_put_on_higher(struct sim_task *task);

/* try_to_wake_up(); false: it was awake already */
static bool sim_wake(struct sim_task *task, u64 wake_flags)
{
	if (task->state != SIM_ASLEEP)
		return false;
	task->wake_generation++;
	task->sleeps = false;
	task->woken = true;
	task->wakeups++;
	task->p.__state = 0;
	sim->totals.wakeups++;
	if (task->higher) {
		sim_put_on_higher(task);
		return true;
	}
	if (sim_cpu_at(sim->this_cpu)->current) {
		struct sim_task *waker = sim_cpu_at(sim->this_cpu)->current;

		waker->over_ns += sim->machine.costs.wake_ns;
		task->over_ns += sim_transfer(sim->this_cpu, task->cpu);
		sim->totals.transfer_ns +=
			sim_transfer(sim->this_cpu, task->cpu);
	}
	sim_set_cpu(task, sim_select(task, SIM_WAKE_TTWU | wake_flags));
	sim_activate(task, SCX_ENQ_WAKEUP);
	return true;
}

/* What the running task has done since the last look goes to its accounts. */
static void sim_update_current(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *task = here->current;
	u64 ran = sim->now - here->exec_start, over, work;

	if (!task)
		return;
	here->exec_start = sim->now;
	task->ran_ns += ran;
	sim->totals.busy_ns += ran;
	if (!task->higher)
		task->p.scx.slice -=
			ran < task->p.scx.slice ? ran : task->p.scx.slice;
	over = ran < task->over_ns ? ran : task->over_ns;
	task->over_ns -= over;
	if (here->refills && !task->over_ns)
		sim_set_refilling(here, false);
	work = (ran - over) * here->speed / MLS_SIM_ONE;
	if (work > task->left_ns)
		work = task->left_ns;
	task->left_ns -= work;
	task->work_ns += work;
	if (!task->higher)
		sim->totals.work_ns += work;
}

/* The next thing to happen here: the run ends, or the tick ends its slice. */
static void sim_post_run(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *task = here->current;
	u64 work =
		(task->left_ns * MLS_SIM_ONE + here->speed - 1) / here->speed;
	u64 done = sim->now + task->over_ns + work, tick = ~0ull;

	if (!task->higher) {
		u64 hz = sim->machine.tick_ns, skew = (u64)cpu * 100;
		u64 end = here->exec_start + task->p.scx.slice;

		tick = (end - skew + hz - 1) / hz * hz + skew;
		if (tick <= sim->now)
			tick += hz;
	}
	sim_post(done < tick ? done : tick, SIM_EV_RUN, cpu,
		 ++here->generation);
}

/* Busy siblings slow each other: their runs end later from now on, or sooner */
static void sim_siblings_change(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);

	if (here->siblings < 2 || !sim_has(MLS_SIM_SMT))
		return;
	sim_for_siblings(i, here)
	{
		struct sim_cpu *sibling = sim_cpu_at(i);

		if (sibling == here || !sibling->current)
			continue;
		sim_update_current(i);
		sibling->speed = sim_speed(sibling);
		sim_post_run(i);
	}
}

static void sim_set_current(s32 cpu, struct sim_task *task)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	bool was_busy = here->current != NULL;

	if (was_busy != (task != NULL)) {
		sim_account_beside();
		sim->nr_idle += was_busy ? 1 : -1;
	}
	here->current = task;
	here->generation++;
	if (was_busy != (task != NULL))
		sim_siblings_change(cpu);
}

static void sim_count_move(struct sim_task *task, s32 cpu)
{
	if (task->last_cpu < 0 || task->last_cpu == cpu)
		return;
	task->moves++;
	sim->totals.moved[sim_distance(task->last_cpu, cpu)]++;
	if (sim_cpu_at(task->last_cpu)->domain == sim_cpu_at(cpu)->domain)
		sim->totals.within++;
	else
		sim->totals.across++;
}

static void sim_end_waiting(struct sim_task *task)
{
	u64 waited = sim->now - task->wait_since;

	sim_account_beside();
	sim->nr_waiting--;
	task->waited_ns += waited;
	sim->totals.waited_ns += waited;
	sim->totals.weighted_wait_ns +=
		waited * task->p.scx.weight / MLS_WEIGHT_ONE;
	if (waited > sim->totals.longest_wait_ns)
		sim->totals.longest_wait_ns = waited;
	if (task->woken)
		sim_histogram_add(&sim->waits, waited);
	task->woken = false;
	task->idle_since = 0;
}

/* set_next_task_scx() */
static void sim_start(s32 cpu, struct sim_task *task)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	u64 refill = sim_refill(task, cpu);

	if (!sim_mask_test(&task->allowed, cpu))
		sim_fail("task %u runs on CPU %d, which it may not use",
			 task->id, cpu);
	sim_end_waiting(task);
	sim_count_move(task, cpu);
	sim->totals.switches++;
	sim->totals.refill_ns += refill;
	task->refill_ns += refill;
	task->span_refill_ns = refill;
	task->over_ns += refill + sim->machine.costs.switch_ns;
	task->last_cpu = cpu;
	task->running = true;
	task->run_since = sim->now;
	sim_set_current(cpu, task);
	here->exec_start = sim->now;
	here->speed = sim_speed(here);
	sim_set_refilling(here, refill);
	SIM_OPS.running(&task->p);
	sim_post_run(cpu);
}

static void sim_trace_span(const struct sim_task *task, s32 cpu)
{
	struct mls_sim_span span = {
		.from_ns = task->run_since - SIM_EPOCH_NS,
		.to_ns = sim->now - SIM_EPOCH_NS,
		.task = task->id,
		.template = task->template,
		.cpu = cpu,
		.refill_ns = task->span_refill_ns,
	};

	if (sim->trace && sim->now > task->run_since)
		sim->trace(sim->trace_context, &span);
}

/* The running task of a CPU stops; what follows takes its place. */
static struct sim_task *sim_stop(s32 cpu, bool runnable)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *task = here->current;

	sim_update_current(cpu);
	if (!task->higher)
		SIM_OPS.stopping(&task->p, runnable);
	sim_trace_span(task, cpu);
	task->running = false;
	task->last_run_ns = sim->now - task->run_since;
	task->left_cpu_ns = sim->now;
	if (task->left_llc_ns)
		task->left_llc_ns[here->llc] = sim->now;
	sim_set_refilling(here, false);
	if (runnable && !task->higher)
		sim_begin_waiting(task);
	return task;
}

/* dequeue_task_scx() of the running task, which goes to sleep */
static void sim_block(s32 cpu)
{
	struct sim_cpu *here = sim_cpu_at(cpu);
	struct sim_task *task = here->current;

	task->p.__state = 1; /* TASK_INTERRUPTIBLE */
	sim_stop(cpu, false);
	task->state = SIM_ASLEEP;
	if (task->higher) {
		here->higher = task->next;
		if (!here->higher)
			here->last_higher = NULL;
		return;
	}
	task->p.scx.flags &= ~SCX_TASK_QUEUED;
}

#endif /* MLS_SIM_CORE_H */
