/* Upper limits: where the profile of -ln L reaches a height, or CLs a level; see crossing.py and asymptotic_limits.py. */

#include "lanes.h"

#include <stdlib.h>

#define START_TOLERANCE 1e-9 /* see asymptotic_limits.py */
#define TINY 1e-30
#define VALUE_TOLERANCE 1e-6 /* see crossing.py */
#define LAST_STEP 0.02
#define MAXIMUM_STEPS 60

/* A yield at which the profile reaches a height, and its second-order model there; see crossing.py. */
typedef struct {
    point at;
    vector slope, curvature, ridge[MOST];
    mask found;
} crossing;

/* Another yield, theta slid along the ridge; or as it is where the slide leads outside. */
static point slid(const bins *at, const point *from, const vector *ridge, vector yield) {
    const vector step = yield - from->yield;
    point along = *from, kept = *from;
    for (int i = 0; i < at->k; i++) along.theta[i] += ridge[i] * step;
    along.yield = kept.yield = yield;
    pick(at->k, &along, sweeps_of(at)->lowest(at, &along) > all(0), &along, &kept);
    return along;
}

/* The nearer step after which slope * step + curvature * step^2 / 2 is what is missing. */
static vector step_to_rise(vector slope, vector curvature, vector missing) {
    const vector discriminant = greater(slope * slope + 2 * curvature * missing, all(0));
    return 2 * missing / (slope + square_root(discriminant));
}

/* The yields above that of `from` at which -ln L exceeds that of the reference by `goal`. */
static void cross(const bins *at, mask working, const point *from, const vector *ridge, vector guess,
                  const point *reference, vector goal, crossing *out) {
    const vector start = from->yield;
    vector low = start, high = all(INFINITY), s = guess;
    point here = slid(at, from, ridge, guess);
    memset(out, 0, sizeof *out);
    for (int number = 0; number < MAXIMUM_STEPS && any(working); number++) {
        minimum found;
        settle(at, 0, VALUE_TOLERANCE, working, &here, &found);
        working &= found.certified;
        const vector missing = goal - sweeps_of(at)->rise(at, &found.at, reference);
        low = choose(missing > all(0), s, low);
        high = choose(missing > all(0), high, s);
        const mask bracketed = is_finite(high);
        const vector reach = choose(bracketed, high, s + 2 * (s - start)); /* else at most three times as far as so far */
        vector proposed = s + step_to_rise(found.slope, found.curvature, missing);
        const mask inside = (proposed > low) & (proposed < reach);
        proposed = choose(inside, proposed, choose(bracketed, 0.5 * (low + high), reach));
        const vector step = proposed - s, unit = 1.0 / square_root(found.curvature);
        const vector width = smaller(choose(is_finite(unit), unit, all(INFINITY)), magnitude(s - start));
        const mask done = working & ((inside & (magnitude(step) <= LAST_STEP * width)) |
                                     (high - low <= 1e-9 * magnitude(s - start)));
        here = slid(at, &found.at, found.ridge, proposed);
        pick(at->k, &out->at, done, &here, &out->at);
        for (int i = 0; i < at->k; i++) out->ridge[i] = choose(done, found.ridge[i], out->ridge[i]);
        out->slope = choose(done, found.slope + found.curvature * step, out->slope);
        out->curvature = choose(done, found.curvature, out->curvature);
        out->found |= done;
        working &= ~done;
        s = proposed;
    }
}

/* ln Phi(z), also where Phi underflows; see `log_cumulative` in normal.py. */
static double log_normal(double z) {
    if (z >= -20) return log(0.5 * erfc(-z * 0.70710678118654752));
    const double inverse = 1 / (z * z);
    const double series = 1 - inverse * (1 - 3 * inverse * (1 - 5 * inverse * (1 - 7 * inverse)));
    return -0.5 * z * z - log(-z * 2.5066282746310005) + log(series);
}

/* The derivative of ln Phi, given its value. */
static double hazard(double z, double value) { return exp(-0.5 * z * z - 0.91893853320467274 - value); }

/* ln CLs from q-tilde of data and Asimov set, and its derivative; see `log_cls` in asymptotic.py. */
static double log_cls(double q, double q_slope, double q_curvature, double asimov, double asimov_slope, double *slope) {
    const double root = sqrt(q), root_asimov = sqrt(asimov), change_asimov = asimov_slope / (2 * root_asimov);
    const double change = root > 0 ? q_slope / (2 * root) : sqrt(0.5 * q_curvature);
    double both, background, both_change, background_change;
    if (q <= asimov) {
        both = -root, background = root_asimov - root;
        both_change = -change, background_change = change_asimov - change;
    } else {
        both = -(q + asimov) / (2 * root_asimov), background = (asimov - q) / (2 * root_asimov);
        both_change = -(q_slope + asimov_slope) / (2 * root_asimov) - both * change_asimov / root_asimov;
        background_change = (asimov_slope - q_slope) / (2 * root_asimov) - background * change_asimov / root_asimov;
    }
    const double with = log_normal(both), without = log_normal(background);
    *slope = hazard(both, with) * both_change - hazard(background, without) * background_change;
    return with - without;
}

