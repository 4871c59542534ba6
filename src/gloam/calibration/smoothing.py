"""A smooth expectation from weighted simulation, for data that are more than the simulation behind them."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration.templates import WeightedCounts
from gloam.errors import InputError

__all__ = ["smoothed"]

STEPS = 60
ENOUGH = 1e-9


def smoothed(counts: WeightedCounts, pieces: int) -> FloatArray:
    """The expectation in each bin as the exponential of a cubic spline of equal pieces, shape (m,).

    A Poisson regression with a logarithmic link (P. McCullagh and J. A. Nelder, Generalized Linear Models, 1989), in
    which every bin counts as many events as are behind it. Pieces have equal numbers of bins, so that they follow the
    resolution where the bins do. What is narrower than a piece is lost, and so is all statistical noise of that size.

    Args:
        counts: weighted simulation.
        pieces: of the spline, at least 1.

    Raises:
        InputError: for fewer bins than a spline has parameters, or no simulated event.

    Example:
        >>> edges = np.linspace(0.0, 1.0, 51)
        >>> simulated = np.random.default_rng(1).poisson(1000 * np.exp(-edges[:-1])).astype(float)
        >>> found = smoothed(WeightedCounts(edges, simulated, simulated), 2)
        >>> bool(np.abs(found / (1000 * np.exp(-edges[:-1])) - 1).max() < 0.03)
        True
    """
    from scipy.interpolate import BSpline

    bins = counts.total.size
    asked = f"smooth expectation of {pieces} pieces"
    if pieces < 1 or bins < pieces + 3:
        raise InputError(asked, f"{bins} bins", f"at least {max(pieces, 1) + 3}", "take fewer pieces")
    if not counts.total.sum() > 0:
        raise InputError(asked, "no simulated event", "some events", "simulate more of them")
    knots = np.concatenate([np.zeros(3), np.linspace(0, bins, pieces + 1), np.full(3, bins)])
    basis = BSpline.design_matrix(np.arange(bins) + 0.5, knots, 3).toarray()
    # weighted events count as the number of unweighted ones with the same relative error
    per_event = counts.squares.sum() / counts.total.sum()
    widths = np.diff(counts.edges)
    events = counts.total / per_event
    coefficients = np.linalg.lstsq(basis, np.log((events + 0.5) / widths), rcond=None)[0]
    deviance = np.inf
    for _ in range(STEPS):
        expected = widths * np.exp(basis @ coefficients)
        weighted = basis * expected[:, None]
        ridge = 1e-9 * np.trace(basis.T @ weighted) * np.eye(basis.shape[1])
        step = np.linalg.solve(basis.T @ weighted + ridge, basis.T @ (events - expected))
        coefficients = coefficients + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        before, deviance = deviance, _deviance(events, widths * np.exp(basis @ coefficients))
        if abs(before - deviance) <= ENOUGH * max(1.0, deviance):
            break
    return np.asarray(per_event * widths * np.exp(basis @ coefficients))


def _deviance(events: FloatArray, expected: FloatArray) -> float:
    some = events > 0
    return float(2 * (expected.sum() - events.sum() + (events[some] * np.log(events[some] / expected[some])).sum()))
