"""e+e- -> mu+ mu- gamma in lowest order: the photon comes from the beams or from the muons."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.generation.cuts import PhotonCuts
from gloam.generation.fermion_lines import emission_current, photon_from_beams, vector_current
from gloam.generation.mappings import cosine_between_poles, cosine_density, logarithmic, logarithmic_density
from gloam.generation.particles import ALPHA, MASS_MUON, Particle
from gloam.generation.phase_space import at_rest, decay, three_bodies, two_body_volume
from gloam.generation.process import BoostedCuts, Draw, Process, cross_section_weight
from gloam.generation.spinors import ComplexArray, spin_sum

__all__ = ["muon_pair_photon"]

MU = float(MASS_MUON)
BEAM_SHARE = 0.5
"""Part of the points drawn as a photon from the beams; the rest as one from the muons."""


def muon_pair_photon(cuts: PhotonCuts | None = None) -> Process:
    """e+e- -> mu- mu+ gamma with the photon inside the cuts.

    Args:
        cuts: smallest energy (above 0) and angle of the photon.
    """
    cuts = cuts or PhotonCuts()
    if cuts.smallest_energy <= 0:
        remedy = "soft photons make the cross section infinite: write --min-energy 0.2"
        raise InputError("smallest photon energy", cuts.smallest_energy, "a number above 0, in GeV", remedy)
    particles = (Particle("mu-", MU), Particle("mu+", MU), Particle("gamma", 0.0))
    charge = (4 * np.pi * float(ALPHA)) ** 3

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        momenta = _points(random, energy, cuts)
        inside = cuts.accept(momenta[2:])
        weights = np.zeros_like(energy)
        kept, roots = momenta[..., inside], energy[inside]
        total = 2 * charge * spin_sum(current(kept, roots))  # 2: both chiralities of the beams
        weights[inside] = cross_section_weight(total, 1 / density(kept, roots, cuts), roots)
        return Draw(momenta, weights)

    boosted = BoostedCuts(lambda momenta: cuts.accept(momenta[2:]), lambda lost: muon_pair_photon(cuts.loosened(lost)))
    settings = {"min_energy": cuts.smallest_energy, "min_angle": cuts.smallest_angle}
    threshold = cuts.smallest_energy + np.hypot(cuts.smallest_energy, 2 * MU)
    return Process("mumugamma", particles, float(threshold), sample, settings=settings, cuts=boosted)


def current(momenta: FloatArray, energy: FloatArray) -> ComplexArray:
    """The current that the photon couples to, over e^3, for all spins of the muons, shape (4, 4, n).

    Args:
        momenta: of mu- mu+ gamma, shape (3, 4, n).
        energy: sqrt(s) in GeV, shape (n,).
    """
    minus, plus, photon = momenta
    pair = minus + plus
    mass_squared = energy * (energy - 2 * photon[0])
    muons = (vector_current(minus, plus, MU) / mass_squared).reshape(4, 4, -1)
    from_muons = (emission_current(minus, plus, photon, MU) / energy**2).reshape(4, 4, -1)
    return from_muons + photon_from_beams(muons, (photon, pair), energy)


def _points(random: np.random.Generator, energy: FloatArray, cuts: PhotonCuts) -> FloatArray:
    u = random.random((6, energy.size))
    momenta = np.empty((3, 4, energy.size))
    for where, channel in ((u[0] < BEAM_SHARE, _from_beams), (u[0] >= BEAM_SHARE, _from_muons)):
        momenta[..., where] = channel(u[1:, where], energy[where], cuts)
    return momenta


def _from_beams(u: FloatArray, energy: FloatArray, cuts: PhotonCuts) -> FloatArray:
    """The pair mass squared w with density 1/w + 1/(s - w), the photon towards the beams, muons without direction."""
    low, high = _ends(energy, cuts)
    pair = energy / np.sqrt(1 + np.exp(-(low + u[0] * (high - low))))
    cosine, _ = cosine_between_poles(u[1], 1.0, cuts.largest_cosine)
    photon, system = decay(at_rest(energy), (energy, 0.0, pair), cosine, 2 * np.pi * u[2])
    muons = decay(system, (pair, MU, MU), 2 * u[3] - 1, 2 * np.pi * u[4])
    return np.concatenate([muons, photon[None]])


def _ends(energy: FloatArray, cuts: PhotonCuts) -> tuple[FloatArray, FloatArray]:
    """The range of log(w/(s - w))."""
    lowest = 4 * MU**2
    return (
        np.log(lowest / (energy**2 - lowest)),
        np.log((energy - 2 * cuts.smallest_energy) / (2 * cuts.smallest_energy)),
    )


def _from_muons(u: FloatArray, energy: FloatArray, cuts: PhotonCuts) -> FloatArray:
    """The photon energy with density 1/E, shared by the two muons' virtualities with density 1/(y (1 - y))."""
    photon, _ = logarithmic(u[0], cuts.smallest_energy, _highest(energy))
    pair = np.sqrt(energy * (energy - 2 * photon))
    share = 1 / (1 + np.exp(-_logit(pair) * (2 * u[1] - 1)))
    # the energy of a muon is (sqrt(s) - d/sqrt(s))/2 with the virtuality d of the other one
    e1, e2 = energy / 2 - photon * (1 - share), energy / 2 - photon * share
    size = np.sqrt((e1 - MU) * (e1 + MU) * (e2 - MU) * (e2 + MU))
    cosine = np.clip((2 * e1 * e2 + 2 * MU**2 - pair**2) / (2 * size), -1, 1)
    angles = np.stack([2 * u[2] - 1, 2 * np.pi * u[3], 2 * np.pi * u[4]])
    return three_bodies(energy, (e1, e2), (MU, MU), cosine, angles)


def _highest(energy: FloatArray) -> FloatArray:
    """The highest energy of the photon."""
    return (energy**2 - 4 * MU**2) / (2 * energy)


def _logit(pair: FloatArray) -> FloatArray:
    """The largest |log(y/(1 - y))|, for the mass of the muon pair."""
    beta = np.sqrt(1 - (2 * MU / pair) ** 2)
    return np.asarray(2 * np.log((1 + beta) * pair / (2 * MU)))


def density(momenta: FloatArray, energy: FloatArray, cuts: PhotonCuts) -> FloatArray:
    """The density of the points per dPS_3, shape (n,)."""
    photon = momenta[2, 0]
    square = energy * (energy - 2 * photon)
    pair = np.sqrt(square)
    low, high = _ends(energy, cuts)
    mass = (1 / square + 1 / (2 * energy * photon)) / (high - low)
    towards = 2 * cosine_density(momenta[2, 3] / photon, 1.0, cuts.largest_cosine)
    volume = photon / (4 * np.pi * energy) * two_body_volume(pair, MU, MU) / (2 * np.pi)
    beams = mass * towards / volume
    share = (energy / 2 - momenta[1, 0]) / photon
    split = 1 / (share * (1 - share) * 2 * _logit(pair))
    falling = logarithmic_density(photon, cuts.smallest_energy, _highest(energy))
    muons = falling * split / (4 * photon / (128 * np.pi**3))
    return np.asarray(BEAM_SHARE * beams + (1 - BEAM_SHARE) * muons)
