"""Limits and bands against root finding on conditional fits by the reference solvers."""

import numpy as np
import pytest

from gloam.fit import FitStatus
from gloam.scans import fit_scan
from gloam.statistics import upper_limits

from .declared import LEVELS, hypothesis, scan_of, some

pytestmark = pytest.mark.validation

BANDS = (-2, 0, 2)
TOLERANCE = 1e-4  # in standard deviations
PER_CASE = 5
VARIANT = {"full": 0, "tenth": 4, "hundredth": 6, "three-hundredth": 1}


def chosen_rows(workload, level, number=PER_CASE):
    """Random hypotheses, one with a deficit, one with an excess and, where there is one, one without any counts."""
    variant = VARIANT[level] if workload == "W2" else 0
    scan = scan_of(workload, level, variant)
    random = np.random.default_rng(11)
    pool = np.sort(random.choice(len(scan.grid), 60, replace=False))
    below = np.concatenate([[0.0], np.cumsum(scan.spectrum.values())])
    if workload == "W1":
        empty = np.flatnonzero(below[scan.windows.last] == below[scan.windows.first])
        pool = np.concatenate([pool, empty[:1]])
    result = fit_scan(some(scan, pool))
    pull = result.n_sig / result.n_sig_err
    first = [int(pull.argmin()), int(pull.argmax()), *([pool.size - 1] if pool.size > 60 else [])]
    keep = [*first, *(i for i in range(60) if i not in first)][:number]
    return variant, scan, pool[keep]


@pytest.mark.parametrize(("method", "confidence"), [("cls", 0.95), ("profile", 0.90)])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("workload", ["W1", "W2"])
def test_limits_and_bands(workload, level, method, confidence, record_property):
    compare(workload, level, confidence, method, PER_CASE, record_property)


@pytest.mark.statistical
@pytest.mark.parametrize("method", ["cls", "profile"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("workload", ["W1", "W2"])
def test_limits_and_bands_of_many(workload, level, method, record_property):
    compare(workload, level, 0.95, method, 50, record_property)


def compare(workload, level, confidence, method, number, record_property):
    variant, scan, rows = chosen_rows(workload, level, number)
    result = fit_scan(some(scan, rows))
    found = upper_limits(result, confidence, method)
    assert found.n_failed == 0
    observed, expected = [], []
    for i, row in enumerate(rows):
        fits = hypothesis(workload, scan, row, variant)
        if method == "cls":
            limit, bands = fits.cls_limit(confidence), fits.expected_cls_limits(confidence, BANDS)
        else:
            limit, bands = fits.profile_limit(confidence), fits.expected_profile_limits(confidence, BANDS)
        observed.append(abs(found.observed[i] - limit) / result.n_sig_err[i])
        expected.append(np.abs(found.expected[i, [b + 2 for b in BANDS]] - bands).max() / result.n_sig_err[i])
    record_property("observed", float(max(observed)))
    record_property("expected", float(max(expected)))
    assert max(observed) <= TOLERANCE
    assert max(expected) <= TOLERANCE
    assert (found.observed > np.maximum(result.n_sig, 0)).all()
    assert (np.diff(found.expected, axis=1) > 0).all()


def test_the_choice_has_deficits_boundaries_and_windows_without_counts():
    deficits = boundaries = empty = 0
    for workload in ("W1", "W2"):
        for level in LEVELS:
            variant, scan, rows = chosen_rows(workload, level)
            result = fit_scan(some(scan, rows))
            deficits += np.count_nonzero(result.n_sig < 0)
            boundaries += np.count_nonzero(result.status == FitStatus.BOUNDARY)
            empty += sum(hypothesis(workload, scan, row, variant).counts.sum() == 0 for row in rows)
    assert deficits >= 8
    assert boundaries >= 8
    assert empty >= 1
