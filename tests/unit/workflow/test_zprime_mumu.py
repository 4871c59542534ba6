"""belle_zprime_mumu at every 110th hypothesis: its grid, its two channels, its uncertainties and its limits."""

import numpy as np
import pytest

from gloam.fit import FitStatus, is_certified
from gloam.searches import load_search
from gloam.systematic import in_quadrature
from gloam.workflow import run, summary
from gloam.workflow.declaring import channel_grid
from gloam.workflow.prepared import prepared

SEARCH = load_search("belle_zprime_mumu")
MASSES = np.array([0.5, 1.0, 2.0, 4.0, 6.0, 8.0])


@pytest.fixture(scope="module")
def found():
    coarse = tuple(channel.model_copy(update={"step": 0.11}) for channel in SEARCH.channels)
    return run(SEARCH.model_copy(update={"channels": coarse}), seed=1)


def test_both_channels_have_the_published_hypotheses():
    """arXiv:2109.08596: m_R from 0 to 9787 MeV in steps of 1 MeV, 9788 of them, done twice."""
    for channel in SEARCH.channels:
        grid = channel_grid(SEARCH, channel)
        np.testing.assert_allclose(grid.position, np.arange(9788) * 1e-3, atol=1e-9)
        np.testing.assert_allclose(grid.mass**2 - grid.position**2, 4 * 0.1056583755**2, rtol=1e-9)


def test_the_uncertainties_add_up_to_the_published_one():
    assert 100 * in_quadrature(SEARCH.systematics) == pytest.approx(2.69, abs=0.005)


def test_no_fit_fails_and_those_in_the_veto_are_named(found):
    numbers = summary(found)
    assert numbers["n_failed"] == numbers["limit"]["n_failed"] == 0
    for channel in found.channels:
        status, position = channel.result.status, channel.result.position
        vetoed = status == FitStatus.VETOED.value
        assert is_certified(status[~vetoed]).all()
        assert vetoed.any()
        assert ((position[vetoed] > 3.05) & (position[vetoed] < 3.13)).all()


def test_both_channels_are_fits_to_the_same_events(found):
    first, second = (channel.result.spectrum for channel in found.channels)
    np.testing.assert_array_equal(first.values(), second.values())


def test_radiation_takes_efficiency_in_both_meanings_of_one_photon_energy():
    """Published: 0.741 at a cut that is not public; ours rises with the mass, since less can be radiated."""
    scans = prepared(SEARCH)
    radiated, without = (scans[name].efficiencies()(MASSES) for name in ("with_radiation", "without_radiation"))
    ratio = radiated / without
    assert (np.diff(ratio) > 0).all()
    assert 0.65 < ratio.min() < 0.75
    assert np.median(ratio) == pytest.approx(0.741, rel=0.06)


def test_efficiency_rises_to_about_six_gev_and_falls():
    mass = np.linspace(0.3, 9.7, 95)
    efficiency = prepared(SEARCH)["without_radiation"].efficiencies()(mass)
    assert 5.0 < mass[efficiency.argmax()] < 8.0
    assert efficiency[-1] < 0.5 * efficiency.max()


def test_nothing_decays_to_muons_at_the_threshold(found):
    for channel in found.channels:
        limit = channel.coupling_limits.observed
        assert np.isnan(limit[0])
        assert np.isfinite(limit[1])
