"""A Poisson count with a background measured in a second bin: on-off, or known where that bin is very full."""

import numpy as np
from scipy.special import gammaincc, gammaln

from gloam.fit import RowDesign
from gloam.fit.problem import Problem


def on_off(on, off, tau):
    """The problem n ~ Poisson(s + b), m ~ Poisson(tau b), one row for each."""
    on, off, tau = (np.atleast_1d(np.asarray(x, float)) for x in np.broadcast_arrays(on, off, tau))
    matrix = np.stack([np.ones_like(tau), tau], axis=1)[:, :, None]
    signal = np.tile([1.0, 0.0], (on.size, 1))
    return Problem(np.stack([on, off], axis=1), RowDesign(matrix), signal)


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
