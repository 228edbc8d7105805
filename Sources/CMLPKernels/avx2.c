/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Eight lanes: AVX2 with fused multiply-adds. */
#ifdef __x86_64__
#pragma clang attribute push(__attribute__((target("avx2,fma"))),              \
			     apply_to = function)
#define LANES	8
#define VECTORS 2
#define KERNELS mlpk_avx2
#define LABEL	"AVX2"
#include "kernel.h"
#pragma clang attribute pop
#endif
