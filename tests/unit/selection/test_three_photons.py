"""Three photons: what a perfect detector would measure of them, and what the declared cuts keep."""

import numpy as np
import pytest

from gloam.detector import BELLE2, perfect, simulate
from gloam.generation import generate, make_process
from gloam.searches import load_search
from gloam.selection import select, three_photons
from gloam.sourced import assumed

SQRT_S = 10.58
DECLARED = load_search("belle2_alp_3gamma").preparation


@pytest.fixture(scope="module")
def events():
    return generate(make_process("gamma-alp", mass=3.0), 20_000, seed=4)[0]


@pytest.fixture(scope="module")
def ideal(events):
    """What a detector without resolution sees of signals, events inside its acceptance alone."""
    seen = simulate(events, perfect(BELLE2), seed=3)
    entries = three_photons(seen, SQRT_S)
    return entries[np.repeat(seen.found.all(1), 3)]


@pytest.fixture(scope="module")
def measured(events):
    return three_photons(simulate(events, DECLARED.detector, seed=3), SQRT_S)


def test_the_last_pair_of_a_signal_is_that_of_the_particle(ideal):
    """The process writes the photon that recoils first: the pair of the other two is (1, 2), the last."""
    right = ideal.columns["pair"] == 2
    np.testing.assert_allclose(ideal.columns["M2_gammagamma"][right], 9.0, rtol=1e-9)
    assert (np.abs(ideal.columns["M2_gammagamma"][~right] - 9.0) > 0.01).mean() > 0.95


def test_without_resolution_the_recoil_is_the_pair(ideal):
    np.testing.assert_allclose(ideal.columns["M2_recoil"], ideal.columns["M2_gammagamma"], atol=1e-9)
    of_event = ideal.columns["M2_gammagamma"].reshape(-1, 3)
    np.testing.assert_allclose(of_event.sum(1), SQRT_S**2)
    np.testing.assert_allclose(ideal.columns["M_3gamma"], 1.0)


def test_angles_belong_to_the_laboratory(events, ideal):
    assert ideal.columns["least_polar"].min() > 12  # the acceptance of the calorimeter
    assert (ideal.columns["least_polar"] <= ideal.columns["largest_polar"]).all()
    assert ideal.columns["azimuth_12"].max() <= np.pi
    assert len(ideal) < 3 * len(events)


def test_a_photon_that_is_lost_passes_no_cut(measured):
    lost = np.isnan(measured.columns["M_3gamma"])
    assert 0.1 < lost.mean() < 0.9
    kept, _ = select(measured, DECLARED.cuts_of(DECLARED.spectra[0]))
    assert np.isfinite(kept.columns["M2_gammagamma"]).all()
    assert 0.15 < kept.events / 20_000 < 0.5


def test_the_cut_flow_follows_the_declaration(measured):
    _, flow = select(measured, DECLARED.cuts_of(DECLARED.spectra[0]))
    assert flow.names[:2] == ("reconstructed", "least_polar > 37.3 degree")
    assert flow.names[3:7] == ("photons 0 and 1 apart", "photons 0 and 2 apart", "photons 1 and 2 apart",
                               "0.88 < M_3gamma < 1.03 sqrt(s)")  # fmt: skip
    assert flow.names[-1] == "least_energy > 1 GeV"
    assert [after.events for after in flow.after] == sorted((after.events for after in flow.after), reverse=True)


def test_two_photons_apart_in_one_angle_are_two(measured):
    cut = DECLARED.cuts[2].cut()
    columns = {"polar_01": np.array([0.0, 0.1, 0.0, 0.0]), "azimuth_01": np.array([0.0, 0.0, 0.5, np.nan])}
    np.testing.assert_array_equal(cut.condition(columns), [False, True, True, False])
    assert set(cut.needs) <= measured.columns.keys()


def test_a_cut_needs_a_limit():
    from gloam.searches.preparation import CutOn

    with pytest.raises(ValueError, match="a limit above or below"):
        CutOn(column="E")
    low, high = assumed(1, 0, "GeV", "test"), assumed(2, 0, "GeV", "test")
    assert CutOn(column="E", above=low).cut().name == "E > 1 GeV"
    assert CutOn(column="E", below=high).cut().name == "E < 2 GeV"
    assert CutOn(column="E", above=low, below=high).cut().name == "1 < E < 2 GeV"
    assert CutOn(column="E", above=low, name="hard").cut().name == "hard"
