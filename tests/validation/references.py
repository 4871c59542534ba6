"""Reference fits that share no code with gloam.fit: slow, one at a time, each proving its own minimum.

The model is n_j ~ Poisson(e_j mu_j), mu = A x + offset >= 0. The minimum comes from scipy trust-exact where it is
interior and from a conic solver (clarabel) where empty bins bound it, then from Newton's method with sums in extended
precision in the face that was found. A fit is returned only if it satisfies the Karush-Kuhn-Tucker conditions, which
for a convex function prove the minimum, to a part in 1e12 of the counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import clarabel
import numpy as np
from scipy.optimize import brentq, minimize, nnls
from scipy.sparse import csc_matrix
from scipy.stats import norm

LONG = np.longdouble
STATIONARITY = 1e-11  # of the total count
FEASIBILITY = 1e-12
COMPLEMENTARITY = 1e-13  # absolute: the sum of multiplier times expectation is a gap in -ln L


@dataclass(frozen=True)
class Fit:
    """A proven minimum: parameters, expectations, whether a bound is active, and the way it was found."""

    x: np.ndarray
    mu: np.ndarray
    bounded: bool
    way: str
    hessian: np.ndarray


@dataclass(frozen=True)
class Model:
    """Counts, exposure, matrix and fixed part of the expectation of one fit."""

    counts: np.ndarray
    matrix: np.ndarray
    offset: np.ndarray
    exposure: np.ndarray

    @classmethod
    def of(cls, counts, matrix, offset=None, exposure=None):
        m = counts.size
        return cls(
            np.asarray(counts, float),
            np.asarray(matrix, float),
            np.zeros(m) if offset is None else np.asarray(offset, float),
            np.ones(m) if exposure is None else np.asarray(exposure, float),
        )


def log_likelihood_ratio(counts, mu, reference, exposure=1.0):
    """nll(mu) - nll(reference), summed in extended precision; expectations may vanish where there are no counts."""
    mu, reference = np.asarray(mu, LONG), np.asarray(reference, LONG)
    full = counts > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.where(full, counts * np.log(np.where(full, mu / reference, 1)), 0)
    return float((exposure * (mu - reference) - logarithm).sum())


def minimum(model: Model, start=None) -> Fit:
    """The proven minimum of -ln L over x with mu >= 0 in every bin."""
    # columns of comparable size, without which neither solver has a scale
    scale = np.abs(model.matrix).max(axis=0)
    scaled = Model(model.counts, model.matrix / scale, model.offset, model.exposure)
    first = None if start is None else start * scale
    for solver in (_interior, _conic, _conic_nudged):
        found = solver(scaled, first)
        if found is not None:
            return Fit(found.x / scale, found.mu, found.bounded, found.way, found.hessian * np.outer(scale, scale))
    raise ArithmeticError("no reference solver proved a minimum")


def _expected(model, x):
    return (np.asarray(model.matrix, LONG) * np.asarray(x, LONG)).sum(axis=1) + model.offset


def _gradient(model, mu):
    ratio = np.where(model.counts > 0, model.counts / np.where(model.counts > 0, mu, 1), 0)
    return (np.asarray(model.matrix, LONG) * (model.exposure - ratio)[:, None]).sum(axis=0)


def _hessian(model, mu):
    weight = np.where(model.counts > 0, model.counts / np.where(model.counts > 0, mu, 1) ** 2, 0).astype(float)
    return model.matrix.T @ (weight[:, None] * model.matrix)


# interior minima ----------------------------------------------------------------------------------------------------


def _interior(model, start):
    """Trust-exact, then Newton in extended precision; None unless it ends with mu > 0 everywhere."""
    full = model.counts > 0
    if np.count_nonzero(full) < model.matrix.shape[1]:
        return None
    filled = model.matrix[full], model.counts[full], model.offset[full]
    linear = model.matrix.T @ model.exposure
    x = _positive_start(model, start)
    if x is None:
        return None
    reference = filled[0] @ x + filled[2]
    origin = x

    def value(x):
        mu = filled[0] @ x + filled[2]
        if mu.min() <= 0:
            return 1e30
        return linear @ (x - origin) - filled[1] @ np.log(mu / reference)

    def gradient(x):
        mu = filled[0] @ x + filled[2]
        return linear - filled[0].T @ (filled[1] / mu)

    def hessian(x):
        mu = filled[0] @ x + filled[2]
        return filled[0].T @ ((filled[1] / mu**2)[:, None] * filled[0])

    found = minimize(value, x, method="trust-exact", jac=gradient, hess=hessian, options={"gtol": 1e-7, "maxiter": 80})
    x = _polished(model, found.x, np.eye(x.size))
    return None if x is None else _proven(model, x, "trust-exact")


def _positive_start(model, start):
    """A point with mu > 0 in the filled bins: the one given, the least-squares fit, or that mixed with a constant."""
    full = model.counts > 0
    candidates = [] if start is None else [start]
    # the constant function, as the matrix spells it
    target = np.full(model.counts.size, max(model.counts.mean(), 1e-3) + np.maximum(-model.offset, 0).max())
    flat = np.linalg.lstsq(model.matrix, target, rcond=None)[0]
    square = np.linalg.lstsq(model.matrix, model.counts - model.offset, rcond=None)[0]
    candidates += [square, 0.5 * square + 0.5 * flat, 0.1 * square + 0.9 * flat, flat]
    for x in candidates:
        mu = model.matrix[full] @ x + model.offset[full]
        if mu.min() > 1e-2 * np.median(mu) > 0:
            return x
    return None


def _polished(model, x, face):
    """Newton's method with x = x0 + face y: gradients in extended precision, so that double steps converge fully."""
    if face.shape[1] == 0:
        return x
    x = np.asarray(x, LONG)
    total = max(model.counts.sum(), 1.0)
    for _ in range(60):
        mu = _expected(model, x)
        full = model.counts > 0
        if full.any() and mu[full].min() <= 0:
            return None
        gradient = face.T @ _gradient(model, mu).astype(float)
        hessian = face.T @ _hessian(model, mu) @ face
        size = np.sqrt(np.diag(hessian))
        if not (size > 0).all():
            return None
        try:
            step = face @ (np.linalg.solve(hessian / np.outer(size, size), -gradient / size) / size)
        except np.linalg.LinAlgError:
            return None
        decrement = np.sqrt(max(-(step @ (face @ gradient)), 0.0))
        x = x + step / (1 + decrement if decrement > 0.1 else 1)
        if np.abs(gradient).max() < 1e-15 * total or decrement < 1e-12:
            return x
    return None


