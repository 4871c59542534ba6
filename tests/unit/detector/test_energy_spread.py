"""Events moved to the energy of each collision: conserved, with their masses, spread as declared."""

import numpy as np
import pytest

from gloam.detector.energy_spread import relative_spread_of_a_beam, spread_energies
from gloam.execution import random_stream
from gloam.generation import generate, make_process
from gloam.kinematics import mass, mass_squared

S = 10.58
CASES = [
    ("mumu-zprime", {"mass": 3.0, "decay": "mumu"}),
    ("gamma-alp", {"mass": 2.0, "isr": 1.0}),
    ("dark-higgsstrahlung", {"mass": 1.5, "mass2": 2.5}),
    ("b-dark-photons", {"mass": 1.0, "decay": "ee"}),
    ("b-dark-baryon", {"mass": 2.0}),
    ("3gamma", {}),
]


def moved(name, settings, spread):
    process = make_process(name, **settings)
    events, _ = generate(process, 2000, seed=1, sqrt_s=S)
    shifts = relative_spread_of_a_beam(spread, S) * random_stream(1, "spread test").standard_normal((2, 2000))
    return events, shifts, spread_energies(events.momenta, events.particles, shifts)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_momentum_is_that_of_the_beams_and_masses_stay(name, settings):
    events, (electron, positron), after = moved(name, settings, 0.003)
    final = [place for place, particle in enumerate(events.particles) if particle.final]
    beams = np.zeros((2000, 4))
    beams[:, 0], beams[:, 3] = S / 2 * (2 + electron + positron), S / 2 * (electron - positron)
    np.testing.assert_allclose(after[:, final].sum(1), beams, rtol=0, atol=1e-8)
    np.testing.assert_allclose(mass_squared(after), mass_squared(events.momenta), rtol=0, atol=1e-8)


def test_a_parent_is_the_sum_of_what_it_decays_to():
    events, _, after = moved("mumu-zprime", {"mass": 3.0, "decay": "mumu"}, 0.005)
    daughters = [place for place, particle in enumerate(events.particles) if particle.parent == 2]
    np.testing.assert_allclose(after[:, daughters].sum(1), after[:, 2], atol=1e-9)


def test_the_energy_is_spread_as_declared():
    _, _, after = moved("3gamma", {}, 0.005)
    energies = mass(after.sum(1))
    assert abs(energies.std() / 0.005 - 1) < 4 / np.sqrt(2 * 2000)
    assert abs(energies.mean() - S) < 4 * 0.005 / np.sqrt(2000)


def test_no_spread_moves_nothing():
    events, _, after = moved("gamma-alp", {"mass": 2.0}, 0.0)
    np.testing.assert_allclose(after, events.momenta, atol=1e-12)


def test_an_energy_below_threshold_is_set_to_it():
    """At 10.5596 GeV two B mesons are nearly at rest; half of the collisions cannot make them."""
    process = make_process("b-dark-baryon", mass=2.0)
    events, _ = generate(process, 1000, seed=1, sqrt_s=2 * 5.27972 + 1e-4)
    shifts = np.full((2, 1000), -0.002)
    after = spread_energies(events.momenta, events.particles, shifts)
    assert np.isfinite(after).all()
    np.testing.assert_allclose(after[:, :2].sum(1)[:, 0], 2 * 5.27972, rtol=1e-9)
