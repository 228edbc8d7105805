/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "CMLPKernels.h"

#include <math.h>
#include <stddef.h>

extern const struct mlpk_kernels mlpk_portable, mlpk_avx2, mlpk_avx512;

const struct mlpk_kernels *const *mlpk_all(void)
{
#ifdef __x86_64__
	static const struct mlpk_kernels *const all[] = {
		&mlpk_avx512, &mlpk_avx2, &mlpk_portable, NULL};

	if (__builtin_cpu_supports("avx512f"))
		return all;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return all + 1;
	return all + 2;
#else
	static const struct mlpk_kernels *const all[] = {&mlpk_portable, NULL};

	return all;
#endif
}

const struct mlpk_kernels *mlpk_widest(void)
{
	return mlpk_all()[0];
}

static int32_t padded(int32_t count, int32_t step)
{
	return (count + step - 1) / step * step;
}

int32_t mlpk_stride(int32_t outputs)
{
	return outputs == 1 ? 1 : padded(outputs, MLPK_LANES);
}

long mlpk_packed_count(const struct mlpk_kernels *kernels, int32_t inputs,
		       int32_t outputs)
{
	if (outputs == 1)
		return padded(inputs, MLPK_LANES);
	return padded(inputs * padded(outputs, kernels->lanes), MLPK_LANES);
}

static float flushed(float x)
{
	return isnormal(x) ? x : 0;
}

static float *pack_columns(const float *weights, int32_t inputs,
			   int32_t outputs, int32_t first, int32_t end,
			   float *packed)
{
	for (long k = 0; k < inputs; k++)
		for (int32_t n = first; n < end; n++)
			*packed++ = n < outputs
					    ? flushed(weights[k * outputs + n])
					    : 0;
	return packed;
}

void mlpk_pack(const struct mlpk_kernels *kernels, const float *weights,
	       int32_t inputs, int32_t outputs, float *packed)
{
	int32_t all = padded(outputs, kernels->lanes);

	if (outputs == 1) {
		float *end = pack_columns(weights, inputs, 1, 0, 1, packed);

		while ((end - packed) % MLPK_LANES)
			*end++ = 0;
		return;
	}
	for (int32_t first = 0; first < all; first += kernels->strip) {
		int32_t end = first + kernels->strip;

		packed = pack_columns(weights, inputs, outputs, first,
				      end < all ? end : all, packed);
	}
}

void mlpk_softmax(float *values, long rows, int32_t width)
{
	for (float *row = values; row < values + rows * width; row += width) {
		float largest = row[0], sum = 0;

		for (int i = 1; i < width; i++)
			largest = row[i] > largest ? row[i] : largest;
		for (int i = 0; i < width; i++) {
			row[i] = expf(row[i] - largest);
			sum += row[i];
		}
		for (int i = 0; i < width; i++)
			row[i] /= sum;
	}
}

#if defined(__x86_64__)
/* MXCSR: flush to zero, and denormals are zero. */
#define FLUSHING 0x8040u

static uint32_t state(void)
{
	return __builtin_ia32_stmxcsr();
}

static void set_state(uint32_t state)
{
	__builtin_ia32_ldmxcsr(state);
}
#elif defined(__aarch64__)
/* FPCR: FZ, which is both. */
#define FLUSHING (1u << 24)

static uint32_t state(void)
{
	return (uint32_t)__builtin_arm_rsr64("fpcr");
}

static void set_state(uint32_t state)
{
	__builtin_arm_wsr64("fpcr", state);
}
#else
#define FLUSHING 0u

static uint32_t state(void)
{
	return 0;
}

static void set_state(uint32_t state)
{
	(void)state;
}
#endif

/* Writing the register costs more than reading it. */
uint32_t mlpk_flush_subnormals(void)
{
	uint32_t before = state();

	if ((before & FLUSHING) != FLUSHING)
		set_state(before | FLUSHING);
	return before;
}

void mlpk_restore(uint32_t before)
{
	if ((before & FLUSHING) != FLUSHING)
		set_state(before);
}
