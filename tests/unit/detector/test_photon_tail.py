"""The tail of photon energies: a Crystal Ball in place of the Gaussian, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from gloam.detector import BELLE2, LowTail, simulate
from gloam.errors import InputError
from gloam.events import EventBatch, Particle
from gloam.models import CrystalBall
from gloam.sourced import assumed


def tail(start=1.5, power=8.0):
    return LowTail(assumed(start, 0, "sigma", "test"), assumed(power, 0, "", "test"))


def energies(detector, energy=2.0, number=60_000):
    photon = (Particle("gamma", 0.0),)
    momenta = np.broadcast_to(energy * np.array([1.0, 0.6, 0.8, 0.0]), (number, 1, 4))
    alone = replace(detector, spread=False)
    return simulate(EventBatch(photon, momenta, np.ones(number)), alone, seed=1).laboratory[:, 0, 0]


def pulls(detector):
    """Measured over true energy in the laboratory, in units of the resolution of 2 %."""
    boosted = detector.beams.to_laboratory(2.0 * np.array([1.0, 0.6, 0.8, 0.0]))[0]
    seen = energies(detector)
    return (seen[np.isfinite(seen)] / boosted - 1) / 0.02


@pytest.mark.parametrize(("start", "power"), [(1.5, 8.0), (0.5, 3.0), (3.0, 1.5)])
def test_pulls_follow_a_crystal_ball(start, power):
    """Against the shape that fits use, an implementation of its own."""
    found = np.sort(pulls(replace(BELLE2, photons=replace(BELLE2.photons, tail=tail(start, power)))))
    z = np.array([-6.0, -3.0, -1.5, -0.5, 0.0, 1.0, 2.0])
    expected = CrystalBall(1.0, start, power).cumulative(z, np.zeros(1))
    below = np.searchsorted(found, z) / found.size
    error = np.sqrt(np.maximum(expected * (1 - expected), 1e-6) / found.size)
    assert (np.abs(below - expected) < 4.5 * error + 2e-4).all()


def test_the_order_of_random_numbers_stays():
    with_tail = energies(replace(BELLE2, photons=replace(BELLE2.photons, tail=tail())))
    order = np.argsort(energies(BELLE2))
    assert (np.diff(with_tail[order][np.isfinite(with_tail[order])]) >= -1e-12).all()


@pytest.mark.parametrize(("start", "power"), [(0.0, 3.0), (1.0, 1.0), (-1.0, 3.0)])
def test_tails_that_have_no_integral_are_refused(start, power):
    with pytest.raises(InputError, match="tail of photon energies"):
        tail(start, power)
