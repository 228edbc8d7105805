/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers, logarithms and decay in integers: libm picks its variants by
 * the CPU it runs on, and a simulation must give the same bits everywhere.
 */
#ifndef MLS_SIM_ARITHMETIC_H
#define MLS_SIM_ARITHMETIC_H

#define SIM_FP_SHIFT 16
#define SIM_FP_ONE   (1ull << SIM_FP_SHIFT)
#define SIM_LN2_FP   45426ull /* ln 2 × SIM_FP_ONE */

/* SplitMix64, doi:10.1145/2714064.2660195 */
static u64 sim_next(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* A hash of two numbers. */
static u64 sim_mix(u64 a, u64 b)
{
	u64 state = a ^ (b * 0xd6e8feb86659fd93ull);

	return sim_next(&state);
}

/* a × b / c for products beyond 64 bits. */
static u64 sim_scale(u64 a, u64 b, u64 c)
{
	return (u64)((unsigned __int128)a * b / c);
}

/* log2(1 + i/32) × SIM_FP_ONE */
static const u32 sim_log2_table[33] = {
	0,     2909,  5732,  8473,  11136, 13727, 16248, 18704, 21098,
	23433, 25711, 27936, 30109, 32234, 34312, 36346, 38336, 40286,
	42196, 44068, 45904, 47705, 49472, 51207, 52911, 54584, 56229,
	57845, 59434, 60997, 62534, 64047, 65536};

/* log2(x) × SIM_FP_ONE, within 2^-12; x is at least 1 */
static u64 sim_log2(u64 x)
{
	u32 whole = 63 - __builtin_clzll(x);
	u64 fraction = whole ? x << (64 - whole) : 0;
	u32 step = fraction >> 59;
	u64 between = fraction << 5 >> 48;
	u64 low = sim_log2_table[step], high = sim_log2_table[step + 1];

	return whole * SIM_FP_ONE + low + ((high - low) * between >> 16);
}

/* 2^-(x / SIM_FP_ONE) × SIM_FP_ONE; linear between 1/32 steps */
static u64 sim_exp2_minus(u64 x)
{
	static const u32 table[33] = MLS_LOAD_DECAY;
	u64 whole = x >> SIM_FP_SHIFT, step = x >> 11 & 31, between = x & 2047;

	if (whole >= 32)
		return 0;
	return (table[step] -
		((table[step] - table[step + 1]) * between >> 11)) >>
	       whole;
}

/* The part of SIM_FP_ONE that is left of something after some time. */
static u64 sim_left_after(u64 elapsed_ns, u64 half_life_ns)
{
	if (elapsed_ns >= half_life_ns * 32)
		return 0;
	return sim_exp2_minus(sim_scale(elapsed_ns, SIM_FP_ONE, half_life_ns));
}

/* Exponentially distributed, at least 1. */
static u64 sim_exponential(u64 *state, u64 mean)
{
	u64 bits = 64 * SIM_FP_ONE - sim_log2(sim_next(state) | 1);

	return sim_scale(sim_scale(bits, SIM_LN2_FP, SIM_FP_ONE), mean,
			 SIM_FP_ONE) +
	       1;
}

/* Between a and b, a at least 1, so that its logarithm is uniform. */
static u64 sim_loguniform(u64 *state, u64 a, u64 b)
{
	u64 span = sim_log2(b) - sim_log2(a);
	u64 down = sim_scale(sim_next(state) >> 32, span, 1ull << 32);
	u64 value = sim_scale(b, sim_exp2_minus(down), SIM_FP_ONE);

	return value < a ? a : value;
}

static u64 sim_draw(u64 *state, const struct mls_sim_draw *draw)
{
	u64 value;

	switch (draw->kind) {
	case MLS_SIM_UNIFORM:
		return draw->a + sim_next(state) % (draw->b - draw->a + 1);
	case MLS_SIM_EXPONENTIAL:
		value = sim_exponential(state, draw->a);
		return draw->b && value > draw->b ? draw->b : value;
	case MLS_SIM_LOGUNIFORM:
		return sim_loguniform(state, draw->a, draw->b);
	default:
		return draw->a;
	}
}

#endif /* MLS_SIM_ARITHMETIC_H */
