/* What is read from tables for many bins at once: the contents of windows, and tabulated functions. */

#include "lanes.h"

/* Edges, counts and exposure of the bins of windows, from their edge indices, rows x (bins + 1), in an axis of `size` bins;
   see assembly.py. Bins without extent are padding, of exposure 0. Returns how many these are, or -1 for an index that is
   none. */
int64_t NAME(gloam_windows_)(int64_t rows, int64_t bins, const int64_t *index, int64_t size, const double *axis,
                             const double *contents, const double *below, double *edges, double *counts, double *exposure) {
    int64_t padding = 0;
    for (int64_t row = 0; row < rows; row++, index++, edges++) {
        int64_t left = *index;
        if (left < 0 || left > size) return -1;
        *edges = axis[left];
        for (int64_t j = 0; j < bins; j++, counts++, exposure++) {
            const int64_t right = *++index;
            if (right < left || right > size) return -1;
            *++edges = axis[right];
            *counts = right == left + 1 ? contents[left] : below[right] - below[left];
            *exposure = right > left;
            padding += right == left;
            left = right;
        }
    }
    return padding;
}

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
