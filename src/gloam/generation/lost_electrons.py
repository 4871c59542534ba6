"""Points of e+e- -> e- e+ l- l+ in which the electrons may leave along the beams, at angles down to m_e/E and below.

The electron is written by the part y of the p^+ = E + p_z of its beam that it keeps, and by its transverse momentum;
the positron likewise with p^- = E - p_z. Then d^3q/(2E) = dy/(2y) d^2q_T, and with x = 1 - y the virtuality of the
photon is t = -(q_T^2 + x^2 m^2)/(1 - x): exact, and without a difference of large numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.generation.mappings import (
    cosine_between_poles,
    cosine_density,
    logarithmic,
    logarithmic_density,
    power,
    power_density,
)
from gloam.generation.particles import MASS_ELECTRON
from gloam.generation.phase_space import at_rest, decay, two_body_volume, unit_vector
from gloam.kinematics import two_body_momentum

__all__ = ["Aim", "Exchanged", "density", "exchanged", "points"]

ME = float(MASS_ELECTRON)

TWO_PHOTON_SHARE = 0.9
"""Part of the points drawn as two photons off the beams that meet; the rest as two photons that turn into pairs."""

BACKWARD_SHARE = 0.15
"""Part of the former in which one beam gives nearly all to the muons, and keeps a soft electron."""

STEEPNESS = 2.0
STEEP_SHARE = 0.6
"""The falling power of W^2 of most of the former, and their part; the rest fall with the power 1."""

SOFT_SHARE = 0.4
"""Part of the pairs of electrons from a photon that are drawn with a low energy, not only with a low mass."""


@dataclass(frozen=True, slots=True)
class Aim:
    """The pairs l- l+ that are drawn.

    Attributes:
        mass: of the lepton in GeV.
        lowest: mass of the pair from which on it is drawn, at least twice that of the lepton.
        typical: mass of the pair from which on most are drawn, at least `lowest`: cuts leave little below.
    """

    mass: float
    lowest: float
    typical: float


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The photon between a beam particle and what it is scattered into.

    Attributes:
        lost: part x of the light-cone momentum of its beam, shape (n,).
        kept: 1 - x, found without a difference.
        across: square of the transverse momentum in GeV^2.
        square: t in GeV^2, below 0.
    """

    lost: FloatArray
    kept: FloatArray
    across: FloatArray
    square: FloatArray


def exchanged(scattered: FloatArray, energy: FloatArray, side: int) -> Exchanged:
    """The photon that a beam particle along +z (side 1) or -z (side -1) gives off; `scattered` has shape (4, n)."""
    across = np.square(scattered[1]) + np.square(scattered[2])
    forward = side * scattered[3]
    large = scattered[0] + np.abs(forward)
    kept = np.where(forward > 0, large, (ME**2 + across) / large) / _beam(energy)
    lost = 1 - kept
    return Exchanged(lost, kept, across, -(across + np.square(lost * ME)) / kept)


def _beam(energy: FloatArray) -> FloatArray:
    """E + p of a beam particle."""
    return np.asarray(energy / 2 + np.sqrt(np.square(energy / 2) - ME**2))


def points(random: np.random.Generator, energy: FloatArray, aim: Aim) -> tuple[FloatArray, BoolArray]:
    """Momenta of e- e+ l- l+, shape (4, 4, n), from two mixed densities, and where they are allowed.

    Args:
        random: source of random numbers.
        energy: sqrt(s) in GeV, shape (n,), above threshold.
        aim: at which pairs l- l+.
    """
    u = random.random((11, energy.size))
    momenta = np.empty((4, 4, energy.size))
    inside = np.empty(energy.size, np.bool_)
    backward, meeting = u[0] < TWO_PHOTON_SHARE * BACKWARD_SHARE, u[0] < TWO_PHOTON_SHARE
    for chosen, draw in ((backward, _backward), (meeting & ~backward, _meeting), (~meeting, _conversion)):
        where = np.flatnonzero(chosen)
        momenta[..., where], inside[where] = draw(u[1:, where], energy[where], aim)
    return momenta, inside


def density(momenta: FloatArray, energy: FloatArray, aim: Aim) -> FloatArray:
    """The density of `points` per dPS_4 at given momenta, shape (n,); arguments as there."""
    meeting = _meeting_density(momenta, energy, aim)
    return np.asarray(TWO_PHOTON_SHARE * meeting + (1 - TWO_PHOTON_SHARE) * _conversion_density(momenta, energy, aim))


