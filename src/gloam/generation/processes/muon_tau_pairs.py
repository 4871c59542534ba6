"""e+e- -> mu+ mu- tau+ tau- in lowest order: the eight diagrams of QED, without any of equal leptons."""

from __future__ import annotations

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.generation.fermion_lines import annihilation_with_two, emission_current
from gloam.generation.mappings import cosine_density, logarithmic, logarithmic_density
from gloam.generation.particles import ALPHA, MASS_MUON, MASS_TAU, Particle
from gloam.generation.phase_space import at_rest, decay, two_body_volume
from gloam.generation.process import Draw, Process, cross_section_weight
from gloam.generation.processes.pairs_along_beams import pole, softness, two_pairs
from gloam.generation.spin_correlations import spin_correlations
from gloam.generation.spinors import ComplexArray, antiparticle, bilinear, contraction, particle, squared

__all__ = ["amplitude", "muon_tau_pairs"]

MU, TAU = float(MASS_MUON), float(MASS_TAU)

SHARES = (0.3, 0.3, 0.2, 0.2)
"""Parts of the points: pairs of low mass; muon pairs of low energy; taus radiated off a muon; muons off a tau."""


def muon_tau_pairs() -> Process:
    """e+e- -> mu- mu+ tau- tau+; the taus are left undecayed, the correlations of their spins are known."""
    particles = (Particle("mu-", MU), Particle("mu+", MU), Particle("tau-", TAU), Particle("tau+", TAU))
    return Process("mumutautau", particles, 2 * (MU + TAU), _sample, spin_correlations=_correlations)


def _sample(random: np.random.Generator, energy: FloatArray) -> Draw:
    momenta, volume = points(random, energy)
    couplings = 2 * (4 * np.pi * float(ALPHA)) ** 4  # 2: both chiralities of the beams
    total = np.zeros_like(energy)
    inside = volume > 0
    total[inside] = couplings * squared(amplitude(momenta[..., inside], energy[inside]))
    return Draw(momenta, cross_section_weight(total, volume, energy))


def _correlations(momenta: FloatArray) -> FloatArray:
    energy = momenta[:4, 0].sum(0)
    return spin_correlations(amplitude(momenta[:4], energy))


def amplitude(momenta: FloatArray, energy: FloatArray) -> ComplexArray:
    """The amplitude for one chirality of the beams over e^4, for all spins, shape (2, 2, 2, 2, n).

    The beams turn into two virtual photons, one for each pair, or into one that makes a pair, off which the photon of
    the other pair is radiated.

    Args:
        momenta: of mu- mu+ tau- tau+, shape (4, 4, n).
        energy: sqrt(s) in GeV, shape (n,).
    """
    a, b, c, d = momenta
    one, two = a + b, c + d
    muons, taus = _over_square(_current(a, b, MU), one), _over_square(_current(c, d, TAU), two)
    muons, taus = muons.reshape(4, 4, -1), taus.reshape(4, 4, -1)
    total = annihilation_with_two(muons, taus, (one, two), energy)
    scale = 0.5 / np.square(energy)
    total += contraction(muons[:, :, None], (emission_current(c, d, one, TAU) * scale).reshape(4, 1, 4, -1))
    total += contraction(taus[:, None], (emission_current(a, b, two, MU) * scale).reshape(4, 4, 1, -1))
    return total.reshape(2, 2, 2, 2, -1)


def _current(minus: FloatArray, plus: FloatArray, mass: float) -> ComplexArray:
    return bilinear(particle(minus, mass), antiparticle(plus, mass))


def _over_square(half_current: ComplexArray, pair: FloatArray) -> ComplexArray:
    return np.asarray(half_current * (2 / _square(pair)))


def _square(p: FloatArray) -> FloatArray:
    return np.asarray(np.square(p[0]) - np.square(p[1:]).sum(0))


