"""The example of BumpHunter that pyBumpHunter is tested with, as a scan of counts in windows.

The counts are those of its script data/gen_data.C (github.com/scikit-hep/pyBumpHunter): 10^5 exponential values of mean
2 for the background and as many for the data, with 150 of a Gaussian at 5.5 +- 0.35; drawn again with the linear
congruential generator of ROOT (seed 42), in 60 bins from 0 to 20. That they are the same shows in its printed numbers:
the window of 4 bins from bin 16 on, 208 events above the background, local p-value 0.00017341, 285 windows.
"""

import numpy as np

from gloam.execution import random_stream
from gloam.statistics.counting.poisson import log_at_least

DATA = np.array([
    15133, 13122, 11053, 9347, 7862, 6678, 5629, 4645, 4125, 3404, 2916, 2509, 2028, 1818, 1510, 1268, 1121, 950, 771,
    667, 513, 488, 398, 324, 267, 231, 222, 183, 153, 132, 101, 82, 79, 60, 59, 44, 41, 35, 43, 22, 19, 19, 15, 6, 8,
    6, 9, 5, 5, 3, 2, 4, 2, 5, 3, 0, 1, 1, 1, 0,
])  # fmt: skip

BACKGROUND = np.array([
    15394, 13137, 11006, 9232, 7911, 6636, 5661, 4729, 4024, 3412, 2788, 2551, 2108, 1789, 1474, 1264, 1078, 894, 705,
    624, 552, 495, 394, 322, 275, 239, 178, 189, 151, 133, 100, 66, 69, 65, 47, 38, 43, 35, 32, 25, 19, 19, 23, 13,
    10, 8, 5, 7, 5, 5, 3, 4, 1, 1, 2, 1, 1, 3, 0, 1,
])  # fmt: skip

WIDTHS = range(2, 7)


def windows(contents):
    """The counts in all windows of 2 to 6 bins, shape (..., 285), by their widths and first bins."""
    below = np.concatenate([np.zeros((*contents.shape[:-1], 1)), contents.cumsum(axis=-1)], axis=-1)
    return np.concatenate([below[..., width:] - below[..., :-width] for width in WIDTHS], axis=-1)


def log_local(contents):
    """The logarithms of P(N >= observed) in all windows with an excess, else 0 (arXiv:1101.0390, section 2.1)."""
    counts, expected = windows(contents), windows(BACKGROUND.astype(float))
    logs = np.zeros(counts.shape)
    excess = counts > expected
    logs[excess] = log_at_least(counts[excess], np.broadcast_to(expected, counts.shape)[excess])
    return logs


def global_p(toys, seed):
    """The share of toys of the background whose least local p-value is as small, and its binomial error."""
    least = log_local(DATA.astype(float)).min()
    smaller = 0
    for shard in range(toys // 1000):
        contents = random_stream(seed, "bump hunter", shard).poisson(BACKGROUND, (1000, BACKGROUND.size)).astype(float)
        smaller += int((log_local(contents).min(axis=1) <= least).sum())
    p = smaller / toys
    return p, np.sqrt(p * (1 - p) / toys)
