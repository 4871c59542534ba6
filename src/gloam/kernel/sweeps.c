/* The sums over the bins: all the time goes here. One function for each number of coefficients, its loops over them
   unrolled, so that sums stay in registers; for one matrix of all rows (its numbers are broadcast) and for one each. */

#include "lanes.h"

INLINE vector linear(int k, int shared, const bins *at, const point *here, int64_t j) {
    vector sum = here->yield * at->signal[j];
    UNROLL for (int i = 0; i < k; i++) sum += here->theta[i] * column(at, shared, i, j);
    return sum;
}

/* The expectation in a bin; 1 in bins that are not used, `plain` says that all are. */
INLINE vector expectation(int k, int shared, int plain, const bins *at, const point *here, int64_t j) {
    vector expected = linear(k, shared, at, here, j);
    if (!shared) expected += at->known[j];
    return plain ? expected : choose(at->exposure[j] > all(0), expected, all(1));
}

INLINE void local_copy(int k, point *to, const point *from) { /* so that it stays in registers */
    UNROLL for (int i = 0; i < k; i++) to->theta[i] = from->theta[i];
    to->yield = from->yield;
}

typedef struct {
    vector lower[TRIANGLE(MOST)], gradient[MOST], coupling[MOST], information, pull;
    mask signs;
} sums;

INLINE void accumulate(int k, int shared, int plain, const bins *at, const point *here, int64_t from, int64_t to, sums *s) {
    for (int64_t j = from; j < to; j++) {
        const vector expected = expectation(k, shared, plain, at, here, j), inverse = 1.0 / expected;
        const vector ratio = at->counts[j] * inverse, weight = ratio * inverse;
        const vector residual = ratio - (plain ? all(1) : at->exposure[j]);
        const vector signal = at->signal[j], weighted = weight * signal;
        at->inverse[j] = inverse;
        s->signs |= (mask)expected;
        UNROLL for (int i = 0; i < k; i++) {
            const vector x = column(at, shared, i, j), product = weight * x;
            s->gradient[i] += residual * x;
            s->coupling[i] += weighted * x;
            UNROLL for (int l = 0; l <= i; l++) s->lower[TRIANGLE(i) + l] += product * column(at, shared, l, j);
        }
        s->information += weighted * signal;
        s->pull += residual * signal;
    }
}

INLINE void second_order(int k, int shared, const bins *at, const point *where, model *out) {
    point here;
    sums s;
    local_copy(k, &here, where);
    UNROLL for (int i = 0; i < TRIANGLE(k); i++) s.lower[i] = all(0);
    UNROLL for (int i = 0; i < k; i++) s.gradient[i] = s.coupling[i] = all(0);
    s.information = s.pull = all(0);
    s.signs = (mask){0};
    accumulate(k, shared, 1, at, &here, 0, at->plain, &s);
    accumulate(k, shared, 0, at, &here, at->plain, at->bins, &s);
    UNROLL for (int i = 0; i < TRIANGLE(k); i++) out->lower[i] = s.lower[i];
    UNROLL for (int i = 0; i < k; i++) out->coupling[i] = s.coupling[i];
    out->outside = s.signs < 0;
    out->information = s.information;
    eliminate(k, s.lower, s.gradient, s.coupling, out->step, out->tilt);
    vector slope = all(0), curvature = s.information;
    UNROLL for (int i = 0; i < k; i++) {
        slope += out->coupling[i] * out->step[i];
        curvature -= out->coupling[i] * out->tilt[i];
    }
    out->slope = slope - s.pull;
    out->curvature = curvature;
}

INLINE void measure(int k, int shared, const bins *at, const point *way, vector *gap, vector *reach) {
    vector square_sum = all(0), fourth = all(0);
    point step;
    local_copy(k, &step, way);
    for (int64_t j = 0; j < at->plain; j++) {
        const vector relative = linear(k, shared, at, &step, j) * at->inverse[j], square = relative * relative;
        square_sum += square * square;
        fourth += at->counts[j] * (square * square);
    }
    for (int64_t j = at->plain; j < at->bins; j++) {
        const vector change = choose(at->exposure[j] > all(0), linear(k, shared, at, &step, j), all(0));
        const vector relative = change * at->inverse[j], square = relative * relative;
        square_sum += square * square;
        fourth += at->counts[j] * (square * square);
    }
    const vector root = square_root(square_sum);
    *gap = choose(root < all(1), 0.5 * fourth / greater(1.0 - root, all(1e-9)), all(INFINITY));
    *reach = square_root(root);
}

INLINE vector lowest(int k, int shared, const bins *at, const point *where) {
    vector least = all(INFINITY);
    point here;
    local_copy(k, &here, where);
    for (int64_t j = 0; j < at->plain; j++) least = smaller(expectation(k, shared, 1, at, &here, j), least);
    for (int64_t j = at->plain; j < at->bins; j++) {
        const vector expected = expectation(k, shared, 0, at, &here, j);
        least = choose(at->exposure[j] > all(0), smaller(expected, least), least);
    }
    return least;
}

INLINE void expect(int k, int shared, const bins *at, const point *where, vector *expected) {
    point here;
    local_copy(k, &here, where);
    for (int64_t j = 0; j < at->plain; j++) expected[j] = expectation(k, shared, 1, at, &here, j);
    for (int64_t j = at->plain; j < at->bins; j++) expected[j] = expectation(k, shared, 0, at, &here, j);
}

