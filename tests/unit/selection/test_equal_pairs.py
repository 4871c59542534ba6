"""Candidates for three dark photons: masses, balances and the three ways to take the h'."""

import numpy as np
import pytest

from gloam.detector import BELLE, perfect, simulate
from gloam.generation import generate, make_process
from gloam.selection import three_pairs, two_pairs_and_missing
from gloam.selection.equal_pairs import SOFTENED, missing_columns, three_pair_columns

DETECTOR = perfect(BELLE)


def seen(decay, mass=1.5, mass2=5.0, events=400, detector=DETECTOR):
    process = make_process("three-dark-photons", mass=mass, mass2=mass2, decay=decay)
    return simulate(generate(process, events, seed=4)[0], detector, seed=4)


@pytest.mark.parametrize("decay", ["ee-ee-ee", "ee-mumu-pipi", "pipi-pipi-pipi"])
def test_a_perfect_detector_conserves_energy_and_finds_both_masses(decay):
    found = three_pairs(seen(decay), 10.58)
    c = found.columns
    good = np.isfinite(c["M_A"])
    assert good.sum() > 300
    np.testing.assert_allclose(c["M_A"][good], 1.5, atol=1e-6)
    assert np.abs(c["E_balance"][good]).max() < 1e-6
    assert c["p_total"][good].max() < 1e-6
    assert c["spread"][good].max() < 1e-6
    heavy = c["M_h"].reshape(-1, 3)[good[::3]]
    np.testing.assert_allclose(np.abs(heavy - 5.0).min(axis=1), 0.0, atol=1e-6)
    np.testing.assert_array_equal(found.event, np.repeat(np.arange(400), 3))


def test_what_is_missing_is_the_third_dark_photon():
    c = two_pairs_and_missing(seen("ee-mumu-pipi"), 10.58).columns
    good = np.isfinite(c["M_A"])
    np.testing.assert_allclose(c["M_A"][good], 1.5, atol=1e-6)
    assert np.abs(c["missing"][good]).max() < 1e-5
    heavy = c["M_h"].reshape(-1, 3)[good[::3]]
    np.testing.assert_allclose(np.abs(heavy - 5.0).min(axis=1), 0.0, atol=1e-5)
    assert (c["cos_missing"][good] <= 1).all()


def test_two_pairs_do_not_need_the_third():
    """With tracks that are lost, events of four found leptons are more than those of six tracks."""
    events = seen("ee-ee-pipi", detector=BELLE)
    six, four = (make(events, 10.58).columns["M_A"] for make in (three_pairs, two_pairs_and_missing))
    assert np.isfinite(four).sum() > np.isfinite(six).sum() > 0


def test_columns_are_those_of_the_pairs():
    """Pairs at rest of masses 1, 2 and 3 GeV."""
    pairs = np.array([[[1.0, 0, 0, 0], [2.0, 0, 0, 0], [3.0, 0, 0, 0]]])
    found = three_pair_columns(pairs, 10.0)
    assert found["M_h"].tolist() == [5.0, 4.0, 3.0]
    assert found["M_A"].tolist() == [2.0, 2.0, 2.0]
    assert found["spread"][0] == pytest.approx(2.0 / (2.0 + SOFTENED))
    assert found["E_balance"].tolist() == [-4.0, -4.0, -4.0]
    two = missing_columns(pairs[:, :2], 10.0)
    assert two["M_h"].tolist() == [3.0, 8.0, 9.0]  # both pairs, then what is beside the second and beside the first
    assert two["missing"][0] == pytest.approx(7.0**2 - 1.5**2)
    assert two["cos_missing"][0] == 0.0
