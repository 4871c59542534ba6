import numpy as np
import pytest

import gloam
from gloam.calibration import select_order
from gloam.errors import InputError
from gloam.scans import fit_scan
from gloam.spectra import Axis
from gloam.statistics import global_significance
from gloam.statistics.elsewhere import ChosenBackground, replayed_toys, scan_toys


@pytest.fixture(scope="module")
def result():
    axis = Axis(np.linspace(0.0, 1.2, 121))
    expected = 40.0 * np.exp(-0.6 * axis.centers)
    counts = np.random.default_rng(5).poisson(expected).astype(float)
    spectrum = gloam.Spectrum((axis,), np.pad(counts, 1))
    return gloam.scan(spectrum, gloam.Gaussian(0.02), gloam.Polynomial(1), np.arange(0.3, 0.9, 0.02), 15)


def chosen(spectrum):
    """The order of the side bands, at most 3."""
    return gloam.Polynomial(select_order(spectrum, (0.5, 0.7), highest=5).order)


def test_any_procedure_can_be_replayed(result):
    asked = []
    scan = result.setup
    rule = ChosenBackground(scan, lambda _: scan.background)
    toys = replayed_toys(result, rule.__call__, 12, progress=asked.append)
    np.testing.assert_allclose(toys.largest, scan_toys(result, 12).largest, atol=1e-6)
    assert sum(asked) == 12
    assert not toys.failed.any()
    assert (toys.row == -1).all()


def test_the_order_is_chosen_on_every_toy(result):
    rule = ChosenBackground(result.setup, chosen)
    everything = replayed_toys(result, rule, 60, exhaustive=True)
    found = replayed_toys(result, rule, 60)
    good = ~everything.failed
    assert np.array_equal(found.failed, everything.failed)
    np.testing.assert_allclose(found.largest[good], everything.largest[good], atol=1e-6)
    # one order for all is another procedure
    assert not np.allclose(found.largest[good], scan_toys(result, 60).largest[good], atol=0.05)


def test_toys_that_the_rule_refuses_are_failed(result):
    def picky(spectrum):
        if spectrum.entries % 2:
            raise InputError("order", "none", "one", "try again")
        return gloam.Polynomial(1)

    rule = ChosenBackground(result.setup, picky)
    found, everything = replayed_toys(result, rule, 20), replayed_toys(result, rule, 20, exhaustive=True)
    assert 0 < found.failed.sum() < 20
    assert np.array_equal(found.failed, everything.failed)
    assert global_significance(result, "toys", toys=20, replay=rule).n_failed == found.failed.sum()


@pytest.mark.parametrize("exhaustive", [False, True])
def test_a_rule_that_refuses_everything_says_so(result, exhaustive):
    def never(spectrum):
        raise InputError("order", spectrum.entries, "none", "give up")

    with pytest.raises(InputError, match="Give up"):
        replayed_toys(result, ChosenBackground(result.setup, never), 3, exhaustive=exhaustive)


def test_a_procedure_without_an_answer(result):
    with pytest.raises(InputError, match="no answer for any toy"):
        replayed_toys(result, lambda _: np.nan, 3)


def test_answers_do_not_depend_on_threads(result):
    rule = ChosenBackground(result.setup, chosen)
    one, two = replayed_toys(result, rule, 10), replayed_toys(result, rule, 10, threads=2)
    assert np.array_equal(one.largest, two.largest, equal_nan=True)


def test_toys_are_spectra_without_a_signal(result):
    seen = []
    replayed_toys(result, lambda spectrum: seen.append(spectrum) or 1.0, 3)
    assert [spectrum.origin.kind for spectrum in seen] == ["pseudo"] * 3
    assert len({spectrum.entries for spectrum in seen}) > 1
    assert np.isfinite(
        fit_scan(ChosenBackground(result.setup, chosen).with_background(gloam.Polynomial(2), seen[0])).q0
    ).all()