/* The CLs limit of a Gaussian measurement, where the iteration starts: Phi(x - u) = alpha Phi(x), in its errors. */
static double gaussian_limit(double x, double log_alpha) {
    const double goal = log_alpha + log_normal(x);
    double u = x + 2;
    if (u < 0.5) u = 0.5;
    for (int i = 0; i < 6; i++) {
        const double value = log_normal(x - u);
        u += (value - goal) / hazard(x - u, value);
    }
    return u;
}

/* The error of the yield where it has one, else the yield of one event: the unit of first steps. */
static vector error_scale(const bins *at, const minimum *best) {
    vector signal = all(0), events = all(0);
    for (int64_t j = 0; j < at->bins; j++) signal += at->signal[j], events += at->counts[j];
    const vector event = 1.0 / greater(signal, all(1e-3)), sigma = 1.0 / square_root(best->curvature);
    const mask sensible = (sigma > 1e-3 * event) & (sigma < 1e3 * event * square_root(1.0 + events));
    return choose(sensible, sigma, event);
}

/* The second-order models of q-tilde of data and Asimov set around the tested yields. */
typedef struct {
    vector q, asimov;
    const minimum *seen, *imagined;
} local;

/* ln CLs a step away in one lane, and its derivative. */
static double log_cls_away(const local *here, int lane, double step, double *slope) {
    const double bend = here->seen->curvature[lane], bend_asimov = here->imagined->curvature[lane];
    const double tilt = here->seen->slope[lane] + step * bend;
    const double tilt_asimov = here->imagined->slope[lane] + step * bend_asimov;
    const double q = here->q[lane] + 2 * step * (tilt - 0.5 * step * bend);
    const double asimov = here->asimov[lane] + 2 * step * (tilt_asimov - 0.5 * step * bend_asimov);
    return log_cls(q > 0 ? q : 0, 2 * tilt, 2 * bend, asimov > TINY ? asimov : TINY, 2 * tilt_asimov, slope);
}

/* The next step of one lane: Newton's method on sqrt(-ln CLs), which is nearly linear, along both models at once. */
static double proposed_step(const local *here, int lane, double least, double most, double goal) {
    double step = 0;
    for (int round = 0; round < 2; round++) {
        double slope;
        const double value = log_cls_away(here, lane, step, &slope), depth = -value > TINY ? -value : TINY;
        step += 2 * (depth - sqrt(-goal * depth)) / slope;
        step = step < least ? least : step > most ? most : step;
    }
    return step;
}

/* Where CLs falls to exp(goal): data and Asimov set together, each step solves their second-order models. */
static mask cls_limit(const bins *at, const bins *imagined, mask working, vector estimate, const minimum *best,
                      const minimum *best_asimov, double goal, vector *limit) {
    const sweeps *use = sweeps_of(at);
    const vector sigma = error_scale(at, best_asimov);
    vector low = best->at.yield, high = all(INFINITY), s = sigma;
    mask ended = (mask){0};
    for (int lane = 0; lane < LANES; lane++) {
        const double x = estimate[lane] / sigma[lane], u = working[lane] ? gaussian_limit(x > -6 ? x : -6, goal) : 1;
        s[lane] = sigma[lane] * (u > 1e-3 ? u : 1e-3);
    }
    point here = slid(at, &best->at, best->ridge, s), here_asimov = slid(imagined, &best_asimov->at, best_asimov->ridge, s);
    for (int number = 0; number < MAXIMUM_STEPS && any(working); number++) {
        minimum seen, imagined_at;
        settle(at, 0, VALUE_TOLERANCE, working, &here, &seen);
        settle(imagined, 0, VALUE_TOLERANCE, working, &here_asimov, &imagined_at);
        working &= seen.certified & imagined_at.certified;
        const local models = {greater(2 * use->rise(at, &seen.at, &best->at), all(0)),
                              greater(2 * use->rise(imagined, &imagined_at.at, &best_asimov->at), all(TINY)), &seen,
                              &imagined_at};
        vector value = all(0), proposed = s;
        for (int lane = 0; lane < LANES; lane++) {
            double slope;
            if (working[lane]) value[lane] = log_cls_away(&models, lane, 0, &slope);
        }
        low = choose(value > all(goal), s, low);
        high = choose(value > all(goal), high, s);
        const mask bracketed = is_finite(high);
        const vector reach = choose(bracketed, high, 3 * s);
        for (int lane = 0; lane < LANES; lane++)
            if (working[lane])
                proposed[lane] += proposed_step(&models, lane, low[lane] - s[lane], reach[lane] - s[lane], goal);
        const mask inside = (proposed > low) & (proposed < reach);
        proposed = choose(inside, proposed, choose(bracketed, 0.5 * (low + high), reach));
        const mask done = working & ((inside & (magnitude(proposed - s) <= LAST_STEP * smaller(sigma, s))) |
                                     (high - low <= 1e-9 * magnitude(s)));
        *limit = choose(done, proposed, *limit);
        ended |= done;
        working &= ~done;
        here = slid(at, &seen.at, seen.ridge, proposed);
        here_asimov = slid(imagined, &imagined_at.at, imagined_at.ridge, proposed);
        s = proposed;
    }
    return ended;
}

