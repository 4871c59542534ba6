"""Fisher's linear discriminant between signal and background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of

__all__ = ["FisherDiscriminant", "WorkingPoint", "train_fisher", "working_point"]

Columns = Mapping[str, FloatArray]

CONDITION = 1e12
"""Of the correlation matrix, above which variables say the same thing twice within the digits there are."""


@dataclass(frozen=True, slots=True)
class FisherDiscriminant:
    """A linear function of variables, larger for signal; 0 half-way between the means of the two classes.

    Attributes:
        names: of the variables.
        coefficients: one for each.
        constant: added to their products.

    Example:
        >>> one = FisherDiscriminant(("x", "y"), (1.0, -2.0), 0.5)
        >>> one.values({"x": np.array([1.0]), "y": np.array([0.25])})
        array([1.])
    """

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    constant: float

    def values(self, columns: Columns) -> FloatArray:
        """The discriminant of each row, shape (m,); NaN where a variable is NaN, which passes no cut."""
        return np.asarray(_matrix(columns, self.names) @ np.array(self.coefficients) + self.constant)


@dataclass(frozen=True, slots=True)
class WorkingPoint:
    """A cut on a discriminant.

    Attributes:
        cut: smallest value that passes.
        signal: share of the signal that passes.
        background: share of the background that passes.
    """

    cut: float
    signal: float
    background: float


def train_fisher(
    signal: Columns, background: Columns, names: Sequence[str], *, signal_weights: FloatArray | None = None,
    background_weights: FloatArray | None = None, regularisation: float = 0.0,
) -> FisherDiscriminant:  # fmt: skip
    r"""The discriminant $w \cdot x + c$ with $w = C^{-1} (\mu_s - \mu_b)$.

    C is the mean of the covariance matrices of both classes, which count equally whatever their numbers of events
    (Fisher, Annals of Eugenics 7 (1936) 179). With regularisation $\lambda$ the correlations are multiplied by
    $1 - \lambda$: 1 takes the variables as uncorrelated.

    Args:
        signal: columns by name, shape (m,).
        background: the same, shape (n,).
        names: of the variables.
        signal_weights: of the rows, >= 0; None: all the same.
        background_weights: the same.
        regularisation: 0 to 1.

    Raises:
        InputError: for values that are not finite, fewer than two rows, a variable that does not vary, or variables
            that determine each other without regularisation.

    Example:
        >>> found = train_fisher({"x": np.array([1.0, 3.0])}, {"x": np.array([-3.0, -1.0])}, ["x"])
        >>> found.coefficients, found.constant
        ((4.0,), 0.0)
    """
    if not 0 <= regularisation <= 1:
        raise InputError("regularisation", regularisation, "0 to 1", "0.01 is enough for nearly equal variables")
    mean_s, covariance_s = _moments(_matrix(signal, names), signal_weights, "signal", names)
    mean_b, covariance_b = _moments(_matrix(background, names), background_weights, "background", names)
    covariance = 0.5 * (covariance_s + covariance_b)
    width = np.sqrt(np.diagonal(covariance))
    if not (width > 0).all():
        still = names[int(np.argmin(width))]
        raise InputError(
            f"variable {still!r} of a discriminant", "the same in all rows", "one that varies", "leave it out"
        )
    correlation = covariance / np.outer(width, width)
    correlation = (1 - regularisation) * correlation + regularisation * np.eye(len(names))
    if np.linalg.cond(correlation) > CONDITION:
        raise InputError("variables of a discriminant", "some that the others determine", "independent variables",
                         "leave one out, or give a regularisation")  # fmt: skip
    coefficients = np.linalg.solve(correlation, (mean_s - mean_b) / width) / width
    constant = -0.5 * float(coefficients @ (mean_s + mean_b))
    return FisherDiscriminant(tuple(names), tuple(coefficients.tolist()), constant)


def working_point(
    signal: FloatArray, background: FloatArray, efficiency: float, *, signal_weights: FloatArray | None = None,
    background_weights: FloatArray | None = None,
) -> WorkingPoint:  # fmt: skip
    """The cut that keeps a share of the signal, and what it keeps of both.

    Args:
        signal: values of the discriminant, shape (m,); NaN does not pass.
        background: the same, shape (n,).
        efficiency: the share, a fraction.
        signal_weights: None: all the same.
        background_weights: the same.

    Raises:
        InputError: for a share that is no fraction, or one that is not reached.

    Example:
        >>> working_point(np.arange(10.0), np.arange(-8.0, 2.0), 0.8)
        WorkingPoint(cut=2.0, signal=0.8, background=0.0)
    """
    if not 0 < efficiency < 1:
        raise InputError("share of the signal", efficiency, "a fraction between 0 and 1", "write 0.8 for 80 %")
    weights = np.ones_like(signal) if signal_weights is None else signal_weights
    usable = np.isfinite(signal)
    order = np.argsort(-np.where(usable, signal, -np.inf))
    kept = np.cumsum(np.where(usable, weights, 0.0)[order]) / weights.sum()
    row = int(np.searchsorted(kept, efficiency * (1 - 1e-12)))
    if row >= kept.size or not usable[order[row]]:
        raise InputError("share of the signal", efficiency, f"at most {kept[-1] if kept.size else 0:g}", "lower it")
    cut = float(signal[order[row]])
    return WorkingPoint(cut, _share(signal, weights, cut), _share(background, background_weights, cut))


def _share(values: FloatArray, weights: FloatArray | None, cut: float) -> float:
    weights = np.ones_like(values) if weights is None else weights
    total = float(weights.sum())
    return float(weights[values >= cut].sum()) / total if total else float("nan")


def _matrix(columns: Columns, names: Sequence[str]) -> FloatArray:
    for name in names:
        if name not in columns:
            raise InputError("discriminant", f"no column {name!r}", one_of(columns), "compute it before")
    return np.stack([columns[name] for name in names], axis=1)


def _moments(
    rows: FloatArray, weights: FloatArray | None, kind: str, names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of one class."""
    asked = f"{kind} of a discriminant"
    if len(rows) < 2:
        raise InputError(asked, f"{len(rows)} rows", "two or more", "simulate more events")
    bad = ~np.isfinite(rows).all(axis=0)
    if bad.any():
        name = names[int(np.argmax(bad))]
        raise InputError(asked, f"{name} is not finite in some rows", "finite numbers", "select rows that have it")
    share = np.full(len(rows), 1 / len(rows)) if weights is None else _normalised(weights, len(rows), asked)
    mean = share @ rows
    return mean, (rows - mean).T @ ((rows - mean) * share[:, None])


def _normalised(weights: FloatArray, rows: int, asked: str) -> FloatArray:
    good = weights.shape == (rows,) and np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0
    if not good:
        raise InputError(f"weights of the {asked}", "others", "a number >= 0 for each row, not all 0", "correct them")
    return np.asarray(weights / weights.sum())
