"""Upper limits of a batch of fits by the library."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.kernel.lanes import LaneProblem, check_outcome, given_problem
from gloam.kernel.library import built, readable

__all__ = ["LaneLimits", "limit_lanes"]


@dataclass(frozen=True, slots=True, eq=False)
class LaneLimits:
    """Upper limits; NaN where not all of a row were found.

    Attributes:
        observed: shape (b,).
        expected: shape (b, heights).
        found: shape (b,).
    """

    observed: FloatArray
    expected: FloatArray
    found: BoolArray


class _Limits(ctypes.Structure):
    """`gloam_limits` of fits.h."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("theta_background", "theta", "yields")),
        ("goal", ctypes.c_double), ("height", ctypes.c_double), ("bands", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("heights", "observed", "expected", "found")),
    )  # fmt: skip


def limit_lanes(
    problem: LaneProblem, theta_background: FloatArray, theta: FloatArray, yields: FloatArray, variant: int, *,
    log_cls: float | None, height: float, heights: FloatArray,
) -> LaneLimits:  # fmt: skip
    """The upper limits of some fits, several rows at once.

    Args:
        problem: what was fitted.
        theta_background: coefficients without a signal, shape (b, K).
        theta: with a signal, shape (b, K).
        yields: shape (b,).
        variant: number of the instruction set.
        log_cls: ln CLs at the limit, < 0; None: sqrt(q-tilde) there is `height`.
        height: of the observed limit.
        heights: sqrt(q-tilde) of the Asimov set at expected limits, increasing.

    Raises:
        ValueError: if an array has not the shape that the library reads.
        MemoryError: if the working memory of a few rows cannot be had.
    """
    b, _, k = problem.sizes
    given, held = given_problem(problem)
    fits = [readable(theta_background, (b, k)), readable(theta, (b, k)), readable(yields, (b,))]
    steps = readable(heights, heights.shape)
    observed, expected, found = np.full(b, np.nan), np.full((b, steps.size), np.nan), np.zeros(b, np.int64)
    call = _Limits(
        *(array.ctypes.data for array in fits), 0.0 if log_cls is None else log_cls, height, steps.size,
        *(array.ctypes.data for array in (steps, observed, expected, found)),
    )  # fmt: skip
    check_outcome(built().gloam_limits_of_fits(ctypes.c_int(variant), ctypes.byref(given), ctypes.byref(call)))
    del held
    observed[found == 0], expected[found == 0] = np.nan, np.nan
    return LaneLimits(observed, expected, found != 0)
