// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loads of tools/measure, each of one kind: measure.load KIND SECONDS.
 *
 *	spin	half as many spinners again as CPUs, born on the first half of
 *		the CPUs and then set free: turns of a loop
 *	pairsN	N pairs of processes that wake each other through pipes: trips
 *	build	as many jobs at a time as spin has spinners, each a driver that
 *		runs a compiler and then an assembler: jobs that ended
 *	sleep	a sleeper that wakes each millisecond beside two spinners for
 *		each CPU: wake-ups, and their lateness in µs: median, 99 %, most
 *	fair	spinners as for spin, of nice -5 to 8: turns, and by how many
 *		per cent the one that is furthest off missed its share
 *
 * Prints the figures on one line, separated by spaces.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 256 /* processes */

/* A counter of each process, on a cache line of its own. */
static struct {
	volatile uint64_t turns;
	uint64_t padding[7];
} *count;
static pid_t children[MOST];
static int nr_children, nr_cpus;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

static void nap(double seconds)
{
	usleep(seconds * 1e6);
}

static void work(int turns)
{
	volatile uint64_t x = 1;

	while (turns-- > 0)
		x = x * 6364136223846793005u + 1442695040888963407u;
}

/* Forks; true in the child, which ends with its parent. */
static int child(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("measure.load: fork");
		exit(1);
	}
	if (pid) {
		children[nr_children++] = pid;
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return 1;
}

static void spin(int index)
{
	for (;;) {
		work(2000);
		count[index].turns++;
	}
}

/* Lets them run for a time; what each counted meanwhile, and the sum. */
static uint64_t counted(int nr, double seconds, uint64_t *each)
{
	uint64_t sum = 0;

	for (int i = 0; i < nr; i++)
		each[i] = count[i].turns;
	nap(seconds);
	for (int i = 0; i < nr; i++) {
		each[i] = count[i].turns - each[i];
		sum += each[i];
	}
	return sum;
}

static void allow(pid_t pid, int cpus)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < cpus; i++)
		CPU_SET(i, &set);
	sched_setaffinity(pid, sizeof(set), &set);
}

static void spinners(double seconds)
{
	uint64_t each[MOST];
	int nr = nr_cpus + nr_cpus / 2;

	allow(0, nr_cpus > 1 ? nr_cpus / 2 : 1);
	for (int i = 0; i < nr; i++)
		if (child())
			spin(i);
	nap(0.3);
	for (int i = 0; i < nr; i++)
		allow(children[i], nr_cpus);
	printf("%lu\n", counted(nr, seconds, each));
}

/* Answers each byte, or (first) begins and counts the answers. */
static void bounce(int in, int out, int index, int first)
{
	char byte = 0;

	for (;;) {
		if (first && write(out, &byte, 1) != 1)
			exit(1);
		if (read(in, &byte, 1) != 1)
			exit(1);
		if (!first && write(out, &byte, 1) != 1)
			exit(1);
		count[index].turns += first;
	}
}

static void pairs(int nr, double seconds)
{
	uint64_t each[MOST];

	for (int i = 0; i < nr; i++) {
		int there[2], back[2];

		if (pipe(there) || pipe(back)) {
			perror("measure.load: pipe");
			exit(1);
		}
		if (child())
			bounce(there[0], back[1], i, 0);
		if (child())
			bounce(back[0], there[1], i, 1);
	}
	nap(0.3);
	printf("%lu\n", counted(nr, seconds, each));
}

/* A job: a driver and, one after the other, two that work in fresh memory. */
static void job(int size)
{
	for (int part = 3; part > 0; part -= 2) {
		pid_t pid = fork();

		if (!pid) {
			char *memory = malloc(1 << 18);

			for (int i = 0; memory && i < 1 << 18; i += 4096)
				((volatile char *)memory)[i] = 1;
			work(part * size * 20000);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

static void build(double seconds)
{
	int running = 0, done = 0, most = nr_cpus + nr_cpus / 2;
	double end = now() + seconds;
	unsigned int random = 12345;

	while (running || now() < end) {
		while (running < most && now() < end) {
			random = random * 1103515245 + 12345;
			running++;
			if (!fork())
				job(1 + (random >> 16) % 8);
		}
		if (wait(NULL) > 0) {
			running--;
			done += now() < end;
		}
	}
	printf("%d\n", done);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sleeper(double seconds)
{
	static double late[100000];
	double end, due;
	int nr = 0;

	for (int i = 0; i < 2 * nr_cpus; i++)
		if (child())
			spin(i);
	nap(0.3);
	for (end = now() + seconds;
	     (due = now() + 1e-3) < end && nr < 100000;) {
		struct timespec time = {due, (due - (time_t)due) * 1e9};

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
		late[nr++] = now() - due;
		work(500);
	}
	qsort(late, nr, sizeof(*late), compare);
	printf("%d %.0f %.0f %.0f\n", nr, late[nr / 2] * 1e6,
	       late[nr * 99 / 100] * 1e6, late[nr - 1] * 1e6);
}

/* Shares by weight of so many CPUs, nobody more than one of them. */
static void shares(int nr, const double *weights, double *share)
{
	int whole[MOST] = {0}, again = 1;

	while (again) {
		double cpus = nr_cpus, sum = 0;

		again = 0;
		for (int i = 0; i < nr; i++) {
			cpus -= whole[i];
			sum += whole[i] ? 0 : weights[i];
		}
		for (int i = 0; i < nr; i++) {
			share[i] = whole[i] ? 1 : weights[i] / sum * cpus;
			if (share[i] > 1)
				whole[i] = again = 1;
		}
	}
}

static void fair(double seconds)
{
	static const int nice_of[] = {0, 5, 0, -5, 0, 3, 0, 8, 0, -3, 5, 0};
	double weights[MOST], share[MOST], worst = 0, sum;
	int nr = nr_cpus + nr_cpus / 2;
	uint64_t each[MOST];

	for (int i = 0; i < nr; i++) {
		int level = nice_of[i % 12];

		weights[i] = 1;
		for (int k = 0; k < abs(level); k++)
			weights[i] *= level < 0 ? 1.25 : 1 / 1.25;
		if (child()) {
			if (nice(level) == -1)
				exit(1);
			spin(i);
		}
	}
	nap(0.5);
	sum = counted(nr, seconds, each);
	shares(nr, weights, share);
	for (int i = 0; i < nr; i++) {
		double off = each[i] / sum * nr_cpus / share[i] - 1;

		if (off * off > worst * worst)
			worst = off;
	}
	printf("%.0f %.0f\n", sum, worst < 0 ? -worst * 100 : worst * 100);
}

int main(int argc, char **argv)
{
	const char *kind = argc == 3 ? argv[1] : "";
	double seconds = argc == 3 ? atof(argv[2]) : 0;

	nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	count = mmap(NULL, MOST * sizeof(*count), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED || nr_cpus * 2 > MOST)
		return 1;
	if (!strcmp(kind, "spin"))
		spinners(seconds);
	else if (!strncmp(kind, "pairs", 5) && atoi(kind + 5) > 0)
		pairs(atoi(kind + 5), seconds);
	else if (!strcmp(kind, "build"))
		build(seconds);
	else if (!strcmp(kind, "sleep"))
		sleeper(seconds);
	else if (!strcmp(kind, "fair"))
		fair(seconds);
	else
		return 64;
	for (int i = 0; i < nr_children; i++)
		kill(children[i], SIGKILL);
	return 0;
}
