"""Events of one photon, with two muons or with nothing: what a detector without resolution sees is exact."""

import numpy as np
import pytest

from gloam.detector import BELLE2, perfect, simulate
from gloam.generation import generate, make_process
from gloam.selection import muon_pair_photon, single_photon

SQRT_S = 10.58


def seen(name, detector=None, number=2000, **settings):
    return simulate(generate(make_process(name, **settings), number, seed=1)[0], detector or perfect(BELLE2), seed=1)


@pytest.mark.parametrize("mass", [0.25, 3.0, 10.0])
def test_the_pair_recoils_against_the_photon(mass):
    found = muon_pair_photon(seen("gamma-dark-photon", mass=mass, min_angle=30.0, decay="mumu"), SQRT_S).columns
    known = np.isfinite(found["m_R"]) & np.isfinite(found["E_gamma"])
    assert known.mean() > 0.3
    reduced = np.sqrt(mass**2 - 4 * 0.1056583755**2)
    np.testing.assert_allclose(found["m_R"][known], reduced, rtol=1e-6)
    np.testing.assert_allclose(found["E_gamma"][known], (SQRT_S**2 - mass**2) / (2 * SQRT_S), rtol=1e-9)
    np.testing.assert_allclose(found["E_balance"][known], 0.0, atol=1e-9)
    assert (found["E_extra"] == 0).all()


def test_muons_that_are_not_identified_leave_no_mass():
    batch = seen("gamma-dark-photon", BELLE2, mass=3.0, min_angle=30.0, decay="mumu")
    missing = ~batch.identified[:, batch.places("mu-", "mu+")].all(1)
    assert 0.1 < missing.mean() < 0.9
    np.testing.assert_array_equal(np.isnan(muon_pair_photon(batch, SQRT_S).columns["m_R"]), missing)


@pytest.mark.parametrize("mass", [0.1, 5.0])
def test_a_lonely_photon_knows_what_it_recoils_against(mass):
    found = single_photon(seen("gamma-dark-photon", mass=mass, min_angle=30.0), SQRT_S).columns
    known = np.isfinite(found["M2_recoil"])
    np.testing.assert_allclose(found["M2_recoil"][known], mass**2, rtol=1e-9, atol=1e-9)
    assert found["E_extra"].max() < 1e-9
    assert found["tracks"].max() == 0


def test_of_three_photons_the_hardest_is_the_one():
    batch = seen("3gamma", BELLE2)
    found = single_photon(batch, SQRT_S).columns
    energies = np.nan_to_num(batch.momenta[..., 0])
    known = batch.found.any(1)
    np.testing.assert_allclose(found["E_gamma"][known], energies.max(1)[known])
    alone = batch.found.sum(1) == 1
    assert alone.any()
    np.testing.assert_allclose(found["E_extra"][alone], 0.0, atol=1e-9)
    assert (found["E_extra"][batch.found.sum(1) > 1] > 0).all()
    assert np.isnan(found["M2_recoil"][~known]).all()


def test_tracks_are_counted():
    found = single_photon(seen("mumugamma", BELLE2), SQRT_S).columns
    assert set(found["tracks"]) == {0.0, 1.0, 2.0}
