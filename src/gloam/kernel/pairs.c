/* The fits without and with a signal, from the counts alone; see pairs.py and linear.py. */

#include "lanes.h"

#include <stdlib.h>

#define LEAST 0.1 /* part of the mean count that a start has to exceed in every bin */

/* Starts that come close to zero, mixed with a flat background as far as they have to be; see `raised` in linear.py. */
static void raise(const bins *at, point *start, vector level, const double *rising) {
    const sweeps *use = sweeps_of(at);
    const mask low = ~(use->lowest(at, start) > LEAST * level);
    if (!any(low)) return;
    point flat;
    for (int i = 0; i < at->k; i++) flat.theta[i] = all(rising[i]);
    flat.yield = all(0);
    const vector size = level / use->lowest(at, &flat);
    for (int i = 0; i < at->k; i++) flat.theta[i] *= size;
    vector *inside = at->inverse, *expected = at->relative, share = all(1);
    use->expect(at, &flat, inside);
    use->expect(at, start, expected);
    for (int64_t j = 0; j < at->bins; j++) {
        const vector least = LEAST * level, part = (inside[j] - least) / (inside[j] - expected[j]);
        share = choose((expected[j] < least) & (at->exposure[j] > all(0)), smaller(part, share), share);
    }
    share = choose(is_finite(share), greater(share, all(0)), all(0));
    for (int i = 0; i < at->k; i++) {
        const vector way = choose(share > all(0), start->theta[i] - flat.theta[i], all(0));
        start->theta[i] = choose(low, flat.theta[i] + share * way, start->theta[i]);
    }
}

/* Newton's step from the fit without a signal, which slope and curvature there already give; see `first_step`. */
static void first_step(const bins *at, const minimum *without, double promised, point *start) {
    point there;
    const vector s = -without->slope / without->curvature;
    const mask believed = without->slope * without->slope / without->curvature < all(promised);
    for (int i = 0; i < at->k; i++) there.theta[i] = without->at.theta[i] + without->ridge[i] * s;
    there.yield = s;
    pick(at->k, start, believed & (sweeps_of(at)->lowest(at, &there) > all(0)), &there, &without->at);
}

/* The inverse of the second derivatives at a minimum, yield last; NaN where they are singular. By LDL'. */
static void write_covariance(const bins *at, const point *here, mask which, double *to, int64_t first) {
    const int k = at->k, n = k + 1;
    model there;
    vector lower[MOST + 1][MOST + 1], inverse[MOST + 1];
    mask regular = ~(mask){0};
    sweeps_of(at)->second_order(at, here, &there);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            lower[i][j] = i < k ? there.lower[TRIANGLE(i) + j] : j < k ? there.coupling[j] : there.information;
    for (int i = 0; i < n; i++) { /* row i of L, and the pivot, which stays on the diagonal */
        const vector diagonal = lower[i][i];
        for (int j = 0; j < i; j++) {
            vector element = lower[i][j];
            for (int l = 0; l < j; l++) element -= lower[i][l] * lower[l][l] * lower[j][l];
            lower[i][j] = element * inverse[j];
            lower[i][i] -= lower[i][j] * element;
        }
        inverse[i] = 1.0 / lower[i][i];
        regular &= lower[i][i] > 1e-12 * diagonal;
    }
    for (int column = 0; column < n; column++) {
        vector x[MOST + 1];
        for (int i = 0; i < n; i++) {
            x[i] = all(i == column);
            for (int j = 0; j < i; j++) x[i] -= lower[i][j] * x[j];
        }
        for (int i = n - 1; i >= 0; i--) {
            x[i] *= inverse[i];
            for (int j = i + 1; j < n; j++) x[i] -= lower[j][i] * x[j];
            put(to + i * n + column, choose(regular, x[i], all(NAN)), which, first, n * n);
        }
    }
}

int NAME(gloam_pairs_)(const gloam_problem *problem, const gloam_pairs *pairs) {
    bins at;
    vector *memory;
    const int failed = reserve(problem, 0, &at, &memory);
    if (failed) return failed;
    const sweeps *use = sweeps_of(&at);
    const int64_t rows = problem->rows, k = problem->coefficients;
    for (int64_t first = 0; first < rows; first += LANES) {
        const mask own = load(problem, first, &at);
        point start;
        minimum without, with;
        vector level;
        use->project(&at, &start, &level);
        raise(&at, &start, level, problem->rising);
        settle(&at, 0, pairs->tolerance, own, &start, &without);
        first_step(&at, &without, pairs->promised, &start);
        settle(&at, 1, pairs->tolerance, without.certified, &start, &with);
        const mask done = with.certified;
        const vector ratio = 2 * use->rise(&at, &without.at, &with.at);
        for (int i = 0; i < k; i++) {
            put(pairs->theta_background + i, without.at.theta[i], done, first, k);
            put(pairs->theta + i, with.at.theta[i], done, first, k);
        }
        put(pairs->yield, with.at.yield, done, first, 1);
        put(pairs->ratio, ratio, done, first, 1);
        put(pairs->gap, greater(without.gap, with.gap), done, first, 1);
        put(pairs->curvature, with.curvature, done, first, 1);
        put(pairs->information, with.information, done, first, 1);
        if (pairs->covariance) write_covariance(&at, &with.at, done, pairs->covariance, first);
        for (int lane = 0; lane < LANES && own[lane]; lane++) pairs->certified[first + lane] = -done[lane];
    }
    free(memory);
    return GLOAM_DONE;
}
