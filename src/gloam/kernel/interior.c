/* Primal-dual interior point in lanes, for minima that lie on mu = 0 in empty bins; see interior_point.py. */

#include "lanes.h"

#include <stdlib.h>

#define FIRST 0.3 /* see interior_point.py */
#define WALL 0.98
#define MAXIMUM_PASSES 300
#define ACCEPTABLE 1e-8
#define ROUNDING 2e-15
#define TINY 1e-300

/* The bins of LANES fits on their way: mu and its dual variable, and steps relative to both. */
typedef struct {
    vector *mu, *dual, *step, *dual_step;
    vector eps, last; /* what mu z has to be in empty bins: now, and in the end */
} path;

/* What mu z is to be in a bin: its count, or more where this is (nearly) empty. */
INLINE vector target(const bins *at, const path *on, int64_t j) {
    const vector counts = at->counts[j];
    return choose((counts < all(FIRST)) & (at->exposure[j] > all(0)), greater(counts, on->eps), counts);
}

/* The second-order model where mu z is to become its target; as in sweeps.c, for any number of coefficients. */
static void towards_target(const bins *at, const path *on, model *out) {
    const int k = at->k;
    vector gradient[MOST], coupling[MOST], lower[TRIANGLE(MOST)], pull = all(0);
    for (int i = 0; i < TRIANGLE(k); i++) lower[i] = all(0);
    for (int i = 0; i < k; i++) gradient[i] = coupling[i] = all(0);
    out->information = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector inverse = 1.0 / on->mu[j], weight = on->dual[j] * inverse;
        const vector residual = target(at, on, j) * inverse - at->exposure[j];
        const vector signal = at->signal[j], weighted = weight * signal;
        for (int i = 0; i < k; i++) {
            const vector x = column(at, at->shared, i, j), product = weight * x;
            gradient[i] += residual * x;
            coupling[i] += weighted * x;
            for (int l = 0; l <= i; l++) lower[TRIANGLE(i) + l] += product * column(at, at->shared, l, j);
        }
        out->information += weighted * signal;
        pull += residual * signal;
    }
    for (int i = 0; i < k; i++) out->coupling[i] = coupling[i];
    eliminate(k, lower, gradient, coupling, out->step, out->tilt);
    out->slope = -pull;
    out->curvature = out->information;
    for (int i = 0; i < k; i++) {
        out->slope += out->coupling[i] * out->step[i];
        out->curvature -= out->coupling[i] * out->tilt[i];
    }
}

/* The steps of mu and z, relative to them, and the least of each; z follows the linearised conditions mu z = target.
   Returns the lanes in which both are finite. */
static mask relative_steps(const bins *at, const path *on, const point *way, vector *least, vector *least_dual) {
    vector finite = all(0);
    *least = *least_dual = all(INFINITY);
    for (int64_t j = 0; j < at->bins; j++) {
        vector change = way->yield * at->signal[j];
        for (int i = 0; i < at->k; i++) change += way->theta[i] * column(at, at->shared, i, j);
        const vector mu = on->mu[j], wanted = target(at, on, j);
        const vector step = choose(at->exposure[j] > all(0), change, all(0)) / mu;
        const vector dual_step = wanted / greater(mu * on->dual[j], all(TINY)) - 1.0 - step;
        on->step[j] = step;
        on->dual_step[j] = choose(wanted > all(0), dual_step, all(0));
        *least = smaller(on->step[j], *least);
        *least_dual = smaller(on->dual_step[j], *least_dual);
        finite += 0 * on->step[j] + 0 * on->dual_step[j]; /* NaN once something is not */
    }
    return finite == all(0);
}

/* A step of each lane; returns the duality gap after it, see `interior_gap` in certificate.py. */
static vector advance(const bins *at, const path *on, vector length, vector dual_length) {
    vector gap = all(0);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector counts = at->counts[j];
        on->mu[j] *= 1.0 + length * on->step[j];
        on->dual[j] *= 1.0 + dual_length * on->dual_step[j];
        const vector product = on->mu[j] * on->dual[j];
        const mask filled = counts > all(0);
        const vector deviation = choose(filled, product / choose(filled, counts, all(1)) - 1.0, all(0));
        gap += choose(filled, counts * (deviation - logarithm_1p(deviation)), product);
    }
    return gap;
}

