// SPDX-License-Identifier: GPL-2.0
/*
 * Records what tasks do, whatever scheduler the kernel runs: who leaves a CPU
 * and who comes, who wakes whom, who forks and ends. Changes nothing, and needs
 * no sched_ext: Linux 5.15 with BTF.
 *
 * Events are collected for each CPU and sent when a batch is full, as a record
 * in the ring costs more than all that is done for an event. The last batches
 * stay in the map: user space takes them when it has detached the programs.
 */
#include "types.bpf.h"
#include "record.h"

char _license[] SEC("license") = "GPL";

MLS_TUNABLE u32 mls_nr_cpu_ids = 1; /* CPU ids, 1 – MLS_MAX_CPUS */
MLS_TUNABLE u32 mls_page_shift = 12;

/* include/linux/sched.h, since 4.14 */
#define TASK_UNINTERRUPTIBLE 0x2
#define TASK_STOPPED_TRACED  0xc
#define TASK_DEAD	     0x80
#define TASK_WAKING	     0x200

/* include/linux/interrupt.h: soft interrupts that send and receive packets */
#define NET_TX_SOFTIRQ 2
#define NET_RX_SOFTIRQ 3

/*
 * A soft interrupt that begins this soon after a hard one has ended was raised
 * by it; a later one by the task that runs, as one that sends to itself does.
 */
#define SOFT_AFTER_HARD_NS 20000

#pragma clang attribute push(__attribute__((preserve_access_index)),           \
			     apply_to = record)

struct mm_rss_stat {
	struct {
		s64 counter;
	} count[4];
};

/* Until 6.1 rss_stat is one struct, then a counter for each kind of page. */
struct mm_struct___before_6_2 {
	struct mm_rss_stat rss_stat;
};

struct signal_struct {
	unsigned long maxrss;
};

/* The fields of task_struct that only a recording asks for. */
struct task_struct___recorded {
	s32 tgid;
	unsigned int policy;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct task_struct *real_parent;
};

struct bpf_iter__task {
	struct task_struct *task;
};

#pragma clang attribute pop

/* What a CPU is doing; only it writes there, interrupts being off. */
struct mls_recorded_cpu {
	struct mls_event_batch batch; /* the one that it fills */
	u32 running;		      /* the task that came last */
	u32 has_switched;	      /* 0: nobody has come yet */
	u64 hard_ended_ns;	      /* when its last hard interrupt ended */
	u32 in_hard;		      /* 0 or 1 */
	u32 in_soft; /* 0 or 1; not one that the task itself has raised */
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes; the loader resizes */
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct mls_recorded_cpu);
	__uint(max_entries, 1); /* one for each CPU id; the loader resizes */
} cpus SEC(".maps");

/* Descriptions of tasks that found the ring full. */
u64 tasks_dropped;

static __always_inline void send(struct mls_event_batch *batch)
{
	batch->type = MLS_RECORD_BATCH;
	batch->cpu = bpf_get_smp_processor_id();
	/* User space looks again and again: nobody has to be woken. */
	if (bpf_ringbuf_output(&records, batch, sizeof(*batch),
			       BPF_RB_NO_WAKEUP))
		batch->dropped += MLS_RECORD_EVENTS;
	batch->count = 0;
}

/* NULL: a CPU that the loader was not told of. */
static __always_inline struct mls_recorded_cpu *this_cpu(void)
{
	u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&cpus, &cpu);
}

static __always_inline void note(struct mls_event_batch *batch, u32 pid,
				 enum mls_event_kind kind, u32 other,
				 enum mls_event_state state)
{
	u32 at = batch->count;
	struct mls_event *event;

	if (at >= MLS_RECORD_EVENTS) /* never; the verifier does not know */
		return;
	event = &batch->events[at];
	event->time_ns = bpf_ktime_get_ns();
	event->pid = pid | kind << MLS_EVENT_SHIFT;
	event->other = other | state << MLS_EVENT_SHIFT;
	batch->count = at + 1;
	if (at + 1 == MLS_RECORD_EVENTS)
		send(batch);
}

/*
 * Another CPU may wake a task that falls asleep before its switch is traced:
 * the waking has been recorded then, and no sleep follows it.
 */
static __always_inline enum mls_event_state left_as(bool preempt, u32 state)
{
	if (preempt || !state || state == TASK_WAKING)
		return MLS_LEFT_RUNNABLE;
	if (state & TASK_DEAD)
		return MLS_LEFT_DEAD;
	if (state & TASK_STOPPED_TRACED)
		return MLS_LEFT_STOPPED;
	return state & TASK_UNINTERRUPTIBLE ? MLS_LEFT_WAITING
					    : MLS_LEFT_ASLEEP;
}

/* The run queue is locked: interrupts are off. */
SEC("tp_btf/sched_switch")
int BPF_PROG(mlsched_record_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct mls_recorded_cpu *cpu = this_cpu();

	if (!cpu)
		return 0;
	cpu->running = next->pid;
	cpu->has_switched = 1;
	note(&cpu->batch, prev->pid, MLS_EVENT_SWITCH, next->pid,
	     left_as(preempt, prev->__state));
	return 0;
}

/*
 * The woken task's lock is held, so interrupts are off, except where a task
 * wakes itself: that one has not slept, and is left out. Who runs is known from
 * the last switch, which spares a call of a helper.
 */
