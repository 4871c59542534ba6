"""Reference fits with nuisance parameters that share no code with gloam.fit: slow, one at a time, proven local minima.

A hypothesis is written down as physics has it: templates with yields, log-normal factors, morphs and statistical
errors, Gaussian constraints. The expectation is plain NumPy and takes complex numbers, so that its first derivatives
are complex steps, exact to rounding; its second ones are differences of those. -ln L and its gradient are summed in
extended precision. Empty bins are kept at mu >= 0 by a logarithmic barrier that is lowered to 1e-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq

LONG, COMPLEX = np.longdouble, np.clongdouble
SIGNAL, KNOWN = "signal", "known"
FIRST_BARRIER, LAST_BARRIER = 0.1, 1e-11
ROUNDING = 1e-17
STEP = 1e-5  # of the differences that second derivatives are, relative to the unit of the parameter


@dataclass(frozen=True)
class Template:
    """One template: its content in the bins and what happens to it.

    Attributes:
        content: for a yield of 1.
        size: index of the yield, `SIGNAL`, or `KNOWN`: a yield of 1.
        factors: logarithmic rates by nuisance parameter.
        morphs: changes for +1 by nuisance parameter, or pairs of those above and below 0.
        error: standard deviation of the content, or None.
    """

    content: np.ndarray
    size: int | str
    factors: Mapping[int, np.ndarray] = field(default_factory=dict)
    morphs: Mapping[int, np.ndarray | tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    error: np.ndarray | None = None


@dataclass(frozen=True)
class Fit:
    """A minimum: parameters (yields, nuisance parameters, shifts of bins, signal), its value, and what is known of it.

    Attributes:
        x: the parameters, in extended precision.
        nll: -ln L there, a constant apart.
        hessian: second derivatives of -ln L with respect to all parameters.
        touching: whether the expectation vanishes in an empty bin.
        slack: bound on what the barrier leaves of -ln L.
    """

    x: np.ndarray
    nll: np.longdouble
    hessian: np.ndarray
    touching: bool
    slack: float


@dataclass(frozen=True)
class Physics:
    """Counts in bins, templates and constraints of one hypothesis.

    Attributes:
        counts: n.
        templates: in any order.
        yields: the number of floating yields K.
        nuisances: the number of nuisance parameters N.
        constraints: mean and standard deviation by index in (yields, nuisances).
        exposure: e of n ~ Poisson(e mu).
        truth: yields, nuisance parameters and signal that the counts were made from: where fits start.
        channels: the number of bins of each channel; one where empty.
    """

    counts: np.ndarray
    templates: tuple[Template, ...]
    yields: int
    nuisances: int
    constraints: Mapping[int, tuple[float, float]]
    truth: np.ndarray
    exposure: np.ndarray | None = None
    channels: tuple[int, ...] = ()

    @property
    def shifted(self) -> np.ndarray:
        """The bins with a shift of their own."""
        errors = [template.error for template in self.templates if template.error is not None]
        return np.flatnonzero(np.sum(errors, axis=0) > 0) if errors else np.zeros(0, int)

    @property
    def weight(self) -> np.ndarray:
        """The exposure."""
        return np.ones(self.counts.size) if self.exposure is None else self.exposure

    def parameters(self, theta, shifts, s) -> np.ndarray:
        """One vector of all parameters from yields and nuisances, shifts of all bins, and the signal yield."""
        return np.concatenate([theta, np.asarray(shifts)[self.shifted], [s]])

    def expected(self, x):
        """The expectation before exposure at parameters of shape (..., P), real or complex; shape (..., m)."""
        k = self.yields
        total, variance = 0.0, 0.0
        for template in self.templates:
            inner, exponent = template.content, 0.0
            for i, change in template.morphs.items():
                alpha = x[..., k + i, None]
                above, below = change if isinstance(change, tuple) else (change, change)
                inner = inner + alpha * np.where(alpha.real >= 0, above, below)
            for i, rate in template.factors.items():
                exponent = exponent + x[..., k + i, None] * rate
            size = self._size(template, x)
            total = total + size * np.exp(exponent) * inner
            if template.error is not None:
                variance = variance + (size * template.error) ** 2
        at = self.shifted
        if at.size:
            first = k + self.nuisances
            total = total + np.zeros((*x.shape[:-1], 1))
            total[..., at] += np.sqrt(variance[..., at]) * x[..., first : first + at.size]
        return total

    def _size(self, template, x):
        if template.size == SIGNAL:
            return x[..., -1:]
        return np.ones_like(x[..., -1:]) if template.size == KNOWN else x[..., template.size, None]

    def nll(self, x) -> np.longdouble:
        """-ln L at one set of parameters, Poisson and constraint terms, with constants that do not depend on them."""
        x = np.asarray(x, LONG)
        mu, n, e = self.expected(x), self.counts, self.weight
        full, used = n > 0, e > 0
        poisson = (e * mu)[used].sum() - (n[full] * np.log(mu[full] / n[full])).sum()
        return poisson + self._prior(x).sum()

    def _prior(self, x):
        """The constraint term of each parameter."""
        term = np.zeros(x.shape, x.dtype)
        for i, (mean, error) in self.constraints.items():
            term[..., i] = 0.5 * ((x[..., i] - mean) / error) ** 2
        first = self.yields + self.nuisances
        term[..., first:-1] = 0.5 * x[..., first:-1] ** 2
        return term

    def _jacobian(self, x, kind):
        """d mu / d x by complex steps, shape (..., P, m)."""
        h = 1e-30
        steps = x[..., None, :].astype(kind) + 1j * h * np.eye(x.shape[-1])
        return self.expected(steps).imag / h

    def slope(self, x, barrier=0.0):
        """The gradient of -ln L, and of the barrier of the empty bins, in extended precision."""
        x = np.asarray(x, LONG)
        return self._jacobian(x, COMPLEX) @ self._residual(self.expected(x), barrier) + self._prior_slope(x)

    def _prior_slope(self, x):
        slope = np.zeros_like(x)
        for i, (mean, error) in self.constraints.items():
            slope[i] = (x[i] - mean) / LONG(error) ** 2
        first = self.yields + self.nuisances
        slope[first:-1] = x[first:-1]
        return slope

    def _target(self, barrier):
        """Counts, with the barrier in empty bins; 0 in unused ones."""
        return np.where(self.weight > 0, np.where(self.counts > 0, self.counts, barrier), 0.0)

    def _residual(self, mu, barrier):
        return np.where(self.weight > 0, self.weight - self._target(barrier) / mu, 0)

    def curvature(self, x, barrier=0.0):
        """The second derivatives of -ln L and of the barrier, in double precision."""
        x, wide = np.asarray(x, float), np.asarray(x, LONG)
        mu = self.expected(wide)
        residual = self._residual(mu, barrier).astype(float)
        jacobian = self._jacobian(x, complex)
        weight = np.where(self.weight > 0, self._target(barrier) / mu**2, 0).astype(float)
        unit = STEP * np.maximum(np.abs(x), 1.0)
        ends = x + np.stack([np.diag(unit), -np.diag(unit)])
        above, below = self._jacobian(ends, complex) @ residual
        bend = (above - below) / (2 * unit[:, None])
        hessian = (jacobian * weight) @ jacobian.T + 0.5 * (bend + bend.T)
        for i, (_, error) in self.constraints.items():
            hessian[i, i] += 1 / error**2
        first = self.yields + self.nuisances
        shifts = np.arange(first, x.size - 1)
        hessian[shifts, shifts] += 1
        return hessian

    def start(self, s=None) -> np.ndarray:
        """The parameters that the data were made from, with another signal yield."""
        first = self.yields + self.nuisances
        return np.concatenate([self.truth[:first], np.zeros(self.shifted.size), [self.truth[-1] if s is None else s]])

    # minima ---------------------------------------------------------------------------------------------------------

    def at(self, s, start=None) -> Fit:
        """The minimum at a fixed signal yield."""
        x = self.start(s) if start is None else np.append(np.asarray(start, LONG)[:-1], s)
        return self._minimum(np.asarray(x, LONG), free=False)

    def free(self, start=None) -> Fit:
        """A minimum with the signal yield free: the one that is reached from the start."""
        return self._minimum(np.asarray(self.start() if start is None else start, LONG), free=True)

    def best(self, hint=None) -> Fit:
        """The deepest of the minima from the truth, from its mirror image, and at a yield that is hinted at.

        From the inside a barrier can pass by a minimum on mu = 0; the fit at its yield finds it, which is convex.
        """
        found, k = self.free(), self.yields
        mirrored = found.x.copy()
        mirrored[-1] *= -1
        mirrored[k : k + self.nuisances] *= -1
        candidates = [found]
        for start in (mirrored, np.append(self.start(0.0)[:-1], -0.3 * self.truth[-1] - 0.1)):
            # a valley can lead from there to an infinite yield
            with suppress(ArithmeticError):
                candidates.append(self.free(start))
        if hint is not None:
            with suppress(ArithmeticError):
                candidates.append(self.at(hint))
        return min(candidates, key=lambda fit: fit.nll)

    def _is_inside(self, x):
        return bool((self.expected(x)[self.weight > 0] > 0).all())

    def _minimum(self, x, free):
        moving = np.ones(x.size, bool)
        moving[-1] = free
        if not self._is_inside(x):
            raise ArithmeticError("the start has an expectation that is not positive")
        empty = (self.counts == 0) & (self.weight > 0)
        barrier = FIRST_BARRIER if empty.any() else 0.0
        while True:
            x = self._newton(x, moving, barrier, 1e-2 * barrier if barrier > LAST_BARRIER else 1e-26)
            if barrier <= LAST_BARRIER:
                break
            barrier, before = max(0.02 * barrier, LAST_BARRIER), barrier
            x = self._predicted(x, moving, before, barrier)
        mu = self.expected(x)
        share = barrier / mu[empty]
        return Fit(x, self.nll(x), self.curvature(x), bool((share > 1e-6).any()), barrier * float((share > 1e-6).sum()))

    def _predicted(self, x, moving, before, after):
        """Along the central path to a lower barrier, as far as it stays inside."""
        empty = (self.counts == 0) & (self.weight > 0)
        rate = self._jacobian(x, COMPLEX) @ np.where(empty, 1 / self.expected(x), 0)
        step = np.zeros_like(x)
        step[moving] = (after - before) * _solved(self.curvature(x, before)[np.ix_(moving, moving)], rate[moving])
        return x + step if self._is_inside(x + step) else x

    def _newton(self, x, moving, barrier, tolerance):
        """Newton's method with a shortened step until the square of the decrement is below the tolerance."""
        for _ in range(60):
            slope = self.slope(x, barrier)[moving]
            step = np.zeros_like(x)
            step[moving] = -_solved(self.curvature(x, barrier)[np.ix_(moving, moving)], slope)
            promise = -float(slope @ step[moving])
            if promise <= tolerance:
                return x + step if self._is_inside(x + step) else x
            length, here = LONG(1), self._barred(x, barrier)
            here += ROUNDING * (1 + abs(here))
            while not (self._is_inside(x + length * step) and self._barred(x + length * step, barrier) <= here):
                length /= 2
                if length < 1e-12:
                    raise ArithmeticError(f"the reference is stuck: {promise} left at a barrier of {barrier}")
            x = x + length * step
        raise ArithmeticError("the reference did not converge")

    def _barred(self, x, barrier):
        empty = (self.counts == 0) & (self.weight > 0)
        return self.nll(x) - (barrier * np.log(self.expected(x)[empty]).sum() if barrier else 0)

    # what is asked of minima ------------------------------------------------------------------------------------------

    def crossing(self, fit: Fit, rise: float, unit: float) -> float:
        """The signal yield above that of a fit at which the profile has risen by an amount."""
        last = fit.x

        def excess(s):
            nonlocal last
            found = self.at(s, last if self._is_inside(np.append(last[:-1], LONG(s))) else None)
            last = found.x
            return float(found.nll - fit.nll) - rise

        low, high = float(fit.x[-1]), float(fit.x[-1]) + 2 * unit
        while excess(high) < 0:
            low, high = high, high + 2 * (high - float(fit.x[-1]))
        return brentq(excess, low, high, xtol=1e-7 * unit, rtol=1e-14)


def _solved(matrix, right):
    """M^-1 r for a symmetric matrix scaled to a unit diagonal, with negative eigenvalues taken as positive."""
    if matrix.shape[0] == 0:
        return np.zeros(0, LONG)
    size = np.sqrt(np.maximum(np.abs(np.diag(matrix)), 1e-300))
    values, vectors = np.linalg.eigh(matrix / np.outer(size, size))
    values = np.maximum(np.abs(values), 1e-13)
    return vectors @ ((vectors.T @ (right / size).astype(float)) / values) / size
