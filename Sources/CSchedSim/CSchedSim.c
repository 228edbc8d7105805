// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One translation unit, as the scheduler itself is one: the BPF code comes
 * first, unchanged, with its globals in sections that a snapshot can copy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "CSchedSim.h"

/* Attributes and helpers that only BPF knows, or that other programs use. */
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wattributes"
#ifdef __clang__
#pragma clang diagnostic ignored "-Wunknown-attributes"
#pragma clang section bss = "mls_bss" data = "mls_data"
#endif
#pragma GCC visibility push(hidden)
/* All features of a candidate pass here on their way to its pattern. */
#include "../../bpf/mlsched.h"
static struct mls_pattern_fields
sim_pattern_of(const struct mls_features *features);
#define mls_pattern_of sim_pattern_of
#include "../../bpf/main.bpf.c"
#undef mls_pattern_of
#ifdef __clang__
#pragma clang section bss = "" data = ""
#endif

#include "sim.h"
#include "arithmetic.h"
#include "arena.h"
#include "report.h"
#include "events.h"
#include "masks.h"
#include "maps.h"
#include "dsq.h"
#include "idle.h"
#include "costs.h"
#include "core.h"
#include "schedule.h"
#include "program.h"
#include "snapshot.h"
#include "attach.h"
#include "change.h"
#include "decide.h"
#include "check.h"
#include "validate.h"
#include "open.h"
#include "run.h"
#pragma GCC visibility pop
