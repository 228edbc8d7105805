/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sixteen lanes: AVX-512. */
#ifdef __x86_64__
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))),      \
			     apply_to = function)
#define LANES	16
#define VECTORS 4
#define KERNELS mlpk_avx512
#define LABEL	"AVX-512"
#include "kernel.h"
#pragma clang attribute pop
#endif
