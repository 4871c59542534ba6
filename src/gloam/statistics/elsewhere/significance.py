"""The global significance of the largest excess of a scan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.scans import CountingResult, ScanResult
from gloam.statistics.counting_scans import counting_significances
from gloam.statistics.elsewhere.fields import largest_of_fields
from gloam.statistics.elsewhere.gaussian_scan import joined
from gloam.statistics.elsewhere.score import score_correlation, usable_hypotheses
from gloam.statistics.elsewhere.upcrossings import count_upcrossings
from gloam.statistics.elsewhere.whole_scan import ScanToys, scan_toys
from gloam.statistics.elsewhere.window_plane import window_euler
from gloam.statistics.elsewhere.window_toys import window_toys
from gloam.statistics.normal import log_cumulative, quantile

__all__ = ["GlobalMethod", "GlobalSignificance", "global_significance", "wilson_error"]

GlobalMethod = Literal["crossings", "fields", "counted", "toys", "euler"]

SMALLEST = -600.0
"""Logarithm of the smallest p-value that is inverted as it is."""


@dataclass(frozen=True, slots=True)
class GlobalSignificance:
    """How likely an excess as large as the largest one is anywhere in a scan without a signal.

    Attributes:
        z_local: the largest local significance.
        p_global: the probability of one at least as large.
        p_global_err: its Monte Carlo or counting error; None where there is none.
        z_global: the significance of `p_global`, negative above 1/2; finite also where `p_global` underflows. Where no
            toy is as significant: that of `p_global` plus its error, a lower bound.
        trials_factor: `p_global` over the local p-value; 0 where no toy is as significant.
        toys: how many toys were made and fitted; None without.
        n_failed: toys with a fit without a certificate, which are left out.
        margin: of the filter of the toys, see `ScanToys`, the largest over the scans; infinite where every hypothesis
            was fitted; None without toys.
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
    margin: float | None
    method: GlobalMethod
    row: int
    scan: int = 0


