"""The decays of a tau in its rest frame, with the axis along which they tell its spin.

|M|^2 of a V - A decay is proportional to 1 + P.h with the polarisation P of the tau. In the decays here h is a unit
vector. So an unpolarised decay is drawn first, without a direction, and then turned as the polarisation wants it. All
products but photons are in one plane with h. For the tau+, h has the opposite sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.particles import MASS_ELECTRON, MASS_MUON, MASS_NEUTRAL_PION, MASS_PION
from gloam.generation.spinors import ComplexArray
from gloam.kinematics import two_body_momentum
from gloam.sourced import Sourced, recalled

__all__ = ["MODES", "TauMode"]

PlaneSampler: TypeAlias = Callable[[np.random.Generator, int, float], FloatArray]
"""Draws n decays of an unpolarised tau of a mass in GeV: energy, part across h and part along h, shape (k, 3, n)."""

_PDG = "PDG Review of Particle Physics 2022"
_RHO = ((0.773, 0.145, 1.0), (1.370, 0.510, -0.145))
"""Mass, width in GeV and strength of rho(770) and rho(1450): Kuehn, Santamaria, Z. Phys. C48 (1990) 445; recalled."""


@dataclass(frozen=True, slots=True)
class TauMode:
    """A decay of the tau-; that of the tau+ is its mirror image with antiparticles.

    Attributes:
        name: as in `MODES`.
        products: names and masses in GeV of what a tau- decays to.
        branching_fraction: of the tau.
        draw: draws decays; the products in their order.
    """

    name: str
    products: tuple[tuple[str, float], ...]
    branching_fraction: Sourced
    draw: PlaneSampler


def leptonic(random: np.random.Generator, n: int, tau: float, *, lepton: float) -> FloatArray:
    """Decays to a charged lepton, its antineutrino and a tau neutrino, shape (3, 3, n), with h along the antineutrino.

    |M|^2 is proportional to (p.k_antineutrino) (k_lepton.k_neutrino): with the mass squared y of lepton and neutrino,
    over that of the tau, the density is (1 - y)^2 (y - r)^2 / y, r = m^2/m_tau^2; where they rest together they have
    no direction.

    Args:
        random: source of random numbers.
        n: how many.
        tau: mass of the tau in GeV.
        lepton: mass of the lepton in GeV.

    Example:
        >>> from gloam.execution import random_stream
        >>> decays = leptonic(random_stream(1, "example"), 100_000, 1.77686, lepton=0.0)
        >>> (2 * decays[0, 0] / 1.77686).mean().round(2)  # 7/10 for a massless lepton
        np.float64(0.7)
    """
    y = _shares(random, n, (lepton / tau) ** 2)
    pair, antineutrino = tau * np.sqrt(y), tau * (1 - y) / 2
    cosine = 2 * random.random(n) - 1
    size = (pair**2 - lepton**2) / (2 * pair)
    charged = _boosted(pair - size, size, cosine, (-antineutrino, tau - antineutrino, pair))
    zero = np.zeros(n)
    return _with_rest([charged, (antineutrino, zero, antineutrino)], tau)


def _shares(random: np.random.Generator, n: int, ratio: float) -> FloatArray:
    """Numbers with density (1 - y)^2 (y - r)^2 / y: hit or miss on y (1 - y)^2, that of the second of four."""
    y = np.empty(n)
    open_places = np.arange(n)
    while open_places.size:
        u = random.random((5, open_places.size))
        low, high = np.minimum(u[0:3:2], u[1:4:2]), np.maximum(u[0:3:2], u[1:4:2])
        y[open_places] = drawn = np.minimum(np.maximum(low[0], low[1]), np.minimum(high[0], high[1]))
        open_places = open_places[(drawn <= ratio) | (u[4] > np.square(1 - ratio / drawn))]
    return y


def pion(_: np.random.Generator, n: int, tau: float) -> FloatArray:
    """Decays to a pion and a neutrino, shape (2, 3, n), with h along the pion; arguments as for `leptonic`."""
    mass = float(MASS_PION)
    momentum = np.full(n, (tau**2 - mass**2) / (2 * tau))
    return _with_rest([(tau - momentum, np.zeros(n), momentum)], tau)


def two_pions(random: np.random.Generator, n: int, tau: float) -> FloatArray:
    """Decays to pi, pi0 and a neutrino through rho mesons, shape (3, 3, n); arguments as for `leptonic`.

    With the momentum N of the neutrino and the current J, the difference of the pions' momenta across their sum Q, h is
    along 2 (J.N) J - J^2 N, and the density in the cosine between pion and neutrino where Q rests is
    1 + (m_tau^2/Q^2 - 1) c^2 (Kuehn, Wagner, Nucl. Phys. B236 (1984) 16).
    """
    u = random.random((3, n))
    charged, neutral = float(MASS_PION), float(MASS_NEUTRAL_PION)
    square = np.interp(u[0], *_pion_pairs(tau))
    pair, neutrino = np.sqrt(square), (tau**2 - square) / (2 * tau)
    strength = tau**2 / square - 1
    flat = 2 * u[2] - 1
    cosine = np.where(u[1] * (1 + strength / 3) < 1, flat, np.cbrt(flat))
    size = two_body_momentum(pair, charged, neutral)
    frame = (neutrino, tau - neutrino, pair)
    first = _boosted(np.hypot(charged, size), size, cosine, frame)
    second = _boosted(np.hypot(neutral, size), -size, cosine, frame)
    energy, across, along = _boosted(np.zeros(n), 2 * size, cosine, frame)  # J
    product = neutrino * (energy + along)
    axis_across = 2 * product * across
    axis_along = 2 * product * along - 4 * size**2 * neutrino
    return _turned(_with_rest([first, second], tau), axis_across, axis_along)


@lru_cache(maxsize=8)
def _pion_pairs(tau: float) -> tuple[FloatArray, FloatArray]:
    """The distribution of the mass squared of two pions, and its values: as a table, linear in between.

    dGamma/dQ^2 is proportional to (1 - Q^2/m^2)^2 (1 + 2 Q^2/m^2) beta^3 |F(Q^2)|^2.
    """
    low = (float(MASS_PION) + float(MASS_NEUTRAL_PION)) ** 2
    square = np.linspace(low, tau**2, 8193)
    middle = (square[1:] + square[:-1]) / 2
    x, beta = middle / tau**2, _velocity(middle)
    density = (1 - x) ** 2 * (1 + 2 * x) * beta**3 * np.abs(pion_amplitude(middle)) ** 2
    sums = np.concatenate([[0.0], np.cumsum(density)])
    return sums / sums[-1], square


def pion_amplitude(square: FloatArray) -> ComplexArray:
    """The form factor of a pion pair at a mass squared in GeV^2: two rho mesons whose widths run; 1 at 0.

    Example:
        >>> abs(pion_amplitude(np.array([0.773**2])))
        array([6.20])
    """
    total = np.zeros(square.shape, np.complex128)
    for mass, width, strength in _RHO:
        ratio = _velocity(square) / _velocity(np.array(mass**2))
        # the width runs as p^3/Q^2, and p as beta Q
        running = np.sqrt(square) * width * np.sqrt(square) / mass * ratio**3
        total += strength * mass**2 / (mass**2 - square - 1j * running)
    return total / sum(strength for *_, strength in _RHO)


def _velocity(square: FloatArray) -> FloatArray:
    """2 p/Q of two pions whose masses squared add up to Q^2."""
    low, high = (float(MASS_PION) - float(MASS_NEUTRAL_PION)) ** 2, (float(MASS_PION) + float(MASS_NEUTRAL_PION)) ** 2
    return np.sqrt(np.maximum((1 - low / square) * (1 - high / square), 0))


_Plane: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
"""Energy, part across and part along an axis."""


def _boosted(
    energy: FloatArray, size: FloatArray, cosine: FloatArray, frame: tuple[FloatArray, FloatArray, FloatArray]
) -> _Plane:
    """A momentum given where a system rests, seen where it flies along the axis with `frame` = (p, E, m)."""
    momentum, total, mass = frame
    across, along = size * np.sqrt((1 - cosine) * (1 + cosine)), size * cosine
    return (total * energy + momentum * along) / mass, across, (total * along + momentum * energy) / mass


def _with_rest(products: list[_Plane], tau: float) -> FloatArray:
    """The products and the neutrino that balances them in the rest frame of the tau."""
    found = np.array([*products, np.zeros_like(products[0])])
    found[-1] = -found[:-1].sum(0)
    found[-1, 0] += tau
    return found


def _turned(plane: FloatArray, across: FloatArray, along: FloatArray) -> FloatArray:
    """The decays about the axis with these two parts."""
    length = np.hypot(across, along)
    sine, cosine = across / length, along / length
    turned = plane.copy()
    turned[:, 1] = cosine * plane[:, 1] - sine * plane[:, 2]
    turned[:, 2] = cosine * plane[:, 2] + sine * plane[:, 1]
    return turned


def _lepton_mode(name: str, mass: float, percent: float, error: float) -> TauMode:
    products = ((f"{name}-", mass), (f"anti-nu_{name}", 0.0), ("nu_tau", 0.0))
    fraction = recalled(percent / 100, error / 100, "", f"{_PDG}, tau- to {name}- with two neutrinos")
    return TauMode(name, products, fraction, partial(leptonic, lepton=mass))


MODES: Mapping[str, TauMode] = {
    mode.name: mode
    for mode in (
        _lepton_mode("e", float(MASS_ELECTRON), 17.82, 0.04),
        _lepton_mode("mu", float(MASS_MUON), 17.39, 0.04),
        TauMode("pi", (("pi-", float(MASS_PION)), ("nu_tau", 0.0)),
                recalled(0.1082, 0.0005, "", f"{_PDG}, tau- to pi- nu"), pion),
        TauMode("rho", (("pi-", float(MASS_PION)), ("pi0", float(MASS_NEUTRAL_PION)), ("nu_tau", 0.0)),
                recalled(0.2549, 0.0009, "", f"{_PDG}, tau- to pi- pi0 nu, all of it taken as rho"), two_pions),
    )
}  # fmt: skip
"""The decays by name: 71.5 % of all, and five in six of those with one charged particle."""