def _proven(model, x, way):
    """The fit if it satisfies the Karush-Kuhn-Tucker conditions; else None."""
    mu = _expected(model, x)
    total = max(model.counts.sum(), 1.0)
    full = model.counts > 0
    if mu.min() < -FEASIBILITY * max(float(mu.max()), 1e-3) or (full.any() and mu[full].min() <= 0):
        return None
    gradient = _gradient(model, mu).astype(float)
    touching = (model.counts == 0) & (mu < 1e-9 * max(float(mu.max()), 1e-3))
    bounded = False
    if touching.any():
        # the gradient has to be a sum of bounds' normals with multipliers >= 0
        multipliers, rest = nnls(model.matrix[touching].T, gradient, maxiter=1000)
        bounded = bool((multipliers > 1e-9).any())
        if np.abs(multipliers * mu[touching]).sum() > COMPLEMENTARITY:
            return None
    else:
        rest = np.abs(gradient).max()
    if rest > STATIONARITY * total:
        return None
    return Fit(np.asarray(x, float), np.maximum(mu, 0), bounded, way, _hessian(model, mu))


# minima on mu = 0 ---------------------------------------------------------------------------------------------------


def _conic(model, _start):
    """The exponential-cone programme: min e'mu - n't with t <= ln mu; then Newton in the face of its solution."""
    return _from_cone(model, _solve_cone(model))


def _conic_nudged(model, _start):
    """The same, solved with looser regularisation."""
    return _from_cone(model, _solve_cone(model, static_regularization_constant=1e-12, max_step_fraction=0.9))


