/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the allocations of the calling thread. A program that links this has
 * glibc's malloc family replaced by wrappers; tests alone do.
 */
#ifndef C_MALLOC_COUNTER_H
#define C_MALLOC_COUNTER_H

/* Allocations that the calling thread has made so far. */
unsigned long malloc_counter_count(void);

/* Bytes asked for by the calling thread so far; a realloc counts whole. */
unsigned long malloc_counter_bytes(void);

#endif /* C_MALLOC_COUNTER_H */
