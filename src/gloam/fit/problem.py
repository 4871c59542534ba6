"""A batch of fits of one form: counts, a background matrix and a signal template for each row."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.fit.constraint import Constraint
from gloam.fit.design import Design
from gloam.fit.effects import Effects

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """b fits of m bins: n ~ Poisson(e (A theta + s f)), linear in theta and s, so that -ln L is convex.

    Optional parts add what is known besides the counts. With a constraint and with shifts of the bins -ln L stays
    convex. With `effects` theta has further, nuisance parameters at its end, on which the expectation depends in
    other ways; such fits are sequences of linear ones.

    Attributes:
        counts: n, shape (b, m); need not be whole (Asimov sets, scaled Poisson).
        design: A, the background.
        signal: f, expected counts for s = 1, shape (b, m).
        exposure: e >= 0, the weight of the expectation in each bin, shape (b, m); None where it is 1 everywhere.
            A bin of exposure 0 is not part of the fit (padding, vetoes); its count has to be 0.
        used: the bins with e > 0; derived.
        offset: a part of the expectation that is known, shape (b, m), or None.
        constraint: quadratic terms in theta (and the nuisance parameters), or None.
        spread: standard deviation of the expectation from the statistics of simulated templates, shape (b, m), or None.
        upward: coefficients whose expectation is positive in every bin, shape (K,); None: the first one alone.
        effects: what the nuisance parameters do, or None.
    """

    counts: FloatArray
    design: Design
    signal: FloatArray
    exposure: FloatArray | None = None
    used: BoolArray | None = None
    offset: FloatArray | None = None
    constraint: Constraint | None = None
    spread: FloatArray | None = None
    upward: FloatArray | None = None
    effects: Effects | None = None

    def __post_init__(self) -> None:
        if self.exposure is not None and self.used is None:
            object.__setattr__(self, "used", self.exposure > 0)

    @property
    def size(self) -> int:
        """The number of fits b."""
        return int(self.counts.shape[0])

    @property
    def parameters(self) -> int:
        """The number of coefficients and nuisance parameters, the length of theta."""
        return self.design.parameters + (0 if self.effects is None else self.effects.nuisances)

    @property
    def rising(self) -> FloatArray:
        """Coefficients with a positive expectation in every bin, shape (K,)."""
        if self.upward is not None:
            return self.upward
        return np.asarray(np.arange(self.design.parameters) == 0, float)

    @property
    def weight(self) -> FloatArray | float:
        """The exposure, 1 where there is none."""
        return 1.0 if self.exposure is None else self.exposure

    @property
    def is_unconstrained(self) -> bool:
        """Whether -ln L is that of the counts alone."""
        return self.constraint is None and self.spread is None and (self.effects is None or not self.effects.spreads)

    def expected(self, theta: FloatArray, s: FloatArray) -> FloatArray:
        """The expected counts before exposure, without shifts of the bins; 1 in unused bins; shape (b, m)."""
        k = self.design.parameters
        mu: FloatArray = self.design.apply(theta if self.effects is None else theta[:, :k])
        mu += s[:, None] * self.signal
        if self.offset is not None:
            mu += self.offset
        if self.effects is not None:
            mu += self.effects.change(theta[:, :k], theta[:, k:], s)
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

    def spread_at(self, theta: FloatArray) -> FloatArray | None:
        """The standard deviation of the expectation from templates, which may depend on their yields."""
        if self.effects is not None and self.effects.spreads:
            spread = self.effects.spread(theta[:, : self.design.parameters])
            return spread if self.spread is None else np.hypot(spread, self.spread)
        return self.spread

    def shifts(self, theta: FloatArray, s: FloatArray, expected: FloatArray) -> FloatArray:
        """How far expectations with shifts lie from those without, in standard deviations, shape (b, m)."""
        spread = self.spread_at(theta)
        if spread is None:
            return np.zeros_like(expected)
        difference = expected - self.expected(theta, s)
        return np.divide(difference, spread, out=np.zeros_like(difference), where=spread > 0)

    def penalty(self, theta: FloatArray, s: FloatArray, expected: FloatArray) -> FloatArray:
        """The value of the constraint terms and of the shifts of the bins, shape (b,)."""
        total = np.zeros(self.size) if self.constraint is None else self.constraint.value(theta)
        if self.spread_at(theta) is not None:
            total = total + 0.5 * (self.shifts(theta, s, expected) ** 2).sum(axis=1)
        return total

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
            None if self.offset is None else self.offset[rows],
            None if self.constraint is None else self.constraint.take(rows),
            None if self.spread is None else self.spread[rows],
            self.upward,
            None if self.effects is None else self.effects.take(rows),
        )

    def nominal(self) -> Problem:
        """The same fits with all nuisance parameters at 0."""
        k, constraint = self.design.parameters, None
        if self.constraint is not None:
            constraint = Constraint(self.constraint.origin[:, :k], self.constraint.precision[:k, :k])
        return dataclasses.replace(self, constraint=constraint, effects=None)

    def with_parameters(self, theta: FloatArray) -> FloatArray:
        """Background coefficients with nuisance parameters at 0 behind them, shape (b, K + N)."""
        return np.pad(theta, ((0, 0), (0, self.parameters - theta.shape[1])))

    def rowwise(self) -> Problem:
        """The same fits, with rounding that does not depend on which others are in the batch."""
        return dataclasses.replace(self, design=self.design.rowwise())

    def with_counts(self, counts: FloatArray) -> Problem:
        """The same fits to other data."""
        return dataclasses.replace(self, counts=counts)

    def asimov(self, theta: FloatArray, s: FloatArray, expected: FloatArray) -> Problem:
        """The fits to the data that these parameters predict, control measurements of nuisance parameters included."""
        counts = expected * self.weight
        counts = counts if self.used is None else np.where(self.used, counts, 0.0)
        constraint = None if self.constraint is None else self.constraint.around(theta)
        offset, spread = self.offset, self.spread_at(theta)
        if spread is not None:
            shifted = expected - self.expected(theta, s)
            offset = shifted if offset is None else offset + shifted
        return dataclasses.replace(self, counts=counts, constraint=constraint, offset=offset)
