"""e+e- -> l+ l- X by quadrature: X leaves one of the two leptons that a virtual photon made.

The photon couples to a conserved current, so that the cross section integrated over angles is that of the trace
-g_mn H^mn of its decay, sigma = 16 pi^2 alpha^2 / (6 s^2) times F, F = integral of -g_mn H^mn over three-body phase
space. With D1, D2 = (p1,2 + k)^2 - ml^2 of the lepton propagators the trace is a sum of few terms whose integral over
the angle in the rest frame of the lepton pair is closed; what remains is one integral over the mass of the pair.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA, FB_PER_INVERSE_GEV2, SQRT_S

__all__ = ["Coupling", "lepton_pair_cross_section"]

Coupling: TypeAlias = Literal["vector", "scalar", "pseudoscalar"]

NODES = 32
"""Per panel, exact to 1e-8 from 1 MeV to 1 MeV below the threshold, and halved they show it: that difference is the
stated error."""

_Trace: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray], tuple[FloatArray | float, ...]]


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
        s, vector = energy[open_] ** 2, m[open_] ** 2
        factor = 16 * np.pi**2 * ALPHA**2 / (6 * s**2) * FB_PER_INVERSE_GEV2
        result[open_] = factor * _phase_space_integral(s[:, None], vector[:, None], lepton_mass**2, coupling, nodes)
    return result


def _phase_space_integral(s: FloatArray, x: FloatArray, lepton: float, coupling: Coupling, nodes: int) -> FloatArray:
    """F for rows of s and x (the squares of energy and mass), shape (n,)."""
    low, high = 4 * lepton, (np.sqrt(s) - np.sqrt(x)) ** 2
    middle = (low + high) / 2
    node, weight = _edge_nodes(nodes)
    # the lower half in ln M^2, which resolves M^2 ~ ml^2; the upper in ln C, which resolves a light, soft X
    lower = low * (middle / low) ** node
    total = s + x
    least, most = total - high, total - middle
    upper = total - least * (most / least) ** node
    below = _integrand(lower, s, x, lepton, coupling) * lower * np.log(middle / low)
    above = _integrand(upper, s, x, lepton, coupling) * (total - upper) * np.log(most / least)
    return ((below + above) * weight).sum(axis=1)  # type: ignore[no-any-return]


def _integrand(pair: FloatArray, s: FloatArray, x: FloatArray, lepton: float, coupling: Coupling) -> FloatArray:
    """The integrand of F over M^2, the trace averaged over the angle in the rest frame of the pair."""
    energy, missing = np.sqrt(s), np.sqrt(x)
    kallen = np.clip(
        (energy - missing - np.sqrt(pair)) * (energy - missing + np.sqrt(pair)) * ((energy + missing) ** 2 - pair),
        0,
        None,
    )
    velocity = np.sqrt(np.clip(1 - 4 * lepton / pair, 0, None))
    total = s + x - pair  # D1 + D2
    squares = 4 * s * x + 4 * lepton * kallen / pair  # total^2 - (D1 - D2)^2 at the ends, without a cancellation
    root = np.sqrt(kallen) * velocity
    logarithm = np.log((total + root) ** 2 / squares)
    asymmetry = np.where(root > 1e-9 * total, total / np.where(root > 0, root, 1.0) * logarithm / 2, 1.0)
    constant, ratio, product, square, single = _TRACES[coupling](s, x, np.asarray(lepton))
    trace = (
        constant
        + 2 * ratio * (2 * asymmetry - 1)
        + 4 * product * asymmetry / total**2
        + 8 * square / squares
        + 4 * single * asymmetry / total
    )
    return np.sqrt(kallen) * velocity / (128 * np.pi**3 * s) * trace  # type: ignore[no-any-return]


# Each trace is constant + ratio (D1/D2 + D2/D1) + product/(D1 D2) + square (1/D1^2 + 1/D2^2) + single (1/D1 + 1/D2),
# with polynomials of s, x = m_X^2 and u = ml^2.


def _vector(s: FloatArray, x: FloatArray, u: FloatArray) -> tuple[FloatArray | float, ...]:
    square = -8 * s * x - 16 * s * u - 16 * x * u - 32 * u**2
    return 0.0, 8.0, 16 * (s + x) ** 2 - 64 * u**2, square, -16 * (s + x) - 32 * u


def _scalar(s: FloatArray, x: FloatArray, u: FloatArray) -> tuple[FloatArray | float, ...]:
    product = 32 * s * u + 8 * x**2 - 48 * x * u + 64 * u**2
    square = -4 * s * x + 16 * s * u - 8 * x * u + 32 * u**2
    return 8.0, 4.0, product, square, -8 * x + 32 * u


def _pseudoscalar(s: FloatArray, x: FloatArray, u: FloatArray) -> tuple[FloatArray | float, ...]:
    return 8.0, 4.0, 8 * x**2 - 16 * x * u, -4 * s * x - 8 * x * u, -8 * x


_TRACES: dict[Coupling, _Trace] = {"vector": _vector, "scalar": _scalar, "pseudoscalar": _pseudoscalar}


@cache
def _edge_nodes(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes of [0, 1] in v, as v^2 with its weight 2v dv: a square root at 0 becomes smooth."""
    v, weight = np.polynomial.legendre.leggauss(nodes)
    v, weight = (v + 1) / 2, weight / 2
    return v**2, 2 * v * weight
