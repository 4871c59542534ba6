"""A new particle radiated off a lepton pair: e+e- -> l+l- X, with X a vector or a scalar."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.decays import LeptonDecay, lepton_decay
from gloam.generation.fermion_lines import emission_amplitude, emission_current
from gloam.generation.mappings import logarithmic
from gloam.generation.particles import ALPHA, HIGGS_VEV, MASS_MUON, MASS_TAU, Particle
from gloam.generation.phase_space import three_bodies
from gloam.generation.process import Draw, Process, Sampler, cross_section_weight
from gloam.generation.spin_correlations import SpinCorrelations, scalar_correlations, spin_correlations
from gloam.generation.spinors import contraction, spin_sum, squared
from gloam.kinematics import two_body_energy

__all__ = ["mumu_scalar", "mumu_zprime", "tautau_scalar"]

_SpinSum: TypeAlias = Callable[[FloatArray, float, LeptonDecay | None], FloatArray]


def mumu_zprime(mass: float, coupling: float = 1.0, decay: str | None = None) -> Process:
    """e+e- -> mu+ mu- Z' with a Z' of L_mu - L_tau.

    Args:
        mass: of the Z' in GeV, above 0.
        coupling: g'.
        decay: "mumu" or "tautau", with all spin correlations; None leaves the Z' undecayed. Four muons come without
            the interference of equal ones, which a narrow Z' does not feel.
    """
    pair = lepton_decay(decay, mass, "mumu-zprime", ("mumu", "tautau"))
    sample = _sampler(float(MASS_MUON), mass, coupling, pair, _vector)
    notes = ("the interference of equal muons is left out",) if decay == "mumu" else ()
    process = _process("mumu-zprime", ("mu", float(MASS_MUON)), Particle("Z'", mass), coupling, pair, sample, *notes)
    return dataclasses.replace(process, spin_correlations=_zprime_correlations(pair))


def mumu_scalar(mass: float, coupling: float = 1.0, decay: str | None = None) -> Process:
    """e+e- -> mu+ mu- S with a scalar that couples to leptons as xi m/v.

    Args:
        mass: of the S in GeV, above 0.
        coupling: xi.
        decay: "ee", "mumu" or "tautau"; None leaves the S undecayed.
    """
    return _scalar("mumu-scalar", ("mu", float(MASS_MUON)), mass, coupling, decay)


def tautau_scalar(mass: float, coupling: float = 1.0, decay: str | None = None) -> Process:
    """e+e- -> tau+ tau- S; arguments as for `mumu_scalar`. The taus are left undecayed."""
    return _scalar("tautau-scalar", ("tau", float(MASS_TAU)), mass, coupling, decay)


def _scalar(name: str, lepton: tuple[str, float], mass: float, coupling: float, decay: str | None) -> Process:
    pair = lepton_decay(decay, mass, name, ("ee", "mumu", "tautau"))
    yukawa = coupling * lepton[1] / float(HIGGS_VEV)
    sample = _sampler(lepton[1], mass, yukawa, pair, _spinless)
    note = "the coupling is xi, with a Yukawa coupling xi m/v"
    process = _process(name, lepton, Particle("S", mass), coupling, pair, sample, note)
    return dataclasses.replace(process, spin_correlations=_scalar_spins(lepton, pair))


def _process(
    name: str, lepton: tuple[str, float], new: Particle, coupling: float, pair: LeptonDecay | None, sample: Sampler,
    *notes: str,
) -> Process:  # fmt: skip
    kind, mass = lepton
    leptons = Particle(f"{kind}-", mass), Particle(f"{kind}+", mass)
    new = dataclasses.replace(new, final=pair is None)
    notes += (pair.note if pair else f"the {new.name} is left undecayed: the cross section is that of its production",)
    particles = (*leptons, new, *(pair.particles(2) if pair else ()))
    settings = {"mass": new.mass, "coupling": coupling}
    return Process(name, particles, 2 * mass + new.mass, sample, settings=settings, notes=notes)


def _sampler(lepton: float, mass: float, coupling: float, pair: LeptonDecay | None, summed: _SpinSum) -> Sampler:
    strength = 2 * (4 * np.pi * float(ALPHA)) ** 2 * coupling**2  # 2: both chiralities of the beams

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        momenta, volume = radiated(random, energy, lepton, mass)
        if pair is not None:
            momenta = np.concatenate([momenta, pair.leptons(random, momenta[2])])
        total = strength * summed(momenta, lepton, pair) / energy**4
        return Draw(momenta, cross_section_weight(total, volume, energy))

    return sample


def _vector(momenta: FloatArray, lepton: float, pair: LeptonDecay | None) -> FloatArray:
    current = emission_current(momenta[0], momenta[1], momenta[2], lepton)
    if pair is None:
        return spin_sum(current)
    decayed = pair.current(momenta[3:])
    return squared(contraction(current.reshape(4, 4, 1, -1), decayed[:, None])) / 4


def _spinless(momenta: FloatArray, lepton: float, _: LeptonDecay | None) -> FloatArray:
    return squared(emission_amplitude(momenta[0], momenta[1], momenta[2], lepton))


def _zprime_correlations(pair: LeptonDecay | None) -> SpinCorrelations | None:
    """Of taus from the Z', summed over the spins of the muons that it was radiated off."""
    if pair is None or pair.lepton != "tau":
        return None

    def correlations(momenta: FloatArray) -> FloatArray:
        current = emission_current(momenta[0], momenta[1], momenta[2], float(MASS_MUON)).reshape(4, 4, 1, -1)
        amplitude = contraction(current, pair.current(momenta[3:])[:, None])
        return spin_correlations(amplitude.reshape(4, 2, 2, -1))

    return correlations


