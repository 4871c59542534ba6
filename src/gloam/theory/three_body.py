"""e+e- -> l+ l- X by quadrature: X leaves one of the two leptons that a virtual photon made.

The photon couples to a conserved current, so that the cross section integrated over angles is that of the trace
-g_mn H^mn of its decay, sigma = 16 pi^2 alpha^2 / (6 s^2) times F, F = integral of -g_mn H^mn over three-body phase
space. With D1, D2 = (p1,2 + k)^2 - ml^2 of the lepton propagators the trace is a sum of few terms whose integral over
the angle in the rest frame of the lepton pair is closed; what remains is one integral over the mass of the pair.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA, FB_PER_INVERSE_GEV2, SQRT_S

__all__ = ["Coupling", "lepton_pair_cross_section"]

Coupling: TypeAlias = Literal["vector", "scalar", "pseudoscalar"]

NODES = 32
"""Per half of the range, exact to 1e-9 from 1 MeV to the threshold, and halved they show it: that difference is the
stated error."""

_Trace: TypeAlias = Callable[["_Means", FloatArray, float, FloatArray], FloatArray]


def lepton_pair_cross_section(
    mass: ArrayLike, coupling: Coupling, lepton_mass: float, sqrt_s: ArrayLike = SQRT_S, nodes: int = NODES
) -> FloatArray:
    """The cross section of e+e- -> l+ l- X over the coupling squared, in fb; 0 above the threshold.

    Tree level, one virtual photon, X from either final lepton, no electron mass, no Z, no radiation from the beams;
    alpha does not run. X is coupled by g lbar gamma^m l X_m, y lbar l X or i y lbar gamma5 l X.

    Args:
        mass: of X in GeV, > 0; it and `sqrt_s` broadcast.
        coupling: of X to the lepton.
        lepton_mass: in GeV.
        sqrt_s: centre-of-mass energy in GeV.
        nodes: of the quadrature, per panel.

    Source: traces of the two diagrams, taken once with explicit matrices and recorded as exact integers. For a vector
    and a massless lepton they are those of a massive gluon (Dokshitzer, Marchesini and Webber, hep-ph/9512336).

    Example:
        >>> from gloam.constants import MUON_MASS
        >>> lepton_pair_cross_section([1.0, 3.0], "vector", MUON_MASS).round(1)
        array([99563.4, 13710.9])
    """
    m, energy = np.broadcast_arrays(np.asarray(mass, float), np.asarray(sqrt_s, float))
    result = np.zeros(m.shape)
    open_ = energy - m > 2 * lepton_mass
    if open_.any():
        mass_, root = m[open_, None], energy[open_, None]
        factor = 16 * np.pi**2 * ALPHA**2 / (6 * root[:, 0] ** 4) * FB_PER_INVERSE_GEV2
        for block in _blocks(factor.size):
            factor[block] *= _phase_space_integral(mass_[block], lepton_mass, root[block], coupling, nodes)
        result[open_] = factor
    return result


def _blocks(size: int) -> list[slice]:
    """Slices of a few thousand rows, so that a million masses need no more memory than ten thousand."""
    return [slice(start, start + 4096) for start in range(0, size, 4096)]


def _phase_space_integral(
    m: FloatArray, lepton_mass: float, energy: FloatArray, coupling: Coupling, nodes: int
) -> FloatArray:
    """F for masses below the threshold and energies, both of shape (n, 1); shape (n,).

    The range of the pair's mass is halved. Where the leptons are slow, M^2 = 4 ml^2 cosh^2(eta), and where X is soft,
    E_X = m cosh(y): in these rapidities the integrand is smooth. Kinetic energies are kept, not differences of squares.
    """
    node, weight = _nodes(nodes)
    u = lepton_mass**2
    gap = energy - 2 * lepton_mass - m
    most = gap * (gap + 4 * lepton_mass) / (2 * energy)  # of E_X - m
    top = 2 * np.arcsinh(np.sqrt(most / (4 * m)))
    kinetic = 2 * m * np.sinh(top * node / 2) ** 2
    soft = top * 2 * energy * m * np.sinh(top * node) * _integrand(kinetic, most - kinetic, m, u, energy, coupling)
    end = np.arcsinh(np.sqrt(energy * most / (4 * u)))
    left = 2 * u * np.sinh(end * node) ** 2 / energy
    slow = end * 4 * u * np.sinh(2 * end * node) * _integrand(most - left, left, m, u, energy, coupling)
    return (soft + slow) @ weight


def _integrand(
    kinetic: FloatArray, left: FloatArray, m: FloatArray, u: float, energy: FloatArray, coupling: Coupling
) -> FloatArray:
    """The integrand of F over M^2, the trace averaged over the angle in the rest frame of the pair.

    `kinetic` is E_X - m and `left` what it lacks to its maximum, so that M^2 = 4 ml^2 + 2 sqrt(s) left.
    """
    above = 2 * energy * left
    pair = 4 * u + above
    squared = kinetic * (kinetic + 2 * m)  # of the momentum of X
    beta2, v2 = above / pair, squared / (kinetic + m) ** 2
    total = 2 * energy * (kinetic + m)  # D1 + D2
    # D1 and D2 are total (1 -+ x cos)/2 with x^2 = beta2 v2; 1 - x^2 without a cancellation
    rest = (m**2 + 4 * u * squared / pair) / (kinetic + m) ** 2
    trace = _TRACES[coupling](_Means(total, v2, above, beta2 * v2, rest), m**2, u, energy**2)
    return np.sqrt(squared * beta2) / (64 * np.pi**3 * energy) * trace


# Each trace is constant + ratio (D1/D2 + D2/D1) + product/(D1 D2) + square (1/D1^2 + 1/D2^2) + single (1/D1 + 1/D2),
# with polynomials of s, x = m_X^2 and u = ml^2:
#
#              constant ratio  product                          square               single
# vector       0        8      16 (s+x)^2 - 64 u^2              -8 (s+2u) (x+2u)     -16 (s+x+2u)
# scalar       8        4      8 x^2 + 32 su - 48 xu + 64 u^2   -4 (s+2u) (x-4u)     -8 (x-4u)
# pseudoscalar 8        4      8 x (x-2u)                       -4 x (s+2u)          -8 x
#
# Averaged over the angle they are functions of artanh(x)/x. For a vector and a pseudoscalar terms of order 1 cancel
# near the threshold, where the velocity v of X and M^2 - 4 ml^2 are small; below they are cancelled by hand, with
# s + x = total + M^2 and 4 s x = total^2 (1 - v^2).


class _Means(NamedTuple):
    """What the traces depend on, for one mass of the pair."""

    total: FloatArray  # D1 + D2
    v2: FloatArray  # velocity of X, squared
    above: FloatArray  # M^2 - 4 ml^2
    x2: FloatArray  # ((D1 - D2)/(D1 + D2))^2 at the ends
    rest: FloatArray  # 1 - x2


def _vector(mean: _Means, x: FloatArray, u: float, s: FloatArray) -> FloatArray:
    del x, s
    t, excess = mean.total, _excess(mean)
    mass = 128 * u / t + 768 * u**2 / t**2
    pair = (1 + excess) * (t + 8 * u + mean.above) - 2 * u / mean.rest
    trace = (32 + mass) * excess + (16 * mean.v2 - (16 + mass) * mean.x2) / mean.rest
    return trace + 64 * mean.above * pair / t**2


def _scalar(mean: _Means, x: FloatArray, u: float, s: FloatArray) -> FloatArray:
    t, one = mean.total, 1 + _excess(mean)
    product = 8 * x**2 + 32 * s * u - 48 * x * u + 64 * u**2
    square = -4 * (s + 2 * u) * (x - 4 * u)
    return 16 * one + 4 * product * one / t**2 + 8 * square / (t**2 * mean.rest) - 32 * (x - 4 * u) * one / t


def _pseudoscalar(mean: _Means, x: FloatArray, u: float, s: FloatArray) -> FloatArray:
    del s
    t, excess = mean.total, _excess(mean)
    mass = 64 * u * x / t**2
    trace = (8 + 8 * mean.v2 + mass) * excess - (8 - 8 * mean.v2 + mass) * mean.x2 / mean.rest
    return trace + 16 * mean.v2 + 32 * mean.above * x * (1 + excess) / t**2


def _excess(mean: _Means) -> FloatArray:
    """Artanh(x)/x - 1, the average of total/(2 D1) less 1, with its digits where it is small."""
    small = mean.x2 < 0.1
    few = np.where(small, mean.x2, 0.0)
    series = np.zeros_like(few)
    for order in range(14, 0, -1):
        series = few * (series + 1 / (2 * order + 1))
    x = np.sqrt(np.where(small, 0.1, mean.x2))
    return np.where(small, series, np.log((1 + x) / np.sqrt(np.where(small, 0.9, mean.rest))) / x - 1)


_TRACES: dict[Coupling, _Trace] = {"vector": _vector, "scalar": _scalar, "pseudoscalar": _pseudoscalar}


@cache
def _nodes(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes and weights of [0, 1]."""
    node, weight = np.polynomial.legendre.leggauss(nodes)
    return (node + 1) / 2, weight / 2