/* -ln L at one point minus that at another, bin by bin; see likelihood.py. The logarithm of a ratio near 1 is
   2 atanh(u), u = difference / sum, by its series up to u^21; lanes with other ratios take the long way. */
INLINE vector rise(int k, int shared, const bins *at, const point *higher, const point *reference) {
    point to, from;
    local_copy(k, &to, higher);
    local_copy(k, &from, reference);
    vector total = all(0), largest = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector a = expectation(k, shared, 0, at, &to, j), b = expectation(k, shared, 0, at, &from, j);
        const vector difference = a - b, u = difference / (a + b), square = u * u;
        total += at->exposure[j] * difference - at->counts[j] * twice_atanh(u);
        largest = greater(square, largest);
    }
    const mask close = largest <= all(CLOSE * CLOSE);
    if (!any(~close)) return total;
    vector exact = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector a = expectation(k, shared, 0, at, &to, j), b = expectation(k, shared, 0, at, &from, j);
        exact += at->exposure[j] * (a - b) - at->counts[j] * logarithm(a / b);
    }
    return choose(close, total, exact);
}

INLINE void project(int k, int shared, const bins *at, point *out, vector *level) {
    vector lower[TRIANGLE(MOST)], gradient[MOST], unused[MOST];
    vector events = all(0), weights = all(0), number = all(0);
    UNROLL for (int i = 0; i < TRIANGLE(k); i++) lower[i] = all(0);
    UNROLL for (int i = 0; i < k; i++) gradient[i] = unused[i] = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector exposure = at->exposure[j];
        const vector counts = shared ? at->counts[j] : at->counts[j] - exposure * at->known[j];
        UNROLL for (int i = 0; i < k; i++) {
            const vector x = column(at, shared, i, j), product = exposure * x;
            gradient[i] += counts * x;
            UNROLL for (int l = 0; l <= i; l++) lower[TRIANGLE(i) + l] += product * column(at, shared, l, j);
        }
        events += at->counts[j];
        weights += exposure;
        number -= choose(exposure > all(0), all(-1), all(0));
    }
    eliminate(k, lower, gradient, unused, out->theta, unused);
    out->yield = all(0);
    *level = greater(events / greater(weights, all(1e-300)), 0.1 / greater(number, all(1)));
}

#define INSTANCE(KIND, SHARED, K)                                                                                     \
    static void second_order_##KIND##K(const bins *at, const point *here, model *out) {                               \
        second_order(K, SHARED, at, here, out);                                                                       \
    }                                                                                                                 \
    static void measure_##KIND##K(const bins *at, const point *step, vector *gap, vector *reach) {                    \
        measure(K, SHARED, at, step, gap, reach);                                                                     \
    }                                                                                                                 \
    static vector lowest_##KIND##K(const bins *at, const point *here) { return lowest(K, SHARED, at, here); }         \
    static vector rise_##KIND##K(const bins *at, const point *to, const point *from) {                                \
        return rise(K, SHARED, at, to, from);                                                                         \
    }                                                                                                                 \
    static void project_##KIND##K(const bins *at, point *out, vector *level) { project(K, SHARED, at, out, level); }  \
    static void expect_##KIND##K(const bins *at, const point *here, vector *expected) {                               \
        expect(K, SHARED, at, here, expected);                                                                        \
    }
#define ENTRY(KIND, K)                                                                                                \
    {second_order_##KIND##K, measure_##KIND##K, lowest_##KIND##K, rise_##KIND##K, project_##KIND##K, expect_##KIND##K}

#define SHARED(K) INSTANCE(shared, 1, K)
#define ROWWISE(K) INSTANCE(rowwise, 0, K)
SHARED(1) SHARED(2) SHARED(3) SHARED(4) SHARED(5) SHARED(6) SHARED(7)
ROWWISE(0) ROWWISE(1) ROWWISE(2) ROWWISE(3) ROWWISE(4) ROWWISE(5) ROWWISE(6) ROWWISE(7) ROWWISE(8) ROWWISE(9)
ROWWISE(10) ROWWISE(11) ROWWISE(12)

static const sweeps of_shared[GLOAM_MOST_SHARED] = {ENTRY(shared, 1), ENTRY(shared, 2), ENTRY(shared, 3), ENTRY(shared, 4),
                                                    ENTRY(shared, 5), ENTRY(shared, 6), ENTRY(shared, 7)};
static const sweeps of_rows[MOST + 1] = {ENTRY(rowwise, 0),  ENTRY(rowwise, 1),  ENTRY(rowwise, 2), ENTRY(rowwise, 3),
                                         ENTRY(rowwise, 4),  ENTRY(rowwise, 5),  ENTRY(rowwise, 6), ENTRY(rowwise, 7),
                                         ENTRY(rowwise, 8),  ENTRY(rowwise, 9),  ENTRY(rowwise, 10), ENTRY(rowwise, 11),
                                         ENTRY(rowwise, 12)};

const sweeps *sweeps_of(const bins *at) { return at->shared ? &of_shared[at->k - 1] : &of_rows[at->k]; }
