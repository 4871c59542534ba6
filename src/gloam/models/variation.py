"""Shapes with another resolution or mass scale: what nuisance parameters of a signal shape vary."""

from __future__ import annotations

import operator
from dataclasses import replace

from gloam.models.breit_wigner import BreitWigner
from gloam.models.broad import Broad
from gloam.models.combinatorial import WithCombinatorial
from gloam.models.crystal_ball import CrystalBall
from gloam.models.displaced import Displaced, Stretched
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.gaussian import Gaussian
from gloam.models.kernel_density import KernelDensity
from gloam.models.mixture import Mixture
from gloam.models.parameter import Parameter, combined
from gloam.models.radiative import ExponentialTail, RadiativeTail
from gloam.models.signal import SignalShape
from gloam.models.template import Template
from gloam.models.truncated import Truncated
from gloam.models.unrolled import Unrolled

__all__ = ["scaled_width", "shifted"]


def scaled_width(shape: SignalShape, factor: Parameter) -> SignalShape:
    """The shape with another resolution: the width of every core times `factor`.

    Physical edges, natural widths, radiative tails, displacements and combinatorial components stay as they are;
    power-law tails start at as many standard deviations as before. A shape of a kind that is not known here is
    stretched about its position.

    Args:
        shape: the signal.
        factor: > 0; a number, a `Table` or a function of the position.

    Example:
        >>> scaled_width(Mixture((Gaussian(0.01), CrystalBall(0.02, 1.5, 3.0)), (0.8, 0.2)), 1.5)
        Mixture(shapes=(Gaussian(width=0.015), CrystalBall(width=0.03, alpha=1.5, n=3.0)), fractions=(0.8, 0.2))
    """
    match shape:
        case Gaussian() | CrystalBall() | DoubleCrystalBall() | KernelDensity() | Template():
            return replace(shape, width=combined(operator.mul, shape.width, factor))
        case Mixture() | Unrolled():
            return replace(shape, shapes=tuple(scaled_width(part, factor) for part in shape.shapes))
        case WithCombinatorial():
            return replace(shape, peak=scaled_width(shape.peak, factor))
        case Truncated() | BreitWigner() | Broad() | RadiativeTail() | ExponentialTail() | Displaced():
            return replace(shape, shape=scaled_width(shape.shape, factor))
        case Stretched():
            return replace(shape, factor=combined(operator.mul, shape.factor, factor))
    return Stretched(shape, factor)


def shifted(shape: SignalShape, delta: Parameter) -> SignalShape:
    """The shape with another mass scale: `delta` higher, while physical edges stay.

    Args:
        shape: the signal.
        delta: in the unit of the observable; a number, a `Table` or a function of the position.

    Example:
        >>> shifted(Truncated(Gaussian(0.01), low=0.0), 0.002)
        Truncated(shape=Displaced(shape=Gaussian(width=0.01), by=0.002), low=0.0, high=inf)
    """
    match shape:
        case Truncated():
            return replace(shape, shape=shifted(shape.shape, delta))
        case Displaced():
            return replace(shape, by=combined(operator.add, shape.by, delta))
    return Displaced(shape, delta)
