"""e+e- -> mu+ mu- mu+ mu- in lowest order: all twelve diagrams of QED."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.generation.fermion_lines import annihilation_with_two, emission_current
from gloam.generation.mappings import cosine_density, logarithmic, logarithmic_density
from gloam.generation.particles import ALPHA, MASS_MUON, Particle
from gloam.generation.phase_space import at_rest, decay, two_body_volume
from gloam.generation.process import Draw, Process, cross_section_weight
from gloam.generation.processes.pairs_along_beams import softness, two_pairs
from gloam.generation.spinors import ComplexArray, antiparticle, bilinear, contraction, particle, squared

__all__ = ["amplitude", "four_muons"]

_Channel: TypeAlias = Callable[[FloatArray, FloatArray], tuple[FloatArray, BoolArray]]

MU = float(MASS_MUON)
PAIRS = ((0, 1), (2, 3), (0, 3), (2, 1))
"""The pairs of opposite sign of mu- mu+ mu- mu+; the first two, and the last two, make an event."""

CONVERSION_SHARE = 0.8
"""Part of the points drawn as two photons that turn into pairs; the rest as a pair off one muon of another pair."""

SOFT_SHARE = 0.4
"""Part of the former in which one of the pairs has a low energy."""


def four_muons() -> Process:
    """e+e- -> mu- mu+ mu- mu+; muons of one charge come in random order."""
    particles = tuple(Particle(name, MU) for name in ("mu-", "mu+", "mu-", "mu+"))
    return Process("4mu", particles, 4 * MU, _sample)


def _sample(random: np.random.Generator, energy: FloatArray) -> Draw:
    momenta, volume = points(random, energy)
    couplings = 2 * (4 * np.pi * float(ALPHA)) ** 4  # 2: both chiralities of the beams
    total = np.zeros_like(energy)
    inside = volume > 0
    total[inside] = couplings * squared(amplitude(momenta[..., inside], energy[inside]))
    return Draw(momenta, cross_section_weight(total, volume, energy, identical=4))


def amplitude(momenta: FloatArray, energy: FloatArray) -> ComplexArray:
    """The amplitude for one chirality of the beams over e^4, for all spins of the muons, shape (2, 2, 2, 2, n).

    For each way to make two pairs: the beams turn into two virtual photons, or into one that makes a pair, off which
    the photon of the other pair is radiated. Both ways differ by the exchange of the positive muons: a minus sign.

    Args:
        momenta: of mu- mu+ mu- mu+, shape (4, 4, n).
        energy: sqrt(s) in GeV, shape (n,).
    """
    direct = _two_pairs(momenta, (0, 1), (2, 3), energy)
    exchanged = _two_pairs(momenta, (0, 3), (2, 1), energy)
    direct -= exchanged.transpose(0, 3, 2, 1, 4)
    return direct


def _two_pairs(
    momenta: FloatArray, first: tuple[int, int], second: tuple[int, int], energy: FloatArray
) -> ComplexArray:
    """The diagrams in which both pairs come from a photon each; spins in the order of the pairs, (2, 2, 2, 2, n)."""
    (a, b), (c, d) = momenta[list(first)], momenta[list(second)]
    one, two = a + b, c + d
    currents = [_over_mass(_current(a, b), one), _over_mass(_current(c, d), two)]
    flat = [current.reshape(4, 4, -1) for current in currents]
    total = annihilation_with_two(flat[0], flat[1], (one, two), energy)
    scale = 0.5 / np.square(energy)
    radiating = (emission_current(c, d, one, MU) * scale).reshape(4, 1, 4, -1)
    total += contraction(flat[0][:, :, None], radiating)
    radiating = (emission_current(a, b, two, MU) * scale).reshape(4, 4, 1, -1)
    total += contraction(flat[1][:, None], radiating)
    return total.reshape(2, 2, 2, 2, -1)


def _current(minus: FloatArray, plus: FloatArray) -> ComplexArray:
    return bilinear(particle(minus, MU), antiparticle(plus, MU))


def _over_mass(half_current: ComplexArray, pair: FloatArray) -> ComplexArray:
    return np.asarray(half_current * (2 / (np.square(pair[0]) - np.square(pair[1:]).sum(0))))


def points(random: np.random.Generator, energy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points of four muons drawn from two mixed densities: momenta (4, 4, n) and dPS_4 (n,), 0 outside.

    Args:
        random: source of random numbers.
        energy: sqrt(s) in GeV, shape (n,), above threshold.
    """
    u = random.random((11, energy.size))
    slots = np.empty((4, 4, energy.size))
    conversion = u[0] < CONVERSION_SHARE
    inside = np.ones(energy.size, np.bool_)
    _draw(slots, inside, conversion, u, energy, _conversion)
    _draw(slots, inside, ~conversion, u, energy, _radiation)
    order = _ORDERS[np.where(conversion, 0, 4) + (u[10] * np.where(conversion, 4, 8)).astype(np.int64)]
    momenta = np.take_along_axis(slots, order.T[:, None], axis=0)
    volume = np.zeros_like(energy)
    volume[inside] = 1 / density(momenta[..., inside], energy[inside])
    return momenta, volume


