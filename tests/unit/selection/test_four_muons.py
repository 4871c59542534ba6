"""Four muons: pairs, what they miss, further energy, and the fit that makes pairs sharper."""

import numpy as np
import pytest

from gloam.detector import BELLE, perfect, simulate
from gloam.generation import generate, make_process
from gloam.selection import four_muons, reduced_masses

SQRT_S, MASS, MUON = 10.58, 3.0, 0.1056583755
REDUCED = np.sqrt(MASS**2 - 4 * MUON**2)


def entries(detector, number=3000, name="mumu-zprime", **settings):
    settings = settings or {"mass": MASS, "decay": "mumu"}
    events, _ = generate(make_process(name, **settings), number, seed=4)
    return four_muons(BELLE)(simulate(events, detector, seed=4), SQRT_S)


@pytest.fixture(scope="module")
def measured():
    return entries(BELLE)


def test_each_event_has_four_pairs_in_the_order_of_the_process(measured):
    assert len(measured) == 4 * measured.events
    np.testing.assert_array_equal(measured.columns["pair"].reshape(-1, 4), np.tile(np.arange(4.0), (3000, 1)))


def test_without_resolution_one_pair_has_the_mass_of_the_signal():
    columns = entries(perfect(BELLE)).columns
    right = (columns["pair"] == 3) & np.isfinite(columns["m_R"])
    assert right.sum() > 1000
    for name in ("m_R", "m_R_measured"):
        np.testing.assert_allclose(columns[name][right], REDUCED, atol=1e-5)
    np.testing.assert_allclose(columns["E_balance"][right], 0.0, atol=1e-6)
    np.testing.assert_allclose(columns["chi2"][right], 0.0, atol=1e-3)


def test_the_kinematic_fit_makes_the_peak_narrower(measured):
    right = (measured.columns["pair"] == 3) & np.isfinite(measured.columns["m_R"])
    spread = [
        np.diff(np.quantile(measured.columns[name][right], [0.16, 0.84]))[0] / 2 for name in ("m_R_measured", "m_R")
    ]
    assert spread[1] < 0.8 * spread[0]


def test_events_that_miss_a_track_have_no_mass(measured):
    columns = measured.columns
    lost = np.isnan(columns["E_balance"])
    assert 0.1 < lost.mean() < 0.9
    assert np.isnan(columns["m_R"][lost]).all()
    assert (columns["muons"][lost] < 4).all()
    assert np.isfinite(columns["m_R"][~lost]).mean() > 0.999


def test_radiation_that_escapes_is_missing_energy_and_a_bad_fit():
    columns = entries(perfect(BELLE), name="4mu", isr=3.0).columns
    seen = np.isfinite(columns["chi2"])
    balance, chi2 = columns["E_balance"][seen], columns["chi2"][seen]
    assert balance.max() < 1e-6
    assert balance.min() < -0.5
    assert np.median(chi2[balance < -0.5]) > 30 > np.median(chi2[balance > -0.01])


def test_reduced_masses_below_the_threshold_are_zero():
    slow = np.zeros((1, 4, 4))
    slow[..., 0] = 0.999 * MUON
    np.testing.assert_array_equal(reduced_masses(slow), np.zeros((1, 4)))
