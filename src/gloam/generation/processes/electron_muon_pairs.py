"""e+e- -> e- e+ mu- mu+ in lowest order: all twelve diagrams of QED, with the mass of the electron."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.cuts import PairCuts
from gloam.generation.lost_electrons import Aim, density, exchanged, points
from gloam.generation.massive_lines import Line, absorbs_two, current, incoming_antiparticle, incoming_particle
from gloam.generation.particles import ALPHA, MASS_ELECTRON, MASS_MUON, Particle
from gloam.generation.process import Draw, Process, cross_section_weight
from gloam.generation.spinors import ComplexArray, antiparticle, particle, squared, vector

__all__ = ["amplitude", "annihilation", "electron_muon_pairs", "scattering"]

ME, MU = float(MASS_ELECTRON), float(MASS_MUON)


def electron_muon_pairs(cuts: PairCuts | None = None) -> Process:
    """e+e- -> e- e+ mu- mu+ with the muons inside the cuts; the electrons may go anywhere, also along the beams.

    Args:
        cuts: on the muons; none by default.
    """
    cuts = cuts or PairCuts()
    particles = tuple(Particle(name, mass) for name, mass in (("e-", ME), ("e+", ME), ("mu-", MU), ("mu+", MU)))
    lowest = max(2 * MU, cuts.smallest_mass)
    across = cuts.smallest_energy * np.sin(np.radians(cuts.smallest_angle))
    aim = Aim(MU, lowest, max(lowest, 2 * float(np.hypot(MU, across))))
    couplings = 2 * (4 * np.pi * float(ALPHA)) ** 4  # 2: both spins of the electron of the beams

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        momenta, inside = points(random, energy, aim)
        inside &= cuts.accept(momenta[2:])
        weights = np.zeros_like(energy)
        kept, roots = momenta[..., inside], energy[inside]
        total = couplings * squared(amplitude(kept, roots))
        weights[inside] = cross_section_weight(total, 1 / density(kept, roots, aim), roots)
        return Draw(momenta, weights)

    settings = {
        "min_energy": cuts.smallest_energy, "min_angle": cuts.smallest_angle, "min_mass": cuts.smallest_mass,
    }  # fmt: skip
    threshold = 2 * ME + max(lowest, 2 * cuts.smallest_energy)
    return Process("eemumu", particles, threshold, sample, settings=settings, survives=True)


def amplitude(momenta: FloatArray, energy: FloatArray) -> ComplexArray:
    """The amplitude over e^4 for one spin of the beams' electron and all other spins, shape (2, 1, 2, 2, 2, 2, n).

    Lowest-order amplitudes are relatively real, and parity is kept: the other spin gives the same sum.

    Args:
        momenta: of e- e+ mu- mu+, shape (4, 4, n).
        energy: sqrt(s) in GeV, shape (n,).
    """
    found = scattering(momenta, energy)
    found -= annihilation(momenta, energy)
    return found


def scattering(momenta: FloatArray, energy: FloatArray, *, meeting_only: bool = False) -> ComplexArray:
    """The six diagrams in which electron and positron of the beams survive, in the axes of `amplitude`.

    Axes are the spins of e-, of the electron and the positron of the beams, of e+, mu- and mu+.

    Args:
        momenta: of e- e+ mu- mu+, shape (4, 4, n).
        energy: sqrt(s) in GeV, shape (n,).
        meeting_only: True for the two diagrams in which the photons of both beams meet and make the muons.
    """
    electron, positron = _beams(energy)
    first = Line(particle(momenta[0], ME), incoming_particle(electron, ME)[:, :1], electron, momenta[0], ME)
    second = Line(incoming_antiparticle(positron, ME), antiparticle(momenta[1], ME), -momenta[1], -positron, ME)
    sides = exchanged(momenta[0], energy, 1), exchanged(momenta[1], energy, -1)
    currents = [
        _without_large(current(line), vector(line.start - line.end), photon.square, large) / photon.square
        for line, photon, large in ((first, sides[0], 0), (second, sides[1], 1))
    ]
    found = _three_lines(first, second, _muons(momenta), (currents[0], currents[1]), meeting_only)
    return found.reshape(2, 1, 2, 2, 2, 2, -1)


def annihilation(momenta: FloatArray, energy: FloatArray) -> ComplexArray:
    """The six diagrams in which the beams annihilate and make a new pair of electrons, in the axes of `amplitude`."""
    electron, positron = _beams(energy)
    first = Line(incoming_antiparticle(positron, ME), incoming_particle(electron, ME)[:, :1], electron, -positron, ME)
    second = Line(particle(momenta[0], ME), antiparticle(momenta[1], ME), -momenta[1], momenta[0], ME)
    pair = momenta[0] + momenta[1]
    currents = current(first) / energy**2, current(second) / (np.square(pair[0]) - np.square(pair[1:]).sum(0))
    found = _three_lines(first, second, _muons(momenta), currents, meeting_only=False)
    return found.reshape(2, 1, 2, 2, 2, 2, -1).transpose(2, 1, 0, 3, 4, 5, 6)


def _beams(energy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The electron along +z and the positron along -z, each of shape (4, n)."""
    zero, size = np.zeros_like(energy), np.sqrt(np.square(energy / 2) - ME**2)
    return np.stack([energy / 2, zero, zero, size]), np.stack([energy / 2, zero, zero, -size])


def _muons(momenta: FloatArray) -> Line:
    return Line(particle(momenta[2], MU), antiparticle(momenta[3], MU), -momenta[3], momenta[2], MU)


def _without_large(flow: ComplexArray, photon: ComplexArray, square: FloatArray, large: int) -> ComplexArray:
    """A conserved current less a multiple of its photon's momentum, so that its large component is 0.

    J - k J^+/k^+ couples as J does. J is near to the momentum of the beam, all of which cancels between diagrams up to
    k_T/E; what is left here is smaller by k_T/E. Its other component follows from k.J = 0.

    Args:
        flow: J, shape (4, R, C, n).
        photon: k, shape (4, n).
        square: k^2 in GeV^2, found without a difference.
        large: 0 for J^+ (beam along +z), 1 for J^-.
    """
    k = photon[:, None, None]
    found = np.zeros_like(flow)
    taken = flow[large] / k[large]
    found[2:] = flow[2:] - k[2:] * taken
    found[1 - large] = (k[2] * found[3] + k[3] * found[2] - 2 * square * taken) / k[large]
    return found


def _three_lines(
    first: Line, second: Line, muons: Line, currents: tuple[ComplexArray, ComplexArray], meeting_only: bool
) -> ComplexArray:
    """Three lines, each of which takes the photons of both others; spins in the order of the lines, (S, T, U, n)."""
    one, two = ((flow.reshape(4, -1, flow.shape[-1]), line.start - line.end) for flow, line in
                zip(currents, (first, second), strict=True))  # fmt: skip
    n = one[0].shape[-1]
    shape = one[0].shape[1], two[0].shape[1], 4
    found = absorbs_two(muons, one, two).reshape(4, shape[0], shape[1], n).transpose(1, 2, 0, 3).copy()
    if meeting_only:
        return found
    pair = -muons.start + muons.end
    flow = current(muons).reshape(4, 4, n) / (np.square(pair[0]) - np.square(pair[1:]).sum(0))
    three = flow, -pair
    found += absorbs_two(first, two, three).reshape(shape[0], shape[1], 4, n)
    found += absorbs_two(second, one, three).reshape(shape[1], shape[0], 4, n).swapaxes(0, 1)
    return found
