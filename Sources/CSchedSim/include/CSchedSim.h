/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A deterministic discrete-event simulation of a machine that runs the BPF
 * scheduler of bpf/, compiled natively and unchanged. The same machine,
 * workload and seed give the same bits, whatever compiler built it.
 *
 * One simulation runs at a time in a process: BPF programs keep their state in
 * globals. Several may exist; each call below switches to the one it is given.
 * Not thread-safe.
 */
#ifndef CSCHEDSIM_H
#define CSCHEDSIM_H

#include <stdbool.h>
#include <stdint.h>

#define MLS_SIM_MAX_CPUS  1024u
#define MLS_SIM_MAX_TASKS 100000u
#define MLS_SIM_CPU_WORDS (MLS_SIM_MAX_CPUS / 64u)
#define MLS_SIM_ONE	  1024u /* capacities and shares: 1.0 */
#define MLS_SIM_NONE	  (~0u)
#define MLS_SIM_FEATURES  16u

/* What two CPUs share at best. */
enum mls_sim_distance {
	MLS_SIM_SAME_CPU,
	MLS_SIM_SAME_CORE,
	MLS_SIM_SAME_LLC,
	MLS_SIM_SAME_NODE,
	MLS_SIM_OTHER_NODE,
	NR_MLS_SIM_DISTANCES,
};

struct mls_sim_cpu {
	uint32_t core;	   /* of the machine; CPUs of a core are siblings */
	uint32_t llc;	   /* of the machine */
	uint32_t node;	   /* of the machine */
	uint32_t domain;   /* as the scheduler is told, 0 – 63 */
	uint32_t capacity; /* 1 – MLS_SIM_ONE */
};

/* What is modelled of the price of moving; each a stated approximation. */
enum mls_sim_effect {
	MLS_SIM_REFILL = 1,    /* caches are filled again after a move */
	MLS_SIM_TRANSFER = 2,  /* a wake-up across CPUs moves shared data */
	MLS_SIM_SMT = 4,       /* busy siblings slow each other */
	MLS_SIM_BANDWIDTH = 8, /* refills of an LLC share its bandwidth */
};

struct mls_sim_costs {
	uint32_t effects;	/* of enum mls_sim_effect */
	uint32_t smt_share;	/* speed beside a busy sibling, of ONE */
	uint64_t private_bytes; /* of a core's own caches */
	uint64_t shared_bytes;	/* of an LLC */
	uint64_t
		private_half_life_ns; /* until half of what was there is gone */
	uint64_t shared_half_life_ns;
	/* picoseconds a byte, by the distance of the move */
	uint64_t refill_ps[NR_MLS_SIM_DISTANCES];
	/* ns a wake-up, by the distance of the waker */
	uint64_t transfer_ns[NR_MLS_SIM_DISTANCES];
	uint64_t switch_ns; /* a context switch */
	uint64_t wake_ns;   /* what a wake-up costs the waker */
	uint64_t kick_ns;   /* until another CPU has noticed */
};

struct mls_sim_machine {
	uint32_t nr_cpus; /* 1 – MLS_SIM_MAX_CPUS */
	const struct mls_sim_cpu *cpus;
	uint32_t tick_ns;      /* of the kernel: 1,000,000,000 / HZ */
	bool stale_idle_masks; /* as kernels that refresh none, see core.c */
	bool enqueue_first;    /* a wrong core rule: the negative control */
	struct mls_sim_costs costs;
};

/* A random time: all of it integer, so that every machine draws the same. */
enum mls_sim_draw_kind {
	MLS_SIM_CONSTANT,    /* a */
	MLS_SIM_UNIFORM,     /* a to b */
	MLS_SIM_EXPONENTIAL, /* mean a, at most b where b is not 0 */
	MLS_SIM_LOGUNIFORM,  /* a to b, its logarithm uniform */
	NR_MLS_SIM_DRAWS,
};

struct mls_sim_draw {
	uint32_t kind;
	uint64_t a, b; /* ns */
};

