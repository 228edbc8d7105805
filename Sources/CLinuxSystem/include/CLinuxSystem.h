/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that Swift cannot make: glibc declares affinity and accept4() for
 * _GNU_SOURCE alone, which its module is built without; prctl() is variadic;
 * <sys/eventfd.h> is not in the module. Each can go when Swift can. They return
 * 0 or an errno unless they say otherwise.
 */
#ifndef CLINUXSYSTEM_H
#define CLINUXSYSTEM_H

/* Keeps the calling thread on one CPU. */
int lnx_pin_thread(int cpu);

/* Runs the calling thread on a CPU for a moment. */
int lnx_visit_cpu(int cpu);

/* Writes the CPUs that this thread may use, ascending; returns how many. */
int lnx_allowed_cpus(int *cpus, int limit);

/* Lets sleeps of this thread end on time, not up to 50 us late. */
int lnx_use_exact_timers(void);

/* Names the calling thread, in at most 15 bytes. */
int lnx_name_thread(const char *name);

/* Keeps khugepaged away from this process. */
int lnx_refuse_huge_pages(void);

/* The core-scheduling cookie of a process's first thread; 0: it has none. */
int lnx_core_cookie(int pid, unsigned long long *cookie);

/* An eventfd that does not block and is closed on exec; -1 and errno. */
int lnx_eventfd(void);

/* The next connection of a socket, like that; -1 and errno. */
int lnx_accept(int socket);

#endif /* CLINUXSYSTEM_H */