def _orders() -> IntArray:
    """For each label the slot that it is taken from: conversion, then radiation off mu- and off mu+."""
    swaps = [(0, 1, 2, 3), (2, 1, 0, 3), (0, 3, 2, 1), (2, 3, 0, 1)]
    return np.array(swaps + swaps + [[slot ^ 1 for slot in swap] for swap in swaps], dtype=np.int64)


_ORDERS = _orders()


def _draw(
    slots: FloatArray, inside: BoolArray, chosen: BoolArray, u: FloatArray, energy: FloatArray, channel: _Channel
) -> None:
    where = np.flatnonzero(chosen)
    found, allowed = channel(u[1:10, where], energy[where])
    slots[..., where], inside[where] = found, allowed


def _conversion(u: FloatArray, energy: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Two pairs, dense along the beams: slots 0 1 and 2 3; and whether their masses fit.

    The first has a low mass. So has the other, or the first has a low energy.
    """
    low, high = 4 * MU**2, (energy - 2 * MU) ** 2
    one = np.sqrt(logarithmic(u[0], low, high)[0])
    falling, soft = logarithmic(u[1], low, high)[0], logarithmic(u[1], *softness(energy, one, MU))[0]
    square = np.where(u[8] < SOFT_SHARE, energy**2 + one**2 - soft, falling)
    return two_pairs(u, energy, one, square, (MU, MU))


def _radiation(u: FloatArray, energy: FloatArray) -> tuple[FloatArray, BoolArray]:
    """A pair (slots 0 1) radiated by slot 2, with slot 3 on the other side; always inside."""
    pair = np.sqrt(logarithmic(u[0], 4 * MU**2, (energy - 2 * MU) ** 2)[0])
    three = np.sqrt(logarithmic(u[1], *_virtuality(energy, pair))[0] + MU**2)
    recoil, system = decay(at_rest(energy), (energy, MU, three), 2 * u[2] - 1, 2 * np.pi * u[3])
    radiator, both = decay(system, (three, MU, pair), 2 * u[4] - 1, 2 * np.pi * u[5])
    decayed = decay(both, (pair, MU, MU), 2 * u[6] - 1, 2 * np.pi * u[7])
    return np.concatenate([decayed, radiator[None], recoil[None]]), np.ones(energy.size, np.bool_)


def _virtuality(energy: FloatArray, pair: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The range of (p + k)^2 - m^2 of a muon that radiates a pair of a given mass."""
    return pair * (pair + 2 * MU), energy * (energy - 2 * MU)


def density(momenta: FloatArray, energy: FloatArray) -> FloatArray:
    """The density of `points` per dPS_4 at given momenta, shape (n,)."""
    sums = [momenta[i] + momenta[j] for i, j in PAIRS]
    squares = [np.square(p[0]) - np.square(p[1:]).sum(0) for p in sums]
    masses = [np.sqrt(np.maximum(square, 4 * MU**2)) for square in squares]
    low, high = 4 * MU**2, (energy - 2 * MU) ** 2
    mapped = [logarithmic_density(mass**2, low, high) for mass in masses]
    inner = [two_body_volume(mass, MU, MU) for mass in masses]
    total = np.zeros_like(energy)
    for i, j in ((0, 1), (2, 3)):
        size = np.sqrt(np.square(sums[i][1:]).sum(0))
        pole = (energy**2 - masses[i] ** 2 - masses[j] ** 2) / (2 * energy * size)
        soft = sum(
            mapped[k] * logarithmic_density(2 * energy * sums[k][0], *softness(energy, masses[k], MU)) for k in (i, j)
        )
        shape = cosine_density(sums[i][3] / size, pole) * (
            2 * (1 - SOFT_SHARE) * mapped[i] * mapped[j] + SOFT_SHARE * soft
        )
        total += CONVERSION_SHARE / 2 * shape / (size / (4 * np.pi * energy) * inner[i] * inner[j])
    for recoil in range(4):
        virtuality = energy * (energy - 2 * momenta[recoil, 0])
        three = np.sqrt(virtuality + MU**2)
        outer = two_body_volume(energy, three, MU)
        for pair in (number for number, members in enumerate(PAIRS) if recoil not in members):
            mapping = mapped[pair] * logarithmic_density(virtuality, *_virtuality(energy, masses[pair]))
            volume = outer * two_body_volume(three, masses[pair], MU) * inner[pair]
            total += (1 - CONVERSION_SHARE) / 8 * mapping / volume
    return total * (2 * np.pi) ** 2
