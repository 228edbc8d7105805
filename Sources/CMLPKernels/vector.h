/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vectors of LANES floats, and the functions of them that layers end with. */
typedef float vec __attribute__((vector_size(4 * LANES)));
typedef float vec_anywhere __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

#define INLINE static inline __attribute__((always_inline))

#pragma STDC FP_CONTRACT ON

INLINE vec load(const float *from)
{
	return *(const vec *)from;
}

INLINE vec load_anywhere(const float *from)
{
	return *(const vec_anywhere *)from;
}

INLINE void store(float *to, vec value)
{
	*(vec *)to = value;
}

INLINE vec splat(float x)
{
	return (vec){0} + x;
}

/* a where the mask is set, b elsewhere. */
INLINE vec select(ivec mask, vec a, vec b)
{
	return (vec)(((ivec)a & mask) | ((ivec)b & ~mask));
}

/* A NaN stays, here and in all that follows. */
INLINE vec at_least(vec x, float bound)
{
	return select(x < bound, splat(bound), x);
}

INLINE vec at_most(vec x, float bound)
{
	return select(x > bound, splat(bound), x);
}

#if LANES == 16
static const ivec lane_numbers = {0, 1, 2,  3,	4,  5,	6,  7,
				  8, 9, 10, 11, 12, 13, 14, 15};
#define FOLD(x, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                \
	((x) + __builtin_shufflevector(x, x, a, b, c, d, e, f, g, h, i, j, k,  \
				       l, m, n, o, p))
#elif LANES == 8
static const ivec lane_numbers = {0, 1, 2, 3, 4, 5, 6, 7};
#define FOLD(x, a, b, c, d, e, f, g, h, ...)                                   \
	((x) + __builtin_shufflevector(x, x, a, b, c, d, e, f, g, h))
#else
static const ivec lane_numbers = {0, 1, 2, 3};
#define FOLD(x, a, b, c, d, ...)                                               \
	((x) + __builtin_shufflevector(x, x, a, b, c, d))
#endif