def points(random: np.random.Generator, energy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points of mu- mu+ tau- tau+ drawn from four mixed densities: momenta (4, 4, n) and dPS_4 (n,), 0 outside.

    Args:
        random: source of random numbers.
        energy: sqrt(s) in GeV, shape (n,), above threshold.
    """
    u = random.random((10, energy.size))
    channel = np.searchsorted(np.cumsum(SHARES)[:-1], u[0], side="right")
    momenta, inside = np.empty((4, 4, energy.size)), np.ones(energy.size, np.bool_)
    for number in range(len(SHARES)):
        chosen = np.flatnonzero(channel == number)
        part, draw = u[1:, chosen], energy[chosen]
        if number < 2:
            momenta[..., chosen], inside[chosen] = _conversion(part, draw, soft=number == 1)
        else:
            momenta[..., chosen] = _radiation(part, draw, off_muon=number == 2)
    volume = np.zeros_like(energy)
    volume[inside] = 1 / density(momenta[..., inside], energy[inside])
    return momenta, volume


def _conversion(u: FloatArray, energy: FloatArray, *, soft: bool) -> tuple[FloatArray, BoolArray]:
    """Two pairs, dense along the beams, and whether their masses fit; the muons have a low mass or a low energy."""
    one = np.sqrt(logarithmic(u[0], *_muon_masses(energy))[0])
    if soft:
        square = energy**2 + one**2 - logarithmic(u[1], *softness(energy, one, TAU))[0]
    else:
        square = logarithmic(u[1], *_tau_masses(energy))[0]
    return two_pairs(u, energy, one, square, (MU, TAU))


def _muon_masses(energy: FloatArray) -> tuple[float, FloatArray]:
    """The range of the squared mass of the muon pair."""
    return 4 * MU**2, (energy - 2 * TAU) ** 2


def _tau_masses(energy: FloatArray) -> tuple[float, FloatArray]:
    return 4 * TAU**2, (energy - 2 * MU) ** 2


def _radiation(u: FloatArray, energy: FloatArray, *, off_muon: bool) -> FloatArray:
    """A pair radiated by either lepton of the other pair."""
    line, other = (MU, TAU) if off_muon else (TAU, MU)
    masses = _tau_masses(energy) if off_muon else _muon_masses(energy)
    pair = np.sqrt(logarithmic(u[0], *masses)[0])
    three = np.sqrt(logarithmic(u[1], *_virtuality(energy, pair, line))[0] + line**2)
    recoil, system = decay(at_rest(energy), (energy, line, three), 2 * u[2] - 1, 2 * np.pi * u[3])
    radiator, both = decay(system, (three, line, pair), 2 * u[4] - 1, 2 * np.pi * u[5])
    decayed = decay(both, (pair, other, other), 2 * u[6] - 1, 2 * np.pi * u[7])
    minus = u[8] < 0.5  # the negative lepton radiates
    leptons = np.stack([np.where(minus, radiator, recoil), np.where(minus, recoil, radiator)])
    return np.concatenate([leptons, decayed] if off_muon else [decayed, leptons])


def _virtuality(energy: FloatArray, pair: FloatArray, line: float) -> tuple[FloatArray, FloatArray]:
    """The range of (p + k)^2 - m^2 of a lepton that radiates a pair of a given mass."""
    return pair * (pair + 2 * line), energy * (energy - 2 * line)


def density(momenta: FloatArray, energy: FloatArray) -> FloatArray:
    """The density of `points` per dPS_4 at given momenta, shape (n,)."""
    muons, taus = momenta[0] + momenta[1], momenta[2] + momenta[3]
    one = np.sqrt(np.maximum(_square(muons), 4 * MU**2))
    two = np.sqrt(np.maximum(_square(taus), 4 * TAU**2))
    of_muons, of_taus = (
        logarithmic_density(one**2, *_muon_masses(energy)), logarithmic_density(two**2, *_tau_masses(energy)),
    )  # fmt: skip
    inner = two_body_volume(one, MU, MU), two_body_volume(two, TAU, TAU)
    size = np.sqrt(np.square(muons[1:]).sum(0))
    angle = 2 * cosine_density(muons[3] / size, pole(energy, one, two))  # 1 where it is flat
    soft = logarithmic_density(2 * energy * muons[0], *softness(energy, one, TAU))
    shape = angle * of_muons * (SHARES[0] * of_taus + SHARES[1] * soft)
    total = shape / (size / (4 * np.pi * energy) * inner[0] * inner[1])
    for number, line, pair, places, mapped, within in (
        (2, MU, two, (0, 1), of_taus, inner[1]), (3, TAU, one, (2, 3), of_muons, inner[0]),
    ):  # fmt: skip
        for recoil in places:
            virtuality = energy * (energy - 2 * momenta[recoil, 0])
            three = np.sqrt(virtuality + line**2)
            volume = two_body_volume(energy, three, line) * two_body_volume(three, pair, line) * within
            near = logarithmic_density(virtuality, *_virtuality(energy, pair, line))
            total += SHARES[number] / 2 * mapped * near / volume
    return np.asarray(total * (2 * np.pi) ** 2)