def _solve_cone(model, **options):
    k = model.matrix.shape[1]
    full = np.flatnonzero(model.counts > 0)
    empty = np.flatnonzero(model.counts == 0)
    linear = np.concatenate([model.matrix.T @ model.exposure, -model.counts[full]])
    # slack = b - A x in the cones: mu >= 0 for empty bins; (t, 1, mu) in the exponential cone for the others
    rows = np.zeros((empty.size + 3 * full.size, k + full.size))
    right = np.zeros(rows.shape[0])
    rows[: empty.size, :k] = -model.matrix[empty]
    right[: empty.size] = model.offset[empty]
    base = empty.size + 3 * np.arange(full.size)
    rows[base, k + np.arange(full.size)] = -1.0
    right[base + 1] = 1.0
    rows[base + 2, :k] = -model.matrix[full]
    right[base + 2] = model.offset[full]
    cones = ([clarabel.NonnegativeConeT(int(empty.size))] if empty.size else []) + [
        clarabel.ExponentialConeT() for _ in full
    ]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_iter = 300
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-12
    settings.tol_ktratio = 1e-10
    for name, value in options.items():
        setattr(settings, name, value)
    quadratic = csc_matrix((k + full.size, k + full.size))
    solution = clarabel.DefaultSolver(quadratic, linear, csc_matrix(rows), right, cones, settings).solve()
    return np.array(solution.x)[:k], empty, np.array(solution.s)[: empty.size], np.array(solution.z)[: empty.size]


def _from_cone(model, solution):
    x, empty, slack, dual = solution
    if not np.isfinite(x).all():
        return None
    ratio = dual / np.maximum(np.abs(slack), 1e-300)
    order = np.argsort(-ratio)
    # the bins at which the expectation vanishes: those whose multiplier exceeds it; the edge of that set is uncertain
    certain = int((ratio > 1).sum())
    for count in sorted(range(min(model.matrix.shape[1], empty.size) + 1), key=lambda count: abs(count - certain)):
        active = empty[order[:count]]
        found = _in_face(model, x, active)
        if found is not None:
            return found
    return _exchange(model, x, empty[order[: min(certain, model.matrix.shape[1])]])


def _in_face(model, x, active):
    """The proven minimum among points with mu = 0 in the active bins, or None."""
    point, face = _face(model, x, active)
    if point is None:
        return None
    polished = _polished(model, point, face)
    return None if polished is None else _proven(model, polished, "conic")


def _face(model, x, active):
    if active.size == 0:
        return x, np.eye(x.size)
    normal = model.matrix[active]
    _, sizes, directions = np.linalg.svd(normal)
    rank = int((sizes > 1e-12 * sizes.max()).sum())
    point = np.asarray(x, LONG)
    inverse = np.linalg.pinv(normal)
    for _ in range(3):
        miss = (np.asarray(normal, LONG) * point).sum(axis=1) + model.offset[active]
        point = point - (np.asarray(inverse, LONG) * miss).sum(axis=1)
    return point, directions[rank:].T


def _exchange(model, x, active):
    """Active-set exchange from the conic solution: drop negative multipliers, add violated bins."""
    active = list(active)
    for _ in range(40):
        point, face = _face(model, x, np.array(active, int))
        polished = _polished(model, point, face)
        if polished is None:
            return None
        found = _proven(model, polished, "conic, exchanged")
        if found is not None:
            return found
        mu = _expected(model, polished)
        gradient = _gradient(model, mu).astype(float)
        multipliers = np.linalg.lstsq(model.matrix[active].T, gradient, rcond=None)[0] if active else np.array([])
        empty = model.counts == 0
        worst = int(np.argmin(np.where(empty, mu, np.inf)))
        if mu[worst] < -FEASIBILITY and worst not in active:
            active.append(worst)
        elif active and multipliers.min() < 0:
            active.pop(int(np.argmin(multipliers)))
        else:
            return None
        x = np.asarray(polished, float)
    return None


# searches on top ----------------------------------------------------------------------------------------------------