def _meeting(u: FloatArray, energy: FloatArray, aim: Aim) -> tuple[FloatArray, BoolArray]:
    """Two photons of parts x_1, x_2 of the beams: dense in low x_1 x_2 and t, uniform in log(x_1/x_2)."""
    least, most = np.square(aim.lowest / energy), np.square(aim.typical / energy)
    share = np.where(u[0] < STEEP_SHARE, power(u[1], most, 1.0, STEEPNESS)[0], logarithmic(u[1], least, 1.0)[0])
    skew = np.power(share, u[2] - 0.5)
    lost = np.sqrt(share) * np.stack([skew, 1 / skew])
    beam = _beam(energy)
    low = np.square(lost * ME)
    across = np.maximum(logarithmic(u[3:5], low, low + np.square(energy / 2))[0] - low, 0.0)
    large, small = (1 - lost) * beam, (ME**2 + across) / ((1 - lost) * beam)
    return _with_pair(lost, across, large, small, energy, aim, u[5:9])


def _with_pair(
    lost: FloatArray, across: FloatArray, large: FloatArray, small: FloatArray, energy: FloatArray, aim: Aim,
    u: FloatArray,
) -> tuple[FloatArray, BoolArray]:  # fmt: skip
    """The momenta for given light-cone parts of both electrons, and whether a pair fits beside them."""
    beam = _beam(energy)
    momenta = np.empty((4, 4, energy.size))
    for slot, side in ((0, 1), (1, -1)):
        size, angle = np.sqrt(across[slot]), 2 * np.pi * u[slot]
        momenta[slot] = [(large[slot] + small[slot]) / 2, size * np.cos(angle), size * np.sin(angle),
                         side * (large[slot] - small[slot]) / 2]  # fmt: skip
    pair, square = _left_over(momenta, lost, small, beam)
    inside = (square > aim.lowest**2) & (pair[0] > 0)
    w = np.sqrt(np.where(inside, square, 4 * (2 * aim.mass) ** 2))
    pair[0] = np.sqrt(w**2 + np.square(pair[1:]).sum(0))
    momenta[2:] = _along_photons(pair, w, momenta[0], energy, aim.mass, u[2:4])
    return momenta, inside