/* What a task does next. */
enum mls_sim_step_kind {
	MLS_SIM_RUN,	/* for `time' of a CPU of full capacity */
	MLS_SIM_SLEEP,	/* for `time' */
	MLS_SIM_PERIOD, /* until the next multiple of `time' since its first */
	MLS_SIM_PUT,	/* one into channel `arg'; waits while it is full */
	MLS_SIM_GET,	/* one out of channel `arg'; waits while it is empty */
	MLS_SIM_WAIT,	/* for the next signal of channel `arg' */
	MLS_SIM_SIGNAL, /* wakes the first that waits for channel `arg' */
	MLS_SIM_BROADCAST, /* wakes all that wait for channel `arg' */
	MLS_SIM_FORK,	   /* a child with the template of task `arg' */
	MLS_SIM_JOIN,	   /* until at most `arg' of its children are alive */
	MLS_SIM_REPEAT,	   /* `count' times from step `arg' on; 0: for ever */
	MLS_SIM_BRANCH,	   /* to step `arg' in `count' of MLS_SIM_ONE cases */
	MLS_SIM_WEIGHT,	   /* its own weight becomes `arg' */
	MLS_SIM_AFFINITY,  /* its CPUs become mask `arg' */
	MLS_SIM_PIN,	   /* migration disabled (1) or enabled (0): `arg' */
	MLS_SIM_YIELD,
	MLS_SIM_DONE, /* one unit of work done: counted, its time measured */
	MLS_SIM_WAKE_ANY, /* wakes some sleeping task before its time */
	MLS_SIM_EXIT,
	NR_MLS_SIM_STEPS,
};

struct mls_sim_step {
	uint32_t kind;
	uint32_t arg;
	uint32_t count;
	struct mls_sim_draw time;
};

struct mls_sim_mask {
	uint64_t words[MLS_SIM_CPU_WORDS];
};

enum mls_sim_class {
	MLS_SIM_EXT,	/* scheduled by the BPF scheduler */
	MLS_SIM_HIGHER, /* real-time, deadline, interrupts: before all of it */
};

/* A task, or what a fork makes one from. */
struct mls_sim_task {
	const char *name;    /* at most 15 bytes are kept */
	uint32_t first_step; /* index into the workload's steps */
	uint32_t weight;     /* 1 – 10000; nice 0 is 100 */
	uint32_t class;	     /* enum mls_sim_class */
	uint32_t mask;	     /* index of its affinity, or MLS_SIM_NONE */
	uint32_t cgroup;     /* index, or MLS_SIM_NONE: the root */
	uint32_t count;	     /* how many of them start; 0: a fork's template */
	uint32_t cpu;	     /* born there, each on the next by `stride' */
	uint32_t stride;
	uint32_t channel_stride; /* the nth counts its channels from n × this */
	bool kthread;
	struct mls_sim_draw footprint; /* bytes; drawn for each */
	struct mls_sim_draw start;     /* ns from the beginning */
};

struct mls_sim_channel {
	uint32_t initial;  /* units in it at first */
	uint32_t capacity; /* 1 and more */
};

struct mls_sim_cgroup {
	uint32_t parent; /* an index before its own, or MLS_SIM_NONE */
	uint32_t weight; /* 1 – 10000 */
};

/* What happens to tasks and CPUs from outside. */
enum mls_sim_change_kind {
	MLS_SIM_SET_WEIGHT,   /* of task `task' to `value' */
	MLS_SIM_SET_AFFINITY, /* of task `task' to mask `value' */
	MLS_SIM_SET_GROUP,    /* of task `task' to cgroup `value' */
	MLS_SIM_SET_SHARE,    /* weight of cgroup `task' to `value' */
	MLS_SIM_STOP_CPU,     /* CPU `task' goes offline */
	MLS_SIM_START_CPU,    /* and comes back */
};

struct mls_sim_change {
	uint64_t at_ns;	   /* from the beginning */
	uint64_t every_ns; /* again and again; 0: once */
	uint32_t kind;
	uint32_t task; /* in the order of their start */
	uint32_t value;
};