/* The sum of all elements. */
INLINE float total(vec x)
{
#if LANES == 16
	x = FOLD(x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
#endif
#if LANES >= 8
	x = FOLD(x, 4, 5, 6, 7, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0);
#endif
	x = FOLD(x, 2, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	return x[0] + x[1];
}

INLINE vec relu(vec x)
{
	return select(x < 0, (vec){0}, x);
}

INLINE vec leaky_relu(vec x, float slope)
{
	return select(x < 0, x * slope, x);
}

INLINE vec hard_sigmoid(vec x, float slope, float offset)
{
	return at_most(at_least(x * slope + offset, 0), 1);
}

/*
 * The polynomial with these coefficients, constant first, by Estrin's scheme:
 * a batch of one waits for its latency, which is half of Horner's.
 */
INLINE vec polynomial(vec x, float c0, float c1, float c2, float c3, float c4,
		      float c5)
{
	vec square = x * x;
	vec low = (x * c1 + c0) + (x * c3 + c2) * square;

	return low + (x * c5 + c4) * (square * square);
}

/*
 * e^x for elements of -87 to 87, with a relative error below 1e-7 (1 + |x|).
 *
 * e^x = 2^t with t = x log2(e). Adding 1.5 * 2^23 rounds t to an integer n,
 * whose low bits then are the number's: no conversion, which would have to
 * trap on NaN. What is left, f = t - n, is exact and within a half, where
 * 2^f = 1 + f p(f): p interpolates at Chebyshev's nodes, within 1e-8. The
 * error that grows with |x| is that of rounding t; the functions below are
 * flat where it is large.
 */
INLINE vec exponential(vec x)
{
	const float rounder = 12582912;
	vec t = x * 1.44269504f;
	vec shifted = t + rounder;
	vec f = t - (shifted - rounder);
	vec p = polynomial(f, 0.693147188f, 0.240226508f, 0.0555035707f,
			   0.00961808252f, 0.00133908863f, 0.000154531828f);
	vec power = (vec)(((ivec)shifted << 23) + 0x3F800000);

	return (f * p + 1) * power;
}

INLINE vec sigmoid(vec x)
{
	return 1 / (1 + exponential(at_most(at_least(-x, -87), 87)));
}

/* Below -100 the result is less than 1e-36, but -inf * 0 would be NaN. */
INLINE vec swish(vec x)
{
	return at_least(x, -100) * sigmoid(x);
}

/*
 * With a small relative error near zero too: below 0.5 the odd Taylor series
 * up to x^13 (next term: 5e-8 of x), above it the exponential, whose error no
 * longer cancels.
 */
INLINE vec hyperbolic_tangent(vec x)
{
	ivec sign = (ivec)x & INT32_MIN;
	vec size = at_most((vec)((ivec)x ^ sign), 16);
	vec square = size * size;
	vec series = polynomial(square, -1.0f / 3, 2.0f / 15, -17.0f / 315,
				62.0f / 2835, -1382.0f / 155925, 0.003592128f);
	vec small = series * square * size + size;
	vec large = 1 - 2 / (1 + exponential(size + size));

	return (vec)((ivec)select(size < 0.5f, small, large) | sign);
}

/*
 * alpha (e^x - 1) below zero, where e^x - 1 is 2t / (1 - t) with t =
 * tanh(x / 2), in which nothing cancels near zero.
 */
INLINE vec elu(vec x, float alpha)
{
	vec t = hyperbolic_tangent(at_most(x, 0) * 0.5f);

	return select(x < 0, (t + t) / (1 - t) * alpha, x);
}

/*
 * log(1 + e^x) as max(x, 0) + log(1 + u) with u = e^-|x|, which cannot
 * overflow; log(1 + u) is 2 artanh(u / (2 + u)), whose argument is at most
 * 1/3: the series up to z^13 leaves less than 1e-8.
 */
INLINE vec softplus(vec x)
{
	vec size = (vec)((ivec)x & INT32_MAX);
	vec u = exponential(at_least(-size, -87));
	vec z = u / (2 + u);
	vec square = z * z;
	vec series = polynomial(square, 1.0f / 3, 1.0f / 5, 1.0f / 7, 1.0f / 9,
				1.0f / 11, 1.0f / 13) *
			     square * z +
		     z;

	return at_least(x, 0) + (series + series);
}

/*
 * x times half of erfc(-x / sqrt(2)), which is taken for |x| and turned where
 * x is positive, so that nothing cancels below zero. With z = |x| / sqrt(2)
 * and t = 1 / (1 + 0.3 z), erfc(z) = e^(-z^2) t p(t): p is the polynomial of
 * degree 8 with the least largest relative error, 2e-8, up to 13.1 of |x|.
 * Beyond it the result is less than 1e-36 from 0 or from x.
 */
INLINE vec gelu(vec x)
{
	vec size = at_most((vec)((ivec)x & INT32_MAX), 13.1f);
	vec z = size * 0.70710678f;
	vec t = 1 / (1 + z * 0.3f);
	vec cube = t * t * t;
	vec low = polynomial(t, 0.169190392f, 0.170680642f, 0.148551628f,
			     0.214200363f, -0.0931413770f, 0.545759737f);
	vec high = (t * t * -0.129391700f) + (t * 0.484873444f - 0.510723174f);
	vec tail =
		(high * (cube * cube) + low) * t * exponential(z * -z) * 0.5f;

	return select(x < 0, at_least(x, -100) * tail, x * (1 - tail));
}

/* The approximation by tanh, which is x sigmoid(2u) for its argument u. */
INLINE vec gelu_tanh(vec x)
{
	vec cube = x * x * x;

	return at_least(x, -100) *
	       sigmoid((x + cube * 0.044715f) * 1.59576912f);
}

/* An infinity times zero would be NaN. */
INLINE vec hard_swish(vec x, float slope, float offset)
{
	vec gate = hard_sigmoid(x, slope, offset);

	return select(gate == 0, (vec){0}, x * gate);
}

/* x tanh(log(1 + e^x)), which is x n / (n + 2) with n = e^x (e^x + 2). */
INLINE vec mish(vec x)
{
	vec u = exponential(at_most(at_least(x, -87), 20));
	vec n = u * (u + 2);

	return at_least(x, -100) * (n / (n + 2));
}
