"""The anomalous magnetic moment of the muon: one-loop contributions and the dated difference they are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import MUON_MASS
from gloam.errors import InputError, one_of
from gloam.sourced import Sourced, published, recalled

__all__ = ["BANDS", "Band", "coupling_band", "pseudoscalar_loop", "scalar_loop", "vector_loop"]


def vector_loop(mass: ArrayLike) -> FloatArray:
    """Delta a_mu over the coupling squared of a vector coupled to muons.

    1/(4 pi^2) int x^2 (1-x) / (x^2 + (1-x) r) dx, r = m^2/m_mu^2 (Leveille, NPB 137 (1978) 63; arXiv:0811.1030).
    1/(8 pi^2) for m -> 0, m_mu^2/(12 pi^2 m^2) for m -> infinity; one loop, no kinetic mixing.

    Example:
        >>> float(vector_loop(1.0))
        8.600279e-05
    """
    return _integral(mass, lambda x, rest, r: x**2 * rest / (x**2 + rest * r)) / (4 * np.pi**2)


def scalar_loop(mass: ArrayLike) -> FloatArray:
    """Delta a_mu over the coupling squared of a scalar, y mubar mu S.

    1/(8 pi^2) int (1-x)^2 (1+x) / ((1-x)^2 + x r) dx (Leveille, NPB 137 (1978) 63); 3/(16 pi^2) for m -> 0.

    Example:
        >>> float(scalar_loop(0.5))
        0.001275282
    """
    return _integral(mass, lambda x, rest, r: rest**2 * (1 + x) / (rest**2 + x * r)) / (8 * np.pi**2)


def pseudoscalar_loop(mass: ArrayLike) -> FloatArray:
    """Delta a_mu over the coupling squared of a pseudoscalar, i y mubar gamma5 mu P: it is negative.

    -1/(8 pi^2) int (1-x)^3 / ((1-x)^2 + x r) dx (Leveille, NPB 137 (1978) 63); -1/(16 pi^2) for m -> 0. The two-loop
    term of an ALP that also couples to photons (Barr-Zee) depends on the cut-off and is not included.

    Example:
        >>> float(pseudoscalar_loop(0.5))
        -0.0009759205
    """
    return -_integral(mass, lambda x, rest, r: rest**3 / (rest**2 + x * r)) / (8 * np.pi**2)


@dataclass(frozen=True, slots=True)
class Band:
    """Measured minus predicted a_mu, with the date of both.

    Attributes:
        difference: with its standard uncertainty.
        measurement: which.
        prediction: which.
    """

    difference: Sourced
    measurement: str
    prediction: str

    def interval(self, deviations: float = 2.0) -> tuple[float, float]:
        """The difference minus and plus so many standard deviations."""
        spread = deviations * self.difference.error
        return self.difference.value - spread, self.difference.value + spread


BANDS = {
    "2006": Band(recalled(274e-11, 73e-11, "", "band of arXiv:1912.11276"), "BNL E821 (2006)", "before 2020"),
    "2021": Band(
        published(251e-11, 59e-11, "", "PRL 126, 141801 (2021): 116592061(41)e-11 minus 116591810(43)e-11"),
        "BNL and FNAL run 1 (2021)", "White Paper 2020",
    ),
    "2023": Band(
        published(249e-11, 48e-11, "", "PRL 131, 161802 (2023): 116592059(22)e-11 minus 116591810(43)e-11"),
        "BNL and FNAL runs 1-3 (2023)", "White Paper 2020",
    ),
    "2025": Band(published(38e-11, 63e-11, "", "Phys. Rept. 1143 (2025) 1 (arXiv:2505.21476), abstract: no tension"),
                 "BNL and FNAL runs 1-6 (2025)", "White Paper 2025"),
}  # fmt: skip
"""Measured minus Standard Model by year. That of 2021 is the one of the Belle II papers; of 2025 nothing is left."""


def coupling_band(mass: ArrayLike, year: str = "2021") -> tuple[FloatArray | None, FloatArray]:
    """The 2 sigma band of a vector's coupling at each mass; where 0 is in it, None and the upper end.

    Both are two-sided, from difference +- 2 sigma; in 2025 the limit is the upper end of that interval.

    Raises:
        InputError: if there is no band of that year.

    Example:
        >>> low, high = coupling_band(1.0, "2021")
        >>> float(low), float(high)
        (0.003933, 0.006550)
    """
    if year not in BANDS:
        raise InputError("band of (g-2)_mu", year, one_of(BANDS), "name the year of the measurement")
    loop = vector_loop(mass)
    low, high = BANDS[year].interval(2.0)
    if low > 0:
        return np.sqrt(low / loop), np.sqrt(high / loop)
    return None, np.sqrt(high / loop)


def _integral(mass: ArrayLike, integrand: object) -> FloatArray:
    """The integral over x in [0, 1] by the double-exponential rule: exact to 1e-13 for any mass."""
    r = (np.asarray(mass, float) / MUON_MASS)[..., None] ** 2
    t = np.linspace(-3.6, 3.6, 289)
    steep = np.exp(np.pi * np.sinh(t))
    x, rest = steep / (1 + steep), 1 / (1 + steep)
    weight = np.pi * np.cosh(t) * x * rest * (t[1] - t[0])
    return (integrand(x, rest, r) * weight).sum(axis=-1)  # type: ignore[no-any-return, operator]
