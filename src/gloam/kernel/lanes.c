/* Newton's method for several fits at once, one in each lane of a register; compiled once for each instruction set.

   The algorithm, its constants and its certificate are those of gloam/fit/newton.py and certificate.py, which explain
   them: this is the same text in another language, and each is the other's test. What NumPy does with arrays of shape
   (b, m) is done here for LANES rows at a time, interleaved so that bin j of all of them is one register.

   Rows that leave mu > 0, are singular, or do not reach their certificate are left as they came: NumPy goes on with
   them. NaN and infinity in the input end there too. */

#include "fits.h"
#include "vectors.h"

#include <stdlib.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(stem) JOIN(stem, VARIANT)

#define LONG_STEP 0.6 /* see newton.py */
#define WALL 0.95
#define MAXIMUM_PASSES 14
#define BLOCKED_PASSES 2
#define SEARCHES 6

#define MOST GLOAM_MOST_COEFFICIENTS
#define TRIANGLE(k) ((k) * ((k) + 1) / 2)
#define UNROLL _Pragma("GCC unroll 16")

/* The bins of LANES fits, interleaved: each pointer leads to m registers, matrix to K x m of them. */
typedef struct {
    vector *counts, *exposure, *signal, *expected, *inverse, *change, *matrix;
    const double *shared; /* or the one matrix of all rows, K x m */
    int64_t bins;
} bins;

typedef struct {
    vector theta[MOST], yield;
} point;

/* The second-order model of -ln L; see direction.py. */
typedef struct {
    vector step[MOST], tilt[MOST], slope, curvature, information;
} model;

INLINE vector column(const bins *at, int shared, int k, int64_t j) {
    return shared ? all(at->shared[k * at->bins + j]) : at->matrix[k * at->bins + j];
}

/* Solve G x = r for both right-hand sides, G the lower triangle of the normal equations: LDL' without pivoting. */
INLINE void eliminate(int k, vector *lower, vector *gradient, vector *coupling, model *out) {
    vector scaled[MOST];
    UNROLL for (int i = 0; i < k; i++) {
        const vector inverse = 1.0 / lower[TRIANGLE(i) + i];
        UNROLL for (int row = i + 1; row < k; row++) scaled[row] = lower[TRIANGLE(row) + i] * inverse;
        UNROLL for (int row = i + 1; row < k; row++) {
            UNROLL for (int col = i + 1; col <= row; col++)
                lower[TRIANGLE(row) + col] -= scaled[row] * lower[TRIANGLE(col) + i];
            gradient[row] -= scaled[row] * gradient[i];
            coupling[row] -= scaled[row] * coupling[i];
        }
    }
    UNROLL for (int i = k - 1; i >= 0; i--) {
        const vector inverse = 1.0 / lower[TRIANGLE(i) + i];
        vector first = gradient[i], second = coupling[i];
        UNROLL for (int row = i + 1; row < k; row++) {
            first -= lower[TRIANGLE(row) + i] * out->step[row];
            second -= lower[TRIANGLE(row) + i] * out->tilt[row];
        }
        out->step[i] = first * inverse;
        out->tilt[i] = second * inverse;
    }
}

