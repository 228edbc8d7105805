/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All state of a simulation. It lies in one arena, pointers into it included,
 * so that a snapshot is a copy that comes back to the same place.
 */
#ifndef MLS_SIM_SIM_H
#define MLS_SIM_SIM_H

#define SIM_EPOCH_NS	 10000000000ull /* the clock at the beginning */
#define SIM_MAX_LOOPS	 8		/* one inside the other */
#define SIM_MAX_GROUPS	 1024
#define SIM_STUCK_STEPS	 100000 /* without time going on: it never will */
#define SIM_FAILURE_SIZE 512
#define SIM_RING_SLOTS	 4096u
#define SIM_BINS	 (60 * 32) /* 32 to each doubling */

struct sim_dsq {
	u64 id;
	u32 queued;
	struct sim_task *head, *tail, *root;
};

enum sim_state {
	SIM_ASLEEP,
	SIM_RUNNABLE,
	SIM_DEAD,
};

struct sim_task {
	struct task_struct p; /* first: the scheduler sees this alone */
	struct mls_sim_mask allowed;
	struct mm_struct mm; /* its footprint, as if each had its own */
	void *store;	     /* of the scheduler */
	u32 id, template, ordinal, mask, group;
	s32 cpu;
	enum sim_state state;
	bool running, higher;

	/* sched_ext's view */
	u64 insert_dsq, insert_flags, vtime, queue_seq;
	bool by_vtime, deferred;
	s32 sticky_cpu;
	u32 priority; /* of the treap */
	struct sim_dsq *dsq;
	struct sim_task *next, *prev, *left_child, *right_child;
	struct sim_task *next_deferred;

	/* its program */
	const struct sim_step *step;
	u64 random;
	u32 counts[SIM_MAX_LOOPS];
	u32 wake_generation;
	u32 children;
	bool sleeps, joins;
	struct sim_task *parent, *next_waiting;
	u64 period_ns, done_ns;
	const struct mls_sim_draw *phase; /* of the present run or sleep */
	u64 phase_ns;			  /* what it was drawn as */
	u64 phase_from;			  /* when the present sleep began */
	u64 left_ns; /* work to do in this run, at full capacity */
	u64 over_ns; /* to pay first: switches, refills, transfers */

	/* caches */
	u64 footprint;
	s32 last_cpu;
	u64 left_cpu_ns;
	u64 *left_llc_ns; /* for each LLC; 0: never there */

	/* accounts */
	u64 wait_since, idle_since, run_since;
	u64 work_ns, ran_ns, waited_ns, refill_ns, last_run_ns;
	u64 moves, wakeups;
	u64 span_refill_ns;
	bool woken;
};

struct sim_cpu {
	struct sim_task *current;	       /* NULL: idle */
	struct sim_task *higher, *last_higher; /* its higher class, in order */
	struct sim_dsq local;
	u32 generation; /* of its next event */
	u32 last_distributed;
	u32 core, llc, node, domain, capacity, siblings_from, siblings;
	u32 speed; /* of MLS_SIM_ONE, now */
	bool resched, in_balance, online, released, refills;
	u64 exec_start;
};

enum sim_event_kind {
	SIM_EV_SCHEDULE, /* a CPU looks for its next task */
	SIM_EV_RUN,	 /* a run or a slice ends */
	SIM_EV_WAKE,
	SIM_EV_TIMER, /* the scheduler's */
	SIM_EV_RING,  /* user space answers */
	SIM_EV_CHECK,
	SIM_EV_CHANGE,
	SIM_EV_BIRTH,
};

struct sim_event {
	u64 time, sequence;
	u32 kind, subject;
	u64 detail;
};

struct sim_step {
	u32 kind, arg, count, slot;
	struct mls_sim_draw time;
};

struct sim_channel {
	u32 units, capacity;
	struct sim_task *first, *last;		 /* put or get */
	struct sim_task *first_wait, *last_wait; /* for a signal */
};

struct sim_map {
	u32 type, key_size, value_size, max;
	u32 used; /* of a hash */
	u8 *data;
};

struct sim_group {
	struct cgroup cgroup;
	struct kernfs_node node;
	u32 parent, weight;
};

struct sim_histogram {
	u64 total;
	u32 bins[SIM_BINS];
};

struct mls_sim {
	/* not part of a snapshot: before `used' */
	u8 *bpf;    /* the scheduler's globals while another one runs */
	u64 memory; /* of the arena */
	mls_sim_trace trace;
	void *trace_context;

	u64 used; /* bytes of the arena */
	struct mls_sim_options options;
	struct mls_sim_machine machine; /* its CPUs are in `cpus' */
	u64 now;

	struct sim_event *events;
	u32 nr_events, max_events;
	u64 event_sequence;

	struct sim_cpu *cpus;
	u32 *refilling; /* CPUs of each LLC that refill now */
	u32 nr_cpus, nr_llcs, nr_domains, words, smt;
	s32 this_cpu;
	struct mls_sim_mask all, idle_cpus, idle_cores; /* all: online */
	struct sim_task idle_task;

	struct sim_dsq global;
	struct sim_dsq **dsqs; /* by a hash of their ids */
	u32 dsq_slots, nr_dsqs;
	u64 queue_sequence;
	u32 moved_in_dispatch;
	struct sim_task *deferred;

	struct sim_step *steps;
	struct mls_sim_task *templates;
	struct mls_sim_mask *masks;
	struct sim_channel *channels;
	struct mls_sim_change *changes;
	struct sim_group *groups; /* the first is the root */
	u32 nr_groups;
	u32 nr_steps, nr_templates, nr_channels, nr_changes, nr_masks;
	u32 *births; /* of each template */
	struct sim_task **tasks, *free_tasks;
	u32 nr_tasks, max_tasks, nr_alive, nr_unborn;

	/* the op that is being called, for the decision inside it */
	struct sim_task *op_task;
	u32 op_kind;
	struct mls_features features; /* of the candidate in question */

	struct bpf_timer *timer;
	void *timer_function, *timer_map;
	u64 timer_generation;
	struct mls_request *ring;
	u32 ring_head, ring_tail;
	bool ring_busy;
	u64 random; /* of BPF programs */

	u32 force_in, force_decision, forced_said, verdict;
	u64 force_future;
	bool forced, redraw;
	struct mls_sim_candidate candidate;

	u32 nr_idle, nr_waiting;
	u64 beside_since;
	struct mls_sim_report totals;
	struct sim_histogram waits, units;
	char failure[SIM_FAILURE_SIZE];
};

/* What is no part of any simulation stays out of the scheduler's sections. */
#define SIM_OWN __attribute__((section("mls_own")))

/* The simulation that runs: BPF programs have no argument to pass it by. */
static struct mls_sim *sim SIM_OWN;

static struct sim_cpu *sim_cpu_at(s32 cpu)
{
	return &sim->cpus[cpu];
}

/* Remembers the first failure; the run stops after the present event. */
__attribute__((format(printf, 1, 2))) static void sim_fail(const char *format,
							   ...)
{
	va_list arguments;

	if (sim->failure[0])
		return;
	va_start(arguments, format);
	vsnprintf(sim->failure, sizeof(sim->failure), format, arguments);
	va_end(arguments);
}

#endif /* MLS_SIM_SIM_H */
