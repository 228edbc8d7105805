/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels of 16 lanes, as AVX-512 has them, for CPUs without it. */
#ifndef C_WIDE_KERNELS_H
#define C_WIDE_KERNELS_H

#include "CMLPKernels.h"

/* The same source, compiled for any CPU: slow, and as right or wrong. */
const struct mlpk_kernels *wide_kernels(void);

#endif /* C_WIDE_KERNELS_H */
