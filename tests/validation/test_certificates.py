"""No fit of the two workloads ends without a certificate, at any level of statistics."""

import numpy as np
import pytest

from gloam.fit import FitStatus
from gloam.scans import fit_scan

from .declared import LEVELS, scan_of, some

pytestmark = pytest.mark.validation

DEFAULT_STRIDE = {"full": 1, "tenth": 1, "hundredth": 7, "three-hundredth": 7}


def scans(workload, level, stride):
    for variant in range(9 if workload == "W2" else 1):
        scan = scan_of(workload, level, variant)
        yield some(scan, np.arange(0, len(scan.grid), stride))


def require_certificates(workload, level, stride):
    fits = 0
    for scan in scans(workload, level, stride):
        result = fit_scan(scan)
        assert np.isin(result.status, (FitStatus.OK, FitStatus.BOUNDARY)).all()
        assert result.n_failed == 0
        assert (result.edm >= 0).all()
        assert (result.edm <= 1e-8).all()
        for values in (result.n_sig, result.n_sig_err, result.q0):
            assert np.isfinite(values).all()
        assert (result.n_sig_err > 0).all()
        assert (result.q0 >= 0).all()
        fits += result.n_fits
    return fits


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("workload", ["W1", "W2"])
def test_every_fit_is_certified(workload, level):
    stride = 1 if workload == "W2" and level != "three-hundredth" else DEFAULT_STRIDE[level]
    fits = require_certificates(workload, level, stride)
    assert fits == 2 * (-(-9788 // stride) if workload == "W1" else 9 * -(-502 // stride))


@pytest.mark.statistical
@pytest.mark.parametrize("level", ["hundredth", "three-hundredth"])
@pytest.mark.parametrize("workload", ["W1", "W2"])
def test_every_fit_of_the_whole_workload_is_certified(workload, level):
    assert require_certificates(workload, level, 1) == (2 * 9788 if workload == "W1" else 2 * 9 * 502)


@pytest.mark.parametrize("level", ["full", "hundredth"])
def test_workloads_are_as_declared(level):
    share = LEVELS[level]
    assert scan_of("W1", level).spectrum.entries == pytest.approx(148_000 * share, abs=5 * np.sqrt(148_000 * share))
    assert len(scan_of("W1", level).grid) == 9788
    assert scan_of("W1", level).windows.bins.min() == 25
    assert scan_of("W1", level).windows.bins.max() == pytest.approx(296, abs=2)
    assert scan_of("W2", level).spectrum.entries == pytest.approx(18_700 * share, abs=5 * np.sqrt(18_700 * share))
    assert len(scan_of("W2", level).grid) == 502
