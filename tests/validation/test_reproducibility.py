"""The answer does not depend on how the work is cut, ordered or shared out."""

import sys

import numpy as np
import pytest

from gloam.scans import fit_scan
from gloam.statistics import upper_limits

from .declared import scan_of, some

pytestmark = pytest.mark.validation

CASES = [
    ("W1", "full", 11),
    ("W1", "tenth", 3),
    ("W1", "hundredth", 47),
    ("W1", "three-hundredth", 97),
    ("W2", "full", 2),
    ("W2", "tenth", 1),
    ("W2", "hundredth", 5),
    ("W2", "three-hundredth", 7),
]

TOLERANCE = 1e-12
"""Of a yield, in standard deviations. Rounding that depended on the batch would reach 1e-7 where the expectation
vanishes in empty bins; the interior point therefore sums row by row."""


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def scan(request):
    workload, level, stride = request.param
    whole = scan_of(workload, level, 5 if workload == "W2" else 0)
    return some(whole, np.arange(0, len(whole.grid), stride))


@pytest.fixture
def cut(monkeypatch):
    """Sets how many fits a batch has at most."""
    module = sys.modules["gloam.scans.batches"]  # its name in the package is that of the function

    def to(rows):
        monkeypatch.setattr(module, "ROWS", rows)
        monkeypatch.setattr(module, "ELEMENTS", 10**9)

    return to


def require_same(first, second, order=slice(None)):
    """Two results agree, the second one having the hypotheses `order` of the first."""
    np.testing.assert_array_equal(first.status[order], second.status)
    error = first.n_sig_err[order]
    assert (np.abs(first.n_sig[order] - second.n_sig) <= TOLERANCE * error).all()
    assert (np.abs(error - second.n_sig_err) <= TOLERANCE * error).all()
    q0 = first.q0[order]
    assert (np.abs(q0 - second.q0) <= 1e-12 * np.maximum(q0, 1)).all()


@pytest.mark.parametrize("rows", [1, 7, 5000])
def test_any_size_of_the_batches(scan, cut, rows):
    if rows == 1:
        scan = some(scan, np.arange(0, len(scan.grid), 5))
    once = fit_scan(scan)
    cut(rows)
    require_same(once, fit_scan(scan))


def test_any_number_of_threads(scan):
    once = fit_scan(scan, threads=1)
    for threads in (2, 5):
        again = fit_scan(scan, threads=threads)
        for name in ("n_sig", "n_sig_err", "q0", "edm", "theta", "theta_background", "covariance"):
            np.testing.assert_array_equal(getattr(once, name), getattr(again, name))


def test_any_order_of_the_grid(scan):
    order = np.random.default_rng(1).permutation(len(scan.grid))
    require_same(fit_scan(scan), fit_scan(some(scan, order)), order)


def test_any_part_of_the_grid(scan):
    part = np.sort(np.random.default_rng(2).permutation(len(scan.grid))[: len(scan.grid) // 5])
    require_same(fit_scan(scan), fit_scan(some(scan, part)), part)


@pytest.mark.parametrize("method", ["cls", "profile"])
@pytest.mark.parametrize("level", ["full", "hundredth"])
def test_limits_too(level, method, cut):
    whole = scan_of("W2", level)
    scan = some(whole, np.arange(0, 502, 9))
    result = fit_scan(scan)
    once = upper_limits(result, 0.95, method)
    order = np.random.default_rng(3).permutation(len(scan.grid))
    cut(5)
    again = upper_limits(fit_scan(some(scan, order)), 0.95, method)
    error = result.n_sig_err[order]
    # rounding can make the iteration for a limit one step longer: its accuracy is what is promised
    assert (np.abs(once.observed[order] - again.observed) <= 2e-5 * error).all()
    assert (np.abs(once.expected[order] - again.expected) <= 2e-5 * error[:, None]).all()
