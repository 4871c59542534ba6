"""Morphs of the signal can have a second minimum, with the other sign of the yield: the deeper one has to be found.

At a fixed yield s (f + alpha d) is linear in alpha, and -ln L is convex. A dense grid of yields with a convex fit at
each is therefore an exhaustive search. It is made here with a Newton iteration of its own, for all yields together.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import ndtr

from gloam.fit import (
    SIGNAL,
    Constraint,
    Effect,
    Effects,
    Problem,
    SharedDesign,
    is_certified,
    minimise,
    projected_start,
)

pytestmark = pytest.mark.validation

NUMBER, BINS = 200, 40
EDGES = np.linspace(-1, 1, BINS + 1)
LEVEL = 60.0  # counts per bin: no bin is empty, and every minimum is interior
GRID = np.linspace(-1, 1, 121)


def peak(position, width):
    return np.diff(ndtr((EDGES - position[:, None]) / width[:, None]), axis=1)


@dataclass
class Extreme:
    """Weak signals under large uncertainties of width and position, in data with a strong derivative component."""

    counts: np.ndarray
    background: np.ndarray
    signal: np.ndarray
    morphs: np.ndarray

    @classmethod
    def drawn(cls, seed=8):
        rng = np.random.default_rng(seed)
        position, width = rng.uniform(-0.4, 0.4, NUMBER), rng.uniform(0.08, 0.14, NUMBER)
        signal = peak(position, width)
        wider = 0.5 * (peak(position, 1.5 * width) - peak(position, 0.5 * width))
        shifted = 0.5 * (peak(position + 0.8 * width, width) - peak(position - 0.8 * width, width))
        morphs = np.stack([wider, shifted], axis=1)
        centre = 0.5 * (EDGES[1:] + EDGES[:-1])
        background = np.stack([np.ones(BINS), centre], axis=1)
        sizes = rng.normal(0, 25, (NUMBER, 3)) * np.array([0.3, 1.5, 2.0])
        truth = LEVEL * (1 - 0.3 * centre) + sizes[:, :1] * signal + np.einsum("bi,bij->bj", sizes[:, 1:], morphs)
        return cls(rng.poisson(np.maximum(truth, 2.0)).astype(float), background, signal, morphs)

    def problem(self) -> Problem:
        nuisances = self.morphs.shape[1]
        effects = tuple(Effect(i, SIGNAL, self.morphs[:, i], False) for i in range(nuisances))
        error = np.broadcast_to([np.inf, np.inf, *np.ones(nuisances)], (NUMBER, 2 + nuisances))
        return Problem(
            self.counts, SharedDesign(self.background), self.signal,
            constraint=Constraint.diagonal(np.zeros(error.shape), error),
            effects=Effects(nuisances, 2, effects, {SIGNAL: self.signal}),
        )  # fmt: skip

    def profile(self, s, steps=60):
        """-ln L minimised at the yields s, shape (number, yields), by damped Newton with its decrement at the end."""
        shape = s.shape
        n = self.counts[:, None, :]
        matrix = np.concatenate([
            np.broadcast_to(self.background.T, (*shape, 2, BINS)),
            s[:, :, None, None] * self.morphs[:, None],
        ], axis=2)  # fmt: skip
        offset = s[:, :, None] * self.signal[:, None]
        x = np.zeros((*shape, matrix.shape[2]))
        x[:, :, 0] = LEVEL + 1.2 * np.maximum(-offset.min(axis=2), 0)
        prior = np.diag([0.0, 0.0, *np.ones(self.morphs.shape[1])])
        for _ in range(steps):
            mu = np.einsum("bskj,bsk->bsj", matrix, x) + offset
            gradient = np.einsum("bskj,bsj->bsk", matrix, 1 - n / mu) + x @ prior
            hessian = np.einsum("bskj,bsj,bslj->bskl", matrix, n / mu**2, matrix, optimize=True) + prior
            step = -np.linalg.solve(hessian, gradient[..., None])[..., 0]
            decrement = np.sqrt(np.maximum(-(step * gradient).sum(axis=2), 0))
            # self-concordance: a step of 1 / (1 + decrement) never leaves mu > 0
            x = x + step / np.where(decrement > 0.25, 1 + decrement, 1)[:, :, None]
            if decrement.max() < 1e-9:
                break
        assert decrement.max() < 1e-6
        mu = np.einsum("bskj,bsk->bsj", matrix, x) + offset
        return (mu - n * np.log(mu / n)).sum(axis=2) + 0.5 * np.einsum("bsk,kl,bsl->bs", x, prior, x)


def refined(extreme: Extreme, low, high):
    """The least -ln L between two yields around a minimum of the grid, by golden section, for all rows together."""
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(26):  # 2e-6 of the spacing: -ln L is within 1e-12
        inner = np.stack([high - ratio * (high - low), low + ratio * (high - low)], axis=1)
        value = extreme.profile(inner)
        left = value[:, 0] < value[:, 1]
        low, high = np.where(left, low, inner[:, 0]), np.where(left, inner[:, 1], high)
    return extreme.profile(0.5 * (low + high)[:, None])[:, 0]


def test_the_deeper_minimum_is_found_in_all_of_200(record_property):
    extreme = Extreme.drawn()
    problem = extreme.problem()
    none = np.zeros(NUMBER)
    found = minimise(problem, projected_start(problem), none)
    assert is_certified(found.status).all()
    # far beyond the yields found, and dense around 0 where the second minimum hides
    span = 3 * np.maximum(np.abs(found.s), 40.0)
    yields = span[:, None] * np.sign(GRID) * np.abs(GRID) ** 1.5
    value = extreme.profile(yields)
    lower = (value[:, 1:-1] < value[:, :-2]) & (value[:, 1:-1] < value[:, 2:])
    record_property("two_minima", int((lower.sum(axis=1) > 1).sum()))
    assert (lower.sum(axis=1) >= 1).all()
    assert (lower.sum(axis=1) > 1).sum() >= 10  # else the test would be empty
    best = 1 + np.where(lower, value[:, 1:-1], np.inf).argmin(axis=1)
    rows = np.arange(NUMBER)
    deepest = refined(extreme, yields[rows, best - 1], yields[rows, best + 1])
    mu, n = found.expected, extreme.counts
    ours = (mu - n * np.log(mu / n)).sum(axis=1) + 0.5 * (found.theta[:, 2:] ** 2).sum(axis=1)
    # values of 40 bins, each with a rounding of 1e-14
    np.testing.assert_allclose(ours, deepest, rtol=0, atol=1e-9)
