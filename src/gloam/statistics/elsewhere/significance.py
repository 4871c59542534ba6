"""The global significance of the largest excess of a scan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.scans import CountingResult, ScanResult, VariantResults
from gloam.statistics.binomial import Fraction
from gloam.statistics.counting_scans import counting_significances
from gloam.statistics.elsewhere.fields import largest_of_fields
from gloam.statistics.elsewhere.maxima import ScanToys
from gloam.statistics.elsewhere.replays import Replay, toys_of
from gloam.statistics.elsewhere.same_events import correlation_of_all, scans_of_same_events
from gloam.statistics.elsewhere.score import usable_hypotheses
from gloam.statistics.elsewhere.upcrossings import count_upcrossings
from gloam.statistics.elsewhere.window_plane import window_euler
from gloam.statistics.normal import log_cumulative, upper_quantile
from gloam.statistics.variants import combine_variants

__all__ = ["GlobalMethod", "GlobalSignificance", "global_significance", "significance_from_toys", "wilson_error"]

GlobalMethod = Literal["crossings", "fields", "counted", "toys", "euler"]

Scanned: TypeAlias = ScanResult | VariantResults | CountingResult
"""What a global significance is of."""

LARGEST = 700.0
"""Logarithm of the largest trials factor: an error of toys over the local p-value of a known particle has none."""


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
        skewness: of the scores of the counts, the median over the hypotheses; with "crossings" alone. Above 0.5, less
            than about one event per resolution, z_local and p_global are off by a fifth and more: take toys.
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
    skewness: float | None = None


def global_significance(
    result: Scanned | Sequence[Scanned],
    method: GlobalMethod | None = None,
    *,
    level: float = 0.0,
    toys: int = 1000,
    seed: int = 1,
    exhaustive: bool = False,
    replay: Replay | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> GlobalSignificance:
    """The global significance of the largest excess of a scan, or of several together.

    Scans of the same events (spectra with equal bins and contents, as for two signal shapes) are one search: their
    largest significance has hardly more chances than that of one of them. Others are taken as independent.

    - "crossings": the largest of correlated normal variables, with the correlations that the scores of neighbouring
      hypotheses have at the background-only fits, and the means that the skewness of the counts gives them (see
      `GaussianScan`). Exact in how steps, windows and templates change along the scan. Too large by up to a tenth
      where all masses share one window of a few resolutions, so that far hypotheses are correlated too.
    - "fields": the same with all correlations, by simulation of Gaussian fields; see `largest_of_fields`.
    - "counted": a bound from up-crossings of a low level that are counted in the data (arXiv:1005.1891), with the error
      of their number. It needs steps finer than the resolution, and a scan with few signals.
    - "toys": the part of whole-scan toys, drawn from the background-only fits, with a largest significance as large
      (see `scan_toys`). It assumes nothing about the distribution of the significance. It alone takes fits of several
      spectra together, the smallest significance over background variants (`variant_toys`), procedures that look at the
      data first, as the choice of an order (`replayed_toys`), and events with several entries (`centred_toys`).

    Counting scans have the method "toys" (see `window_toys`), which counts every window and sideband of each toy. On a
    grid in two observables they also have "euler": the mean Euler characteristic, from a hundred or more toys at lower
    levels (see `window_euler`): a third too large for usual windows, but it reaches p-values far below those of toys.

    Args:
        result: the fits or counts of one spectrum, or of several; with "toys" also the fits of the variants of a
            background.
        method: see above; None: "crossings" of fits, "toys" where there are counts.
        level: that is crossed, with "counted".
        toys: how many, with "toys" and "fields".
        seed: of their random streams.
        exhaustive: fit every hypothesis of every toy.
        replay: with "toys", what is done to every toy: a procedure that returns the largest significance it would
            quote for a spectrum, or a bootstrap of the events; None: the scan itself.
        threads: how many to use for toys; the answer does not depend on it.
        progress: called with the number of toys finished; those of every scan count.

    Raises:
        InputError: for a scan without a certified fit; with "toys" for weighted data, with the other methods for
            several spectra fitted together, variants, and anything to replay.

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
        (4.18, 2.95, 110)
    """
    results = (result,) if isinstance(result, Scanned) else tuple(result)
    counted = any(isinstance(each, CountingResult) for each in results)
    method = method or ("toys" if counted else "crossings")
    if method not in get_args(GlobalMethod):
        raise InputError("method of the global significance", method, one_of(get_args(GlobalMethod)), "name one")
    if method == "toys":
        if replay is not None and len(results) > 1:
            raise InputError("toys that replay a procedure", f"{len(results)} scans", "one", "give them one by one")
        first = scans_of_same_events(results)
        made = [
            toys_of(
                each, replay, toys, seed, exhaustive=exhaustive, threads=threads, progress=progress,
                stream=f"scan toys {source}" if source else "scan toys",
                same_events_as=None if source == number else results[source],
            )
            for number, (each, source) in enumerate(zip(results, first, strict=True))
        ]  # fmt: skip
        return _from_toys(_largest(results), made)
    if method == "euler":
        return _from_euler(results, toys, seed)
    return _without_toys(_of_single_scans(results, replay), method, level, toys, seed)


def _from_euler(results: Sequence[Scanned], toys: int, seed: int) -> GlobalSignificance:
    """The global significance from the mean Euler characteristics of windows in a plane."""
    planes = [result for result in results if isinstance(result, CountingResult)]
    if len(planes) < len(results):
        raise InputError("Euler characteristic", "fits along a line", "counts in a plane", "take another method")
    excess = _largest(results)
    means = [window_euler(each, toys=toys, seed=seed) for each in planes]
    log_p = min(float(np.logaddexp.reduce([each.log_p_value(excess.z) for each in means])), 0.0)
    return _significance(excess, "euler", log_p, math.hypot(*(each.error(excess.z) for each in means)))


def _of_single_scans(results: Sequence[Scanned], replay: Replay | None) -> list[ScanResult]:
    """The fits, if nothing but toys is needed for them."""
    scans = [result for result in results if isinstance(result, ScanResult)]
    if any(isinstance(result, CountingResult) for result in results):
        raise InputError("global significance of counts", "a method for fits", "toys, or euler in a plane", "take toys")
    if len(scans) < len(results) or replay is not None:
        raise InputError(
            "global significance without toys", "something to replay" if replay is not None else "background variants",
            "one model, fixed in advance", "take method 'toys', or the nominal fits",
        )  # fmt: skip
    return scans


def _without_toys(
    results: Sequence[ScanResult], method: GlobalMethod, level: float, toys: int, seed: int
) -> GlobalSignificance:  # fmt: skip
    """The global significance by a method that fits nothing."""
    excess = _largest(results)
    if method == "fields":
        fields = [
            largest_of_fields(each, toys, seed, f"Gaussian fields {source}")
            for each, source in zip(results, scans_of_same_events(results), strict=True)
        ]
        return _from_maxima(excess, method, np.max(fields, axis=0))
    if method == "counted":
        log_p, error = _counted(results, excess.z, level)
        return _significance(excess, method, log_p, error)
    # in second order a local p-value too is smaller than 1 - Phi(z): what is quoted is not
    local = float(log_cumulative(np.array(-excess.z)))
    correlations = correlation_of_all(results)
    found = _significance(excess, method, max(correlations.log_p_value(excess.z), local))
    return replace(found, skewness=float(np.median(correlations.skewness)))


def significance_from_toys(results: Sequence[Scanned], toys: ScanToys) -> GlobalSignificance:
    """The global significance of the largest excess of some scans, from toys that are made already.

    Args:
        results: the fits or counts.
        toys: the largest significances over all these scans.

    Raises:
        InputError: if every toy has a fit without a certificate.
    """
    return _from_toys(_largest(results), [toys])


@dataclass(frozen=True, slots=True)
class _Excess:
    """The largest excess: its significance, and the scan and the hypothesis that it belongs to."""

    z: float
    scan: int
    row: int


def _largest(results: Sequence[Scanned]) -> _Excess:
    best = _Excess(-math.inf, 0, 0)
    for number, result in enumerate(results):
        if isinstance(result, VariantResults):
            z = combine_variants(result).z_local
        elif isinstance(result, CountingResult):
            z = counting_significances(result).z_local
            if np.isnan(z).all():
                continue
        else:
            z = np.full(len(result.setup.grid), np.nan)
            rows = usable_hypotheses(result)
            z[rows] = result.z_local[rows]
        row = int(np.nanargmax(z))
        if z[row] > best.z:
            best = _Excess(float(z[row]), number, row)
    return best


def _significance(
    excess: _Excess, method: GlobalMethod, log_p: float, error: float | None = None
) -> GlobalSignificance:  # fmt: skip
    """The global significance from the logarithm of its p-value."""
    local = float(log_cumulative(np.array(-excess.z)))
    return GlobalSignificance(
        z_local=excess.z, p_global=math.exp(log_p), p_global_err=error, z_global=float(upper_quantile(np.array(log_p))),
        trials_factor=math.exp(min(log_p - local, LARGEST)), toys=None, n_failed=0, margin=None, method=method,
        row=excess.row, scan=excess.scan,
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
    return replace(found, p_global=p) if above else replace(found, p_global=0.0, trials_factor=0.0)


def wilson_error(above: int, toys: int) -> float:
    """The error of a part of toys: the longer arm of its 68 % interval after Wilson, not 0 where none or all are above.

    Example:
        >>> round(wilson_error(0, 1000), 6), round(wilson_error(100, 1000), 5)
        (0.000999, 0.0099)
    """
    found = Fraction.of(above, toys)
    return float(max(found.value - found.low, found.high - found.value))


def _counted(results: Sequence[ScanResult], z: float, level: float) -> tuple[float, float]:
    """The logarithm of the bound on the global p-value, and the error of the p-value."""
    counted = [count_upcrossings(result.z_local[usable_hypotheses(result)], level) for result in results]
    local = float(log_cumulative(np.array(-z)))
    # each bound holds a local p-value of its own: where a scan starts above z
    log_p = min(float(np.logaddexp.reduce([each.log_bound(z) for each in counted])), 0.0)
    return max(log_p, local), math.hypot(*(each.p_error(z) for each in counted))