def global_significance(
    result: ScanResult | CountingResult | Sequence[ScanResult] | Sequence[CountingResult],
    method: GlobalMethod | None = None,
    *,
    level: float = 0.0,
    toys: int = 1000,
    seed: int = 1,
    exhaustive: bool = False,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> GlobalSignificance:
    """The global significance of the largest excess of a scan, or of several independent ones together.

    - "crossings": the largest of correlated normal variables, with the correlations that the scores of neighbouring
      hypotheses have at the background-only fits. Exact in how steps, windows and templates change along the scan;
      asymptotic as the local significance is. Too large by up to a tenth where all masses share one window of a few
      resolutions, so that far hypotheses are correlated too.
    - "fields": the same with all correlations, by simulation of Gaussian fields; see `largest_of_fields`.
    - "counted": a bound from up-crossings of a low level that are counted in the data (arXiv:1005.1891), with the error
      of their number. It needs steps finer than the resolution, and a scan with few signals.
    - "toys": the part of whole-scan toys, drawn from the background-only fits, with a largest significance as large
      (see `scan_toys`). It assumes nothing about the distribution of the significance.

    All are for the background model of the fits, not for the smallest significance over several of them.

    Counting scans have the method "toys" (see `window_toys`), which counts every window and sideband of each toy. On a
    grid in two observables they also have "euler": the mean Euler characteristic, from a hundred or more toys at lower
    levels (see `window_euler`): a third too large for usual windows, but it reaches p-values far below those of toys.

    Args:
        result: the fits or counts of one spectrum, or of several with independent data.
        method: see above; None: "crossings" of fits, "toys" of counts.
        level: that is crossed, with "counted".
        toys: how many, with "toys" and "fields".
        seed: of their random streams.
        exhaustive: fit every hypothesis of every toy.
        threads: how many to use for toys; the answer does not depend on it.
        progress: called with the number of toys finished; those of every scan count.

    Raises:
        InputError: for a scan without a certified fit, or of several spectra fitted together; with "toys" also for
            weighted data, nuisance parameters and constrained backgrounds.

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
    results = (result,) if isinstance(result, ScanResult | CountingResult) else tuple(result)
    if method is not None and method not in get_args(GlobalMethod):
        raise InputError("method of the global significance", method, one_of(get_args(GlobalMethod)), "name one")
    counts = [each for each in results if isinstance(each, CountingResult)]
    if counts:
        if len(counts) < len(results):
            raise InputError("global significance", "fits and counts together", "scans of one kind", "give one kind")
        return _of_counts(counts, method or "toys", toys, seed, exhaustive, threads, progress)
    return _of_fits(
        [each for each in results if isinstance(each, ScanResult)], method or "crossings",
        level, toys, seed, exhaustive, threads, progress,
    )  # fmt: skip


def _of_counts(
    results: Sequence[CountingResult],
    method: GlobalMethod,
    toys: int,
    seed: int,
    exhaustive: bool,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> GlobalSignificance:
    """The global significance of counting scans, from toys."""
    if method not in ("toys", "euler"):
        raise InputError("method of the global significance of counts", method, "toys or euler", "leave it out")
    excess = _Excess(-math.inf, 0, 0)
    for number, result in enumerate(results):
        z = counting_significances(result).z_local
        row = int(np.nanargmax(z)) if result.usable.size else 0
        if z[row] > excess.z:
            excess = _Excess(float(z[row]), number, row)
    if method == "euler":
        fields = [window_euler(each, toys=toys, seed=seed) for each in results]
        log_p = min(float(np.logaddexp.reduce([each.log_p_value(excess.z) for each in fields])), 0.0)
        return _significance(excess, method, log_p, math.hypot(*(each.error(excess.z) for each in fields)))
    made = [
        window_toys(
            each, toys, seed, exhaustive=exhaustive, stream=f"window toys {number}" if number else "window toys",
            threads=threads, progress=progress,
        )
        for number, each in enumerate(results)
    ]  # fmt: skip
    return _from_toys(excess, made)


def _of_fits(
    results: Sequence[ScanResult],
    method: GlobalMethod,
    level: float,
    toys: int,
    seed: int,
    exhaustive: bool,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> GlobalSignificance:
    """The global significance of fitted scans."""
    if method == "euler":
        raise InputError(
            "method of the global significance of fits", method, "another one", "it is for windows in a plane"
        )
    excess = _largest(results)
    if method == "toys":
        made = [
            scan_toys(
                each, toys, seed, exhaustive=exhaustive, stream=f"scan toys {number}" if number else "scan toys",
                threads=threads, progress=progress,
            )
            for number, each in enumerate(results)
        ]  # fmt: skip
        return _from_toys(excess, made)
    if method == "fields":
        fields = [
            largest_of_fields(each, toys, seed, f"Gaussian fields {number}") for number, each in enumerate(results)
        ]
        return _from_maxima(excess, method, np.max(fields, axis=0))
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
        trials_factor=math.exp(log_p - local), toys=None, n_failed=0, margin=None, method=method, row=excess.row,
        scan=excess.scan,
    )  # fmt: skip


def _from_toys(excess: _Excess, made: Sequence[ScanToys]) -> GlobalSignificance:
    """The global significance from the toys of all scans, those of one number belonging together."""
    failed = np.any([each.failed for each in made], axis=0)
    largest = np.max([each.largest for each in made], axis=0)[~failed]
    if largest.size == 0:
        raise InputError("global significance", "no toy with certified fits", "one at least", "ask for more toys")
    margin = max(each.margin for each in made)
    found = _from_maxima(excess, "toys", largest)
    return replace(found, toys=failed.size, n_failed=int(failed.sum()), margin=margin)


def _from_maxima(excess: _Excess, method: GlobalMethod, largest: FloatArray) -> GlobalSignificance:
    """The global significance from the largest significances without a signal."""
    above = int(np.count_nonzero(largest >= excess.z))
    p, error = above / largest.size, wilson_error(above, largest.size)
    found = _significance(excess, method, math.log(p if above else min(error, 1.0)), error)
    return found if above else replace(found, p_global=0.0, trials_factor=0.0)


def wilson_error(above: int, toys: int) -> float:
    """The error of a part of toys: the longer arm of its 68 % interval after Wilson, not 0 where none or all are above.

    Example:
        >>> round(wilson_error(0, 1000), 6), round(wilson_error(100, 1000), 5)
        (0.000999, 0.0099)
    """
    share = above / toys
    center = (share + 0.5 / toys) / (1 + 1 / toys)
    half = math.sqrt(share * (1 - share) / toys + 0.25 / toys**2) / (1 + 1 / toys)
    return half + abs(center - share)


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