struct mls_sim_workload {
	const struct mls_sim_step *steps;
	const struct mls_sim_task *tasks;
	const struct mls_sim_channel *channels;
	const struct mls_sim_mask *masks;
	const struct mls_sim_cgroup *cgroups;
	const struct mls_sim_change *changes;
	uint32_t nr_steps, nr_tasks, nr_channels, nr_masks, nr_cgroups,
		nr_changes;
};

/* A candidate, as a policy is asked about it. */
struct mls_sim_candidate {
	uint64_t now_ns;
	uint32_t kind;	  /* enum mls_candidate_kind */
	uint32_t pattern; /* see mls_pattern_index() */
	uint32_t task;
	uint32_t cpu; /* where it last ran */
	uint32_t cpu_idle;
	uint32_t src_level; /* tenths of load */
	uint32_t dst_level; /* tenths of load */
	uint32_t weight;
	uint32_t queued;    /* tasks that wait anywhere */
	uint32_t wakeups;   /* of this task, in all */
	uint64_t waited_ns; /* since it became runnable without running */
	uint64_t since_run_ns;
	uint64_t last_run_ns; /* how long it ran last time */
	uint64_t ran_ns;      /* in all */
	uint64_t footprint;   /* bytes */
	/* as the scheduler measured it: columns of bpf/feature_list.h */
	int32_t features[MLS_SIM_FEATURES];
};

/* Says enum mls_decision; MLS_UNDECIDED leaves it to the fallback rule. */
typedef uint32_t (*mls_sim_policy)(void *context,
				   const struct mls_sim_candidate *candidate);

struct mls_network; /* of bpf/network.h */

/* Who decides. */
enum mls_sim_decider {
	MLS_SIM_RULE,	  /* the scheduler's own, one of enum mls_policy */
	MLS_SIM_CALLBACK, /* a function, at once */
	MLS_SIM_RING,	  /* a function, through table and ring, with delay */
};

struct mls_sim_options {
	uint64_t seed;
	uint32_t policy;  /* enum mls_policy; for MLS_SIM_RULE */
	uint32_t decider; /* enum mls_sim_decider */
	mls_sim_policy decide;
	void *context;
	/*
	 * With MLS_SIM_RULE and the policy model: what the scheduler evaluates.
	 * With MLS_SIM_CALLBACK: what is evaluated in place of `decide'. Valid
	 * until the simulation is closed; NULL: none.
	 */
	const struct mls_network *network;
	uint64_t answer_ns; /* from request to decision, for MLS_SIM_RING */
	uint64_t memory;    /* bytes at most; 0: 2 GiB */
	bool check;	    /* look for violations each millisecond */
	/* bounds of the checks, ns; 0: not looked for */
	uint64_t wait_bound_ns;
	uint64_t idle_bound_ns;
};

struct mls_sim;

/*
 * A machine at its beginning, or NULL with a sentence in `error': what is wrong
 * with machine or workload, or that the memory does not suffice. All that it
 * points to is copied.
 */
struct mls_sim *mls_sim_open(const struct mls_sim_machine *machine,
			     const struct mls_sim_workload *workload,
			     const struct mls_sim_options *options, char *error,
			     uint32_t error_size);
void mls_sim_close(struct mls_sim *sim);

/* Why a run came back. */
enum mls_sim_stop {
	MLS_SIM_REACHED,   /* the time that was asked for */
	MLS_SIM_ALL_ENDED, /* no task is left */
	MLS_SIM_DEADLOCK,  /* tasks are left, and none will ever wake */
	MLS_SIM_LIMIT,	   /* the number of events or decisions allowed */
	MLS_SIM_BROKEN,	   /* see mls_sim_failure() */
};

/*
 * Runs to a time since the beginning, for at most so many events, and no
 * further than the event in which decision number `decisions' of all falls.
 */
enum mls_sim_stop mls_sim_run(struct mls_sim *sim, uint64_t until_ns,
			      uint64_t events, uint64_t decisions);

