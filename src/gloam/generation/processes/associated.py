"""Two-body production beside a photon or a dark Higgs: gamma a, gamma A', A' h'; from closed forms."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.cuts import PhotonCuts
from gloam.generation.decays import lepton_decay
from gloam.generation.fermion_lines import photon_from_beams
from gloam.generation.mappings import cosine_between_poles
from gloam.generation.particles import ALPHA, CONVERSION, MASS_MUON, Particle
from gloam.generation.phase_space import at_rest
from gloam.generation.phase_space import decay as two_bodies
from gloam.generation.process import BoostedCuts, Draw, Process
from gloam.generation.spinors import spin_sum
from gloam.kinematics import kallen

__all__ = ["dark_higgsstrahlung", "gamma_alp", "gamma_dark_photon"]


def gamma_alp(mass: float, coupling: float = 1.0) -> Process:
    """e+e- -> gamma a, a -> gamma gamma.

    dsigma/dc = (alpha g^2/64) (1 - m^2/s)^3 (1 + c^2), for L = -(g/4) a F F~ (arXiv:1709.00009).

    Args:
        mass: of the a in GeV, above 0.
        coupling: g in 1/GeV.
    """
    particles = (Particle("gamma", 0.0), Particle("a", mass, final=False),
                 Particle("gamma", 0.0, parent=1), Particle("gamma", 0.0, parent=1))  # fmt: skip

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        u = random.random((5, energy.size))
        # 1 + c^2 is a constant with 3/4 of the integral, and c^2 with 1/4
        flat = 2 * u[1] - 1
        cosine = np.where(u[0] < 0.75, flat, np.cbrt(flat))
        pair = two_bodies(at_rest(energy), (energy, 0.0, mass), cosine, 2 * np.pi * u[2])
        photons = two_bodies(pair[1], (mass, 0.0, 0.0), 2 * u[3] - 1, 2 * np.pi * u[4])
        cross_section = float(ALPHA) * coupling**2 / 24 * (1 - (mass / energy) ** 2) ** 3
        return Draw(np.concatenate([pair, photons]), float(CONVERSION) * cross_section)

    notes = ("the a decays to two photons in every event",)
    return Process("gamma-alp", particles, mass, sample, settings={"mass": mass, "coupling": coupling}, notes=notes)


def gamma_dark_photon(
    mass: float, coupling: float = 1.0, cuts: PhotonCuts | None = None, decay: str | None = None
) -> Process:
    """e+e- -> gamma A', with the photon away from the beams.

    dsigma/dc = (2 pi alpha^2 eps^2/s) (1 - x) [2 (1 + x^2) / ((1 - x)^2 (1 - c^2)) - 1], x = m^2/s, for massless
    electrons: without a cut on the angle it has no integral.

    Args:
        mass: of the A' in GeV, above 0.
        coupling: the kinetic mixing epsilon.
        cuts: smallest angle of the photon; its energy is fixed by the mass.
        decay: "ee", "mumu" or "tautau", with all spin correlations; None leaves the A' undecayed.
    """
    cuts = cuts or PhotonCuts(0.0)
    pair = lepton_decay(decay, mass, "gamma-dark-photon", ("ee", "mumu", "tautau"))
    strength = float(CONVERSION) * 2 * np.pi * (float(ALPHA) * coupling) ** 2

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        u = random.random((2, energy.size))
        cosine, jacobian = cosine_between_poles(u[0], 1.0, cuts.largest_cosine)
        momenta = two_bodies(at_rest(energy), (energy, 0.0, mass), cosine, 2 * np.pi * u[1])
        x = (mass / energy) ** 2
        shape = 2 * (1 + x**2) / ((1 - x) * (1 - cosine**2)) - (1 - x)
        weights = strength / energy**2 * shape * jacobian
        if pair is not None:
            momenta = np.concatenate([momenta, pair.leptons(random, momenta[1])])
            current = photon_from_beams(pair.current(momenta[2:]), (momenta[0], momenta[1]), energy)
            # for one chirality, summed over the polarisations of the A' this is 8 shape / (1 - x)
            weights = weights * spin_sum(current) * (1 - x) / (8 * shape)
        return Draw(momenta, weights)

    boosted = BoostedCuts(
        lambda momenta: cuts.accept(momenta[:1]),
        lambda lost: gamma_dark_photon(mass, coupling, cuts.loosened(lost), decay),
    )
    settings = {"mass": mass, "coupling": coupling, "min_angle": cuts.smallest_angle}
    notes = (pair.note if pair else "the A' is left undecayed: the cross section is that of its production",)
    particles = (Particle("gamma", 0.0), Particle("A'", mass, final=pair is None), *(pair.particles(1) if pair else ()))
    return Process("gamma-dark-photon", particles, mass, sample, settings=settings, notes=notes, cuts=boosted)


def dark_higgsstrahlung(
    mass: float, mass2: float, coupling: float = 1.0, coupling2: float = 1.0, undecayed: bool = False
) -> Process:
    """e+e- -> A' h', A' -> mu+ mu- with all spin correlations, h' unseen.

    sigma = pi alpha alpha_D eps^2 / (3 s) (1 - m_A^2/s)^-2 sqrt(lambda) [lambda + 12 m_A^2/s] and
    dsigma/dc ~ 8 m_A^2/s + lambda sin^2, lambda = lambda(1, m_A^2/s, m_h^2/s) (arXiv:0903.0363).

    Args:
        mass: of the A' in GeV, above 2 m_mu.
        mass2: of the h' in GeV, 0 or more.
        coupling: the kinetic mixing epsilon.
        coupling2: alpha_D.
        undecayed: whether to stop at the A' and the h'.
    """
    mu = float(MASS_MUON)
    final = () if undecayed else (Particle("mu-", mu, parent=0), Particle("mu+", mu, parent=0))
    particles = (Particle("A'", mass, final=undecayed), Particle("h'", mass2), *final)

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        u = random.random((5, energy.size))
        ratio = (mass / energy) ** 2
        square = kallen(1.0, ratio, (mass2 / energy) ** 2)
        cosine = np.where(
            u[0] * (16 * ratio + 4 / 3 * square) < 16 * ratio,
            2 * u[1] - 1,
            2 * np.sin(np.arcsin(2 * u[1] - 1) / 3),  # its density is 3/4 (1 - c^2)
        )
        pair = two_bodies(at_rest(energy), (energy, mass, mass2), cosine, 2 * np.pi * u[2])
        shape = np.sqrt(square) * (square + 12 * ratio) / (1 - ratio) ** 2
        strength = float(CONVERSION) * np.pi * float(ALPHA) * coupling2 * coupling**2 / 3
        if undecayed:
            return Draw(pair, strength / energy**2 * shape)
        muons = two_bodies(pair[0], (mass, mu, mu), 2 * u[3] - 1, 2 * np.pi * u[4])
        return Draw(np.concatenate([pair, muons]), strength / energy**2 * shape * _correlation(pair[0], muons, mass))

    settings = {"mass": mass, "mass2": mass2, "coupling": coupling, "coupling2": coupling2}
    notes = ("the A' decays to mu+ mu- in every event: the cross section is that of A' h' production",)
    return Process("dark-higgsstrahlung", particles, mass + mass2, sample, settings=settings, notes=notes)


def _correlation(parent: FloatArray, muons: FloatArray, mass: float) -> FloatArray:
    """The density of the muons over that of an unpolarised decay, for an A' that the beams' current made.

    |E.J|^2 summed over the spins of the muons, with the current E of the beams, is proportional to
    m^2 + 2 p_T1.p_T2; its average over the decay to (m^2 + 2 m_mu^2) (2 + p_T^2/m^2) / 3.
    """
    product = muons[0, 1] * muons[1, 1] + muons[0, 2] * muons[1, 2]
    across = np.square(parent[1]) + np.square(parent[2])
    average = (mass**2 + 2 * float(MASS_MUON) ** 2) * (2 + across / mass**2) / 3
    return np.asarray((mass**2 + 2 * product) / average)
