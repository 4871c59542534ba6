"""A particle with a natural width, seen through any resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.crystal_ball import CrystalBall, check_tail
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.folded_crystal_ball import folded_crystal_ball, folded_double_crystal_ball, is_tabulated
from gloam.models.folding import TOWARDS_0, Displacement, fold
from gloam.models.gaussian import Gaussian
from gloam.models.mixture import Mixture
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape
from gloam.models.voigt import voigt_cumulative

__all__ = ["BreitWigner"]


@dataclass(frozen=True, slots=True)
class BreitWigner:
    r"""A resolution folded with a Breit-Wigner of full width `gamma` at half maximum.

    The line is $(\Gamma / 2\pi) / ((x - m)^2 + \Gamma^2 / 4)$. For a squared mass $x = m^2$ the relativistic form
    $1 / ((m^2 - M^2)^2 + M^2 \Gamma^2)$ is the same line of full width $2 M \Gamma$: give
    `lambda x: 2 * np.sqrt(x) * width(x)`.

    Its integral over all x is 1, as that of every shape. The tails of a Breit-Wigner fall only as $1/x$: the yield
    also counts what lies beyond the window, and beyond thresholds where there is no particle at all. A fraction of
    $\Gamma / (\pi d)$ lies further than d from the peak. Put the shape in `Truncated` if the yield shall count a range.

    With Gaussians it is exact (`voigt_cumulative`). With Crystal Balls whose tails are the same at all positions it is
    read from tables that are made at the first use (`folded_crystal_ball`), to 1e-9. With other smooth resolutions it
    is integrated to 1e-9 (`fold`), which takes some tens of microseconds a bin. Sums are folded part by part.

    Attributes:
        shape: the resolution, the same along the line as at the position.
        gamma: full width, >= 0, in the unit of the observable; a number, a `Table` or a function of the position.

    Example:
        >>> tenth = BreitWigner(Gaussian(0.01), lambda mass: 0.1 * mass)
        >>> tenth.cumulative(np.array([0.95, 1.0, 1.05]), np.array([1.0])).round(4)
        array([0.2532, 0.5   , 0.7468])
    """

    shape: SignalShape
    gamma: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """A width for steps and windows: the standard deviation of the resolution and gamma / 2 in quadrature."""
        return np.hypot(self.shape.resolution(position), 0.5 * self._widths(position))

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        position = np.asarray(position, float)
        return _folded(self.shape, 0.5 * self._widths(position), x, position)

    def _widths(self, position: FloatArray) -> FloatArray:
        gamma = evaluate(self.gamma, position, "width of a Breit-Wigner")
        if (gamma < 0).any():
            raise InputError(
                "width of a Breit-Wigner", f"{gamma.min():g}", "a number >= 0", "0 leaves the resolution alone"
            )
        return gamma


def _folded(shape: SignalShape, half_width: FloatArray, x: FloatArray, position: FloatArray) -> FloatArray:
    if isinstance(shape, Mixture):
        parts = [
            weight * _folded(part, half_width, x, position)
            for weight, part in zip(shape.weights(position), shape.shapes, strict=True)
        ]
        return np.asarray(sum(parts[1:], start=parts[0]))
    sigma = shape.resolution(position)
    z, ratio = (x - position) / sigma, half_width / sigma
    if isinstance(shape, Gaussian):
        below = voigt_cumulative(z, ratio)
    elif is_tabulated(ratio) and (tails := _constant_tails(shape)):
        below = _from_tables(z, ratio, tails)
    else:
        below = fold(shape, LINE, (half_width,), x, position)
    return np.asarray(np.clip(below, 0.0, 1.0))


def _constant_tails(shape: SignalShape) -> tuple[float, ...]:
    """The tail parameters of a Crystal Ball, 2 or 4 numbers; none for other shapes, and if they are not constant."""
    match shape:
        case CrystalBall():
            parameters: tuple[Parameter, ...] = shape.alpha, shape.n
        case DoubleCrystalBall():
            parameters = shape.alpha_low, shape.n_low, shape.alpha_high, shape.n_high
        case _:
            return ()
    numbers = tuple(float(parameter) for parameter in parameters if isinstance(parameter, (int, float)))
    return numbers if len(numbers) == len(parameters) else ()


def _from_tables(z: FloatArray, ratio: FloatArray, tails: tuple[float, ...]) -> FloatArray:
    for alpha, n in zip(tails[::2], tails[1::2], strict=True):
        check_tail(np.array(alpha), np.array(n))
    if len(tails) == 4:
        return folded_double_crystal_ball(z, ratio, (tails[0], tails[1]), (tails[2], tails[3]), LINE)
    alpha, n = tails
    below = folded_crystal_ball(z if alpha > 0 else -z, ratio, abs(alpha), n, LINE)
    return below if alpha > 0 else 1.0 - below


def _below(distance: FloatArray, half_width: FloatArray) -> FloatArray:
    # arctan2 is also right for a width of 0
    return np.asarray(0.5 + np.arctan2(distance, half_width) / np.pi)


def _quantile(level: FloatArray, half_width: FloatArray) -> FloatArray:
    return np.asarray(half_width * np.tan(np.pi * (level - 0.5)))


LINE = Displacement(_below, _quantile, (*TOWARDS_0, 0.5, *(1 - TOWARDS_0[::-1])))
