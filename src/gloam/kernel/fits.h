/* What the kernel is given and what it returns. All arrays are C-contiguous; see newton.py for the meaning. */
#ifndef GLOAM_FITS_H
#define GLOAM_FITS_H

#include <stdint.h>

#define GLOAM_INTERFACE 1    /* library.py asks for this number: raise both when anything below changes */
#define GLOAM_MOST_COEFFICIENTS 12
#define GLOAM_MOST_SHARED 6 /* with one matrix for all rows */

typedef struct {
    int64_t rows, bins, coefficients; /* b, m, K */
    int64_t shared;                   /* 1: one matrix, K x m; 0: one for each row, b x m x K */
    int64_t free;                     /* 1: the signal yield is fitted; 0: it is fixed */
    double tolerance;                 /* certificate at which a fit is finished */
    const double *counts, *exposure, *signal; /* b x m; exposure may be NULL: 1 everywhere */
    const double *matrix;
    /* in: the start; out: the minimum, in rows that are certified; the others stay as they are */
    double *theta, *yield, *expected; /* b x K, b, b x m */
    double *gap, *slope, *curvature, *information, *ridge; /* b, b, b, b, b x K */
    int64_t *certified, *passes;                           /* b */
} gloam_fits;

enum { GLOAM_DONE = 0, GLOAM_UNSUITABLE = 1, GLOAM_NO_MEMORY = 2 };

/* One translation unit for each instruction set, compiled from lanes.c. */
int gloam_newton_baseline(const gloam_fits *fits);
void gloam_rise_baseline(int64_t rows, int64_t bins, const double *counts, const double *exposure, const double *at,
                         const double *reference, double *rise);
#if defined(__x86_64__)
int gloam_newton_avx2(const gloam_fits *fits);
int gloam_newton_avx512(const gloam_fits *fits);
void gloam_rise_avx2(int64_t rows, int64_t bins, const double *counts, const double *exposure, const double *at,
                     const double *reference, double *rise);
void gloam_rise_avx512(int64_t rows, int64_t bins, const double *counts, const double *exposure, const double *at,
                       const double *reference, double *rise);
#endif

#endif