def _left_over(
    momenta: FloatArray, lost: FloatArray, small: FloatArray, beam: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The momentum left for the other pair, and its square."""
    plus, minus = (lost[side] * beam + ME**2 / beam - small[1 - side] for side in (0, 1))
    x, y = -momenta[:2, 1:3].sum(0)
    return np.stack([(plus + minus) / 2, x, y, (plus - minus) / 2]), plus * minus - x**2 - y**2


def _along_photons(
    pair: FloatArray, w: FloatArray, electron: FloatArray, energy: FloatArray, mass: float, u: FloatArray
) -> FloatArray:
    """The pair of leptons, dense along the photons in its rest frame, shape (2, 4, n)."""
    axis, pole = _photon_axis(pair, w, electron, energy, mass)
    cosine, _ = cosine_between_poles(u[0], pole)
    local = unit_vector(cosine, 2 * np.pi * u[1])
    direction = _turned(local, axis)
    return decay(pair, (w, mass, mass), np.clip(direction[2], -1, 1), np.arctan2(direction[1], direction[0]))


def _turned(local: FloatArray, axis: FloatArray) -> FloatArray:
    """Directions given relative to an axis (3, n), in the frame of that axis."""
    sign = np.where(axis[2] < 0, -1.0, 1.0)
    a = -1 / (sign + axis[2])
    b = axis[0] * axis[1] * a
    one = np.stack([1 + sign * axis[0] ** 2 * a, sign * b, -sign * axis[0]])
    two = np.stack([b, sign + axis[1] ** 2 * a, -axis[1]])
    return np.asarray(local[0] * one + local[1] * two + local[2] * axis)


def _photon_axis(
    pair: FloatArray, w: FloatArray, electron: FloatArray, energy: FloatArray, mass: float
) -> tuple[FloatArray, FloatArray]:
    """The electron's photon in the rest frame of the pair, and the cosine of a lepton to it at which it is real."""
    photon = exchanged(electron, energy, 1)
    given = -electron
    given[0] += energy / 2
    given[3] += np.sqrt(np.square(energy / 2) - ME**2)
    turned = (pair[0] * given[0] - (pair[1:] * given[1:]).sum(0)) / w
    axis = given[1:] - pair[1:] * ((given[0] + turned) / (pair[0] + w))
    size = np.sqrt(np.square(axis).sum(0))
    momentum = two_body_momentum(w, mass, mass)
    pole = (turned * w - photon.square) / (2 * momentum * size)
    return axis / size, np.maximum(pole, 1 + 1e-12)


def _backward(u: FloatArray, energy: FloatArray, aim: Aim) -> tuple[FloatArray, BoolArray]:
    """A soft electron that keeps y of its beam with density 1/y; W^2 as for photons that meet, the other x to fit."""
    beam, full = _beam(energy), np.square(energy / 2)
    kept, _ = logarithmic(u[0], np.square(ME / energy), 1.0)
    across = logarithmic(u[1], ME**2, ME**2 + full)[0] - ME**2
    least, most = np.square(aim.lowest / energy), np.square(aim.typical / energy)
    share = np.where(u[2] < STEEP_SHARE, power(u[3], most, 1.0, STEEPNESS)[0], logarithmic(u[3], least, 1.0)[0])
    low = np.square(ME * _other_lost(kept, across, share * energy**2, beam))
    other = np.maximum(logarithmic(u[4], low, low + full)[0] - low, 0.0)
    angles = 2 * np.pi * u[5:7]
    total = across + other + 2 * np.sqrt(across * other) * np.cos(angles[0] - angles[1])
    lost = _fitting(kept, across, other, share * energy**2 + total, beam)
    inside = (lost > 0) & (lost < 1)
    lost = np.where(inside, lost, 0.5)
    parts = np.stack([1 - kept, lost]), np.stack([across, other]), np.stack([kept, 1 - lost]) * beam
    small = (ME**2 + parts[1]) / parts[2]
    turned = u[8] < 0.5
    lost, across, large, small, angles = (np.where(turned, values[::-1], values) for values in (*parts, small, u[5:7]))
    rest = np.concatenate([angles, u[7:8], u[9:10]])
    found, fits = _with_pair(lost, across, large, small, energy, aim, rest)
    return found, fits & inside


def _other_lost(kept: FloatArray, across: FloatArray, square: FloatArray, beam: FloatArray) -> FloatArray:
    """About the part x that the other beam loses: for no transverse momentum of its own."""
    needed = (ME**2 + across) / kept + (square + across) / np.maximum(1 - kept, 1e-12)
    return np.clip(needed / beam**2, 1e-9, 1.0)


def _fitting(
    kept: FloatArray, across: FloatArray, other: FloatArray, total: FloatArray, beam: FloatArray
) -> FloatArray:
    """The smaller x with K^+ K^- = W^2 + K_T^2, for the part of the other beam; NaN where there is none."""
    a, c = (1 - kept) * beam + ME**2 / beam, (ME**2 + other) / beam
    d = (ME**2 + across) / (kept * beam) - ME**2 / beam
    # (a (1 - x) - c) (x p - d) = M (1 - x)
    two, one, zero = -a * beam, (a - c) * beam + a * d + total, -(a - c) * d - total
    root = np.sqrt(np.where(one**2 - 4 * two * zero > 0, one**2 - 4 * two * zero, np.nan))
    return np.asarray(2 * zero / (-one - np.where(one > 0, 1, np.nan) * root))


def _backward_density(
    soft: Exchanged, other: Exchanged, square: FloatArray, energy: FloatArray, aim: Aim
) -> FloatArray:
    """Per dx d^2q_T of both sides, with the first one soft."""
    beam, full = _beam(energy), np.square(energy / 2)
    least, most = np.square(aim.lowest / energy), np.square(aim.typical / energy)
    share = square / energy**2
    plus = soft.lost * beam + ME**2 / beam - (ME**2 + other.across) / (other.kept * beam)
    minus = other.lost * beam + ME**2 / beam - (ME**2 + soft.across) / (soft.kept * beam)
    slope = plus * beam - minus * (ME**2 + other.across) / (beam * np.square(other.kept))
    inside = (share > least) & (share < 1) & (slope > 0) & (soft.across < full) & (other.across < full)
    share = np.where(inside, share, np.sqrt(least))
    steep = np.where(share > most, power_density(share, most, 1.0, STEEPNESS), 0.0)
    found = (STEEP_SHARE * steep + (1 - STEEP_SHARE) * logarithmic_density(share, least, 1.0)) * slope / energy**2
    found *= logarithmic_density(soft.kept, np.square(ME / energy), 1.0)
    found *= logarithmic_density(soft.across + ME**2, ME**2, ME**2 + full) / np.pi
    low = np.square(ME * _other_lost(soft.kept, soft.across, square, beam))
    found *= logarithmic_density(other.across + low, low, low + full) / np.pi
    return np.where(inside, found, 0.0)


def _meeting_density(momenta: FloatArray, energy: FloatArray, aim: Aim) -> FloatArray:
    least, most = np.square(aim.lowest / energy), np.square(aim.typical / energy)
    photons = [exchanged(momenta[0], energy, 1), exchanged(momenta[1], energy, -1)]
    share = photons[0].lost * photons[1].lost
    possible = (photons[0].lost > 0) & (photons[0].lost < 1) & (photons[1].lost > 0) & (photons[1].lost < 1)
    inside = possible & (share > least)
    share = np.where(inside, share, np.sqrt(least))
    steep = np.where(share > most, power_density(share, most, 1.0, STEEPNESS), 0.0)
    found = STEEP_SHARE * steep + (1 - STEEP_SHARE) * logarithmic_density(share, least, 1.0)
    found /= -np.log(share)
    for photon in photons:
        low = np.square(photon.lost * ME)
        inside &= photon.across <= np.square(energy / 2)
        mapped = logarithmic_density(photon.across + low, low, low + np.square(energy / 2))
        found *= mapped / np.pi
    pair = momenta[2] + momenta[3]
    w = _mass(pair, aim.mass)
    found = (1 - BACKWARD_SHARE) * np.where(inside, found, 0.0)
    for soft, other in (photons, photons[::-1]):
        found += BACKWARD_SHARE / 2 * _backward_density(soft, other, w**2, energy, aim)
    found *= 4 * photons[0].kept * photons[1].kept * (2 * np.pi) ** 6
    axis, pole = _photon_axis(pair, w, momenta[0], energy, aim.mass)
    lepton = momenta[2]
    momentum = two_body_momentum(w, aim.mass, aim.mass)
    own = lepton[1:] - pair[1:] * ((lepton[0] + w / 2) / (pair[0] + w))
    cosine = np.clip((own * axis).sum(0) / momentum, -1, 1)
    found *= 2 * cosine_density(cosine, pole) / two_body_volume(w, aim.mass, aim.mass)
    return np.where(possible, found, 0.0)


def _conversion(u: FloatArray, energy: FloatArray, aim: Aim) -> tuple[FloatArray, BoolArray]:
    """A pair of electrons and one of leptons, each from a photon off the beams, dense along the beams."""
    one = np.sqrt(logarithmic(u[0], 4 * ME**2, np.square(energy - aim.lowest))[0])
    falling = logarithmic(u[1], aim.lowest**2, np.square(energy - 2 * ME))[0]
    soft = logarithmic(u[1], *_softness(energy, one, aim.lowest))[0]
    square = np.where(u[2] < SOFT_SHARE, energy**2 + one**2 - soft, falling)
    two = np.sqrt(np.maximum(square, aim.lowest**2))
    inside = one + two < energy
    one, two = np.where(inside, one, 2 * ME), np.where(inside, two, aim.lowest)
    cosine, _ = cosine_between_poles(u[3], _pole(energy, one, two))
    pairs = decay(at_rest(energy), (energy, one, two), cosine, 2 * np.pi * u[4])
    electrons = decay(pairs[0], (one, ME, ME), 2 * u[5] - 1, 2 * np.pi * u[6])
    leptons = decay(pairs[1], (two, aim.mass, aim.mass), 2 * u[7] - 1, 2 * np.pi * u[8])
    return np.concatenate([electrons, leptons]), inside


def _softness(energy: FloatArray, pair: FloatArray, lowest: float) -> tuple[FloatArray, FloatArray]:
    """The range of 2 sqrt(s) E of the pair of electrons of a given mass."""
    return 2 * energy * pair, np.maximum(energy**2 + pair**2 - lowest**2, 2.000001 * energy * pair)


def _pole(energy: FloatArray, one: FloatArray, two: FloatArray) -> FloatArray:
    """The cosine beyond 1 at which the exchanged electron would be on its mass shell."""
    beam = np.sqrt(np.square(energy / 2) - ME**2)
    momentum = np.maximum(two_body_momentum(energy, one, two), 1e-9)
    return np.asarray(np.maximum((energy**2 - one**2 - two**2) / (4 * beam * momentum), 1 + 1e-12))


def _conversion_density(momenta: FloatArray, energy: FloatArray, aim: Aim) -> FloatArray:
    sums = momenta[0] + momenta[1], momenta[2] + momenta[3]
    one, two = _mass(sums[0], ME), _mass(sums[1], aim.mass)
    high = np.square(energy - aim.lowest)
    first = logarithmic_density(one**2, 4 * ME**2, high)
    second = (1 - SOFT_SHARE) * logarithmic_density(two**2, aim.lowest**2, np.square(energy - 2 * ME))
    second += SOFT_SHARE * logarithmic_density(2 * energy * sums[0][0], *_softness(energy, one, aim.lowest))
    size = np.maximum(np.sqrt(np.square(sums[0][1:]).sum(0)), 1e-9)
    shape = cosine_density(np.clip(sums[0][3] / size, -1, 1), _pole(energy, one, two)) * first * second
    inner = two_body_volume(one, ME, ME) * two_body_volume(two, aim.mass, aim.mass)
    found = 2 * shape * (2 * np.pi) ** 2 / (size / (4 * np.pi * energy) * inner)
    return np.where(one**2 < high, found, 0.0)


def _mass(pair: FloatArray, mass: float) -> FloatArray:
    """The mass of a pair, at least a little above twice that of each."""
    square = np.square(pair[0]) - np.square(pair[1:]).sum(0)
    return np.asarray(np.sqrt(np.maximum(square, (2 * mass) ** 2 * (1 + 1e-12))))
