"""The two fermion lines of e+e- -> l+l- X: the leptons made by a virtual photon, and the annihilating beams.

The electron is massless, left-handed and flies along +z; the positron flies along -z. The right-handed electron gives
the same sum over final spins: lowest-order amplitudes are relatively real, so that no term odd under parity is left.
With both chiralities, sum |M|^2 is therefore twice what is found here. Couplings, and the 1/s of photons, are left out.
"""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.spinors import ComplexArray, antiparticle, bilinear, particle, vector

__all__ = ["annihilation_with_two", "emission_amplitude", "emission_current", "photon_from_beams", "vector_current"]


def vector_current(minus: FloatArray, plus: FloatArray, mass: float) -> ComplexArray:
    """The current u-bar gamma^mu v of a lepton pair for all spins, shape (4, 2, 2, n).

    Args:
        minus: four-momentum of the lepton, shape (4, n).
        plus: four-momentum of the antilepton, shape (4, n).
        mass: of each in GeV.
    """
    return 2 * bilinear(particle(minus, mass), antiparticle(plus, mass))


def emission_current(minus: FloatArray, plus: FloatArray, emitted: FloatArray, mass: float) -> ComplexArray:
    """The current by which a lepton pair, made by a virtual photon, emits a vector; for all spins, (4, 2, 2, n).

    u-bar [gamma^mu (p_1 + k + m) E / ((p_1 + k)^2 - m^2) + E (-p_2 - k + m) gamma^mu / ((p_2 + k)^2 - m^2)] v
    with the current E of the beams. It is conserved: its product with k is 0.

    Args:
        minus: four-momentum p_1 of the lepton, shape (4, n).
        plus: four-momentum p_2 of the antilepton, shape (4, n).
        emitted: four-momentum k of what is emitted, shape (4, n).
        mass: of each lepton in GeV.
    """
    row, column, from_minus, from_plus = _emissions(minus, plus, emitted, mass)
    return 2 * (bilinear(row, from_minus) + bilinear(from_plus, column))


def emission_amplitude(minus: FloatArray, plus: FloatArray, emitted: FloatArray, mass: float) -> ComplexArray:
    """The amplitude of the emission of a scalar instead, shape (2, 2, n); arguments as for `emission_current`."""
    row, column, from_minus, from_plus = _emissions(minus, plus, emitted, mass)
    return np.asarray((row[:, :, None] * from_minus[:, None]).sum(0) + (from_plus[:, :, None] * column[:, None]).sum(0))


def _emissions(
    minus: FloatArray, plus: FloatArray, emitted: FloatArray, mass: float
) -> tuple[ComplexArray, ComplexArray, ComplexArray, ComplexArray]:
    """u-bar; v; (p_1 + k + m) E v / D_1; u-bar E (-p_2 - k + m) / D_2."""
    row, column = particle(minus, mass), antiparticle(plus, mass)
    energy = minus[0] + plus[0] + emitted[0]
    square = np.square(emitted[0]) - np.square(emitted[1:]).sum(0)
    strength = 2 * energy / (square + 2 * _product(minus, emitted))
    top, bottom = strength * column[2], -strength * column[0]  # E v has these two components only
    rise, fall, up, _ = vector(minus + emitted)
    from_minus = np.stack([-up * bottom, rise * bottom + mass * top, up * top, fall * top + mass * bottom])
    strength = 2 * energy / (square + 2 * _product(plus, emitted))
    top, bottom = -strength * row[3], strength * row[1]  # u-bar E likewise
    rise, fall, up, _ = vector(plus + emitted)
    from_plus = np.stack([mass * top - rise * bottom, -up * bottom, mass * bottom - fall * top, up * top])
    return row, column, from_minus, from_plus


def annihilation_with_two(
    first: ComplexArray, second: ComplexArray, momenta: tuple[FloatArray, FloatArray], energy: FloatArray
) -> ComplexArray:
    """The amplitude of the beams annihilating into two vectors with given currents, shape (S, T, n).

    v-bar [J_1 (p - k_2) J_2 / (p - k_2)^2 + J_2 (p - k_1) J_1 / (p - k_1)^2] u with the electron's momentum p.

    Args:
        first: current J_1 with its spins, shape (4, S, n).
        second: current J_2 with its spins, shape (4, T, n).
        momenta: four-momenta k_1 and k_2, each of shape (4, n).
        energy: sqrt(s) in GeV, shape (n,).
    """
    after_second = _absorbed(second, momenta[1], energy)
    after_first = _absorbed(first, momenta[0], energy)
    a, b = first[:, :, None], second[:, None, :]
    amplitude = np.asarray(a[0] * after_second[0][None])
    amplitude += a[2] * after_second[1][None]
    amplitude += b[0] * after_first[0][:, None]
    amplitude += b[2] * after_first[1][:, None]
    return amplitude


def photon_from_beams(
    current: ComplexArray, momenta: tuple[FloatArray, FloatArray], energy: FloatArray
) -> ComplexArray:
    """The current by which the beams emit a photon while they annihilate into a vector, shape (4, S, n).

    Args:
        current: current of the vector with its spins, shape (4, S, n).
        momenta: four-momenta of the photon and of the vector, each of shape (4, n).
        energy: sqrt(s) in GeV, shape (n,).
    """
    photon, other = momenta
    last = _absorbed(current, other, energy)
    rise, fall, up, down, square = _left_electron(photon, energy)
    scale = energy / square
    first_0 = scale * (current[0] * fall - current[2] * down)
    first_1 = scale * (current[2] * rise - current[0] * up)
    return 2 * np.stack([first_1, last[0], np.zeros_like(first_0), -last[1] - first_0])


def _left_electron(taken: FloatArray, energy: FloatArray) -> tuple[ComplexArray, ...]:
    """The electron's momentum less `taken` as (plus, minus, up, down), and its square."""
    left = -taken
    left[0] += 0.5 * energy
    left[3] += 0.5 * energy
    square = np.square(taken[0]) - np.square(taken[1:]).sum(0) - energy * (taken[0] - taken[3])
    return (*vector(left), square)


def _absorbed(current: ComplexArray, taken: FloatArray, energy: FloatArray) -> tuple[ComplexArray, ComplexArray]:
    """(p - k) J u / (p - k)^2, two components, with the sqrt(s) of the normalisation of both beam spinors."""
    rise, fall, up, down, square = _left_electron(taken, energy)
    scale = energy / square
    upper, lower = scale * current[2], scale * current[1]
    return fall * upper - up * lower, rise * lower - down * upper


def _product(p: FloatArray, q: FloatArray) -> FloatArray:
    return np.asarray(p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3])
