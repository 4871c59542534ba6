import math

import numpy as np
import pytest

import gloam
from gloam.errors import InputError
from gloam.spectra import Axis
from gloam.statistics import global_significance
from gloam.statistics.normal import log_cumulative, upper_quantile


def result(seed, excess=0.0):
    axis = Axis(np.linspace(0.0, 2.0, 201))
    counts = np.random.default_rng(seed).poisson(50.0, 200).astype(float)
    counts[98:103] += excess
    spectrum = gloam.Spectrum((axis,), np.pad(counts, 1))
    return gloam.scan(spectrum, gloam.Gaussian(0.02), gloam.Polynomial(1), np.arange(0.2, 1.8, 0.01), 15)


def test_is_the_largest_excess():
    fits = result(1, 20.0)
    found = global_significance(fits)
    assert found.row == int(np.argmax(fits.z_local))
    assert found.z_local == fits.z_local[found.row]
    assert found.p_global_err is None
    assert found.toys is None
    assert found.z_global < found.z_local
    assert found.trials_factor == pytest.approx(
        found.p_global / math.exp(float(log_cumulative(np.array(-found.z_local)))), rel=1e-12
    )


def test_several_scans_dilute_an_excess():
    fits = [result(1, 20.0), result(2), result(3)]
    alone, together = global_significance(fits[0]), global_significance(fits)
    assert together.scan == 0
    assert together.p_global == pytest.approx(3 * alone.p_global, rel=0.05)
    assert global_significance(fits[::-1]).scan == 2


def test_counted_crossings_agree_within_their_error():
    fits = result(4, 25.0)
    exact, counted = global_significance(fits), global_significance(fits, "counted")
    assert counted.p_global == pytest.approx(exact.p_global, abs=4 * counted.p_global_err)


def test_significances_of_tiny_p_values():
    for z in (-3.0, 0.0, 5.0, 34.0, 36.0, 100.0):
        assert upper_quantile(log_cumulative(np.array(-z))) == pytest.approx(z, abs=1e-7)


def test_unknown_method():
    with pytest.raises(InputError, match="method of the global significance"):
        global_significance(result(1), "guess")


def test_no_certified_fit():
    fits = result(1)
    fits.status[:] = 3
    with pytest.raises(InputError, match="no certified fit"):
        global_significance(fits)


def test_fields_agree_with_crossings():
    fits = [result(2), result(3)]
    exact, found = global_significance(fits), global_significance(fits, "fields", toys=5000)
    assert found.method == "fields"
    assert found.toys is None
    assert found.p_global == pytest.approx(exact.p_global, abs=4 * found.p_global_err + 0.02)