/* One pass: the expectation after the last step, and the second-order model there. */
INLINE void second_order(int k, int shared, const bins *at, vector length, mask moving, model *out) {
    vector lower[TRIANGLE(MOST)], gradient[MOST], coupling[MOST], original[MOST];
    UNROLL for (int i = 0; i < TRIANGLE(k); i++) lower[i] = all(0);
    UNROLL for (int i = 0; i < k; i++) gradient[i] = coupling[i] = all(0);
    vector information = all(0), pull = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector expected = at->expected[j] + length * (vector)(moving & (mask)at->change[j]);
        const vector inverse = 1.0 / expected, ratio = at->counts[j] * inverse, weight = ratio * inverse;
        const vector residual = ratio - at->exposure[j], signal = at->signal[j], weighted = weight * signal;
        at->expected[j] = expected;
        at->inverse[j] = inverse;
        UNROLL for (int i = 0; i < k; i++) {
            const vector x = column(at, shared, i, j), product = weight * x;
            gradient[i] += residual * x;
            coupling[i] += weighted * x;
            UNROLL for (int l = 0; l <= i; l++) lower[TRIANGLE(i) + l] += product * column(at, shared, l, j);
        }
        information += weighted * signal;
        pull += residual * signal;
    }
    UNROLL for (int i = 0; i < k; i++) original[i] = coupling[i];
    eliminate(k, lower, gradient, coupling, out);
    vector slope = all(0), curvature = information;
    UNROLL for (int i = 0; i < k; i++) {
        slope += original[i] * out->step[i];
        curvature -= original[i] * out->tilt[i];
    }
    out->slope = slope - pull;
    out->curvature = curvature;
    out->information = information;
}

/* The change of the expectations for a step, and the certificate after it; see certificate.py. */
INLINE void measure(int k, int shared, const bins *at, const point *step, vector *gap, vector *reach) {
    vector square_sum = all(0), fourth = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        vector change = step->yield * at->signal[j];
        UNROLL for (int i = 0; i < k; i++) change += step->theta[i] * column(at, shared, i, j);
        change = choose(at->exposure[j] > all(0), change, all(0));
        const vector relative = change * at->inverse[j], square = relative * relative;
        at->change[j] = change;
        square_sum += square * square;
        fourth += at->counts[j] * square * square;
    }
    const vector root = square_root(square_sum);
    *gap = choose(root < all(1), 0.5 * fourth / greater(1.0 - root, all(1e-9)), all(INFINITY));
    *reach = square_root(root);
}

/* How far to go along the steps: 1, or searched for where an expectation may change much; stopped says by an empty
   bin. The minimum of -ln L along the step before the wall, by Newton's method in a bracket. */
static vector step_length(const bins *at, mask far, mask *stopped) {
    vector linear = all(0), lowest = all(INFINITY), nearest = all(0), largest = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector relative = at->change[j] * at->inverse[j];
        const mask lower = relative < lowest;
        linear += at->exposure[j] * at->change[j];
        lowest = choose(lower, relative, lowest);
        nearest = choose(lower, at->counts[j], nearest);
        largest = greater(magnitude(relative), largest);
    }
    far &= largest > all(LONG_STEP);
    *stopped = (mask){0};
    if (!any(far)) return all(1);
    const vector wall = WALL / greater(-lowest, all(WALL / 2));
    vector low = all(0), high = wall, length = wall; /* first, whether it still falls at the wall */
    mask downhill = (mask){0};
    for (int search = 0; search <= SEARCHES; search++) {
        vector slope = linear, bend = all(0);
        for (int64_t j = 0; j < at->bins; j++) {
            const vector relative = at->change[j] * at->inverse[j], share = relative / (1.0 + length * relative);
            slope -= at->counts[j] * share;
            bend += at->counts[j] * share * share;
        }
        if (search == 0) {
            downhill = slope <= all(0);
            length = smaller(all(1), 0.5 * wall);
            continue;
        }
        low = choose(slope < all(0), length, low);
        high = choose(slope > all(0), length, high);
        const vector proposed = length - slope / bend;
        length = choose((proposed >= low) & (proposed <= high), proposed, 0.5 * (low + high));
    }
    *stopped = far & downhill & (nearest == all(0)) & (lowest < all(-WALL / 2));
    return choose(far, choose(downhill, wall, length), all(1));
}

INLINE void put(double *to, vector values, mask which, int64_t first, int64_t stride) {
    for (int lane = 0; lane < LANES; lane++)
        if (which[lane]) to[(first + lane) * stride] = values[lane];
}

