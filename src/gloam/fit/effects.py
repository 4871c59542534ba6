"""How nuisance parameters act on the expectation: factors and morphs of templates, and the tangent of it all.

Each effect belongs to one nuisance parameter alpha and to one template: the signal, or a column of the background. All
effects of a template make of it

    G(alpha) = exp(sum alpha_i r_i) * (T + sum alpha_i d_i),

with a logarithmic rate r (a log-normal factor, or an exponential whose slope floats) or a change d (a morph, or a
Gaussian factor) in every bin. The expectation is linear in the yields and not in alpha; at given parameters it has a
tangent, which is a linear problem, and second derivatives, which the tangent carries as a quadratic term.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray

__all__ = ["KINK", "SIGNAL", "Effect", "Effects", "Shifts", "Tangent", "TemplateSpread"]

TINY = 1e-10
"""Spread, in events, below which its slope is that of this one: there is no shift to multiply it."""
KINK = 0.02
"""Width, in standard deviations, within which a kink is rounded: the expectation is off by 0.2 % of the difference
between the two sides at most, and every minimum has a derivative."""
SIGNAL = -1
"""The column of an effect on the signal."""


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What one nuisance parameter does to one template.

    Attributes:
        nuisance: which parameter, 0 to N - 1.
        column: of the background, `SIGNAL`, or K and above: a template whose yield is known to be 1 and which is
            part of the problem's offset.
        change: logarithmic rate r, or change d for one unit of the parameter, in each bin; shape (b, m).
        change_below: the same far below alpha = 0 where it differs, again for one unit upwards. Between -join and join
            the two straight lines are joined smoothly.
        is_factor: whether `change` is a logarithmic rate.
        join: 1 is HistFactory's interpolation code 4p; `KINK` stands for its code 0, which has a kink at 0.
    """

    nuisance: int
    column: int
    change: FloatArray
    is_factor: bool
    change_below: FloatArray | None = None
    join: float = 1.0

    def at(self, alpha: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray | None]:
        """The whole change at values of the parameter, and its first and second derivative; shapes (b, m).

        With u and l the changes per unit above and below, S = (u + l) / 2, A = (u - l) / 16 and x = alpha / join, the
        change between -join and join is alpha S + join A (15 x^2 - 10 x^4 + 3 x^6): twice differentiable everywhere.
        """
        own = alpha[:, self.nuisance, None]
        if self.change_below is None:
            return own * self.change, self.change, None
        side = np.where(own >= 0, self.change, self.change_below)
        middle, asymmetry = 0.5 * (self.change + self.change_below), (self.change - self.change_below) / 16
        x = own / self.join
        inside, square = np.abs(x) < 1, x * x
        value = own * middle + self.join * asymmetry * square * (15 - square * (10 - 3 * square))
        slope = middle + asymmetry * x * (30 - square * (40 - 18 * square))
        curvature = asymmetry / self.join * (30 - square * (120 - 90 * square))
        return np.where(inside, value, own * side), np.where(inside, slope, side), np.where(inside, curvature, 0.0)

    def take(self, rows: IntArray) -> Effect:
        """The effect in some rows."""
        below = None if self.change_below is None else self.change_below[rows]
        return dataclasses.replace(self, change=self.change[rows], change_below=below)


