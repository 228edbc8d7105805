/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the recorder sends to user space: events in batches, one CPU's each, and
 * what is known of a task each time that it may have changed.
 */
#ifndef MLSCHED_RECORD_H
#define MLSCHED_RECORD_H

#include "feature_list.h"

#define MLS_RECORD_EVENTS     255u /* in a batch, which is then 4 KiB */
#define MLS_RECORD_MASK_WORDS (MLS_MAX_CPUS / 64)

/* What a record in the ring is: its first field. */
enum mls_record_type {
	MLS_RECORD_BATCH = 1,
	MLS_RECORD_TASK = 2,
};

/* Bits 24 – 31 of an event's `pid`; bits 0 – 23 are a pid (at most 2^22). */
enum mls_event_kind {
	MLS_EVENT_SWITCH = 1, /* `pid` leaves the CPU, `other` comes */
	MLS_EVENT_WAKING = 2, /* `pid` is woken, by `other` */
};

/* Bits 24 – 31 of an event's `other`. */
enum mls_event_state {
	MLS_LEFT_RUNNABLE = 0, /* switch: preempted, or it yielded */
	MLS_LEFT_ASLEEP = 1,   /* it sleeps, a signal can end that */
	MLS_LEFT_WAITING = 2,  /* it sleeps whatever comes: mostly for a disk */
	MLS_LEFT_DEAD = 3,
	MLS_LEFT_STOPPED = 4, /* by a signal or a debugger */
	MLS_WOKEN_BY_TASK = 0,
	MLS_WOKEN_BY_INTERRUPT = 1, /* `other` is whom it interrupted */
};

#define MLS_EVENT_SHIFT 24

struct mls_event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u32 pid;     /* with an mls_event_kind; pid 0: the CPU is idle */
	__u32 other;   /* with an mls_event_state */
};
_Static_assert(sizeof(struct mls_event) == 16, "ABI");

struct mls_event_batch {
	__u16 type;    /* MLS_RECORD_BATCH */
	__u16 cpu;     /* where it happened */
	__u32 count;   /* events, 0 – MLS_RECORD_EVENTS */
	__u64 dropped; /* events of this CPU that found the ring full so far */
	struct mls_event events[MLS_RECORD_EVENTS]; /* in the order of time */
};
_Static_assert(sizeof(struct mls_event_batch) == 4096, "ABI");

/* Why a task is described. */
enum mls_task_reason {
	MLS_TASK_PRESENT = 1, /* it is there when somebody asks for all */
	MLS_TASK_FORKED = 2,
	MLS_TASK_EXECUTES = 3, /* another program: name and memory are new */
	MLS_TASK_EXITS = 4,
};

struct mls_task_record {
	__u16 type;		/* MLS_RECORD_TASK */
	__u16 reason;		/* enum mls_task_reason */
	__u32 pid;		/* the thread */
	__u64 time_ns;		/* CLOCK_MONOTONIC */
	__u32 process;		/* its process: pid of the first thread */
	__u32 parent;		/* who forked it; 0: not known */
	__u32 weight;		/* 1024 is nice 0 */
	__u32 policy;		/* SCHED_NORMAL and so on, linux/sched.h */
	__u64 resident_bytes;	/* of its process, with shared; 0: not known */
	__u16 is_kernel_thread; /* 0 or 1 */
	__u16 is_recorder;	/* 0 or 1: of the process that asked for all */
	__u16 is_runnable;	/* 0 or 1: it runs or waits for a CPU */
	__u16 allowed_cpus;	/* count */
	char name[16];		/* NUL padded */
	__u64 allowed[MLS_RECORD_MASK_WORDS]; /* a bit for each CPU id */
};
_Static_assert(sizeof(struct mls_task_record) == 64 + MLS_MAX_CPUS / 8, "ABI");

#endif /* MLSCHED_RECORD_H */
