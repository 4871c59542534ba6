"""A batch of fits of one form: counts, a background matrix and a signal template for each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.fit.design import Design

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """b fits of m bins: n ~ Poisson(e (A theta + s f)), linear in theta and s, so that -ln L is convex.

    Attributes:
        counts: n, shape (b, m); need not be whole (Asimov sets, scaled Poisson).
        design: A, the background.
        signal: f, expected counts for s = 1, shape (b, m).
        exposure: e >= 0, the weight of the expectation in each bin, shape (b, m); None where it is 1 everywhere.
            A bin of exposure 0 is not part of the fit (padding, vetoes); its count has to be 0.
        used: the bins with e > 0; derived.
    """

    counts: FloatArray
    design: Design
    signal: FloatArray
    exposure: FloatArray | None = None
    used: BoolArray | None = None

    def __post_init__(self) -> None:
        if self.exposure is not None and self.used is None:
            object.__setattr__(self, "used", self.exposure > 0)

    @property
    def size(self) -> int:
        """The number of fits b."""
        return int(self.counts.shape[0])

    @property
    def weight(self) -> FloatArray | float:
        """The exposure, 1 where there is none."""
        return 1.0 if self.exposure is None else self.exposure

    def expected(self, theta: FloatArray, s: FloatArray) -> FloatArray:
        """The expected counts A theta + s f before exposure, shape (b, m); 1 in bins that are not used."""
        mu: FloatArray = self.design.apply(theta)
        mu += s[:, None] * self.signal
        if self.used is not None:
            np.copyto(mu, 1.0, where=~self.used)
        return mu

    def change(self, theta: FloatArray, s: FloatArray | None) -> FloatArray:
        """The change of the expected counts for a change of the parameters; 0 in bins that are not used."""
        delta: FloatArray = self.design.apply(theta)
        if s is not None:
            delta += s[:, None] * self.signal
        if self.used is not None:
            delta *= self.used
        return delta

    def take(self, rows: IntArray | slice) -> Problem:
        """The fits of some rows."""
        if isinstance(rows, slice):
            rows = np.arange(self.size)[rows]
        return Problem(
            self.counts[rows],
            self.design.take(rows),
            self.signal[rows],
            None if self.exposure is None else self.exposure[rows],
            None if self.used is None else self.used[rows],
        )

    def rowwise(self) -> Problem:
        """The same fits, with rounding that does not depend on which others are in the batch."""
        return Problem(self.counts, self.design.rowwise(), self.signal, self.exposure, self.used)

    def with_counts(self, counts: FloatArray) -> Problem:
        """The same fits to other data."""
        return Problem(counts, self.design, self.signal, self.exposure, self.used)