/* Where sqrt(q-tilde) of the Asimov set reaches each height, in increasing order; returns where all were found. */
static mask expected_limits(const bins *imagined, mask working, const minimum *best, const gloam_limits *limits,
                            int64_t first) {
    const vector sigma = error_scale(imagined, best);
    point from = best->at;
    vector ridge[MOST], guess = from.yield + limits->heights[0] * sigma;
    memcpy(ridge, best->ridge, sizeof ridge);
    for (int64_t band = 0; band < limits->bands; band++) {
        crossing found;
        const double rise = 0.5 * limits->heights[band] * limits->heights[band];
        cross(imagined, working, &from, ridge, guess, &best->at, all(rise), &found);
        working &= found.found;
        put(limits->expected + band, found.at.yield, working, first, limits->bands);
        if (band + 1 == limits->bands) break;
        /* the second-order model at this limit leads to the next one; without it start from zero again */
        const double next = limits->heights[band + 1];
        const vector missing = all(0.5 * next * next - rise);
        const vector ahead = found.at.yield + step_to_rise(found.slope, found.curvature, missing);
        const mask known = ahead > found.at.yield;
        pick(imagined->k, &from, known, &found.at, &best->at);
        for (int i = 0; i < imagined->k; i++) ridge[i] = choose(known, found.ridge[i], best->ridge[i]);
        guess = choose(known, ahead, best->at.yield + next * sigma);
    }
    return working;
}

int NAME(gloam_limits_)(const gloam_problem *problem, const gloam_limits *limits) {
    bins at;
    vector *memory;
    const int failed = reserve(problem, 1, &at, &memory);
    if (failed) return failed;
    const sweeps *use = sweeps_of(&at);
    const int64_t rows = problem->rows, k = problem->coefficients;
    for (int64_t first = 0; first < rows; first += LANES) {
        mask working = load(problem, first, &at);
        const vector estimate = take(limits->yield, first, rows, 1);
        point start, none;
        minimum background, best, best_asimov;
        for (int i = 0; i < k; i++) {
            none.theta[i] = take(limits->theta_background + i, first, rows, k);
            start.theta[i] = take(limits->theta + i, first, rows, k);
        }
        none.yield = all(0);
        start.yield = estimate;
        settle(&at, 0, START_TOLERANCE, working, &none, &background);
        pick(at.k, &start, estimate > all(0), &start, &background.at);
        settle(&at, 0, START_TOLERANCE, background.certified, &start, &best);
        bins imagined = at; /* the background-only Asimov set */
        imagined.counts = memory;
        use->expect(&at, &background.at, imagined.counts);
        for (int64_t j = 0; j < at.bins; j++)
            imagined.counts[j] = choose(at.exposure[j] > all(0), at.exposure[j] * imagined.counts[j], all(0));
        settle(&imagined, 0, START_TOLERANCE, best.certified, &background.at, &best_asimov);
        working = best_asimov.certified;
        vector observed = all(0);
        if (limits->goal < 0) {
            working = cls_limit(&at, &imagined, working, estimate, &best, &best_asimov, limits->goal, &observed);
        } else {
            crossing found;
            const vector guess = best.at.yield + limits->height * error_scale(&at, &best);
            cross(&at, working, &best.at, best.ridge, guess, &best.at, all(0.5 * limits->height * limits->height), &found);
            observed = found.at.yield;
            working = found.found;
        }
        if (limits->bands) working = expected_limits(&imagined, working, &best_asimov, limits, first);
        put(limits->observed, observed, working, first, 1);
        for (int lane = 0; lane < LANES && first + lane < rows; lane++) limits->found[first + lane] = -working[lane];
    }
    free(memory);
    return GLOAM_DONE;
}