def _scalar_spins(lepton: tuple[str, float], pair: LeptonDecay | None) -> SpinCorrelations | None:
    """Of taus from the scalar, or of those that it was radiated off."""
    if pair is not None and pair.lepton == "tau":
        return lambda momenta: scalar_correlations(momenta[3], momenta[4], pair.mass)
    if lepton[0] == "tau":
        return lambda momenta: spin_correlations(emission_amplitude(momenta[0], momenta[1], momenta[2], lepton[1]))
    return None


def radiated(
    random: np.random.Generator, energy: FloatArray, lepton: float, mass: float
) -> tuple[FloatArray, FloatArray]:
    """Points of l- l+ X, dense where a lepton is nearly on its mass shell before it radiates: momenta and dPS_3.

    With d = (p_l + p_X)^2 - m_l^2 for both leptons, dPS_3 = dd_1 dd_2 / (128 pi^3 s) times the average over
    orientations, and |M|^2 is about 1/(d_1 d_2): both are drawn with density 1/d.

    Args:
        random: source of random numbers.
        energy: sqrt(s) in GeV, shape (n,), above threshold.
        lepton: mass of each lepton in GeV.
        mass: of X in GeV, above 0.
    """
    u = random.random((5, energy.size))
    first, jacobian = logarithmic(u[0], mass * (2 * lepton + mass), (energy - lepton) ** 2 - lepton**2)
    second, inner = logarithmic(u[1], *_ends(energy, np.sqrt(first + lepton**2), lepton, mass))
    e1, e2 = (energy - second / energy) / 2, (energy - first / energy) / 2
    cosine = _angle(energy, e1, e2, lepton, first + second - mass**2)
    angles = np.stack([2 * u[2] - 1, 2 * np.pi * u[3], 2 * np.pi * u[4]])
    momenta = three_bodies(energy, (e1, e2), (lepton, lepton), cosine, angles)
    return momenta, jacobian * inner / (128 * np.pi**3 * energy**2)


def _ends(energy: FloatArray, pair: FloatArray, lepton: float, mass: float) -> tuple[FloatArray, FloatArray]:
    """The range of d_2 where l_1 and X have the mass `pair`."""
    ex = two_body_energy(pair, mass, lepton)
    px = np.sqrt(np.maximum((ex - mass) * (ex + mass), 0))
    el = (energy**2 - pair**2 - lepton**2) / (2 * pair)
    pl = np.sqrt(np.maximum((el - lepton) * (el + lepton), 0))
    highest = mass**2 + 2 * (el * ex + pl * px)
    # E E' - p p' as a ratio of positive numbers: nothing cancels
    lowest = mass**2 + 2 * (np.square(el * mass) + np.square(lepton * px)) / (el * ex + pl * px)
    return lowest, highest


def _angle(energy: FloatArray, e1: FloatArray, e2: FloatArray, lepton: float, taken: FloatArray) -> FloatArray:
    """The cosine between the leptons, whose mass squared is s - `taken`."""
    momenta = np.sqrt((e1 - lepton) * (e1 + lepton) * (e2 - lepton) * (e2 + lepton))
    return np.asarray(np.clip((2 * e1 * e2 + 2 * lepton**2 - (energy**2 - taken)) / (2 * momenta), -1, 1))
