"""The mass hypotheses of a scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models import SignalShape

__all__ = ["MAXIMUM_HYPOTHESES", "Grid", "grid_in_resolution", "grid_in_steps"]

MAXIMUM_HYPOTHESES = 5_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Hypotheses, each with the mass of the particle and where its peak is expected in the observable.

    Attributes:
        mass: particle masses in GeV, shape (h,).
        position: values of the observable (the mass itself, a reduced mass, a mass squared), shape (h,).
    """

    mass: FloatArray
    position: FloatArray

    def __post_init__(self) -> None:
        for name in ("mass", "position"):
            array = np.array(getattr(self, name), float)
            if array.ndim != 1 or array.size == 0 or not np.isfinite(array).all():
                raise InputError(f"{name} of the grid", f"shape {array.shape}", "finite numbers in one row", "check it")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.mass.shape != self.position.shape:
            raise InputError(
                "grid", f"{self.mass.size} masses, {self.position.size} positions", "as many", "give one for each"
            )

    @classmethod
    def of(cls, positions: Grid | FloatArray) -> Grid:
        """A grid in an observable that is the mass itself; a grid is returned as it is."""
        if isinstance(positions, Grid):
            return positions
        array = np.atleast_1d(np.asarray(positions, float))
        return cls(array, array)

    def __len__(self) -> int:
        return int(self.mass.size)


def grid_in_steps(low: float, high: float, step: float) -> Grid:
    """A grid from low to high in equal steps; high is on it where it is a whole number of steps away.

    Example:
        >>> grid_in_steps(1.0, 1.1, 0.05).mass
        array([1.  , 1.05, 1.1 ])
    """
    _check_range(low, high)
    if not (np.isfinite(step) and step > 0):
        raise InputError("step of the grid", step, "a number > 0 in GeV", "give VALUE or a multiple such as 0.5sigma")
    count = int(np.floor((high - low) / step * (1 + 1e-12) + 1e-9)) + 1
    _check_count(count, step)
    return Grid.of(np.minimum(low + step * np.arange(count), high))


def grid_in_resolution(low: float, high: float, shape: SignalShape, fraction: float) -> Grid:
    """A grid from low to at most high in which each step is a fraction of the resolution where it starts.

    Example:
        >>> from gloam.models import Gaussian
        >>> grid_in_resolution(1.0, 1.04, Gaussian(lambda x: 0.02 * x), 0.5).mass.round(6)
        array([1.      , 1.01    , 1.0201  , 1.030301])
    """
    _check_range(low, high)
    if not (np.isfinite(fraction) and fraction > 0):
        raise InputError("step of the grid", f"{fraction} sigma", "a positive multiple", "0.5sigma is usual")
    # a fine table of the resolution makes the steps fast; the recurrence itself is exact on its linear interpolation
    probe = np.linspace(low, high, 4097)
    sigma = shape.resolution(probe)
    _check_count(int((high - low) / (fraction * sigma.min())) + 1, fraction * float(sigma.min()))
    if np.ptp(sigma) == 0:
        return grid_in_steps(low, high, fraction * float(sigma[0]))
    positions = [low]
    cell = (high - low) / 4096
    values = sigma.tolist()
    while True:
        at = (positions[-1] - low) / cell
        index = min(int(at), 4095)
        width = values[index] + (at - index) * (values[index + 1] - values[index])
        following = positions[-1] + fraction * width
        if following > high + 1e-9 * width:
            return Grid.of(np.array(positions))
        positions.append(following)


def _check_range(low: float, high: float) -> None:
    if not (np.isfinite(low) and np.isfinite(high) and low <= high):
        raise InputError("range of the grid", f"{low:g} to {high:g}", "LO <= HI, finite", "give the lower end first")


def _check_count(count: int, step: float) -> None:
    if count > MAXIMUM_HYPOTHESES:
        raise InputError(
            f"grid in steps of {step:g}", f"{count} hypotheses", f"at most {MAXIMUM_HYPOTHESES}",
            "take a larger --step or a shorter --range",
        )  # fmt: skip
