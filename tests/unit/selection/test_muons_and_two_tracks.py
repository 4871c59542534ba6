"""Two muons and two other tracks: the right pair recoils against the particle, and what is no muon is none."""

import dataclasses

import numpy as np
import pytest

from gloam.detector import BELLE2, perfect, simulate
from gloam.generation import generate, make_process
from gloam.selection import TAU_PAIR_INPUTS, muons_and_two_tracks

SQRT_S = 10.58


def seen(pair, events=3000, detector=None):
    process = make_process("mumu-zprime", mass=6.0, decay="tautau", tau_decay=pair)
    return simulate(generate(process, events, seed=2)[0], detector or perfect(BELLE2), seed=2)


def test_the_first_two_muons_recoil_against_the_particle():
    found = muons_and_two_tracks(seen("pie"), SQRT_S).columns
    right = (found["pair"] == 0) & np.isfinite(found["M_recoil"])
    assert right.sum() > 500
    np.testing.assert_allclose(found["M_recoil"][right], 6.0, atol=1e-6)


def test_every_event_has_four_entries_and_others_than_candidates_are_nan():
    events = seen("pie")
    found = muons_and_two_tracks(events, SQRT_S)
    assert len(found) == 4 * len(events)
    known = np.isfinite(found.columns["M_recoil"])
    assert set(found.columns["pair"][known]) == {0}  # a pion that is identified, and an electron, are no muons
    assert all(np.isnan(found.columns[name][~known]).all() for name in TAU_PAIR_INPUTS)
    assert all(np.isfinite(found.columns[name][known]).all() for name in TAU_PAIR_INPUTS)


def test_a_muon_of_a_tau_makes_a_second_candidate():
    found = muons_and_two_tracks(seen("mupi"), SQRT_S).columns
    known = np.isfinite(found["M_recoil"])
    assert set(found["pair"][known]) == {0, 2}  # the second negative track is the muon of the tau-
    assert (np.abs(found["M_recoil"][known & (found["pair"] == 2)] - 6.0) > 0.01).mean() > 0.95


def test_a_pion_that_is_not_identified_may_be_a_muon():
    events = seen("pie")
    none = dataclasses.replace(events, identified=events.identified & False)
    found = muons_and_two_tracks(none, SQRT_S).columns
    assert not np.isfinite(found["M_recoil"]).any()  # the muons are none then, and an electron is no muon
    pion = events.places("pi-")[0]
    identified = events.identified.copy()
    identified[:, pion] = False
    found = muons_and_two_tracks(dataclasses.replace(events, identified=identified), SQRT_S).columns
    assert set(found["pair"][np.isfinite(found["M_recoil"])]) == {0, 2}


def test_an_event_with_a_track_that_was_not_found_has_no_candidate():
    events = seen("pie")
    lost = events.found.copy()
    lost[:, events.places("e+")[0]] = False
    found = muons_and_two_tracks(dataclasses.replace(events, found=lost), SQRT_S).columns
    assert not np.isfinite(found["M_recoil"]).any()


def test_events_of_other_particles_leave_no_candidate():
    events = simulate(generate(make_process("gamma-alp", mass=2.0), 20, seed=1)[0], BELLE2, seed=1)
    found = muons_and_two_tracks(events, SQRT_S)
    assert len(found) == 80
    assert not np.isfinite(found.columns["M_recoil"]).any()


@pytest.mark.parametrize("name", ["E_asymmetry", "M_tracks", "E_tracks"])
def test_ratios_are_ratios(name):
    values = muons_and_two_tracks(seen("rhomu", detector=BELLE2), SQRT_S).columns[name]
    values = values[np.isfinite(values)]
    assert values.size > 300
    assert (values >= 0).all()
    assert (values < 1.5).all()
