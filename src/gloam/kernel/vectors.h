/* One register of doubles, LANES of them, in the vector extensions of GCC and Clang. */
#ifndef GLOAM_VECTORS_H
#define GLOAM_VECTORS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef LANES
#error "compile with -DLANES=2, 4 or 8"
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

typedef double vector __attribute__((vector_size(8 * LANES)));
typedef int64_t mask __attribute__((vector_size(8 * LANES))); /* -1: true, 0: false */

INLINE vector all(double value) { return value - (vector){0}; }
INLINE vector choose(mask where, vector yes, vector no) { return (vector)((where & (mask)yes) | (~where & (mask)no)); }
INLINE vector greater(vector a, vector b) { return choose(a > b, a, b); } /* b where either is NaN */
INLINE vector smaller(vector a, vector b) { return choose(a < b, a, b); }
INLINE vector magnitude(vector a) { return (vector)((mask)a & INT64_MAX); }
INLINE mask is_finite(vector a) { return magnitude(a) <= all(1.7976931348623157e308); }

/* The lanes of two registers in turns: the lower halves, and the upper ones. */
INLINE vector merge_low(vector a, vector b) {
#if LANES == 8
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#elif LANES == 4
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#else
    return __builtin_shufflevector(a, b, 0, 2);
#endif
}

INLINE vector merge_high(vector a, vector b) {
#if LANES == 8
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#elif LANES == 4
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#else
    return __builtin_shufflevector(a, b, 1, 3);
#endif
}

INLINE int any(mask a) {
    int64_t bits = 0;
    for (int lane = 0; lane < LANES; lane++) bits |= a[lane];
    return bits != 0;
}

INLINE double sum(vector a) { /* always in the same order */
    double total = 0;
    for (int lane = 0; lane < LANES; lane++) total += a[lane];
    return total;
}

INLINE vector square_root(vector a) {
    for (int lane = 0; lane < LANES; lane++) a[lane] = sqrt(a[lane]);
    return a;
}

#define CLOSE 0.1715728752538099 /* (sqrt(2) - 1) / (sqrt(2) + 1) */

/* ln((1 + u) / (1 - u)) for |u| <= CLOSE, by its series up to u^21. */
INLINE vector twice_atanh(vector u) {
    const vector square = u * u;
    vector series = all(2.0 / 21);
    UNROLL for (int power = 19; power >= 1; power -= 2) series = series * square + 2.0 / power;
    return u * series;
}

/* ln x of positive, normal x; NaN for everything else. Within 2 units in the last place, and exact for x = 1.
   x = 2^k y with y in [sqrt(1/2), sqrt(2)), ln y = 2 atanh(u), u = (y - 1) / (y + 1), by its series up to u^21. */
INLINE vector logarithm(vector x) {
    const mask bits = (mask)x, valid = (x >= all(2.2250738585072014e-308)) & is_finite(x);
    const mask shifted = bits - 0x3fe6a09e667f3bcd; /* the bits of sqrt(1/2) */
    const mask exponent = shifted >> 52;
    const vector y = (vector)((shifted & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
    const vector d = y - 1.0, u = d / (y + 1.0), square = u * u;
    vector series = all(2.0 / 21);
    for (int power = 19; power >= 3; power -= 2) series = series * square + 2.0 / power;
    /* the exponent as a double, by adding it to the bits of 1.5 * 2^52: conversions of 64 bits are not everywhere */
    const vector k = (vector)(exponent + 0x4338000000000000) - 6755399441055744.0;
    /* 2 u = d - u d, so that the leading term carries no error of the division */
    const vector small = u * (square * series - d) + k * 1.9082149292705877e-10;
    return choose(valid, k * 0.69314718036912382 + (d + small), all(NAN));
}

/* ln(1 + d), also where d is so small that 1 + d forgets it. */
INLINE vector logarithm_1p(vector d) {
    const vector u = d / (2.0 + d);
    return choose(magnitude(u) <= all(CLOSE), twice_atanh(u), logarithm(1.0 + d));
}

#endif
