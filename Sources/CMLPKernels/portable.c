/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Four lanes for every CPU: NEON on AArch64, SSE2 on x86-64, and what the
 * others are tested against.
 */
#define LANES	4
#define KERNELS mlpk_portable
#ifdef __aarch64__
#define VECTORS 4
#define LABEL	"NEON"
#else
#define VECTORS 2
#define LABEL	"portable"
#endif
#include "kernel.h"
