"""Radiative tails: shapes folded with the energy that an escaped photon, or several, carried away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.folding import TOWARDS_0, Displacement, fold
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape

__all__ = ["ExponentialTail", "RadiativeTail"]


@dataclass(frozen=True, slots=True)
class RadiativeTail:
    r"""A shape folded with the leading-log radiator $b\,t^{b-1} / d^b$ of displacements t from 0 to d.

    Photons radiated along the beam escape. They carry away the fraction k of s with density $b k^{b-1}$, where
    $b = (2\alpha/\pi)(\ln(s/m_e^2) - 1)$ is 0.0877 at 10.58 GeV (E. A. Kuraev and V. S. Fadin, Sov. J. Nucl.
    Phys. 41 (1985) 466, leading term), so that a recoil mass comes out too high. The displacement is linear in k, up
    to `reach`: the largest photon energy that the selection lets pass, in the unit of the observable.

    Attributes:
        shape: the signal without radiation.
        b: power of the radiator, 0 < b <= 1; small b: little radiation.
        reach: largest displacement, > 0; negative for a tail below the peak.

    b and reach are numbers, `Table`s or functions of the position.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> recoil = RadiativeTail(Gaussian(0.02), 0.0877, 2.0)
        >>> recoil.cumulative(np.array([1.0, 1.05, 3.1]), np.array([1.0])).round(4)
        array([0.3172, 0.7138, 1.    ])
    """

    shape: SignalShape
    b: Parameter
    reach: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The resolution of the shape without radiation."""
        return self.shape.resolution(position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        position = np.asarray(position, float)
        power = evaluate(self.b, position, "power of a radiative tail")
        if not ((power > 0) & (power <= 1)).all():
            raise InputError(
                "power b of a radiative tail", f"{power.min():g} to {power.max():g}", "0 < b <= 1",
                "b = (2 alpha / pi) (ln(s / m_e^2) - 1) is 0.0877 at 10.58 GeV",
            )  # fmt: skip
        reach = _displacing(self.reach, position, "reach of a radiative tail")
        return fold(self.shape, RADIATOR, (reach, power), x, position)


@dataclass(frozen=True, slots=True)
class ExponentialTail:
    """A shape folded with an exponential distribution of displacements; of a Gaussian: the exponentially modified one.

    Attributes:
        shape: the signal without the tail.
        decay: mean displacement, not 0; positive: tail above the peak, negative: below. A number, a `Table` or a
            function of the position.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> ExponentialTail(Gaussian(1.0), 2.0).cumulative(np.array([1.0]), np.array([0.0])).round(6)
        array([0.36611])
    """

    shape: SignalShape
    decay: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The resolution of the shape without the tail."""
        return self.shape.resolution(position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        position = np.asarray(position, float)
        decay = _displacing(self.decay, position, "mean displacement of an exponential tail")
        return fold(self.shape, EXPONENTIAL, (decay,), x, position)


def _displacing(parameter: Parameter, position: FloatArray, name: str) -> FloatArray:
    values = evaluate(parameter, position, name)
    if (values == 0).any():
        raise InputError(name, 0, "a number other than 0", "leave out the tail: use the shape itself")
    return values


def _below_radiator(distance: FloatArray, reach: FloatArray, power: FloatArray) -> FloatArray:
    return _level(np.clip(distance / reach, 0.0, 1.0) ** power, reach)


def _quantile_of_radiator(level: FloatArray, reach: FloatArray, power: FloatArray) -> FloatArray:
    return np.asarray(reach * _level(level, reach) ** (1.0 / power))


def _below_exponential(distance: FloatArray, decay: FloatArray) -> FloatArray:
    return _level(-np.expm1(-np.maximum(distance / decay, 0.0)), decay)


def _quantile_of_exponential(level: FloatArray, decay: FloatArray) -> FloatArray:
    # levels that round to 1 would be infinitely far away
    return np.asarray(-decay * np.log1p(-np.minimum(_level(level, decay), 1 - 2.0**-53)))


def _level(level: FloatArray, scale: FloatArray) -> FloatArray:
    """The level of a displacement, from that of its size, or back: displacements have the sign of `scale`."""
    return np.where(scale > 0, level, 1.0 - level)


BOTH_ENDS = (*TOWARDS_0, 0.5, *(1 - TOWARDS_0[::-1]))
RADIATOR = Displacement(_below_radiator, _quantile_of_radiator, (1e-4, 2e-3, 0.03, 0.25, 0.5, 0.75, 0.9, 0.97))
EXPONENTIAL = Displacement(_below_exponential, _quantile_of_exponential, BOTH_ENDS)
