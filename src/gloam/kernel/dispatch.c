/* The instruction sets: which of them this processor has, and the functions compiled for each. */

#include "fits.h"

int gloam_interface(void) { return GLOAM_INTERFACE; }

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

const char *gloam_name(int variant) {
#if defined(__x86_64__)
    return variant == 2 ? "AVX-512" : variant == 1 ? "AVX2" : "SSE2";
#elif defined(__aarch64__)
    return variant == 0 ? "NEON" : "NEON";
#else
    return variant == 0 ? "baseline" : "baseline";
#endif
}

int gloam_newton(int variant, const gloam_fits *fits) {
#if defined(__x86_64__)
    if (variant == 2) return gloam_newton_avx512(fits);
    if (variant == 1) return gloam_newton_avx2(fits);
#endif
    return variant == 0 ? gloam_newton_baseline(fits) : GLOAM_UNSUITABLE;
}

void gloam_rise(int variant, int64_t rows, int64_t bins, const double *counts, const double *exposure,
                const double *at, const double *reference, double *rise) {
#if defined(__x86_64__)
    if (variant == 2) {
        gloam_rise_avx512(rows, bins, counts, exposure, at, reference, rise);
        return;
    }
    if (variant == 1) {
        gloam_rise_avx2(rows, bins, counts, exposure, at, reference, rise);
        return;
    }
#endif
    (void)variant;
    gloam_rise_baseline(rows, bins, counts, exposure, at, reference, rise);
}
