"""200 random hypotheses of each workload at each level of statistics, against independent solvers."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from gloam.fit import FitStatus
from gloam.scans import fit_scan

from .declared import LEVELS, edges_of, hypothesis, legendre_expected, scan_of, some
from .references import log_likelihood_ratio, upward_distance, yield_error

pytestmark = pytest.mark.validation

HYPOTHESES = 200
SEED = 20240607


@dataclass
class Deviations:
    """How far the fits of a scan are from their references, one entry for each hypothesis."""

    q0: list = field(default_factory=list)
    n_sig: list = field(default_factory=list)  # in standard deviations
    above: list = field(default_factory=list)  # nll - nll of the proven minimum
    excess: list = field(default_factory=list)  # the same less the certificate
    error: list = field(default_factory=list)  # of the standard deviation, relative
    bounded: int = 0


def deviations(workload, level, number, seed):
    random = np.random.default_rng(seed)
    out = Deviations()
    variants = np.sort(random.integers(0, 9, number)) if workload == "W2" else np.zeros(number, int)
    for variant in np.unique(variants):
        scan = scan_of(workload, level, int(variant))
        rows = np.sort(random.choice(len(scan.grid), np.count_nonzero(variants == variant), replace=False))
        result = fit_scan(some(scan, rows))
        for i, row in enumerate(rows):
            compare(out, result, i, hypothesis(workload, scan, row, variant), edges_of(workload, scan, row, variant))
    return out


def compare(out, result, i, fits, edges):
    free, without = fits.free(), fits.at(0.0)
    on_edge = result.status[i] == FitStatus.BOUNDARY
    out.q0.append(abs(result.q0[i] - 2 * fits.nll_difference(without, free)))
    error = result.n_sig_err[i]
    if not on_edge or i % 10 == 0:  # a search for each fit on the edge would take minutes
        out.error.append(abs(error / (upward_distance(fits, free) if on_edge else yield_error(free)) - 1))
    out.n_sig.append(abs(result.n_sig[i] - free.x[-1]) / error)
    domain, k = (result.domain_low[i], result.domain_high[i]), result.parameters[i]
    assert (result.window_low[i], result.window_high[i]) == pytest.approx((edges[0], edges[-1]), rel=1e-14)
    for theta, s, reference in (
        (result.theta[i, :k], result.n_sig[i], free),
        (result.theta_background[i, :k], 0.0, without),
    ):
        mu = legendre_expected(edges, *domain, theta) + s * fits.signal
        assert mu.min() > -1e-11  # coefficients in double precision give an expectation of 0 to their rounding
        above = log_likelihood_ratio(fits.counts, mu, reference.mu)
        out.above.append(above)
        out.excess.append(above - result.edm[i])
    out.bounded += bool(on_edge)


def check(found):
    assert max(found.q0) <= 1e-9
    assert max(found.n_sig) <= 1e-5
    assert min(found.above) >= -1e-10  # nothing is below a proven minimum
    assert max(found.excess) <= 1e-10  # the certificate bounds the distance from it


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("workload", ["W1", "W2"])
def test_fits_are_exact_and_certificates_true(workload, level, record_property):
    found = deviations(workload, level, HYPOTHESES, SEED)
    for name in ("q0", "n_sig", "above", "excess", "error"):
        record_property(name, float(np.max(getattr(found, name))))
    record_property("bounded", found.bounded)
    check(found)
    assert len(found.q0) == HYPOTHESES
    # the curvature is that before the last step, which is below a part in a hundred
    assert max(found.error) <= 1e-2
    # the workloads reach what they are meant to reach: minima on mu = 0 at low statistics
    assert found.bounded > HYPOTHESES / 5 if LEVELS[level] < 0.05 else found.bounded < HYPOTHESES / 5


def test_the_comparison_notices_a_yield_that_is_off_by_a_ten_thousandth():
    # the mirror of the tests above: what they compare has to be sensitive enough to fail
    scan = scan_of("W1", "full")
    rows = np.array([2500, 7000])
    result = fit_scan(some(scan, rows))
    result.n_sig[0] += 1e-4 * result.n_sig_err[0]
    result.q0[1] *= 1 + 1e-9
    found = Deviations()
    for i, row in enumerate(rows):
        compare(found, result, i, hypothesis("W1", scan, row), edges_of("W1", scan, row))
    assert found.n_sig[0] > 1e-5
    assert found.q0[1] > 1e-9
    assert found.excess[0] > 1e-10
    with pytest.raises(AssertionError):
        check(found)


@pytest.mark.statistical
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("workload", ["W1", "W2"])
def test_two_thousand_more(workload, level, record_property):
    found = deviations(workload, level, 2000, SEED + 1)
    for name in ("q0", "n_sig", "above", "excess", "error"):
        record_property(name, float(np.max(getattr(found, name))))
    check(found)
