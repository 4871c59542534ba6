"""A batch of fits of one form: counts, a background matrix and a signal template for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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

    def expected(self, theta: Any, s: Any) -> Any:
        """The expected counts A theta + s f before exposure, shape (b, m); 1 in bins that are not used."""
        mu = self.design.apply(theta) + s[:, None] * self.signal
        return mu if self.used is None else np.where(self.used, mu, 1.0)

    def change(self, theta: Any, s: Any) -> Any:
        """The change of the expected counts for a change of the parameters; 0 in bins that are not used."""
        delta = self.design.apply(theta) + s[:, None] * self.signal
        return delta if self.used is None else delta * self.used

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

    def with_counts(self, counts: FloatArray) -> Problem:
        """The same fits to other data."""
        return Problem(counts, self.design, self.signal, self.exposure, self.used)