@dataclass(frozen=True, slots=True, eq=False)
class TemplateSpread:
    """The statistical error of a simulated template, which scales with its yield.

    Attributes:
        column: of the background.
        sigma: standard deviation of the template's content in each bin, for a yield of 1; shape (b, m).
    """

    column: int
    sigma: FloatArray

    def take(self, rows: IntArray) -> TemplateSpread:
        """The spread in some rows."""
        return TemplateSpread(self.column, self.sigma[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """The shifts of the bins around which a tangent is made; all shapes (b, m).

    Attributes:
        shift: beta, in standard deviations.
        spread: sigma, of all templates together.
        weight: n / mu^2.
    """

    shift: FloatArray
    spread: FloatArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Tangent:
    """The expectation around some parameters: first derivatives, and second ones contracted with a residual.

    Attributes:
        background: d mu / d theta, shape (b, m, K); None where no effect changes it.
        nuisances: d mu / d alpha, shape (N, b, m).
        signal: d mu / d s, shape (b, m).
        bend: sum_j r_j d^2 mu_j / d (theta, alpha)^2, shape (K + N, K + N, b).
        cross: the same for d^2 / d s d (theta, alpha), shape (K + N, b).
    """

    background: FloatArray | None
    nuisances: FloatArray
    signal: FloatArray
    bend: FloatArray
    cross: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """All effects of N nuisance parameters on K background columns and the signal.

    Attributes:
        nuisances: N.
        floating: K; templates from there on have known yields.
        effects: in any order.
        templates: what they act on, by column, shape (b, m) each.
        spreads: statistical errors of floating templates.
    """

    nuisances: int
    floating: int
    effects: tuple[Effect, ...]
    templates: dict[int, FloatArray]
    spreads: tuple[TemplateSpread, ...] = ()

    @property
    def is_affine(self) -> bool:
        """Whether the expectation is linear in (theta, alpha) at a fixed signal yield."""
        return not self.spreads and all(
            (e.column == SIGNAL or self.is_known(e.column)) and not e.is_factor and e.change_below is None
            for e in self.effects
        )

    def is_known(self, column: int) -> bool:
        """Whether the yield of a template is known."""
        return column >= self.floating

    @property
    def morphs_signal(self) -> frozenset[int]:
        """The parameters that change the shape of the signal, not only its yield: they can have a second minimum."""
        return frozenset(e.nuisance for e in self.effects if e.column == SIGNAL and not e.is_factor)

    def columns(self) -> list[int]:
        """The columns with effects."""
        return sorted({effect.column for effect in self.effects})

    def _size(self, column: int, theta: FloatArray, s: FloatArray) -> FloatArray:
        """The yield of a template, shape (b,)."""
        if column == SIGNAL:
            return s
        return np.ones_like(s) if self.is_known(column) else theta[:, column]

    def template(self, column: int, alpha: FloatArray) -> FloatArray:
        """G of a column at values of the parameters, shape (b, m)."""
        return self._parts(column, alpha)[0]

    def _parts(self, column: int, alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
        """G, and the factor exp(sum alpha r) in it."""
        inner, exponent = self.templates[column], np.zeros(())
        for effect in self.effects:
            if effect.column == column:
                term = effect.at(alpha)[0]
                inner, exponent = (inner, exponent + term) if effect.is_factor else (inner + term, exponent)
        factor = np.exp(np.minimum(exponent, 300.0))
        return factor * inner, factor

    def change(self, theta: FloatArray, alpha: FloatArray, s: FloatArray) -> FloatArray:
        """The expectation minus that at alpha = 0, shape (b, m); (b, 1) without any effect."""
        total: FloatArray = np.zeros((s.size, 1))
        for column in self.columns():
            size = self._size(column, theta, s)
            total = total + size[:, None] * (self.template(column, alpha) - self.templates[column])
        return total

    def spread(self, theta: FloatArray) -> FloatArray:
        """The standard deviation of the expectation from all templates together, shape (b, m)."""
        return np.asarray(np.sqrt(np.sum([(theta[:, t.column, None] * t.sigma) ** 2 for t in self.spreads], axis=0)))

    @property
    def change_background(self) -> bool:
        """Whether any of them acts on a template whose yield floats."""
        return bool(self.spreads) or any(0 <= effect.column < self.floating for effect in self.effects)

    def tangent(
        self, base: FloatArray, signal: FloatArray, theta: FloatArray, s: FloatArray, residual: FloatArray,
        shifts: Shifts | None = None,
    ) -> Tangent:  # fmt: skip
        """The derivatives of the expectation.

        Args:
            base: background columns without effects, shape (b, m, K); not changed.
            signal: the signal without effects, shape (b, m).
            theta: background coefficients and, last, nuisance parameters, shape (b, K + N).
            s: signal yields, shape (b,).
            residual: e - n / mu, with which second derivatives are contracted, shape (b, m).
            shifts: of the bins, where the statistics of floating templates give them some.
        """
        b, m = signal.shape
        parameters = theta.shape[1]
        background = base.copy() if self.change_background else None
        tangent = Tangent(
            background, np.zeros((self.nuisances, b, m)), signal,
            np.zeros((parameters, parameters, b)), np.zeros((parameters, b)),
        )  # fmt: skip
        for column in self.columns():
            tangent = self._with_column(tangent, column, theta, s, residual)
        if shifts is not None:
            self._add_shifts(tangent, theta, residual, shifts)
        return tangent

    def _add_shifts(self, tangent: Tangent, theta: FloatArray, residual: FloatArray, shifts: Shifts) -> None:
        """The derivatives of sigma(theta) beta put into a tangent, with what is left when beta has been eliminated.

        With c the columns, w the weights and sigma' the slopes of sigma, the second derivatives of -ln L are those
        of a fixed sigma and -[w sigma r (c sigma' + sigma' c) + r^2 sigma' sigma'] / (1 + sigma^2 w) + r beta sigma''.
        """
        background = tangent.background
        if background is None:
            return
        total = np.maximum(shifts.spread, TINY)
        soft = 1 / (1 + shifts.spread**2 * shifts.weight)
        slopes = [theta[:, t.column, None] * t.sigma**2 / total for t in self.spreads]
        for spread, slope in zip(self.spreads, slopes, strict=True):
            background[:, :, spread.column] += shifts.shift * slope
        for one, slope in zip(self.spreads, slopes, strict=True):
            coupled = -shifts.weight * shifts.spread * residual * soft * slope
            tangent.cross[one.column] += np.vecdot(coupled, tangent.signal)
            row = np.concatenate([np.einsum("bm,bmk->kb", coupled, background), np.vecdot(coupled, tangent.nuisances)])
            tangent.bend[one.column] += row
            tangent.bend[:, one.column] += row
            for two, other in zip(self.spreads, slopes, strict=True):
                curved = ((one.sigma**2 if one is two else 0.0) - slope * other) / total
                bent = residual * (shifts.shift * curved - residual * soft * slope * other)
                tangent.bend[one.column, two.column] += bent.sum(axis=1)

    def _with_column(
        self, tangent: Tangent, column: int, theta: FloatArray, s: FloatArray, residual: FloatArray
    ) -> Tangent:
        """The tangent with the derivatives of one template put in."""
        k, alpha = self.floating, theta[:, self.floating :]
        whole, factor = self._parts(column, alpha)
        size = self._size(column, theta, s)
        acting = [effect for effect in self.effects if effect.column == column]
        changes = [effect.at(alpha)[1:] for effect in acting]
        slopes = [change * (whole if e.is_factor else factor) for e, (change, _) in zip(acting, changes, strict=True)]
        floats = column != SIGNAL and not self.is_known(column)
        if floats and tangent.background is not None:
            tangent.background[:, :, column] = whole
        for effect, slope in zip(acting, slopes, strict=True):
            at, mixed = k + effect.nuisance, np.vecdot(residual, slope)
            tangent.nuisances[effect.nuisance] += size[:, None] * slope
            if column == SIGNAL:
                tangent.cross[at] += mixed
            elif floats:
                tangent.bend[at, column] += mixed
                tangent.bend[column, at] += mixed
        # the second derivatives of exp(sum r) (T + sum d), with r and d functions of one parameter each
        for first, one in enumerate(acting):
            own = changes[first][1]
            if own is not None:
                bent = size * np.vecdot(residual, own * (whole if one.is_factor else factor))
                tangent.bend[k + one.nuisance, k + one.nuisance] += bent
            for second, two in enumerate(acting):
                if one.is_factor or two.is_factor:
                    left, right = (first, second) if one.is_factor else (second, first)
                    bent = size * np.vecdot(residual, changes[left][0] * slopes[right])
                    tangent.bend[k + one.nuisance, k + two.nuisance] += bent
        return dataclasses.replace(tangent, signal=whole) if column == SIGNAL else tangent

    def take(self, rows: IntArray) -> Effects:
        """The effects in some rows."""
        return Effects(
            self.nuisances,
            self.floating,
            tuple(effect.take(rows) for effect in self.effects),
            {column: template[rows] for column, template in self.templates.items()},
            tuple(spread.take(rows) for spread in self.spreads),
        )
