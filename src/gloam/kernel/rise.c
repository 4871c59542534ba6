/* -ln L at one point minus that at another, bin by bin; see likelihood.py. The bins of one row lie in the lanes. */

#include "lanes.h"

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
