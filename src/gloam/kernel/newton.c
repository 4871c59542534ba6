/* Newton's method in lanes, from any positive start; see newton.py. */

#include "lanes.h"

#include <stdlib.h>

#define LONG_STEP 0.6 /* see newton.py */
#define WALL 0.95
#define MAXIMUM_PASSES 14
#define BLOCKED_PASSES 2
#define SEARCHES 6

/* How far to go along the steps: 1, or searched for where an expectation may change much; stopped says by an empty
   bin. The minimum of -ln L along the step before the wall, by Newton's method in a bracket. */
static vector step_length(const bins *at, const point *step, mask far, mask *stopped) {
    vector slope_here = all(0), least = all(INFINITY), nearest = all(0), largest = all(0);
    *stopped = (mask){0};
    for (int64_t j = 0; j < at->bins; j++) {
        vector change = step->yield * at->signal[j];
        for (int i = 0; i < at->k; i++) change += step->theta[i] * column(at, at->shared, i, j);
        change = choose(at->exposure[j] > all(0), change, all(0));
        const vector relative = at->relative[j] = change * at->inverse[j];
        const mask lower = relative < least;
        slope_here += at->exposure[j] * change;
        least = choose(lower, relative, least);
        nearest = choose(lower, at->counts[j], nearest);
        largest = greater(magnitude(relative), largest);
    }
    far &= largest > all(LONG_STEP);
    if (!any(far)) return all(1);
    const vector wall = WALL / greater(-least, all(WALL / 2));
    vector low = all(0), high = wall, length = wall; /* first, whether it still falls at the wall */
    mask downhill = (mask){0};
    for (int search = 0; search <= SEARCHES; search++) {
        vector slope = slope_here, bend = all(0);
        for (int64_t j = 0; j < at->bins; j++) {
            const vector share = at->relative[j] / (1.0 + length * at->relative[j]);
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
    *stopped = far & downhill & (nearest == all(0)) & (least < all(-WALL / 2));
    return choose(far, choose(downhill, wall, length), all(1));
}

/* The rows that are done into their places; see `record` in minimum.py. */
static void record(int k, minimum *out, mask done, const point *here, vector gap, const model *towards, int free) {
    pick(k, &out->at, done, here, &out->at);
    for (int i = 0; i < k; i++) out->ridge[i] = choose(done, -towards->tilt[i], out->ridge[i]);
    out->gap = choose(done, gap, out->gap);
    out->slope = choose(done, free ? all(0) : towards->slope, out->slope);
    out->curvature = choose(done, towards->curvature, out->curvature);
    out->information = choose(done, towards->information, out->information);
    out->certified |= done;
}

void settle(const bins *at, int free, double tolerance, mask working, const point *start, minimum *out) {
    const sweeps *use = sweeps_of(at);
    const int k = at->k;
    point here = *start, step;
    mask blocked = (mask){0};
    memset(out, 0, sizeof *out);
    pick(k, &out->at, working, &here, &here);
    for (int pass = 0; pass < MAXIMUM_PASSES && any(working); pass++) {
        model towards;
        vector gap, reach, length = all(1);
        use->second_order(at, &here, &towards);
        step.yield = free ? -towards.slope / towards.curvature : all(0);
        for (int i = 0; i < k; i++) step.theta[i] = towards.step[i] - towards.tilt[i] * step.yield;
        use->measure(at, &step, &gap, &reach);
        out->passes -= working;
        mask moving = working & is_finite(reach) & is_finite(step.yield) & ~towards.outside;
        for (int i = 0; i < k; i++) moving &= is_finite(step.theta[i]); /* no bins at all: no step reaches any */
        const mask far = moving & (reach > all(LONG_STEP));
        if (any(far)) {
            mask stopped;
            length = step_length(at, &step, far, &stopped);
            blocked -= stopped;
            gap = choose(length == all(1), gap, all(INFINITY));
        }
        for (int i = 0; i < k; i++) step.theta[i] = choose(moving, step.theta[i], all(0));
        step.yield = choose(moving, step.yield, all(0));
        move(k, &here, &step, choose(moving, length, all(1)));
        const mask done = moving & (gap <= all(tolerance));
        if (any(done)) record(k, out, done, &here, gap, &towards, free);
        working = moving & ~done & (blocked < BLOCKED_PASSES);
    }
}

/* Working memory for LANES rows: `more` further arrays of m registers lead on from *memory, which is to be freed. */
int reserve(const gloam_problem *problem, int64_t more, bins *at, vector **memory) {
    const int64_t m = problem->bins, k = problem->coefficients, shared = problem->shared && k > 0;
    const int64_t own = 5 + (shared ? 0 : 1 + k);
    if (problem->rows < 0 || m < 0 || k < 0 || k > (problem->shared ? GLOAM_MOST_SHARED : MOST)) return GLOAM_UNSUITABLE;
    if (shared && problem->known) return GLOAM_UNSUITABLE;
    if (!problem->counts && !(problem->below && problem->index && problem->spectrum_of)) return GLOAM_UNSUITABLE;
    if (m > INT64_MAX / 64 / (int64_t)sizeof(vector)) return GLOAM_NO_MEMORY;
    *memory = aligned_alloc(64, ((size_t)((own + more) * m + 1) * sizeof(vector) + 63) / 64 * 64);
    if (!*memory) return GLOAM_NO_MEMORY;
    vector *next = *memory + more * m;
    *at = (bins){.bins = m, .k = (int)k, .shared = (int)shared, .columns = problem->matrix, .counts = next,
                 .signal = next + m, .exposure = next + 2 * m, .inverse = next + 3 * m, .relative = next + 4 * m};
    if (!shared) at->known = next + 5 * m, at->matrix = next + 6 * m;
    for (int64_t j = 0; j < m; j++) at->exposure[j] = all(1);
    for (int64_t j = 0; !shared && j < m; j++) at->known[j] = all(0);
    return GLOAM_DONE;
}

/* LANES registers with one row each become LANES registers with one bin each: registers i and i + LANES / 2 are merged
   lane by lane, log2(LANES) times. */
INLINE void transpose(vector *rows) {
    UNROLL for (int merged = 1; merged < LANES; merged *= 2) {
        vector next[LANES];
        UNROLL for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = merge_low(rows[i], rows[i + LANES / 2]);
            next[2 * i + 1] = merge_high(rows[i], rows[i + LANES / 2]);
        }
        UNROLL for (int i = 0; i < LANES; i++) rows[i] = next[i];
    }
}

/* Bins of the rows of all lanes side by side. */
static void interleave(vector *to, const double *from, const int64_t *rows, int64_t bins) {
    const double *row[LANES];
    for (int lane = 0; lane < LANES; lane++) row[lane] = from + rows[lane] * bins;
    int64_t j = 0;
    for (; j + LANES <= bins; j += LANES) {
        vector block[LANES];
        UNROLL for (int lane = 0; lane < LANES; lane++) memcpy(&block[lane], row[lane] + j, sizeof(vector));
        transpose(block);
        UNROLL for (int i = 0; i < LANES; i++) to[j + i] = block[i];
    }
    for (; j < bins; j++)
        for (int lane = 0; lane < LANES; lane++) to[j][lane] = row[lane][j];
}

/* The contents of windows of spectra, from sums below the edges; none in bins that are not used. */
static void gather(const gloam_problem *problem, const int64_t *rows, const int64_t *templates, bins *at) {
    const int64_t m = problem->bins;
    double *place = (double *)at->counts;
    for (int lane = 0; lane < LANES; lane++) {
        const int64_t *index = problem->index + templates[lane] * (m + 1);
        const double *below = problem->below + problem->spectrum_of[rows[lane]] * problem->edges;
        double left = below[index[0]];
        for (int64_t j = 0; j < m; j++) {
            const double right = below[index[j + 1]];
            place[j * LANES + lane] = right - left;
            left = right;
        }
    }
    for (int64_t j = at->plain; j < m; j++) at->counts[j] = choose(at->exposure[j] > all(0), at->counts[j], all(0));
}

/* The rows from `first` on; returns which lanes have one of their own: those beyond the last row repeat it. */
mask load(const gloam_problem *problem, int64_t first, bins *at) {
    const int64_t m = problem->bins;
    int64_t rows[LANES], templates[LANES];
    mask own;
    for (int lane = 0; lane < LANES; lane++) {
        own[lane] = first + lane < problem->rows ? -1 : 0;
        rows[lane] = own[lane] ? first + lane : problem->rows - 1;
        templates[lane] = problem->template_of ? problem->template_of[rows[lane]] : rows[lane];
    }
    interleave(at->signal, problem->signal, templates, m);
    if (problem->exposure) interleave(at->exposure, problem->exposure, templates, m);
    if (problem->known) interleave(at->known, problem->known, templates, m);
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; !at->shared && i < at->k; i++)
            for (int64_t j = 0; j < m; j++)
                at->matrix[i * m + j][lane] =
                    problem->matrix[problem->shared ? i * m + j : (templates[lane] * m + j) * at->k + i];
    for (at->plain = 0; at->plain < m && !any(at->exposure[at->plain] != all(1)); at->plain++) {}
    if (problem->counts)
        interleave(at->counts, problem->counts, rows, m);
    else
        gather(problem, rows, templates, at);
    return own;
}

