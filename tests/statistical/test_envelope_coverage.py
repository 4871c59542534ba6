"""Coverage of the envelope when the true background is none of its members, with toys."""

import numpy as np
import pytest
from scipy.special import ndtr

from gloam.execution import random_stream
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, SlidingWindows, VariantResults, background_variants, fit_variants
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import profile_envelope

pytestmark = pytest.mark.statistical

BINS, TOYS, WIDTH, LEVEL = 40, 4000, 1.5, 0.95


def fits_of_toys(n_sig):
    """Fits of orders 2, 1 and 3 to all toys: each is a window of its own on one long axis, 40 bins after the other."""
    edges = np.arange(BINS + 1.0)
    expected = 60 * np.exp(-edges[:-1] / 16.0) + n_sig * np.diff(ndtr((edges - 20.0) / WIDTH))
    counts = random_stream(1, "coverage of the envelope", n_sig).poisson(expected, (TOYS, BINS)).astype(float)
    axis = uniform_axis(0.0, BINS * TOYS, bins=BINS * TOYS)
    first = BINS * np.arange(TOYS)
    scan = Scan(
        Spectrum((axis,), with_flow(counts.ravel(), (axis,))), Gaussian(WIDTH), Polynomial(2),
        Grid.of(first + 20.0), SlidingWindows(first, first + BINS, True),
    )  # fmt: skip
    return fit_variants(background_variants(scan, order=1))


def coverage(found, n_sig):
    assert found.n_failed == 0
    return np.mean((found.low <= n_sig) & (n_sig <= found.high)), np.mean(found.upper_limit >= n_sig)


@pytest.mark.parametrize("n_sig", [0, 40, 120])
def test_intervals_and_limits_cover(n_sig):
    """An exponential and polynomials of order 1 to 3; 2 % are allowed for the choice, the rest is Monte Carlo."""
    fits = fits_of_toys(n_sig)
    inside, above = coverage(profile_envelope(fits, LEVEL), n_sig)
    assert abs(inside - 0.6827) < 0.02 + 3 * np.sqrt(0.6827 * 0.3173 / TOYS)
    assert above > LEVEL - 3 * np.sqrt(LEVEL * (1 - LEVEL) / TOYS)
    # the straight line alone, which is not the truth, does not cover
    inside, _ = coverage(profile_envelope(VariantResults(fits.names[1:2], fits.results[1:2])), n_sig)
    assert inside < 0.6