/* The expectations after the step, of full length, that ended some of the fits. */
static void write_expected(const gloam_fits *fits, const bins *at, mask done, int64_t first) {
    const double *expected = (const double *)at->expected, *change = (const double *)at->change;
    for (int lane = 0; lane < LANES; lane++) {
        double *row = fits->expected + (first + lane) * at->bins;
        for (int64_t j = 0; done[lane] && j < at->bins; j++)
            row[j] = expected[j * LANES + lane] + change[j * LANES + lane];
    }
}

INLINE void iterate(int k, int shared, const gloam_fits *fits, const bins *at, int64_t first, mask working, point here) {
    const mask rows = working;
    mask certified = (mask){0}, blocked = (mask){0}, passes = (mask){0}, moving = working;
    vector length = all(1); /* of the last step; changes are zero before the first one */
    for (int pass = 0; pass < MAXIMUM_PASSES && any(working); pass++) {
        model towards;
        point step;
        vector gap, reach;
        mask stopped = (mask){0};
        second_order(k, shared, at, length, moving, &towards);
        step.yield = fits->free ? -towards.slope / towards.curvature : all(0);
        UNROLL for (int i = 0; i < k; i++) step.theta[i] = towards.step[i] - towards.tilt[i] * step.yield;
        measure(k, shared, at, &step, &gap, &reach);
        passes -= working;
        moving = working & is_finite(reach) & is_finite(step.yield);
        UNROLL for (int i = 0; i < k; i++) moving &= is_finite(step.theta[i]); /* no bins at all: no step reaches any */
        const mask far = moving & (reach > all(LONG_STEP));
        length = any(far) ? step_length(at, far, &stopped) : all(1);
        blocked -= stopped;
        gap = choose(length == all(1), gap, all(INFINITY));
        UNROLL for (int i = 0; i < k; i++) here.theta[i] += length * (vector)(moving & (mask)step.theta[i]);
        here.yield += length * (vector)(moving & (mask)step.yield);
        const mask done = moving & (gap <= all(fits->tolerance));
        if (any(done)) {
            UNROLL for (int i = 0; i < k; i++) {
                put(fits->theta + i, here.theta[i], done, first, fits->coefficients);
                put(fits->ridge + i, -towards.tilt[i], done, first, fits->coefficients);
            }
            put(fits->yield, here.yield, done, first, 1);
            put(fits->gap, gap, done, first, 1);
            put(fits->slope, fits->free ? all(0) : towards.slope, done, first, 1);
            put(fits->curvature, towards.curvature, done, first, 1);
            put(fits->information, towards.information, done, first, 1);
            write_expected(fits, at, done, first);
        }
        certified |= done;
        working = moving & ~done & (blocked < BLOCKED_PASSES);
    }
    for (int lane = 0; lane < LANES && rows[lane]; lane++) {
        fits->certified[first + lane] = -certified[lane];
        fits->passes[first + lane] += passes[lane];
    }
}

/* Bins of LANES rows side by side; lanes beyond the last row repeat it. */
INLINE void interleave(vector *to, const double *from, int64_t first, int64_t rows, int64_t bins) {
    double *place = (double *)to;
    for (int lane = 0; lane < LANES; lane++) {
        const double *row = from + (first + lane < rows ? first + lane : rows - 1) * bins;
        for (int64_t j = 0; j < bins; j++) place[j * LANES + lane] = row[j];
    }
}

INLINE void fit_all(int k, int shared, const gloam_fits *fits, bins *at) {
    const int64_t rows = fits->rows, m = fits->bins;
    for (int64_t first = 0; first < rows; first += LANES) {
        mask working;
        point start = {0};
        interleave(at->counts, fits->counts, first, rows, m);
        interleave(at->signal, fits->signal, first, rows, m);
        interleave(at->expected, fits->expected, first, rows, m);
        if (fits->exposure) interleave(at->exposure, fits->exposure, first, rows, m);
        memset(at->change, 0, m * sizeof(vector));
        for (int lane = 0; lane < LANES; lane++) {
            const int64_t row = first + lane < rows ? first + lane : rows - 1;
            working[lane] = first + lane < rows ? -1 : 0;
            start.yield[lane] = fits->yield[row];
            for (int i = 0; i < k; i++) start.theta[i][lane] = fits->theta[row * fits->coefficients + i];
            for (int i = 0; !shared && i < k; i++)
                for (int64_t j = 0; j < m; j++) at->matrix[i * m + j][lane] = fits->matrix[(row * m + j) * k + i];
        }
        iterate(k, shared, fits, at, first, working, start);
    }
}

