/* The instruction sets: which of them this processor has, and the functions compiled for each. */

#include "fits.h"

#include <stddef.h>

int gloam_interface(void) { return GLOAM_INTERFACE; }

typedef int newton(const gloam_problem *, const gloam_minima *);
typedef int interior(const gloam_problem *, const gloam_minima *, double *);
typedef int pairs(const gloam_problem *, const gloam_pairs *);
typedef int limits(const gloam_problem *, const gloam_limits *);
typedef void rise(int64_t, int64_t, const double *, const double *, const double *, const double *, double *);
typedef int64_t tabulated(const gloam_table *, int64_t, int64_t, const double *, const double *, const double *, double, double *);

typedef int64_t windows(int64_t, int64_t, const int64_t *, int64_t, const double *, const double *, const double *, double *,
                        double *, double *);

typedef void poisson(const gloam_poisson *, int64_t, const uint64_t *, double *);

/* What is compiled once for each instruction set. */
typedef struct {
    const char *name;
    newton *newton;
    interior *interior;
    pairs *pairs;
    limits *limits;
    rise *rise;
    tabulated *tabulated;
    windows *windows;
    poisson *poisson;
} functions;

#define FUNCTIONS(VARIANT)                                                                                            \
    newton gloam_newton_##VARIANT;                                                                                    \
    interior gloam_interior_##VARIANT;                                                                                \
    pairs gloam_pairs_##VARIANT;                                                                                      \
    limits gloam_limits_##VARIANT;                                                                                    \
    rise gloam_rise_##VARIANT;                                                                                        \
    tabulated gloam_tabulated_##VARIANT;                                                                              \
    windows gloam_windows_##VARIANT;                                                                                  \
    poisson gloam_poisson_##VARIANT;
#define ENTRY(NAME, VARIANT)                                                                                          \
    {NAME,                                                                                                            \
     gloam_newton_##VARIANT,                                                                                          \
     gloam_interior_##VARIANT,                                                                                        \
     gloam_pairs_##VARIANT,                                                                                           \
     gloam_limits_##VARIANT,                                                                                          \
     gloam_rise_##VARIANT,                                                                                            \
     gloam_tabulated_##VARIANT,                                                                                       \
     gloam_windows_##VARIANT,                                                                                         \
     gloam_poisson_##VARIANT}

FUNCTIONS(baseline)
#if defined(__x86_64__)
FUNCTIONS(avx2)
FUNCTIONS(avx512)
static const functions variants[] = {ENTRY("SSE2", baseline), ENTRY("AVX2", avx2), ENTRY("AVX-512", avx512)};
#elif defined(__aarch64__)
static const functions variants[] = {ENTRY("NEON", baseline)};
#else
static const functions variants[] = {ENTRY("baseline", baseline)};
#endif

/* 0: baseline, 1: AVX2, 2: AVX-512; the best this processor has. */
int gloam_best(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
    return 0;
}

static const functions *of(int variant) {
    return variant >= 0 && variant < (int)(sizeof variants / sizeof *variants) ? &variants[variant] : NULL;
}

const char *gloam_name(int variant) { return of(variant) ? of(variant)->name : ""; }

int gloam_newton(int variant, const gloam_problem *problem, const gloam_minima *fits) {
    return of(variant) ? of(variant)->newton(problem, fits) : GLOAM_UNSUITABLE;
}

int gloam_interior(int variant, const gloam_problem *problem, const gloam_minima *fits, double *multiplier) {
    return of(variant) ? of(variant)->interior(problem, fits, multiplier) : GLOAM_UNSUITABLE;
}

int gloam_pairs_of_fits(int variant, const gloam_problem *problem, const gloam_pairs *pairs) {
    return of(variant) ? of(variant)->pairs(problem, pairs) : GLOAM_UNSUITABLE;
}

int gloam_limits_of_fits(int variant, const gloam_problem *problem, const gloam_limits *limits) {
    return of(variant) ? of(variant)->limits(problem, limits) : GLOAM_UNSUITABLE;
}

void gloam_rise(int variant, int64_t rows, int64_t bins, const double *counts, const double *exposure,
                const double *at, const double *reference, double *rise) {
    if (of(variant)) of(variant)->rise(rows, bins, counts, exposure, at, reference, rise);
}

int64_t gloam_tabulated(int variant, const gloam_table *table, int64_t rows, int64_t columns, const double *x,
                        const double *position, const double *width, double side, double *out) {
    return of(variant) ? of(variant)->tabulated(table, rows, columns, x, position, width, side, out) : -1;
}

int64_t gloam_windows(int variant, int64_t rows, int64_t bins, const int64_t *index, int64_t size, const double *axis,
                      const double *contents, const double *below, double *edges, double *counts, double *exposure) {
    return of(variant) ? of(variant)->windows(rows, bins, index, size, axis, contents, below, edges, counts, exposure) : -1;
}

void gloam_poisson_counts(int variant, const gloam_poisson *tables, int64_t toys, const uint64_t *counters, double *counts) {
    if (of(variant)) of(variant)->poisson(tables, toys, counters, counts);
}
