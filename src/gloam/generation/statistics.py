"""What a run of the generator knows about its cross section and its weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the points drawn; two tallies of different points add up.

    Attributes:
        trials: number of points drawn.
        total: sum of their weights in fb.
        squares: sum of the squares of their weights.
        kept: number of events they left.
        overweight: how many of these weigh more than 1 after unweighting.
        largest: largest weight of an event after unweighting.
    """

    trials: int = 0
    total: float = 0.0
    squares: float = 0.0
    kept: int = 0
    overweight: int = 0
    largest: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.trials + other.trials, self.total + other.total, self.squares + other.squares,
            self.kept + other.kept, self.overweight + other.overweight, max(self.largest, other.largest),
        )  # fmt: skip

    @property
    def cross_section(self) -> float:
        """The mean weight, in fb."""
        return self.total / self.trials

    @property
    def cross_section_error(self) -> float:
        """The standard error of the mean weight, in fb."""
        spread = max(self.squares / self.trials - self.cross_section**2, 0.0)
        return float(np.sqrt(spread / self.trials))

    @property
    def unweighting_efficiency(self) -> float:
        """The part of the points that became events."""
        return self.kept / self.trials

    @property
    def overweight_fraction(self) -> float:
        """The part of the events that weigh more than 1."""
        return self.overweight / self.kept if self.kept else 0.0


def tally(weights: FloatArray, kept: FloatArray | None) -> Tally:
    """The sums over one chunk of points.

    Args:
        weights: of all points, in fb.
        kept: weights of the events after unweighting; None where events keep their weights.
    """
    total, squares = float(weights.sum()), float(np.square(weights).sum())
    if kept is None:
        return Tally(weights.size, total, squares, int(np.count_nonzero(weights)))
    over = int(np.count_nonzero(kept > 1))
    return Tally(weights.size, total, squares, kept.size, over, float(kept.max(initial=0.0)))