/* One function for each number of coefficients, its loops over them unrolled. */
typedef void fitter(const gloam_fits *, bins *);
#define ROWWISE(K) static void rowwise_##K(const gloam_fits *fits, bins *at) { fit_all(K, 0, fits, at); }
#define SHARED(K) static void shared_##K(const gloam_fits *fits, bins *at) { fit_all(K, 1, fits, at); }
ROWWISE(0) ROWWISE(1) ROWWISE(2) ROWWISE(3) ROWWISE(4) ROWWISE(5) ROWWISE(6) ROWWISE(7) ROWWISE(8) ROWWISE(9)
ROWWISE(10) ROWWISE(11) ROWWISE(12)
SHARED(1) SHARED(2) SHARED(3) SHARED(4) SHARED(5) SHARED(6)

static fitter *const fit_rowwise[MOST + 1] = {rowwise_0, rowwise_1, rowwise_2, rowwise_3,  rowwise_4,  rowwise_5, rowwise_6,
                                              rowwise_7, rowwise_8, rowwise_9, rowwise_10, rowwise_11, rowwise_12};
static fitter *const fit_shared[GLOAM_MOST_SHARED + 1] = {rowwise_0, shared_1, shared_2, shared_3, shared_4, shared_5, shared_6};

int NAME(gloam_newton_)(const gloam_fits *fits) {
    const int64_t m = fits->bins, k = fits->coefficients, arrays = 6 + (fits->shared ? 0 : k);
    if (fits->rows < 0 || m < 0 || k < 0 || k > (fits->shared ? GLOAM_MOST_SHARED : MOST)) return GLOAM_UNSUITABLE;
    if (m > INT64_MAX / 32 / (int64_t)sizeof(vector)) return GLOAM_NO_MEMORY;
    if (fits->rows == 0) return GLOAM_DONE;
    vector *memory = aligned_alloc(64, ((size_t)(arrays * (m + 1)) * sizeof(vector) + 63) / 64 * 64);
    if (!memory) return GLOAM_NO_MEMORY;
    bins at = {memory,         memory + m,     memory + 2 * m, memory + 3 * m, memory + 4 * m,
               memory + 5 * m, memory + 6 * m, fits->matrix,   m};
    for (int64_t j = 0; j < m; j++) at.exposure[j] = all(1);
    (fits->shared ? fit_shared : fit_rowwise)[k](fits, &at);
    free(memory);
    return GLOAM_DONE;
}

/* -ln L at one point minus that at another, bin by bin; see likelihood.py. The bins of one row lie in the lanes. */
void NAME(gloam_rise_)(int64_t rows, int64_t bins, const double *counts, const double *exposure, const double *at,
                       const double *reference, double *rise) {
    for (int64_t row = 0; row < rows; row++) {
        vector total = all(0);
        for (int64_t j = row * bins; j < (row + 1) * bins; j += LANES) {
            const size_t size = 8 * (size_t)((row + 1) * bins - j < LANES ? (row + 1) * bins - j : LANES);
            vector n = all(0), e = all(1), to = all(1), from = all(1);
            memcpy(&n, counts + j, size);
            memcpy(&to, at + j, size);
            memcpy(&from, reference + j, size);
            if (exposure) memcpy(&e, exposure + j, size);
            total += e * (to - from) - n * logarithm(to / from);
        }
        rise[row] = sum(total);
    }
}
