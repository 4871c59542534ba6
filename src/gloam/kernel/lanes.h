/* Several fits at once, one in each lane of a register: what the files of the kernel share. Each of them is compiled
   once for each instruction set.

   The algorithm, its constants and its certificate are those of gloam/fit, which explains them: this is the same text in
   another language, and each is the other's test. What NumPy does with arrays of shape (b, m) is done here for LANES
   rows at a time, interleaved so that bin j of all of them is one register. A row never depends on its neighbours.

   Rows that leave mu > 0, are singular, or do not reach their certificate are left as they came: NumPy goes on with
   them. NaN and infinity in the input end there too. */
#ifndef GLOAM_LANES_H
#define GLOAM_LANES_H

#include "fits.h"
#include "vectors.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(stem) JOIN(stem, VARIANT)

#define MOST GLOAM_MOST_COEFFICIENTS
#define TRIANGLE(k) ((k) * ((k) + 1) / 2)

/* The bins of LANES fits, interleaved: each pointer leads to m registers. */
typedef struct {
    int64_t bins, plain; /* m; the first of them, in which the exposure is 1 in every lane */
    int k, shared;
    const double *columns; /* the one matrix of all rows, K x m, or: */
    vector *matrix, *known; /* that of each row, K x m registers; what is known of the expectation */
    vector *counts, *signal, *exposure;
    vector *inverse, *relative; /* for the sweeps: 1 / mu at the last point, and a step relative to mu */
} bins;

typedef struct {
    vector theta[MOST], yield;
} point;

/* Second derivatives of -ln L at a point, and the second-order model that follows from them; see direction.py. */
typedef struct {
    vector lower[TRIANGLE(MOST)], coupling[MOST], information;
    vector step[MOST], tilt[MOST], slope, curvature;
    mask outside; /* an expectation is negative */
} model;

/* The sums over the bins, one function for each number of coefficients. */
typedef struct {
    void (*second_order)(const bins *at, const point *here, model *out);
    /* the certificate after a step from the last point, and the fourth root of sum t^4; see certificate.py */
    void (*measure)(const bins *at, const point *step, vector *gap, vector *reach);
    vector (*lowest)(const bins *at, const point *here); /* expectation in any bin that is used */
    vector (*rise)(const bins *at, const point *to, const point *from); /* of -ln L */
    void (*project)(const bins *at, point *out, vector *level); /* least squares, and the mean count per exposure */
    void (*expect)(const bins *at, const point *here, vector *expected); /* before exposure; 1 in unused bins */
} sweeps;

/* A certified minimum of each lane; see minimum.py. */
typedef struct {
    point at;
    vector gap, slope, curvature, information, ridge[MOST];
    mask certified, passes;
} minimum;

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN const sweeps *NAME(gloam_sweeps_)(const bins *at);
HIDDEN void NAME(gloam_settle_)(const bins *at, int free, double tolerance, mask working, const point *start, minimum *out);
HIDDEN int NAME(gloam_reserve_)(const gloam_problem *problem, int64_t more, bins *at, vector **memory);
HIDDEN mask NAME(gloam_load_)(const gloam_problem *problem, int64_t first, bins *at);

#define sweeps_of NAME(gloam_sweeps_)
#define settle NAME(gloam_settle_)
#define reserve NAME(gloam_reserve_)
#define load NAME(gloam_load_)

/* Values of the lanes that are chosen, to rows that are `stride` numbers apart. */
INLINE void put(double *to, vector values, mask which, int64_t first, int64_t stride) {
    for (int lane = 0; lane < LANES; lane++)
        if (which[lane]) to[(first + lane) * stride] = values[lane];
}

/* One number of each row; lanes beyond the last row repeat it. */
INLINE vector take(const double *from, int64_t first, int64_t rows, int64_t stride) {
    vector values = all(0);
    for (int lane = 0; lane < LANES; lane++) values[lane] = from[(first + lane < rows ? first + lane : rows - 1) * stride];
    return values;
}

INLINE void move(int k, point *here, const point *step, vector length) {
    for (int i = 0; i < k; i++) here->theta[i] += length * step->theta[i];
    here->yield += length * step->yield;
}

INLINE vector column(const bins *at, int shared, int i, int64_t j) {
    return shared ? all(at->columns[i * at->bins + j]) : at->matrix[i * at->bins + j];
}

/* Solve G x = r for both right-hand sides, G the lower triangle of the normal equations: LDL' without pivoting. */
INLINE void eliminate(int k, vector *lower, vector *gradient, vector *coupling, vector *step, vector *tilt) {
    vector inverse[MOST];
    UNROLL for (int i = 0; i < k; i++) {
        inverse[i] = 1.0 / lower[TRIANGLE(i) + i];
        UNROLL for (int row = i + 1; row < k; row++) {
            const vector scale = lower[TRIANGLE(row) + i] * inverse[i];
            UNROLL for (int col = i + 1; col <= row; col++)
                lower[TRIANGLE(row) + col] -= scale * lower[TRIANGLE(col) + i];
            gradient[row] -= scale * gradient[i];
            coupling[row] -= scale * coupling[i];
        }
    }
    UNROLL for (int i = k - 1; i >= 0; i--) {
        vector first = gradient[i], second = coupling[i];
        UNROLL for (int row = i + 1; row < k; row++) {
            first -= lower[TRIANGLE(row) + i] * step[row];
            second -= lower[TRIANGLE(row) + i] * tilt[row];
        }
        step[i] = first * inverse[i];
        tilt[i] = second * inverse[i];
    }
}

INLINE void pick(int k, point *out, mask where, const point *yes, const point *no) {
    for (int i = 0; i < k; i++) out->theta[i] = choose(where, yes->theta[i], no->theta[i]);
    out->yield = choose(where, yes->yield, no->yield);
}

#endif