static void write_expected(const bins *at, const point *here, mask done, double *to, int64_t first) {
    sweeps_of(at)->expect(at, here, at->relative);
    const double *expected = (const double *)at->relative;
    for (int lane = 0; lane < LANES; lane++)
        for (int64_t j = 0; done[lane] && j < at->bins; j++) to[(first + lane) * at->bins + j] = expected[j * LANES + lane];
}

int NAME(gloam_newton_)(const gloam_problem *problem, const gloam_minima *fits) {
    bins at;
    vector *memory;
    const int failed = reserve(problem, 0, &at, &memory);
    if (failed) return failed;
    const int64_t rows = problem->rows, k = problem->coefficients;
    for (int64_t first = 0; first < rows; first += LANES) {
        const mask own = load(problem, first, &at);
        point start;
        minimum found;
        for (int i = 0; i < k; i++) start.theta[i] = take(fits->theta + i, first, rows, k);
        start.yield = take(fits->yield, first, rows, 1);
        settle(&at, fits->free != 0, fits->tolerance, own, &start, &found);
        const mask done = found.certified;
        for (int i = 0; i < k; i++) {
            put(fits->theta + i, found.at.theta[i], done, first, k);
            put(fits->ridge + i, found.ridge[i], done, first, k);
        }
        put(fits->yield, found.at.yield, done, first, 1);
        put(fits->gap, found.gap, done, first, 1);
        put(fits->slope, found.slope, done, first, 1);
        put(fits->curvature, found.curvature, done, first, 1);
        put(fits->information, found.information, done, first, 1);
        if (any(done)) write_expected(&at, &found.at, done, fits->expected, first);
        for (int lane = 0; lane < LANES && own[lane]; lane++) {
            fits->certified[first + lane] = -done[lane];
            fits->passes[first + lane] += found.passes[lane];
        }
    }
    free(memory);
    return GLOAM_DONE;
}
