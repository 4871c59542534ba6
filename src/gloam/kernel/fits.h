/* What the kernel is given and what it returns. All arrays are C-contiguous; see newton.py for the meaning. */
#ifndef GLOAM_FITS_H
#define GLOAM_FITS_H

#include <stdint.h>

#define GLOAM_INTERFACE 3 /* library.py asks for this number: raise both when anything below changes */
#define GLOAM_MOST_COEFFICIENTS 12
#define GLOAM_MOST_SHARED 7 /* with one matrix for all rows */

enum { GLOAM_DONE = 0, GLOAM_UNSUITABLE = 1, GLOAM_NO_MEMORY = 2 };

/* b fits of m bins and K coefficients: n ~ Poisson(e (A theta + s f + known)); see problem.py. */
typedef struct {
    int64_t rows, bins, coefficients; /* b, m, K */
    int64_t shared;                   /* 1: one matrix, K x m; 0: one for each row, b x m x K */
    const double *counts, *signal;    /* b x m */
    const double *exposure, *known;   /* b x m, or NULL: 1 and 0 everywhere; known only where the matrix is not shared */
    const double *matrix;
    const double *rising; /* K: a background that is positive everywhere, to start from */
    /* or many fits with few signals, exposures, ... (their rows are those of a template), to windows of many spectra:
       n = below[spectrum][index[j + 1]] - below[spectrum][index[j]], and counts are NULL */
    const int64_t *template_of, *spectrum_of; /* b */
    const int64_t *index;                     /* edge indices, templates x (m + 1) */
    const double *below;                      /* sums below the edges, spectra x edges */
    int64_t edges;
} gloam_problem;

/* Newton's method from given starts: rows that are certified are written, the others stay as they are. */
typedef struct {
    int64_t free;     /* 1: the signal yield is fitted; 0: it is fixed */
    double tolerance; /* certificate at which a fit is finished */
    double *theta, *yield; /* b x K, b: in: the start; out: the minimum */
    double *expected, *gap, *slope, *curvature, *information, *ridge; /* b x m, b, b, b, b, b x K */
    int64_t *certified, *passes;                                      /* b */
} gloam_minima;

/* The fits without and with a signal, from the counts alone; rows in which both are certified are written. */
typedef struct {
    double tolerance, promised; /* gain in 2 ln L, to second order, above which a first step is not believed */
    double *theta_background, *theta, *yield;      /* b x K, b x K, b */
    double *ratio;                                 /* 2 (nll without a signal - nll at the minimum), b */
    double *gap, *curvature, *information;         /* the larger of both; of the fit with a signal; b each */
    double *covariance;                            /* yield last, b x (K + 1)^2, NaN where singular; or NULL */
    int64_t *certified;                            /* b */
} gloam_pairs;

/* Upper limits of fits that are certified; rows in which all of them are found are written. */
typedef struct {
    const double *theta_background, *theta, *yield; /* the fits, b x K, b x K, b */
    double goal;                                    /* ln CLs at the limit; 0: sqrt(q-tilde) there is */
    double height;
    int64_t bands;                                  /* expected limits of each row: sqrt(q-tilde) of the Asimov set is */
    const double *heights;                          /* these, in increasing order */
    double *observed, *expected;                    /* b, b x bands */
    int64_t *found;                                 /* b */
} gloam_limits;

/* A function on a grid, as a cubic in each cell: coefficients of one cell after the other, lowest power first. */
typedef struct {
    double low, step;
    int64_t cells;
    const double *coefficients; /* cells x 4 */
} gloam_table;

/* Tables that turn words into Poisson counts; see poisson_tables.py. */
typedef struct {
    int64_t bins, bits;
    uint64_t key[2];
    const uint64_t *thresholds;
    const int32_t *cells; /* 2^bits for each bin, and the end of the last one */
    const int64_t *shift; /* bins */
} gloam_poisson;

#endif
