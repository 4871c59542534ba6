"""e+e- -> gamma gamma gamma in lowest order."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.generation.cuts import PhotonCuts
from gloam.generation.mappings import cosine_between_poles, cosine_density, logarithmic, logarithmic_density
from gloam.generation.particles import ALPHA, Particle
from gloam.generation.phase_space import unit_vector
from gloam.generation.process import BoostedCuts, Draw, Process, cross_section_weight

__all__ = ["three_photons"]

_ORDERS = np.array(list(permutations(range(3))))


def three_photons(cuts: PhotonCuts | None = None) -> Process:
    """e+e- -> 3 gamma with every photon inside the cuts; the photons come in random order.

    Args:
        cuts: smallest energy (above 0) and angle of each photon.
    """
    cuts = cuts or PhotonCuts()
    if cuts.smallest_energy <= 0:
        remedy = "soft photons make the cross section infinite: write --min-energy 0.2"
        raise InputError("smallest photon energy", cuts.smallest_energy, "a number above 0, in GeV", remedy)
    particles = tuple(Particle("gamma", 0.0) for _ in range(3))

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        momenta = _points(random, energy, cuts)
        inside = cuts.accept(momenta)
        weights = np.zeros_like(energy)
        kept, roots = momenta[..., inside], energy[inside]
        volume = 1 / density(kept, roots, cuts)
        weights[inside] = cross_section_weight(spin_sum(kept, roots), volume, roots, identical=6)
        return Draw(momenta, weights)

    boosted = BoostedCuts(cuts.accept, lambda lost: three_photons(cuts.loosened(lost)))
    settings = {"min_energy": cuts.smallest_energy, "min_angle": cuts.smallest_angle}
    threshold = 3 * cuts.smallest_energy
    return Process("3gamma", particles, threshold, sample, settings=settings, cuts=boosted)


def spin_sum(momenta: FloatArray, energy: FloatArray) -> FloatArray:
    """The sum of |M|^2 over all spins, shape (n,), for massless electrons.

    4 e^6 s sum_i a_i b_i (a_i^2 + b_i^2) / prod_i a_i b_i with a_i = k_i.p_-, b_i = k_i.p_+ (Berends, Kleiss,
    Nucl. Phys. B186 (1981) 22).

    Args:
        momenta: of the photons, shape (3, 4, n).
        energy: sqrt(s) in GeV, shape (n,).
    """
    a = 0.5 * energy * (momenta[:, 0] - momenta[:, 3])
    b = 0.5 * energy * (momenta[:, 0] + momenta[:, 3])
    product = a * b
    charge = (4 * np.pi * float(ALPHA)) ** 3
    return np.asarray(4 * charge * energy**2 * (product * (a**2 + b**2)).sum(0) / product.prod(0))


def _points(random: np.random.Generator, energy: FloatArray, cuts: PhotonCuts) -> FloatArray:
    """One photon with density 1/E, it and another towards the beams; the third balances them. Shape (3, 4, n)."""
    u = random.random((6, energy.size))
    soft, _ = logarithmic(u[0], cuts.smallest_energy, energy / 2)
    cosines = [cosine_between_poles(u[i], 1.0, cuts.largest_cosine)[0] for i in (1, 2)]
    axes = [unit_vector(cosine, 2 * np.pi * u[i]) for cosine, i in zip(cosines, (3, 4), strict=True)]
    apart = 1 - (axes[0] * axes[1]).sum(0)
    hard = energy * (energy / 2 - soft) / (energy - soft * apart)
    slots = np.empty((3, 4, energy.size))
    slots[0, 0], slots[1, 0] = soft, hard
    slots[0, 1:], slots[1, 1:] = soft * axes[0], hard * axes[1]
    slots[2] = -slots[0] - slots[1]
    slots[2, 0] += energy
    order = _ORDERS[(6 * u[5]).astype(np.int64)]
    return np.take_along_axis(slots, order.T[:, None], axis=0)


def density(momenta: FloatArray, energy: FloatArray, cuts: PhotonCuts) -> FloatArray:
    """The density of the points per dPS_3, shape (n,).

    With photons i and j, dPS_3 = E_i E_j dE_i dO_i dO_j / (8 (2 pi)^5 (sqrt(s) - E_i (1 - cos_ij))).
    """
    e = momenta[:, 0]
    towards = [cosine_density(p[3] / p[0], 1.0, cuts.largest_cosine) for p in momenta]
    falling = [logarithmic_density(p[0], cuts.smallest_energy, energy / 2) for p in momenta]
    total = np.zeros_like(energy)
    for i, j in permutations(range(3), 2):
        # E_i E_j (1 - cos_ij) is k_i.k_j, half the mass squared of the pair, which the third photon fixes
        product = energy * (energy / 2 - e[3 - i - j])
        total += falling[i] * towards[i] * towards[j] * (energy - product / e[j]) / (e[i] * e[j])
    return total / 6 * 8 * (2 * np.pi) ** 3
