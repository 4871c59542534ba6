"""Posteriors by importance sampling on dense matrices, one hypothesis at a time; shares no code with gloam.

Proposals around the conditional minimum of the reference solvers, moved by weighted draws until they fit, plain
pseudo-random numbers, and the trapezium rule in the yield.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

ROUNDS = 5
PILOT = 4_000


def log_likelihood(counts, mu):
    """ln L of expectations of shape (..., m), -inf where one is negative."""
    full = counts > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.log(mu[..., full]) @ counts[full] - mu.sum(axis=-1)
    return np.where((mu > 0).all(axis=-1), value, -np.inf)


class Marginal:
    """The likelihood of a hypothesis with its background integrated out over all mu >= 0."""

    def __init__(self, fits, draws=20_000, seed=3):
        self.fits = fits
        random = np.random.default_rng(seed)
        k = fits.background.shape[1]
        # wider than normal, so that no weight is large: a chi-square with 8 degrees of freedom below each draw
        normal, chi_square = random.standard_normal((draws, k)), random.chisquare(8, draws)
        self.draws = normal / np.sqrt(chi_square / 8)[:, None]
        self.log_proposal = -0.5 * (8 + k) * np.log1p((self.draws**2).sum(axis=1) / 8)

    def logarithm(self, s):
        """The logarithm of the integral at one yield, up to a constant."""
        fits = self.fits
        centre, root = self._first(s)
        sparse = (fits.counts == 0).any()
        for _ in range(ROUNDS if sparse else 0):
            weight = self._weights(s, centre, root, slice(PILOT))[1]
            share = np.exp(weight - weight.max())
            share /= share.sum()
            mean = share @ self.draws[:PILOT]
            offset = self.draws[:PILOT] - mean
            centre, root = centre + root @ mean, root @ np.linalg.cholesky((share[:, None] * offset).T @ offset)
        height, weight = self._weights(s, centre, root, slice(None))
        top = weight.max()
        return height + top + np.log(np.exp(weight - top).mean()) + np.linalg.slogdet(root)[1]

    def _first(self, s):
        fits = self.fits
        raised = type(fits)(np.maximum(fits.counts, 0.02), fits.background, fits.signal)
        found = raised.at(s)
        return found.x, np.linalg.inv(np.linalg.cholesky(found.hessian)).T

    def _weights(self, s, centre, root, part):
        fits = self.fits
        draws = centre + self.draws[part] @ root.T
        at_centre = log_likelihood(fits.counts, fits.background @ centre + s * fits.signal)
        values = log_likelihood(fits.counts, draws @ fits.background.T + s * fits.signal)
        return at_centre, values - at_centre - self.log_proposal[part]

    def limit(self, level, low, high, points=41):
        """The yield below which the posterior with a flat prior has a probability; its range is given."""
        s = np.linspace(low, high, points)
        logs = np.array([self.logarithm(x) for x in s])
        fine = np.linspace(low, high, 20_001)
        # the logarithm is smooth: a polynomial of moderate order through all nodes
        fitted = np.polynomial.Chebyshev.fit(s, logs, 10, w=np.exp(0.25 * np.maximum(logs - logs.max(), -30)))(fine)
        density = np.exp(fitted - fitted.max())
        below = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
        return float(brentq(lambda x: np.interp(x, fine, below) - level * below[-1], low, high))
