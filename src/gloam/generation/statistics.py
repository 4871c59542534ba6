"""What a run of the generator knows about its cross section and its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the points drawn; two tallies of different points add up.

    Attributes:
        trials: number of points drawn.
        mean: of their weights, in fb.
        deviations: sum of the squared deviations from the mean; a sum of squares would lose the digits of small ones.
        kept: number of events they left.
        overweight: how many of these weigh more than 1 after unweighting.
        largest: largest weight of an event after unweighting.
    """

    trials: int = 0
    mean: float = 0.0
    deviations: float = 0.0
    kept: int = 0
    overweight: int = 0
    largest: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        trials, apart = self.trials + other.trials, other.mean - self.mean
        part = other.trials / max(trials, 1)
        return Tally(
            trials, self.mean + part * apart, self.deviations + other.deviations + self.trials * part * apart**2,
            self.kept + other.kept, self.overweight + other.overweight, max(self.largest, other.largest),
        )  # fmt: skip

    def scaled(self, factor: float) -> Tally:
        """The sums for weights times a factor."""
        return replace(self, mean=self.mean * factor, deviations=self.deviations * factor**2)

    @property
    def cross_section(self) -> float:
        """The mean weight, in fb."""
        return self.mean

    @property
    def cross_section_error(self) -> float:
        """The standard error of the mean weight, in fb."""
        return float(np.sqrt(self.deviations) / self.trials)

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
    mean = float(weights.mean())
    deviations = float(np.square(weights - mean).sum())
    if kept is None:
        return Tally(weights.size, mean, deviations, int(np.count_nonzero(weights)))
    over = int(np.count_nonzero(kept > 1))
    return Tally(weights.size, mean, deviations, kept.size, over, float(kept.max(initial=0.0)))