/* The first violation, or the error by which the kernel would eject; or NULL.
 */
const char *mls_sim_failure(struct mls_sim *sim);

/*
 * A copy of everything, into memory that grows with it; false: there is no such
 * memory. What is restored goes
 * on as if nothing had happened since.
 */
struct mls_sim_snapshot;
struct mls_sim_snapshot *mls_sim_snapshot_new(struct mls_sim *sim);
bool mls_sim_snapshot_take(struct mls_sim *sim, struct mls_sim_snapshot *into);
void mls_sim_snapshot_restore(struct mls_sim *sim,
			      const struct mls_sim_snapshot *from);
void mls_sim_snapshot_free(struct mls_sim_snapshot *snapshot);

/*
 * Forces decision number `index' from now on (0: the next) to `decision' and
 * draws anew, by `future', all that was not determined then; future 0 leaves
 * the future as it was. MLS_UNDECIDED: as the policy says.
 */
void mls_sim_force(struct mls_sim *sim, uint32_t index, uint32_t decision,
		   uint64_t future);

/* The candidate of the last forced decision; false: it has not come yet. */
bool mls_sim_forced(struct mls_sim *sim, struct mls_sim_candidate *candidate,
		    uint32_t *policy_said);

struct mls_sim_report {
	uint64_t now_ns; /* since the beginning */
	uint64_t events;
	uint64_t decisions;
	uint64_t switches;
	uint64_t wakeups;
	uint64_t work_ns; /* at full capacity, refill and the like taken off */
	uint64_t busy_ns; /* of all CPUs */
	uint64_t waited_ns;	   /* runnable, not running; of all tasks */
	uint64_t weighted_wait_ns; /* the same, × weight / 100 */
	uint64_t refill_ns;
	uint64_t transfer_ns;
	uint64_t idle_beside_ns; /* an idle CPU beside a task that may use it */
	uint64_t moved[NR_MLS_SIM_DISTANCES];
	uint64_t across; /* moves between domains */
	uint64_t within; /* moves inside a domain */
	uint64_t done;	 /* units of work */
	uint64_t longest_wait_ns;
	uint64_t longest_idle_beside_ns;
	uint64_t memory; /* bytes */
	uint32_t tasks_alive;
	uint32_t tasks_born;
};
void mls_sim_report(struct mls_sim *sim, struct mls_sim_report *report);

/* Of all that happened: the same in two runs only if they were the same. */
uint64_t mls_sim_digest(struct mls_sim *sim);

/* Histograms of ns: 32 steps to each doubling. */
enum mls_sim_histogram {
	MLS_SIM_WAKEUP_WAITS, /* from wake-up to running */
	MLS_SIM_UNIT_TIMES,   /* between MLS_SIM_DONE of a task */
};
/* The value that a part of 1,000,000 does not exceed; 0 without values. */
uint64_t mls_sim_quantile(struct mls_sim *sim, enum mls_sim_histogram which,
			  uint32_t millionths);

struct mls_sim_task_report {
	uint32_t template; /* of the workload */
	uint32_t weight;
	uint32_t cpu;
	bool alive;
	uint64_t work_ns;
	uint64_t ran_ns;
	uint64_t waited_ns;
	uint64_t refill_ns;
	uint64_t moves;
};
/* A task, in the order of their births; false: there is none. */
bool mls_sim_task_report(struct mls_sim *sim, uint32_t task,
			 struct mls_sim_task_report *report);

/* The words of struct mls_counters in mlsched.h, summed over CPUs. */
void mls_sim_counters(struct mls_sim *sim, uint64_t *words, uint32_t count);

/* One row for each time that a task ran, as it happens. */
struct mls_sim_span {
	uint64_t from_ns, to_ns; /* since the beginning */
	uint32_t task, template, cpu;
	uint32_t refill_ns;
};
typedef void (*mls_sim_trace)(void *context, const struct mls_sim_span *span);
void mls_sim_set_trace(struct mls_sim *sim, mls_sim_trace trace, void *context);

#endif /* CSCHEDSIM_H */