static path started(const bins *at, const point *start, double tolerance, vector *memory) {
    path on = {memory, memory + at->bins, at->relative, memory + 2 * at->bins, all(FIRST), all(0)};
    vector sparse = all(0);
    sweeps_of(at)->expect(at, start, on.mu);
    for (int64_t j = 0; j < at->bins; j++)
        sparse += choose((at->counts[j] < all(FIRST)) & (at->exposure[j] > all(0)), all(1), all(0));
    on.last = 0.5 * tolerance / greater(sparse, all(1));
    on.eps = choose(sparse > all(0), on.eps, on.last);
    for (int64_t j = 0; j < at->bins; j++) on.dual[j] = target(at, &on, j) / on.mu[j];
    return on;
}

static void write(const gloam_minima *fits, double *multiplier, const bins *at, const path *on, const point *here,
                  const model *towards, vector gap, mask which, int64_t first) {
    const int64_t m = at->bins, k = at->k;
    for (int i = 0; i < k; i++) {
        put(fits->theta + i, here->theta[i], which, first, k);
        put(fits->ridge + i, -towards->tilt[i], which, first, k);
    }
    put(fits->yield, here->yield, which, first, 1);
    put(fits->gap, gap, which, first, 1);
    put(fits->slope, fits->free ? all(0) : towards->slope, which, first, 1);
    put(fits->curvature, towards->curvature, which, first, 1);
    put(fits->information, towards->information, which, first, 1);
    for (int lane = 0; lane < LANES; lane++)
        for (int64_t j = 0; which[lane] && j < m; j++) {
            fits->expected[(first + lane) * m + j] = on->mu[j][lane];
            multiplier[(first + lane) * m + j] = on->dual[j][lane];
        }
}

static void follow(const gloam_minima *fits, double *multiplier, const bins *at, vector *memory, mask working, point here,
                   int64_t first) {
    path on = started(at, &here, fits->tolerance, memory);
    vector events = all(0), best = all(INFINITY);
    for (int64_t j = 0; j < at->bins; j++) events += at->counts[j];
    const vector least_gap = all(fits->tolerance > ACCEPTABLE ? fits->tolerance : ACCEPTABLE);
    const vector acceptable = greater(ROUNDING * events, least_gap);
    for (int pass = 0; pass < MAXIMUM_PASSES && any(working); pass++) {
        model towards;
        point step;
        vector least, least_dual;
        towards_target(at, &on, &towards);
        step.yield = fits->free ? -towards.slope / towards.curvature : all(0);
        for (int i = 0; i < at->k; i++) step.theta[i] = towards.step[i] - towards.tilt[i] * step.yield;
        working &= relative_steps(at, &on, &step, &least, &least_dual);
        const vector length = smaller(WALL / greater(-least, all(TINY)), all(1));
        const vector dual_length = smaller(WALL / greater(-least_dual, all(TINY)), all(1));
        move(at->k, &here, &step, length);
        const vector gap = advance(at, &on, length, dual_length);
        /* the gap counts only when the last step made the dual point feasible */
        const mask feasible = working & (length == all(1)) & (dual_length == all(1));
        const mask better = feasible & (gap <= acceptable) & (gap < best);
        if (any(better)) write(fits, multiplier, at, &on, &here, &towards, gap, better, first);
        best = choose(better, gap, best);
        for (int lane = 0; lane < LANES; lane++) {
            if (better[lane]) fits->certified[first + lane] = 1;
            if (working[lane]) fits->passes[first + lane]++;
        }
        working &= ~(feasible & (gap <= all(fits->tolerance)));
        const vector shrink = choose(length > all(0.9), all(0.05), choose(length > all(0.5), all(0.3), all(1)));
        on.eps = greater(on.eps * shrink, on.last);
    }
}

int NAME(gloam_interior_)(const gloam_problem *problem, const gloam_minima *fits, double *multiplier) {
    bins at;
    vector *memory;
    const int failed = reserve(problem, 3, &at, &memory);
    if (failed) return failed;
    const int64_t rows = problem->rows, k = problem->coefficients;
    for (int64_t first = 0; first < rows; first += LANES) {
        const mask own = load(problem, first, &at);
        point start;
        for (int i = 0; i < k; i++) start.theta[i] = take(fits->theta + i, first, rows, k);
        start.yield = take(fits->yield, first, rows, 1);
        follow(fits, multiplier, &at, memory, own, start, first);
    }
    free(memory);
    return GLOAM_DONE;
}
