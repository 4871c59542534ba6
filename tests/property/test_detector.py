"""What must hold for any detector and however a run is cut."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gloam.detector import BELLE, BELLE2, perfect, simulate, varied
from gloam.detector.energy_spread import spread_energies
from gloam.generation import generate, make_process
from gloam.kinematics import mass_squared
from gloam.sourced import assumed

PROCESSES = {name: generate(make_process(name, **settings), 300, seed=1)[0] for name, settings in [
    ("gamma-alp", {"mass": 2.0}), ("4mu", {}), ("mumugamma", {}),
    ("gamma-dark-photon", {"mass": 4.0, "decay": "ee"}), ("b-dark-baryon", {"mass": 2.0}),
]}  # fmt: skip
NAME = st.sampled_from(sorted(PROCESSES))
DETECTOR = st.sampled_from([BELLE, BELLE2])


@given(NAME, DETECTOR, st.floats(0.5, 20), st.floats(0.5, 20), st.floats(0, 0.3), st.floats(0, 1))
def test_without_resolution_the_response_is_the_identity(name, detector, electron, positron, angle, share):
    """Whatever the beams are: to the laboratory and back, and only the acceptance loses particles."""
    collider = replace(
        detector.collider, electron_energy=assumed(electron, 0, "GeV", "drawn"),
        positron_energy=assumed(positron, 0, "GeV", "drawn"), crossing_angle=assumed(angle, 0, "rad", "drawn"),
    )  # fmt: skip
    ideal = perfect(replace(detector, collider=collider, electron_share=assumed(share, 0, "", "drawn")))
    events = PROCESSES[name]
    seen = simulate(events, ideal, seed=1)
    true = events.momenta[:, list(seen.links)]
    boost = max(electron / positron, positron / electron)
    np.testing.assert_allclose(seen.momenta[seen.found], true[seen.found], rtol=0, atol=1e-12 * boost)
    np.testing.assert_array_equal(seen.weights, events.weights)


@given(NAME, DETECTOR, st.lists(st.integers(1, 299), max_size=4), st.integers(0, 5000), st.integers(0, 2**64 - 1),
       st.booleans())  # fmt: skip
def test_a_run_may_be_cut_anywhere(name, detector, places, first, seed, hit_or_miss):
    events = PROCESSES[name]
    edges = [0, *sorted(set(places)), len(events)]
    whole = simulate(events, detector, seed=seed, first=first, hit_or_miss=hit_or_miss)
    parts = [simulate(events[low:high], detector, seed=seed, first=first + low, hit_or_miss=hit_or_miss)
             for low, high in pairwise(edges)]  # fmt: skip
    for field in ("momenta", "laboratory", "found", "identified", "weights", "numbers"):
        np.testing.assert_array_equal(np.concatenate([getattr(part, field) for part in parts]), getattr(whole, field))


@given(NAME, st.floats(0, 3), st.floats(0, 3), st.floats(-0.05, 0.05), st.integers(0, 1000))
def test_nothing_but_numbers_comes_out(name, photons, tracks, bias, seed):
    detector = varied(
        BELLE2, photon_energy_resolution=photons, track_momentum_resolution=tracks, photon_energy_bias=bias,
        photon_angle_resolution=photons,
    )  # fmt: skip
    seen = simulate(PROCESSES[name], detector, seed=seed)
    assert np.isfinite(seen.momenta[seen.found]).all()
    assert (seen.laboratory[seen.found][:, 0] > 0).all()
    assert np.isnan(seen.momenta[~seen.found]).all()
    assert not (seen.identified & ~seen.found).any()
    photon = seen.places("gamma")
    np.testing.assert_array_equal(seen.identified[:, photon], seen.found[:, photon])
    masses = np.array([particle.mass for particle in seen.particles]) * np.ones(seen.found.shape)
    np.testing.assert_allclose(mass_squared(seen.laboratory)[seen.found], masses[seen.found] ** 2, rtol=1e-6, atol=1e-9)


@given(NAME, st.integers(0, 1000))
def test_weights_and_hits_agree_on_what_is_possible(name, seed):
    hits = simulate(PROCESSES[name], BELLE, seed=seed)
    soft = simulate(PROCESSES[name], BELLE, seed=seed, hit_or_miss=False)
    assert not (hits.found & ~soft.found).any()
    assert not (hits.identified & ~soft.identified).any()
    assert (soft.weights > 0).all()
    assert (soft.weights <= hits.weights).all()


@settings(max_examples=50)
@given(NAME, st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_moved_events_have_the_momentum_of_the_beams_and_their_masses(name, electron, positron):
    events = PROCESSES[name]
    if name == "b-dark-baryon":
        electron, positron = abs(electron), abs(positron)  # below threshold there are no such events
    shifts = np.tile([[electron], [positron]], len(events))
    after = spread_energies(events.momenta, events.particles, shifts)
    beams = 5.29 * np.array([2 + electron + positron, 0, 0, electron - positron])
    final = [place for place, particle in enumerate(events.particles) if particle.final]
    np.testing.assert_allclose(after[:, final].sum(1), np.tile(beams, (len(events), 1)), rtol=0, atol=1e-8)
    np.testing.assert_allclose(mass_squared(after), mass_squared(events.momenta), rtol=0, atol=1e-8)
