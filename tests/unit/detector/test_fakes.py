"""Pions that are taken for muons: names, energies, chances, and the selection that follows."""

import numpy as np
import pytest

from gloam.detector import BELLE, BELLE_PIONS_AS_MUONS, perfect, simulate, taken_for, varied
from gloam.detector.fakes import Fake
from gloam.errors import InputError
from gloam.events import EventBatch, Particle
from gloam.generation import generate, make_process
from gloam.kinematics import mass
from gloam.selection import four_muons

MUON, PION = 0.1056583755, 0.13957039
RATE = 0.01


def two_pions_two_muons(number=4000):
    """The momenta of four muons, those of the first pair with the mass of pions."""
    events, _ = generate(make_process("mumu-zprime", mass=3.0, decay="mumu"), number, seed=3)
    final = [place for place, particle in enumerate(events.particles) if particle.final]
    p = events.momenta[:, final].copy()
    masses = np.array([PION, PION, MUON, MUON])
    p[..., 0] = np.sqrt(np.square(p[..., 1:]).sum(-1) + masses**2)
    names = [events.particles[place].name for place in final]
    assert names == ["mu-", "mu+", "mu-", "mu+"]
    names = ["pi-", "pi+", *names[2:]]
    return EventBatch(tuple(map(Particle, names, masses.tolist())), p, np.ones(number))


@pytest.fixture(scope="module")
def seen():
    return simulate(two_pions_two_muons(), BELLE, seed=3)


def test_pions_become_muons_of_the_same_momentum(seen):
    found = taken_for(seen, BELLE, BELLE_PIONS_AS_MUONS)
    assert [particle.name for particle in found.particles] == ["mu-", "mu+", "mu-", "mu+"]
    np.testing.assert_array_equal(found.laboratory[..., 1:], seen.laboratory[..., 1:])
    np.testing.assert_array_equal(found.found, seen.found)
    known = found.found.all(1)
    for momenta in (found.laboratory, found.momenta):
        np.testing.assert_allclose(mass(momenta[known]), MUON, atol=1e-5)
    np.testing.assert_allclose(found.momenta[:, 2:], seen.momenta[:, 2:])
    np.testing.assert_array_equal(found.identified[:, 2:], seen.identified[:, 2:])


def test_the_weight_is_the_chance_of_all_that_reach_the_muon_system(seen):
    found = taken_for(seen, BELLE, BELLE_PIONS_AS_MUONS)
    p = np.nan_to_num(found.laboratory[:, :2])
    size = np.sqrt(np.square(p[..., 1:]).sum(-1))
    angle = np.degrees(np.arccos(p[..., 3] / np.maximum(size, 1e-9)))
    reach = found.found[:, :2] & (size > 0.6) & (angle > 20) & (angle < 155)
    np.testing.assert_array_equal(found.identified[:, :2], reach)
    np.testing.assert_allclose(found.weights, RATE ** reach.sum(1))
    assert len(set(reach.sum(1))) == 3


def test_drawn_fakes_have_the_declared_rate(seen):
    weighted = taken_for(seen, BELLE, BELLE_PIONS_AS_MUONS)
    drawn = taken_for(seen, BELLE, BELLE_PIONS_AS_MUONS, seed=1)
    np.testing.assert_array_equal(drawn.weights, seen.weights)
    assert not (drawn.identified & ~weighted.identified).any()
    reach = weighted.identified[:, :2].sum()
    assert abs(drawn.identified[:, :2].sum() - RATE * reach) < 4 * np.sqrt(RATE * reach)


def test_fakes_do_not_depend_on_how_a_run_is_cut_into_batches():
    events = two_pions_two_muons(3000)
    whole = taken_for(simulate(events, BELLE, seed=3), BELLE, BELLE_PIONS_AS_MUONS, seed=1)
    part = simulate(events[slice(1000, 3000)], BELLE, seed=3, first=1000)
    np.testing.assert_array_equal(
        taken_for(part, BELLE, BELLE_PIONS_AS_MUONS, seed=1).identified, whole.identified[1000:]
    )


def test_four_tracks_go_through_the_selection_of_four_muons():
    """Pions of the momenta of muons in the centre of mass: taken for muons they miss little of the energy."""
    detector = varied(perfect(BELLE), spread=False)
    found = taken_for(simulate(two_pions_two_muons(500), detector, seed=3), detector, BELLE_PIONS_AS_MUONS)
    balance = four_muons(BELLE)(found, 10.58).columns["E_balance"]
    known = np.isfinite(balance)
    assert known.any()
    assert np.abs(balance[known]).max() < 5e-3
    assert np.median(np.abs(balance[known])) < 1e-3


@pytest.mark.parametrize(("change", "message"), [
    (lambda: Fake("pi", "pi", 0.1, BELLE_PIONS_AS_MUONS.rate), "two species"),
    (lambda: Fake("pi", "mu", -1.0, BELLE_PIONS_AS_MUONS.rate), "two species"),
    (lambda: taken_for(
        simulate(generate(make_process("mumugamma"), 10, seed=1)[0], BELLE, seed=1), BELLE, BELLE_PIONS_AS_MUONS
    ), "events with pi"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        change()
