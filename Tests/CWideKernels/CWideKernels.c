/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "CWideKernels.h"

/*
 * Wider than the CPU's, these vectors are handed to functions of this file
 * alone: how other files would take them does not matter.
 */
#pragma GCC diagnostic ignored "-Wpsabi"

#define LANES	16
#define VECTORS 4
#define KERNELS wide
#define LABEL	"16 lanes"
#include "../../Sources/CMLPKernels/kernel.h"

const struct mlpk_kernels *wide_kernels(void)
{
	return &wide;
}
