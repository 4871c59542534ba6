"""A Poisson count with a background measured in a second bin: on-off, or known where that bin is very full."""

import numpy as np
from scipy.special import gammaincc, gammaln

from gloam.fit import Constraint, Problem, RowDesign
from gloam.fit.effects import SIGNAL, Effect, Effects


def on_off(on, off, tau):
    """The problem n ~ Poisson(s + b), m ~ Poisson(tau b), one row for each."""
    on, off, tau = (np.atleast_1d(np.asarray(x, float)) for x in np.broadcast_arrays(on, off, tau))
    matrix = np.stack([np.ones_like(tau), tau], axis=1)[:, :, None]
    signal = np.tile([1.0, 0.0], (on.size, 1))
    return Problem(np.stack([on, off], axis=1), RowDesign(matrix), signal)


def known(on, background):
    """The problem n ~ Poisson(s + b) with b known: nothing to fit beside s."""
    on = np.atleast_1d(np.asarray(on, float))[:, None]
    design = RowDesign(np.zeros((on.size, 1, 0)))
    return Problem(on, design, np.ones_like(on), offset=np.full_like(on, background))


def card(on, signal, signal_factor, background, background_factor):
    """The problem n ~ Poisson(r S s^x + B b^y) with x and y of standard normal distributions (log-normal factors)."""

    def one(x):
        return np.full((1, 1), float(x))

    factors = (
        Effect(0, SIGNAL, one(np.log(signal_factor)), is_factor=True),
        Effect(1, 0, one(np.log(background_factor)), is_factor=True),
    )
    effects = Effects(2, 0, factors, {SIGNAL: one(signal), 0: one(background)})
    constraint = Constraint.diagonal(np.zeros((1, 2)), np.ones((1, 2)))
    design = RowDesign(np.zeros((1, 1, 0)))
    return Problem(one(on), design, one(signal), offset=one(background), constraint=constraint, effects=effects)


def card_tail(r, on, signal, signal_factor, background, background_factor):
    """P(strength > r) with a flat prior: Gauss-Hermite sums over both factors of integrals in closed form.

    The integral of (a r + b)^n exp(-a r - b) above r is n! Q(n + 1, a r + b) / a, Q an incomplete gamma function.
    """
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    a, b = signal * signal_factor ** node[:, None], background * background_factor**node

    def above(r):
        return weight @ (gammaincc(on + 1, a * r + b) / a) @ weight

    return above(r) / above(0.0)


def best_of(problem):
    """The background and yield that maximise the likelihood of on-off problems."""
    tau = problem.design.matrix[:, 1, 0]
    background = problem.counts[:, 1] / tau
    return background[:, None], problem.counts[:, 0] - background


def on_off_tail(s, on, off, tau):
    """P(yield > s) with flat priors on s and b: a sum of Gamma integrals over the expansion of (s + b)^n.

    The posterior of s is sum_k w_k s^(n-k) e^-s with w_k = C(n, k) (m + k)! / (1 + tau)^(m + k + 1).
    """
    k = np.arange(on + 1)
    logs = (
        gammaln(on + 1) - gammaln(k + 1) - gammaln(on - k + 1)
        + gammaln(off + k + 1) - (off + k + 1) * np.log1p(tau) + gammaln(on - k + 1)
    )  # fmt: skip
    weight = np.exp(logs - logs.max())
    return float((weight * gammaincc(on - k + 1, s)).sum() / weight.sum())
