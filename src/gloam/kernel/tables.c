/* Tabulated functions, read for many numbers at once; see standard.py. */

#include "lanes.h"

/* Distribution functions F((x - position) / width), or 1 - F(-z) where side is -1, from cubics in cells of a grid of z.
   Each row of x has its own position and width. Returns how many lie outside the table: these become NaN. */
int64_t NAME(gloam_tabulated_)(const gloam_table *table, int64_t rows, int64_t columns, const double *x,
                               const double *position, const double *width, double side, double *out) {
    int64_t outside = 0;
    for (int64_t row = 0; row < rows; row++) {
        const double scale = side / (width[row] * table->step), shift = table->low / table->step;
        for (int64_t j = row * columns; j < (row + 1) * columns; j++) {
            const double at = (x[j] - position[row]) * scale - shift;
            if (!(at >= 0 && at < (double)table->cells)) {
                out[j] = NAN;
                outside++;
                continue;
            }
            const int64_t cell = (int64_t)at;
            const double t = at - (double)cell, *c = table->coefficients + 4 * cell;
            const double value = c[0] + t * (c[1] + t * (c[2] + t * c[3]));
            out[j] = side > 0 ? value : 1 - value;
        }
    }
    return outside;
}
