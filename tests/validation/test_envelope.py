"""The envelope against a search of it by brute force, member by member with an independent minimiser."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import norm

from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, background_variants, fit_variants, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import profile_envelope

from .references import Hypothesis

pytestmark = pytest.mark.validation

AXIS = uniform_axis(0.0, 1.0, bins=30)
LEVEL = 0.95


def counts_of(seed):
    """A curved background with few to many counts, and a signal of any sign that it allows."""
    random = np.random.default_rng(seed)
    t = 2 * AXIS.centers - 1
    mean = 10 ** random.uniform(-0.3, 2)
    curve = 1 + random.uniform(-0.7, 0.7) * t + random.uniform(-0.5, 0.8) * (t * t - 0.4)
    peak = np.diff(ndtr((AXIS.edges - 0.5) / 0.06))
    expected = np.maximum(mean * curve + random.uniform(-2, 4) * np.sqrt(mean * 4) * peak, 0.05)
    return random.poisson(expected).astype(float)


class BruteForce:
    """min over the members of 2 NLL(s) + c k, evaluated at one yield after the other."""

    def __init__(self, counts, orders, correction):
        t = 2 * AXIS.centers - 1
        signal = np.diff(ndtr((AXIS.edges - 0.5) / 0.06))
        self.members = [Hypothesis(counts, _averaged_powers(order), signal) for order in orders]
        self.penalty = [correction * (order + 1) for order in orders]
        self.reference = self.members[0].free()
        assert t.size == counts.size

    def values(self, s):
        return [
            2 * m.nll_difference(m.at(s), self.reference) + p for m, p in zip(self.members, self.penalty, strict=True)
        ]

    def __call__(self, s):
        return min(self.values(s))

    def minima(self):
        fits = [m.free() for m in self.members]
        values = [
            2 * m.nll_difference(fit, self.reference) + p
            for m, fit, p in zip(self.members, fits, self.penalty, strict=True)
        ]
        return np.array(values), np.array([fit.x[-1] for fit in fits])

    def outermost(self, height, start, step):
        """Where the envelope last crosses a height, walking in from far outside."""
        far = start + step
        while self(far) < height:
            far += step
        far += 3 * step
        inner = next(s for s in np.linspace(far, start, 41)[1:] if self(s) < height)
        return brentq(lambda s: self(s) - height, inner, inner + (far - start) / 40, xtol=1e-8)


def _averaged_powers(order):
    """The means of the powers of x over the bins."""
    return np.column_stack([np.diff(AXIS.edges ** (k + 1)) / (k + 1) / AXIS.widths for k in range(order + 1)])


def found_by_gloam(counts, order, by, correction):
    spectrum = Spectrum((AXIS,), with_flow(counts, (AXIS,)))
    grid = Grid.of([0.5])
    scan = Scan(spectrum, Gaussian(0.06), Polynomial(order), grid, sliding_windows(AXIS, grid.position, 5.0))
    return profile_envelope(fit_variants(background_variants(scan, order=by)), LEVEL, correction=correction)


@pytest.mark.parametrize("seed", range(8))
def test_everything_is_what_brute_force_finds(seed):
    counts, correction = counts_of(seed), (1.0, 0.0, 2.0)[seed % 3]
    found = found_by_gloam(counts, 2, 1, correction)
    brute = BruteForce(counts, (2, 1, 3), correction)
    minima, estimates = brute.minima()
    active = int(minima.argmin())
    unit = found.high[0] - found.low[0]
    assert found.active[0] == active
    np.testing.assert_allclose(found.cost[:, 0], minima - minima.min(), atol=1e-8)
    assert abs(found.n_sig[0] - estimates[active]) < 1e-4 * unit
    none = brute.values(0.0)
    assert found.active_background[0] == int(np.argmin(none))
    assert found.q0[0] == pytest.approx(min(none) - minima.min(), abs=1e-8)
    assert found.high[0] == pytest.approx(brute.outermost(minima.min() + 1, estimates[active], unit), abs=1e-4 * unit)
    assert found.low[0] == pytest.approx(brute.outermost(minima.min() + 1, estimates[active], -unit), abs=1e-4 * unit)
    bounded = np.where(estimates > 0, minima, none)
    height = bounded.min() + norm.ppf(LEVEL) ** 2
    best = max(float(estimates[bounded.argmin()]), 0.0)
    assert found.upper_limit[0] == pytest.approx(brute.outermost(height, best, unit), abs=1e-4 * unit)
