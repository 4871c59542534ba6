"""The global significance of the largest excess of a scan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gloam.errors import InputError, one_of
from gloam.scans import ScanResult
from gloam.statistics.elsewhere.gaussian_scan import joined
from gloam.statistics.elsewhere.score import score_correlation, usable_hypotheses
from gloam.statistics.elsewhere.upcrossings import count_upcrossings
from gloam.statistics.normal import log_cumulative, quantile

__all__ = ["GlobalMethod", "GlobalSignificance", "global_significance"]

GlobalMethod = Literal["crossings", "counted"]

SMALLEST = -600.0
"""Logarithm of the smallest p-value that is inverted as it is."""


@dataclass(frozen=True, slots=True)
class GlobalSignificance:
    """How likely an excess as large as the largest one is anywhere in a scan without a signal.

    Attributes:
        z_local: the largest local significance.
        p_global: the probability of one at least as large.
        p_global_err: its Monte Carlo or counting error; None where there is none.
        z_global: the significance of `p_global`, negative above 1/2; finite also where `p_global` underflows.
        trials_factor: `p_global` over the local p-value.
        toys: how many were made; None without toys.
        n_failed: toys with a fit without a certificate, which are left out.
        method: how `p_global` was found.
        row: hypothesis with the largest excess (in the scan it belongs to).
        scan: the number of that scan among those given.
    """

    z_local: float
    p_global: float
    p_global_err: float | None
    z_global: float
    trials_factor: float
    toys: int | None
    n_failed: int
    method: GlobalMethod
    row: int
    scan: int = 0


def global_significance(
    result: ScanResult | Sequence[ScanResult], method: GlobalMethod = "crossings", *, level: float = 0.0
) -> GlobalSignificance:
    """The global significance of the largest excess of a scan, or of several independent ones together.

    - "crossings": the largest of correlated normal variables, with the correlations that the scores of neighbouring
      hypotheses have at the background-only fits. Exact in how steps, windows and templates change along the scan;
      asymptotic as the local significance is.
    - "counted": a bound from up-crossings of a low level that are counted in the data (arXiv:1005.1891), with the error
      of their number. It needs steps finer than the resolution, and a scan with few signals.

    Args:
        result: the fits of one spectrum, or of several with independent data.
        method: see above.
        level: that is crossed, with "counted".

    Raises:
        InputError: for a scan without a certified fit, or of several spectra fitted together.

    Example:
        >>> import numpy as np
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = np.full(200, 40.0) + 5 * np.sin(np.arange(200) ** 2)
        >>> counts[118:123] += 16
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(0.0, 2.0, 201)),), np.pad(counts.round(), 1))
        >>> fits = gloam.scan(spectrum, gloam.Gaussian(0.02), gloam.Polynomial(1), np.arange(0.1, 1.9, 0.005))
        >>> found = global_significance(fits)
        >>> round(found.z_local, 2), round(found.z_global, 2), round(found.trials_factor)
        (4.18, 2.93, 115)
    """
    results = (result,) if isinstance(result, ScanResult) else tuple(result)
    if method not in get_args(GlobalMethod):
        raise InputError("method of the global significance", method, one_of(get_args(GlobalMethod)), "name one")
    excess = _largest(results)
    if method == "counted":
        log_p, error = _counted(results, excess.z, level)
        return _significance(excess, method, log_p, error)
    return _significance(excess, method, _crossings(results, excess.z))


@dataclass(frozen=True, slots=True)
class _Excess:
    """The largest excess: its significance, and the scan and the hypothesis that it belongs to."""

    z: float
    scan: int
    row: int


def _largest(results: Sequence[ScanResult]) -> _Excess:
    best = _Excess(-math.inf, 0, 0)
    for number, result in enumerate(results):
        rows = usable_hypotheses(result)
        row = int(rows[np.argmax(result.z_local[rows])])
        if result.z_local[row] > best.z:
            best = _Excess(float(result.z_local[row]), number, row)
    return best


def _significance(
    excess: _Excess, method: GlobalMethod, log_p: float, error: float | None = None
) -> GlobalSignificance:  # fmt: skip
    """The global significance from the logarithm of its p-value."""
    local = float(log_cumulative(np.array(-excess.z)))
    return GlobalSignificance(
        z_local=excess.z, p_global=math.exp(log_p), p_global_err=error, z_global=_z_value(log_p),
        trials_factor=math.exp(log_p - local), toys=None, n_failed=0, method=method, row=excess.row, scan=excess.scan,
    )  # fmt: skip


def _crossings(results: Sequence[ScanResult], z: float) -> float:
    return joined([score_correlation(result) for result in results]).log_p_value(z)


def _counted(results: Sequence[ScanResult], z: float, level: float) -> tuple[float, float]:
    """The logarithm of the bound on the global p-value, and the error of the p-value."""
    counted = [count_upcrossings(result.z_local[usable_hypotheses(result)], level) for result in results]
    local = float(log_cumulative(np.array(-z)))
    # each bound holds a local p-value of its own: where a scan starts above z
    log_p = min(float(np.logaddexp.reduce([each.log_bound(z) for each in counted])), 0.0)
    return max(log_p, local), math.hypot(*(each.p_error(z) for each in counted))


def _z_value(log_p: float) -> float:
    """The significance of a p-value that may be too small for a floating-point number."""
    if log_p > SMALLEST:
        return -float(quantile(math.exp(log_p)))
    z = math.sqrt(-2 * log_p)
    for _ in range(8):  # Newton; d ln(1 - Phi) / dz = -(z + 1/z) to 2 / z^3, so each step gains a factor of z^4
        z += (float(log_cumulative(np.array(-z))) - log_p) / (z + 1 / z)
    return z
