/* Poisson counts from the words of a Philox4x64-10 generator and tables; see poisson_tables.py. The counts are those that
   NumPy draws: integers are compared, nothing is rounded. */

#include "lanes.h"

#define BLOCK 256 /* bins, a multiple of 4, whose tables stay in the cache while all toys are drawn */

/* Four words of NumPy's Philox at a counter (Salmon et al., SC11, doi:10.1145/2063384.2063405). */
INLINE void philox(const uint64_t counter[4], const uint64_t key[2], uint64_t words[4]) {
    uint64_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const unsigned __int128 first = (unsigned __int128)0xD2E7470EE14C6C93u * c0;
        const unsigned __int128 second = (unsigned __int128)0xCA5A826395121157u * c2;
        c0 = (uint64_t)(second >> 64) ^ c1 ^ k0, c1 = (uint64_t)second;
        c2 = (uint64_t)(first >> 64) ^ c3 ^ k1, c3 = (uint64_t)first;
        k0 += 0x9E3779B97F4A7C15u, k1 += 0xBB67AE8584CAA73Bu;
    }
    words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

INLINE void advance(uint64_t counter[4], uint64_t by) {
    counter[0] += by;
    for (int i = 1, carry = counter[0] < by; i < 4 && carry; i++) carry = ++counter[i] == 0;
}

/* Bisection among the thresholds in the cell of the word, of which there are 2^bits for each bin. */
INLINE int64_t count(const gloam_poisson *tables, int64_t bin, uint64_t word) {
    const int32_t *cell = tables->cells + (bin << tables->bits) + (word >> (64 - tables->bits));
    int32_t low = cell[0], high = cell[1];
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (tables->thresholds[middle] < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low + tables->shift[bin];
}

/* The counts of all bins in some toys, each of which has a counter of its own; NumPy raises it before it draws. */
void NAME(gloam_poisson_)(const gloam_poisson *tables, int64_t toys, const uint64_t *counters, double *counts) {
    const int64_t bins = tables->bins;
    for (int64_t start = 0; start < bins; start += BLOCK) {
        const int64_t end = start + BLOCK < bins ? start + BLOCK : bins;
        for (int64_t toy = 0; toy < toys; toy++) {
            uint64_t counter[4], words[4];
            memcpy(counter, counters + 4 * toy, sizeof counter);
            advance(counter, (uint64_t)start / 4);
            for (int64_t bin = start; bin < end; bin += 4) {
                advance(counter, 1);
                philox(counter, tables->key, words);
                for (int64_t i = 0; i < 4 && bin + i < end; i++)
                    counts[toy * bins + bin + i] = (double)count(tables, bin + i, words[i]);
            }
        }
    }
}