SEC("tp_btf/sched_waking")
int BPF_PROG(mlsched_record_waking, struct task_struct *p)
{
	struct mls_recorded_cpu *cpu = this_cpu();
	u32 current;

	if (!cpu)
		return 0;
	current = cpu->has_switched ? cpu->running
				    : (u32)bpf_get_current_pid_tgid();
	if (p->pid != current)
		note(&cpu->batch, p->pid, MLS_EVENT_WAKING, current,
		     cpu->in_hard || cpu->in_soft ? MLS_WOKEN_BY_INTERRUPT
						  : MLS_WOKEN_BY_TASK);
	return 0;
}

/*
 * Who is interrupted is not who wakes. The kernel's own count of interrupts is
 * out of reach where its symbols lack variables (CONFIG_KALLSYMS_ALL), so they
 * are followed as they begin and end; hard ones and soft ones do not nest in
 * their own kind.
 */
static __always_inline int hard_begins(void)
{
	struct mls_recorded_cpu *cpu = this_cpu();

	if (cpu)
		cpu->in_hard = 1;
	return 0;
}

static __always_inline int hard_ends(void)
{
	struct mls_recorded_cpu *cpu = this_cpu();

	if (cpu) {
		cpu->in_hard = 0;
		cpu->hard_ended_ns = bpf_ktime_get_ns();
	}
	return 0;
}

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(mlsched_record_irq_entry)
{
	return hard_begins();
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(mlsched_record_irq_exit)
{
	return hard_ends();
}

#ifdef __TARGET_ARCH_x86 /* elsewhere timers are interrupts like others */
SEC("tp_btf/local_timer_entry")
int BPF_PROG(mlsched_record_timer_entry)
{
	return hard_begins();
}

SEC("tp_btf/local_timer_exit")
int BPF_PROG(mlsched_record_timer_exit)
{
	return hard_ends();
}
#endif

SEC("tp_btf/softirq_entry")
int BPF_PROG(mlsched_record_soft_entry, u32 vector)
{
	struct mls_recorded_cpu *cpu = this_cpu();

	if (cpu)
		cpu->in_soft = (vector != NET_TX_SOFTIRQ &&
				vector != NET_RX_SOFTIRQ) ||
			       bpf_ktime_get_ns() - cpu->hard_ended_ns <
				       SOFT_AFTER_HARD_NS;
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(mlsched_record_soft_exit)
{
	struct mls_recorded_cpu *cpu = this_cpu();

	if (cpu)
		cpu->in_soft = 0;
	return 0;
}

/* Pages of files, of anonymous memory and of shared memory; swap is left out.
 */
static __always_inline u64 resident_pages(const struct mm_struct *mm)
{
	const struct mm_struct___before_6_2 *old = (const void *)mm;
	s64 pages;

	if (bpf_core_field_exists(old->rss_stat.count))
		pages = old->rss_stat.count[0].counter +
			old->rss_stat.count[1].counter +
			old->rss_stat.count[3].counter;
	else
		pages = mm->rss_stat[0].count + mm->rss_stat[1].count +
			mm->rss_stat[3].count;
	return pages > 0 ? pages : 0;
}

/* An exiting task has given its memory back: the most that it had is left. */
static __always_inline u64
resident_bytes(const struct task_struct___recorded *task)
{
	u64 pages = task->mm ? resident_pages(task->mm) : task->signal->maxrss;

	return pages << mls_page_shift;
}

static __always_inline void read_allowed(struct mls_task_record *record,
					 const struct task_struct *p)
{
	u32 size = (mls_nr_cpu_ids + 63) / 64 * 8;

	if (size > sizeof(record->allowed))
		size = sizeof(record->allowed);
	bpf_probe_read_kernel(record->allowed, size, p->cpus_ptr);
}

static int describe(struct task_struct *p, enum mls_task_reason reason,
		    u32 parent)
{
	const struct task_struct___recorded *task = (const void *)p;
	u32 asking = bpf_get_current_pid_tgid() >> 32;
	struct mls_task_record *record;

	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		__sync_fetch_and_add(&tasks_dropped, 1);
		return 0;
	}
	__builtin_memset(record, 0, sizeof(*record));
	record->type = MLS_RECORD_TASK;
	record->reason = reason;
	record->pid = p->pid;
	record->time_ns = bpf_ktime_get_ns();
	record->process = task->tgid;
	record->parent = parent;
	record->weight = p->se.load.weight >> 10;
	record->policy = task->policy;
	record->is_kernel_thread = !!(p->flags & PF_KTHREAD);
	record->is_recorder =
		reason == MLS_TASK_PRESENT && asking == task->tgid;
	record->is_runnable = !p->__state;
	record->allowed_cpus = p->nr_cpus_allowed;
	record->resident_bytes = resident_bytes(task);
	bpf_probe_read_kernel_str(record->name, sizeof(record->name), p->comm);
	read_allowed(record, p);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(mlsched_record_fork, struct task_struct *parent,
	     struct task_struct *child)
{
	return describe(child, MLS_TASK_FORKED, parent->pid);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(mlsched_record_exec, struct task_struct *p)
{
	return describe(p, MLS_TASK_EXECUTES, 0);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(mlsched_record_exit, struct task_struct *p)
{
	return describe(p, MLS_TASK_EXITS, 0);
}

/* Called for each task when user space reads the iterator. */
SEC("iter/task")
int mlsched_record_present(struct bpf_iter__task *it)
{
	struct task_struct *p = it->task;
	const struct task_struct___recorded *task = (const void *)p;

	return p ? describe(p, MLS_TASK_PRESENT, task->real_parent->pid) : 0;
}

/* Tells what measuring alone takes; attached only to measure the others. */
SEC("tp_btf/sched_switch")
int BPF_PROG(mlsched_record_nothing)
{
	return 0;
}
