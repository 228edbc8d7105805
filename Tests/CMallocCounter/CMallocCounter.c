/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "CMallocCounter.h"

#include <errno.h>
#include <stddef.h>

/* glibc's own, under the names that it keeps for wrappers like these. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local unsigned long allocations;
static _Thread_local unsigned long bytes;

static void count(size_t size)
{
	allocations++;
	bytes += size;
}

void *malloc(size_t size)
{
	count(size);
	return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	count(number * size);
	return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
	count(size);
	return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size)
{
	count(size);
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count(size);
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	count(size);
	*memory = __libc_memalign(alignment, size);
	return *memory ? 0 : ENOMEM;
}

unsigned long malloc_counter_count(void)
{
	return allocations;
}

unsigned long malloc_counter_bytes(void)
{
	return bytes;
}
