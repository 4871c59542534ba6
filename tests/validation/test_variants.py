"""All nine variants of W2: everything is certified, and the least stringent limit is that of independent searches."""

import numpy as np
import pytest

from gloam.scans import Variant, VariantResults, Variants, fit_variants
from gloam.statistics import combine_variants, profile_envelope, variant_limits

from .declared import hypothesis, scan_of, some

pytestmark = pytest.mark.validation

LEVEL = 0.95
NAMES = tuple(f"variant {number}" for number in range(9))
TOLERANCE = 1e-4  # of a limit, in standard deviations: the last step of its iteration is solved to second order


def fits_of(level, rows):
    return fit_variants(Variants(tuple(Variant(NAMES[v], some(scan_of("W2", level, v), rows)) for v in range(9))))


@pytest.mark.parametrize(("level", "stride"), [("full", 9), ("tenth", 9), ("hundredth", 30)])
def test_every_variant_has_a_certified_fit_and_limits(level, stride):
    results = fits_of(level, np.arange(0, 502, stride))
    summary = combine_variants(results, variant_limits(results, LEVEL))
    assert results.n_failed == 0
    assert not summary.n_failed.any()
    for values in (summary.z_local, summary.observed, summary.expected):
        assert np.isfinite(values).all()
    assert (np.diff(summary.expected, axis=1) > 0).all()
    envelope = profile_envelope(VariantResults(NAMES[::3], results.results[::3]), LEVEL)
    assert envelope.n_failed == 0
    assert (envelope.low < envelope.high).all()


@pytest.mark.parametrize(("level", "row"), [("full", 333), ("tenth", 60), ("hundredth", 450)])
def test_the_combination_is_that_of_independent_fits(level, row):
    results = fits_of(level, np.array([row]))
    summary = combine_variants(results, variant_limits(results, LEVEL))
    fits = [hypothesis("W2", scan_of("W2", level, v), row, v) for v in range(9)]
    error = results.n_sig_err[:, 0].max()
    limits = [each.cls_limit(LEVEL) for each in fits]
    assert abs(summary.observed[0] - max(limits)) < TOLERANCE * error
    assert summary.active_limit[0] == int(np.argmax(limits))
    free = [each.free() for each in fits]
    z = [
        np.sign(best.x[-1]) * np.sqrt(2 * max(each.nll_difference(each.at(0.0), best), 0.0))
        for each, best in zip(fits, free, strict=True)
    ]
    np.testing.assert_allclose(results.z_local[:, 0], z, atol=1e-4)
    assert summary.active_z[0] == int(np.argmin(np.abs(z)))


@pytest.mark.statistical
@pytest.mark.parametrize("level", ["full", "tenth", "hundredth"])
def test_the_whole_workload(level):
    results = fits_of(level, np.arange(502))
    summary = combine_variants(results, variant_limits(results, LEVEL))
    assert results.n_failed == 0
    assert not summary.n_failed.any()
