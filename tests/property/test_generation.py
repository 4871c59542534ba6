"""What must hold for generated events whatever the masses and the energy of the beams are."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gloam.execution import random_stream
from gloam.generation import TAU_PAIRS, make_process
from gloam.kinematics import mass_squared

PROCESS = st.sampled_from(["mumu-zprime", "mumu-scalar", "tautau-scalar", "gamma-alp", "gamma-dark-photon"])
FRACTION = st.floats(1e-3, 0.999)
ENERGY = st.floats(1.0, 200.0)
POINTS = 50


def check(process, energy):
    draw = process.sample(random_stream(1, "property"), np.full(POINTS, energy))
    momenta = np.moveaxis(draw.momenta, -1, 0)
    final = momenta[:, [number for number, particle in enumerate(process.particles) if particle.final]]
    np.testing.assert_allclose(final.sum(1), np.tile([energy, 0, 0, 0], (POINTS, 1)), rtol=0, atol=1e-9 * energy)
    masses = np.array([particle.mass for particle in process.particles])
    # a mass squared is a difference of two squares of the energy
    assert np.abs(mass_squared(momenta) - masses**2).max() < 1e-9 * energy**2
    assert (draw.weights >= 0).all()
    assert np.isfinite(draw.weights).all()


@settings(max_examples=60)
@given(PROCESS, FRACTION, ENERGY, st.none() | st.floats(0.01, 100.0))
def test_one_new_particle(name, fraction, energy, isr):
    lightest = {"mumu": 0.22, "tauta": 3.56}.get(name[: name.find("-")][:5], 0.0)
    assume(energy > lightest + 0.01)
    radiates = isr is not None and name != "gamma-dark-photon"
    process = make_process(name, mass=fraction * (energy - lightest), isr=isr if radiates else None)
    assume(process.threshold < 0.999 * energy)
    check(process, energy)


@settings(max_examples=30)
@given(FRACTION, FRACTION, ENERGY)
def test_two_new_particles(first, second, energy):
    mass = 0.22 + first * (0.99 * energy - 0.22)
    check(make_process("dark-higgsstrahlung", mass=mass, mass2=second * (0.999 * energy - mass)), energy)


@settings(max_examples=30)
@given(st.floats(1e-4, 0.3), st.floats(0.01, 60.0), ENERGY, st.sampled_from(["3gamma", "mumugamma"]))
def test_photons_inside_cuts(least, angle, energy, name):
    process = make_process(name, min_energy=least * energy, min_angle=angle)
    assume(process.threshold < energy)
    check(process, energy)


@settings(max_examples=30)
@given(st.sampled_from([None, *TAU_PAIRS]), st.floats(3.56, 200.0), st.none() | st.floats(0.01, 100.0))
def test_tau_pairs(pair, energy, isr):
    process = make_process("tautau", tau_decay=pair, isr=isr)
    assume(energy > 1.0001 * process.threshold)
    check(process, energy)


@settings(max_examples=20)
@given(ENERGY)
def test_four_muons(energy):
    check(make_process("4mu"), energy)
