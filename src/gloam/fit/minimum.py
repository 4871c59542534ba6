"""What a batch of fits returns."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.fit.direction import Direction
from gloam.fit.status import FitStatus

__all__ = ["Minimum", "pending", "put", "record"]


@dataclass(slots=True, eq=False)
class Minimum:
    """The minima of -ln L of b fits, free or at a fixed signal yield.

    Attributes:
        theta: background coefficients, shape (b, K).
        s: signal yield, shape (b,).
        expected: A theta + s f before exposure, shape (b, m); 1 in unused bins.
        penalty: value of the constraint terms, shape (b,); 0 without constraints.
        gap: certificate, a bound on -ln L minus its minimum, shape (b,).
        slope: derivative of the profile of -ln L with respect to s, shape (b,).
        curvature: second derivative of it, shape (b,).
        information: the same if the background were known, shape (b,).
        ridge: d theta / d s along the profile, shape (b, K).
        multiplier: dual variable z of each bin in fits that end on mu = 0 (see `certificate`), else 0; shape (b, m).
        status: `FitStatus` codes, shape (b,).
        passes: passes over the bins that were made, shape (b,).
    """

    theta: FloatArray
    s: FloatArray
    expected: FloatArray
    penalty: FloatArray
    gap: FloatArray
    slope: FloatArray
    curvature: FloatArray
    information: FloatArray
    ridge: FloatArray
    multiplier: FloatArray
    status: IntArray
    passes: IntArray


def pending(theta: FloatArray, s: FloatArray, expected: FloatArray) -> Minimum:
    """Minima that are yet to be found: the start, without certificates."""
    b, parameters = theta.shape
    return Minimum(
        theta=theta.copy(),
        s=s.copy(),
        expected=expected.copy(),
        penalty=np.zeros(b),
        gap=np.full(b, np.inf),
        slope=np.full(b, np.nan),
        curvature=np.full(b, np.nan),
        information=np.full(b, np.nan),
        ridge=np.zeros((b, parameters)),
        multiplier=np.zeros_like(expected),
        status=np.full(b, FitStatus.NOT_CERTIFIED.value, np.int64),
        passes=np.zeros(b, np.int64),
    )


def record(
    out: Minimum,
    rows: IntArray,
    done: BoolArray,
    theta: FloatArray,
    s: FloatArray,
    expected: FloatArray,
    gap: FloatArray,
    towards: Direction,
    free: bool,
    status: FitStatus,
) -> None:
    """Put the rows that are done into their places.

    Args:
        out: the minima of the whole batch.
        rows: where the rows at work belong in it, shape (w,).
        done: which of them are finished, shape (w,).
        theta: of the rows at work, after the last step.
        s: the same of the signal yield.
        expected: the same of the expectations.
        gap: the same of the certificate.
        towards: the second-order model before that step. Its slope already is that after it (to second order), as the
            slope of the dual point; curvature and ridge change by the relative size of the step.
        free: whether s was fitted, so that the profile is flat.
        status: how they ended.
    """
    at = rows[done]
    out.theta[at], out.s[at], out.expected[at], out.gap[at] = theta[done], s[done], expected[done], gap[done]
    out.slope[at] = 0.0 if free else towards.slope[done]
    out.curvature[at], out.information[at] = towards.curvature[done], towards.information[done]
    out.ridge[at] = towards.ridge[done]
    out.status[at] = status.value


def put(out: Minimum, rows: IntArray, found: Minimum, which: BoolArray | IntArray, passes: bool = False) -> None:
    """Put some of the minima of a part of a batch into their places.

    Args:
        out: the minima of the whole batch.
        rows: where they belong in it.
        found: the minima of the part.
        which: those of the part that are wanted.
        passes: whether the number of passes is to be replaced too.
    """
    for field in dataclasses.fields(Minimum):
        if passes or field.name != "passes":
            getattr(out, field.name)[rows] = getattr(found, field.name)[which]
