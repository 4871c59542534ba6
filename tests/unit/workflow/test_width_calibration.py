"""The width of the signal from J/psi in the data of belle_zprime_mumu."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import CrystalBall, Gaussian
from gloam.searches import load_search
from gloam.sourced import assumed
from gloam.workflow.declaring import channel_shape, declare_channel
from gloam.workflow.prepared import prepared
from gloam.workflow.pseudo_data import expected_spectrum
from gloam.workflow.width_calibration import (
    NUISANCE,
    calibrated_width,
    calibration_note,
    in_summary,
    yield_per_width,
)

SEARCH = load_search("belle_zprime_mumu")
BORN, VISIBLE = SEARCH.channels


def wider(ratio):
    peak = SEARCH.calibration.model_copy(update={"width_ratio": assumed(ratio, 0, "", "a test")})
    return SEARCH.model_copy(update={"calibration": peak})


@pytest.mark.parametrize("ratio", [0.9, 1.0, 1.2])
def test_the_factor_is_that_of_the_data(ratio):
    search = wider(ratio)
    found = calibrated_width(search, BORN, expected_spectrum(search, BORN))
    assert found.factor == pytest.approx(ratio, abs=0.003)
    expected = SEARCH.calibration.cross_section.value * SEARCH.luminosity.value
    assert found.n_sig == pytest.approx(expected, rel=0.01)
    assert 0.03 < found.error < 0.1


def test_both_channels_are_as_wide_as_the_data():
    search = wider(1.2)
    for channel in search.channels:
        spectrum = expected_spectrum(search, channel)
        scan = declare_channel(search, channel, spectrum)
        at = np.array([1.0, 5.0])
        ratio = scan.signal.resolution(at) / channel_shape(search, channel).resolution(at)
        np.testing.assert_allclose(ratio, 1.2, atol=0.01)
        assert [each.name for each in scan.nuisances if each.name == NUISANCE] == [NUISANCE]


def test_the_error_acts_on_yields_by_half_of_it():
    """Weights of a Gaussian fit: d ln(yield) / d ln(width) = 1/2; with tails a little less or more."""
    position = np.array([0.5, 3.0])
    np.testing.assert_allclose(yield_per_width(Gaussian(0.01), position), 0.5, atol=1e-3)
    assert 0.3 < yield_per_width(CrystalBall(0.01, 1.0, 2.0), position).min() < 0.7
    own = yield_per_width(channel_shape(SEARCH, BORN), prepared(SEARCH)["with_radiation"].position)
    assert ((own > 0.2) & (own < 0.7)).all()


def test_without_a_peak_signals_stay_as_simulated():
    nothing = SEARCH.model_copy(update={"calibration": None})
    spectrum = expected_spectrum(nothing, BORN)
    assert calibrated_width(SEARCH, BORN, spectrum) is None
    document = in_summary(SEARCH, BORN, spectrum)
    assert document["factor"] is None
    assert "no peak of it stands out" in calibration_note(document)[0]
    scan, at = declare_channel(SEARCH, BORN, spectrum), np.array([1.0, 5.0])
    np.testing.assert_array_equal(scan.signal.resolution(at), channel_shape(SEARCH, BORN).resolution(at))
    assert NUISANCE not in scan.nuisance_names
    assert in_summary(nothing, BORN, spectrum) is None
    assert calibration_note(None) == []


def test_three_gaussians_are_a_word_in_the_declaration():
    """The shape of signals without radiation in the preprint of arXiv:2109.08596."""
    position = prepared(SEARCH)["without_radiation"].position[5:]
    nominal = channel_shape(SEARCH, VISIBLE)
    three = channel_shape(SEARCH, VISIBLE.model_copy(update={"signal": "prepared:three-gaussians"}))
    sigma = nominal.resolution(position)
    for reach in (1.0, 2.0, 4.0):
        inside = [s.cumulative(position + reach * sigma, position) - s.cumulative(position - reach * sigma, position)
                  for s in (nominal, three)]  # fmt: skip
        np.testing.assert_allclose(*inside, atol=0.03)
    assert not np.array_equal(*inside)


def test_three_gaussians_that_were_not_fitted_are_refused():
    other = load_search("belle2_alp_3gamma")
    with pytest.raises(InputError, match="three Gaussians"):
        prepared(other)["recoils_above_650"].three_gaussians()