class Hypothesis:
    """The free, background-only and conditional fits of one hypothesis, and limits by root finding on them."""

    def __init__(self, counts, background, signal, exposure=None):
        self.counts, self.background, self.signal = counts, background, signal
        self.exposure = np.ones(counts.size) if exposure is None else exposure
        self._last = None

    def free(self):
        """The minimum over background and yield (last parameter)."""
        return minimum(Model.of(self.counts, np.column_stack([self.background, self.signal]), None, self.exposure))

    def at(self, s):
        """The minimum over the background at a fixed yield."""
        found = minimum(Model.of(self.counts, self.background, s * self.signal, self.exposure), self._last)
        self._last = found.x
        return found

    def nll_difference(self, fit, reference):
        """The nll of one fit minus that of another."""
        return log_likelihood_ratio(self.counts, fit.mu, reference.mu, self.exposure)

    def best(self):
        """The yield and fit that minimise -ln L with the yield >= 0."""
        free = self.free()
        return (free.x[-1], free) if free.x[-1] > 0 else (0.0, self.at(0.0))

    def asimov(self):
        """The same hypothesis for the background fitted to the data in place of the data."""
        mu = self.at(0.0).mu
        mu = np.where(mu > 1e-12 * max(mu.max(), 1e-9), mu, 0)  # what is left of zero on the boundary is rounding
        return Hypothesis(np.asarray(mu * self.exposure, float), self.background, self.signal, self.exposure)

    def q_tilde(self, s, best):
        """2 [nll(s) - nll(best)] with the best yield bounded at 0; 0 below it (arXiv:1007.1727 eq. 16)."""
        return 0.0 if s <= best[0] else max(2 * self.nll_difference(self.at(s), best[1]), 0.0)

    def profile_limit(self, level):
        """Where q-tilde reaches the square of the normal quantile."""
        best, goal = self.best(), norm.ppf(level)
        return _root(lambda s: np.sqrt(self.q_tilde(s, best)) - goal, best[0], self._unit())

    def cls_limit(self, level):
        """Where CLs = p_{s+b} / (1 - p_b) falls to 1 - level (arXiv:1007.1727 eq. 65, 66)."""
        imagined = self.asimov()
        best, best_asimov = self.best(), (0.0, imagined.at(0.0))

        def excess(s):
            return np.log(cls(self.q_tilde(s, best), imagined.q_tilde(s, best_asimov))) - np.log(1 - level)

        return _root(lambda s: -excess(s), best[0], self._unit())

    def expected_cls_limits(self, level, bands):
        """CLs limits of data whose sqrt(q-tilde_A) - sqrt(q-tilde) is each number of standard deviations."""
        imagined = self.asimov()
        best = (0.0, imagined.at(0.0))
        goals = [norm.ppf(1 - (1 - level) * norm.cdf(n)) + n for n in bands]
        return [
            _root(lambda s, goal=goal: np.sqrt(imagined.q_tilde(s, best)) - goal, 0.0, self._unit()) for goal in goals
        ]

    def expected_profile_limits(self, level, bands):
        """Limits of estimates n sigma(s) from zero, the best yield bounded at 0 where n < 0."""
        imagined = self.asimov()
        best, z = (0.0, imagined.at(0.0)), norm.ppf(level)

        def distance(s, n):
            # q-tilde of the limit, in terms of w = sqrt(q_A): (w - n)^2 = z^2, or w^2 - 2 n w = z^2 below the bound
            w = np.sqrt(imagined.q_tilde(s, best))
            return w - n - z if n >= 0 else w * w - 2 * n * w - z * z

        return [_root(lambda s, n=n: distance(s, n), 0.0, self._unit()) for n in bands]

    def _unit(self):
        return 1.0 / max(self.signal.sum(), 1e-3)


def cls(q, q_asimov):
    """CLs from q-tilde of the data and of the background-only Asimov set (arXiv:1007.1727 eq. 65, 66)."""
    if q_asimov <= 0:
        return 1.0
    sigma_ratio = np.sqrt(q_asimov)  # s / sigma
    if q <= q_asimov:
        signal_and_background, background = norm.sf(np.sqrt(q)), norm.sf(np.sqrt(q) - sigma_ratio)
    else:
        signal_and_background = norm.sf((q + q_asimov) / (2 * sigma_ratio))
        background = norm.sf((q - q_asimov) / (2 * sigma_ratio))
    return max(signal_and_background, 1e-300) / max(background, 1e-300)


def _root(function, low, unit):
    """Brentq above `low`, bracketed by doubling."""
    step = unit
    while function(low + step) < 0:
        step *= 2
    return brentq(function, low + (step / 2 if step > unit else 0.0), low + step, xtol=1e-9 * unit, rtol=1e-12)


def upward_distance(hypothesis, free, rise=0.5):
    """How far above the best yield -ln L has risen by `rise`."""
    s = free.x[-1]
    crossing = _root(lambda t: hypothesis.nll_difference(hypothesis.at(t), free) - rise, s, hypothesis._unit())
    return crossing - s


def yield_error(fit):
    """1 / sqrt of the profile's curvature in the last parameter."""
    return float(np.sqrt(np.linalg.inv(fit.hessian)[-1, -1]))
