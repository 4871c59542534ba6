"""Simulated events: what is seen, where, with which weight, and that a run may be cut anywhere."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from gloam.detector import BELLE, BELLE2, BELLE2_2018_MUMU, extra_energy, perfect, simulate, varied
from gloam.detector.event_numbers import CHUNK
from gloam.errors import InputError
from gloam.events import EventBatch, Particle
from gloam.generation import generate, make_process
from gloam.kinematics import direction, four_vector, mass

MUON = 0.1056583755
EVENTS, _ = generate(make_process("mumu-zprime", mass=3.0), 5000, seed=1)
PHOTONS, _ = generate(make_process("gamma-alp", mass=2.0), 5000, seed=1)


def one_particle(name, laboratory, detector, mass_of=0.0):
    """Events of a single particle with the given momenta in the laboratory of a detector."""
    momenta = detector.beams.to_centre_of_mass(laboratory)
    return EventBatch((Particle(name, mass_of),), momenta[:, None], np.ones(len(momenta)))


def at_angles(degrees, size=1.0, mass_of=0.0):
    return four_vector(mass_of, size * direction(np.cos(np.radians(degrees)), 0.3))


def test_what_is_seen_is_linked_to_what_is_true():
    events, _ = generate(make_process("dark-higgsstrahlung", mass=1.5, mass2=2.5), 100, seed=1)
    seen = simulate(events, BELLE2, seed=1)
    assert [particle.name for particle in seen.particles] == ["mu-", "mu+"]
    assert seen.links == (2, 3)
    assert [events.particles[link] for link in seen.links] == list(seen.particles)
    apart = seen.momenta[:, 0, 1:] - events.momenta[:, 2, 1:]
    assert np.nanmax(np.abs(apart)) < 0.5


def test_an_invisible_particle_is_not_seen_and_the_other_b_is_not_simulated():
    events, _ = generate(make_process("b-dark-baryon", mass=2.0), 10, seed=1)
    assert [particle.name for particle in simulate(events, BELLE, seed=1).particles] == ["p", "pi-"]


def test_a_tau_must_decay_first():
    events, _ = generate(make_process("tautau-scalar", mass=2.0), 10, seed=1)
    with pytest.raises(InputError, match="tau- that does not decay"):
        simulate(events, BELLE2, seed=1)


def test_something_must_be_visible():
    events, _ = generate(make_process("b-dark-photons", mass=1.0), 10, seed=1)
    with pytest.raises(InputError, match="nothing that it sees: anti-B0, A', A'"):
        simulate(events, BELLE, seed=1)


def test_no_events_are_answered():
    none = simulate(EVENTS[:0], BELLE2, seed=1, first=5)
    assert (len(none), none.momenta.shape, none.first) == (0, (0, 2, 4), 5)


def test_events_are_counted_from_zero():
    with pytest.raises(InputError, match="number of the first event: got -1"):
        simulate(EVENTS, BELLE2, seed=1, first=-1)


@pytest.mark.parametrize(("name", "edges"), [("mu-", (17, 150)), ("gamma", (12.4, 155.1))])
def test_the_acceptance_ends_where_it_is_declared(name, edges):
    for detector in (BELLE, BELLE2):
        degrees = np.array([edges[0] - 1e-6, edges[0] + 1e-6, 90, edges[1] - 1e-6, edges[1] + 1e-6])
        events = one_particle(name, at_angles(degrees), detector)
        found = simulate(events, perfect(detector), seed=1).found[:, 0]
        assert found.tolist() == [False, True, True, True, False]


def test_photons_are_lost_in_gaps():
    degrees = np.array([31.39, 31.41, 32.19, 32.21, 128.69, 129.0, 130.71])
    found = simulate(one_particle("gamma", at_angles(degrees), BELLE2), perfect(BELLE2), seed=1).found[:, 0]
    assert found.tolist() == [True, False, False, True, True, False, True]


def test_a_muon_that_misses_the_muon_system_is_found_but_not_identified():
    muons = one_particle("mu-", at_angles(np.array([17.5, 20.5, 149.0]), 2.0, MUON), BELLE2, MUON)
    seen = simulate(muons, perfect(BELLE2), seed=1)
    assert seen.found[:, 0].tolist() == [True, True, True]
    assert seen.identified[:, 0].tolist() == [False, True, True]


def test_slow_muons_do_not_reach_the_muon_system():
    muons = one_particle("mu-", at_angles(np.full(4000, 90.0), 0.59, MUON), BELLE, MUON)
    assert simulate(muons, BELLE, seed=1).identified.sum() == 0
    muons = one_particle("mu-", at_angles(np.full(20_000, 90.0), 0.8, MUON), BELLE, MUON)
    seen = simulate(muons, BELLE, seed=1)
    part = seen.identified.mean()
    expected = 0.98 * 0.95 / 2
    assert abs(part - expected) < 4 * np.sqrt(expected * (1 - expected) / 20_000)
    assert not (seen.identified & ~seen.found).any()


def test_soft_photons_make_no_cluster():
    soft = one_particle("gamma", at_angles(np.full(100, 90.0), 0.005), BELLE2)
    assert not simulate(soft, BELLE2, seed=1).found.any()


def test_what_is_not_found_has_no_momentum():
    seen = simulate(EVENTS, BELLE2, seed=1)
    assert np.isnan(seen.momenta[~seen.found]).all()
    assert np.isnan(seen.laboratory[~seen.found]).all()
    assert np.isfinite(seen.momenta[seen.found]).all()
    assert 0.5 < seen.found.mean() < 0.95


def test_measured_particles_keep_their_masses():
    seen = simulate(EVENTS, BELLE2, seed=1)
    np.testing.assert_allclose(mass(seen.momenta[seen.found]), MUON, rtol=1e-6)
    np.testing.assert_allclose(mass(seen.laboratory[seen.found]), MUON, rtol=1e-6)


@pytest.mark.parametrize("edges", [(1, 2, 3), (CHUNK, 2 * CHUNK), (CHUNK - 1, CHUNK + 1), (4999,), (100, 4000)])
def test_a_run_may_be_cut_anywhere(edges):
    whole = simulate(EVENTS, BELLE2, seed=3)
    cuts = [0, *edges, len(EVENTS)]
    parts = [simulate(EVENTS[low:high], BELLE2, seed=3, first=low) for low, high in pairwise(cuts)]
    for name in ("momenta", "laboratory", "found", "identified", "weights", "numbers"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, name))


def test_another_seed_sample_or_detector_gives_other_numbers():
    every = [simulate(EVENTS, BELLE2, seed=3), simulate(EVENTS, BELLE2, seed=4),
             simulate(EVENTS, BELLE2, seed=3, sample="other"), simulate(EVENTS, BELLE, seed=3)]  # fmt: skip
    for place, one in enumerate(every):
        for other in every[:place]:
            assert not np.isin(one.momenta[one.found][:, 0], other.momenta[other.found][:, 0]).any()


def test_the_numbers_are_frozen():
    """Events with a seed are promised to stay the same, up to rounding."""
    seen = simulate(EVENTS[:2], BELLE2, seed=1, sample="frozen")
    np.testing.assert_allclose(seen.momenta[:, 0], FIRST_MUONS, rtol=1e-9)


FIRST_MUONS = [
    [1.2889007306107088, 0.935119074511822, -0.7009613972016527, 0.533204310909786],
    [3.950967426802548, 3.069722361225595, -2.2684278721100317, 1.0148987778923337],
]


def test_a_variation_leaves_the_random_numbers():
    """What is found stays found, and a shift of the energies is nothing but a shift."""
    nominal, biased = (simulate(PHOTONS, varied(BELLE2, photon_energy_bias=bias), seed=1) for bias in (0.0, 0.005))
    np.testing.assert_array_equal(nominal.found, biased.found)
    ratio = biased.laboratory[nominal.found] / nominal.laboratory[nominal.found]
    np.testing.assert_allclose(ratio, 1.005, rtol=1e-12)


def test_a_worse_resolution_moves_energies_further_the_same_way():
    true = simulate(PHOTONS, perfect(BELLE2), seed=1).laboratory[..., 0]
    quiet = varied(BELLE2, spread=False)
    nominal = simulate(PHOTONS, quiet, seed=1).laboratory[..., 0]
    worse = simulate(PHOTONS, varied(quiet, photon_energy_resolution=1.3), seed=1).laboratory[..., 0]
    found = np.isfinite(nominal) & np.isfinite(true) & np.isfinite(worse)
    np.testing.assert_allclose((worse - true)[found], 1.3 * (nominal - true)[found], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(("settings", "message"), [
    ({"photon_energy_bias": 0.5}, "bias of photon energies"),
    ({"photon_energy_bias": float("nan")}, "bias of photon energies"),
    ({"photon_energy_resolution": -1}, "factor of a resolution"),
    ({"track_momentum_resolution": float("inf")}, "factor of a resolution"),
])  # fmt: skip
def test_variations_out_of_range_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        varied(BELLE2, **settings)


def test_weights_are_hits_in_the_mean():
    """Where all particles are asked for, both ways to lose them give one yield."""
    hits = simulate(EVENTS, BELLE, seed=1)
    soft = simulate(EVENTS, BELLE, seed=1, hit_or_miss=False)
    kept = hits.identified.all(1)
    expected = soft.weights[soft.identified.all(1)].sum()
    chance = expected / len(EVENTS)
    assert abs(hits.weights[kept].sum() - expected) < 4 * np.sqrt(len(EVENTS) * chance * (1 - chance))
    assert (soft.weights <= EVENTS.weights).all()
    assert not (kept & ~soft.identified.all(1)).any()


def test_extra_energy_is_that_of_photons_beside_the_candidate():
    seen = simulate(PHOTONS, BELLE2, seed=1)
    energies = np.where(seen.found, seen.laboratory[..., 0], 0.0)
    np.testing.assert_allclose(extra_energy(seen), energies.sum(1))
    np.testing.assert_allclose(extra_energy(seen, used=(0, 2)), energies[:, 1])
    np.testing.assert_allclose(extra_energy(seen, smallest=3.0), np.where(energies >= 3.0, energies, 0).sum(1))
    assert (extra_energy(simulate(EVENTS, BELLE2, seed=1)) == 0).all()


def test_columns_have_one_name_for_each_number():
    seen = simulate(EVENTS[10:20], BELLE2, seed=1, first=10)
    columns = seen.columns()
    assert list(columns)[:6] == ["event", "weight", "pdg_1", "true_1", "found_1", "identified_1"]
    assert columns["event"].tolist() == list(range(10, 20))
    assert set(columns["pdg_2"].tolist()) == {-13}
    assert set(columns["true_2"].tolist()) == {2}
    np.testing.assert_array_equal(columns["px_2"], seen.momenta[:, 1, 1])
    np.testing.assert_array_equal(np.isnan(columns["E_1"]), columns["found_1"] == 0)


def test_beam_energies_are_spread_only_where_asked():
    still = replace(perfect(BELLE2), spread=False)
    moved = replace(perfect(BELLE2), spread=True)
    true = EVENTS.momenta[:, :2]
    for detector, same in ((still, True), (moved, False)):
        seen = simulate(EVENTS, detector, seed=1)
        apart = np.abs(seen.momenta - true)[seen.found].max()
        assert bool(apart < 1e-12) is same


def test_corrections_multiply_the_weights():
    from gloam.detector import corrected

    seen = simulate(EVENTS, BELLE2, seed=1)
    np.testing.assert_allclose(corrected(seen, BELLE2_2018_MUMU).weights, seen.weights * 0.79 * 0.90 * 0.75)
