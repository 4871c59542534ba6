"""Significances and limits of scans in which each hypothesis is a count in a window."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.scans import CountingResult
from gloam.scans.counting import ErrorForm
from gloam.statistics.asymptotic import BANDS
from gloam.statistics.counting.averaging import averaged, node_blocks
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.classical import count_quantiles
from gloam.statistics.counting.limits import CountingMethod, CountingOptions, IntervalKind
from gloam.statistics.counting.many import distinct, limits_of_many
from gloam.statistics.counting.on_off import log_share_above
from gloam.statistics.counting.poisson import log_at_least, log_at_most
from gloam.statistics.counting.spread import Known, LogNormal, Measured, Normal, Spread
from gloam.statistics.limits import UpperLimits, check_level
from gloam.statistics.normal import cumulative, upper_quantile

__all__ = [
    "CountingScanLimits",
    "CountingSignificances",
    "cells_of_windows",
    "counting_scan_limits",
    "counting_significances",
    "signed_z",
]

HALF = math.log(0.5)


@dataclass(frozen=True, slots=True, eq=False)
class CountingSignificances:
    """How significant the counts of windows are. NaN where a window was not counted.

    Attributes:
        z_local: signed significance, shape (h,): see `signed_z`.
        p_excess: P(N >= n) without a signal, shape (h,); 0 where it underflows.
        log_p_excess: its logarithm, shape (h,).
    """

    z_local: FloatArray
    p_excess: FloatArray
    log_p_excess: FloatArray


def counting_significances(result: CountingResult) -> CountingSignificances:
    """The local significances of all windows of a scan.

    Uncertain backgrounds are averaged over: P(N >= n) is the posterior predictive probability, which for a background
    measured by a count is the binomial one of `z_bi`. The efficiency does not matter.

    Args:
        result: the counts.

    Example:
        >>> from gloam.scans import CountingScan, SidebandBackground, count_windows, interval_windows
        >>> from gloam.spectra import Axis, Spectrum
        >>> spectrum = Spectrum((Axis(np.linspace(0.0, 10.0, 11)),), [0, 3, 2, 4, 3, 8, 3, 2, 3, 2, 3, 0])
        >>> windows = interval_windows(spectrum.axis, [4.5, 6.5], 0.5)
        >>> found = counting_significances(count_windows(CountingScan(spectrum, windows, SidebandBackground(1.0, 5.0))))
        >>> found.z_local.round(3), found.p_excess.round(4)
        (array([ 1.85 , -0.716]), array([0.0321, 0.9009]))
    """
    rows = result.usable
    cells = cells_of_windows(result, rows, efficiency=False)
    kept, which = distinct(cells)
    above, below = log_tails(cells.take(kept))
    z, log_p = np.full(result.observed.shape, np.nan), np.full(result.observed.shape, np.nan)
    z[rows], log_p[rows] = signed_z(above, below)[which], above[which]
    return CountingSignificances(z, np.exp(log_p), log_p)


def signed_z(log_above: FloatArray, log_below: FloatArray) -> FloatArray:
    """The signed significances of counts from ln P(N >= n) and ln P(N <= n), any shape.

    Counts are discrete: both probabilities include n itself and add up to more than 1. The side with a probability
    below 1/2 is what the count speaks for, an excess (z > 0) or a deficit (z < 0). Where neither is, the count is the
    median: z = 0. Then z >= a for a > 0 exactly where P(N >= n) <= 1 - Phi(a), and the mirror image for deficits.

    Example:
        >>> above, below = np.log([0.01, 0.9, 0.6]), np.log([0.995, 0.2, 0.55])
        >>> signed_z(above, below).round(4)
        array([ 2.3263, -0.8416,  0.    ])
    """
    excess, deficit = log_above < HALF, log_below < HALF
    z = np.zeros(log_above.shape)
    z[excess] = upper_quantile(log_above[excess])
    deficit &= ~excess
    z[deficit] = -upper_quantile(log_below[deficit])
    return z


def cells_of_windows(
    result: CountingResult, rows: IntArray, efficiency: bool = True, efficiency_form: ErrorForm | None = None
) -> Cells:
    """The counting experiments of some windows: signals are events inside the window.

    Args:
        result: the counts.
        rows: which windows.
        efficiency: whether to include the error of the efficiency.
        efficiency_form: of that; None: as declared.
    """
    setup, one = result.setup, np.ones(rows.size)
    relative, expected = result.relative_error[rows], result.background[rows]
    if np.isnan(result.tau[rows]).any():
        background: tuple[Spread, ...] = (_factor(expected, relative, setup.background_form),)
    else:
        background = (Measured(result.off[rows], result.tau[rows]),)
        if relative.any():
            background = (*background, _factor(one, relative, setup.background_form))
    spread: Spread = Known(one)
    if efficiency:
        spread = _factor(one, result.efficiency_error[rows], efficiency_form or setup.efficiency_form)
    return Cells(result.observed[rows], background, spread)


def _factor(nominal: FloatArray, relative: FloatArray, form: ErrorForm) -> Spread:
    if not relative.any():
        return Known(nominal)
    return Normal(nominal, nominal * relative) if form == "gaussian" else LogNormal(nominal, np.log1p(relative))


def log_tails(cells: Cells) -> tuple[FloatArray, FloatArray]:
    """Logarithms of P(N >= n) and P(N <= n) without a signal, shapes (c,)."""
    n, spreads = cells.observed, cells.background
    if all(isinstance(each, Known) for each in spreads):
        return log_at_least(n, cells.nominal_background), log_at_most(n, cells.nominal_background)
    measured = spreads[0]
    if len(spreads) == 1 and isinstance(measured, Measured):
        off, share, rest = measured.counts + measured.added, 1 / (1 + measured.tau), measured.tau / (1 + measured.tau)
        return log_share_above(n, off, share, rest), log_share_above(off, n + 1, rest, share)
    above, below = np.empty(n.size), np.empty(n.size)
    for rows, nodes in node_blocks(cells, excesses=True):
        count = n[rows, None]
        above[rows] = averaged(nodes, log_at_least(count, nodes.background))
        below[rows] = averaged(nodes, log_at_most(count, nodes.background))
    return above, below


@dataclass(frozen=True, slots=True, eq=False)
class CountingScanLimits(UpperLimits):
    """Upper limits on the signal events in each window, exact in the counts.

    The expected limits are those of the quantiles of the count without a signal, its background averaged over.

    Attributes:
        method: of counting experiments, see `counting_limits`.
        lower: lower ends of the intervals, shape (h,); 0 for upper limits.
        interval: what `lower` and `observed` are the ends of.
        bounded: whether the maximum of the profile likelihood was sought among signals >= 0.
    """

    method: CountingMethod  # type: ignore[assignment]  # limits of counts are not refitted by `upper_limits`
    lower: FloatArray = field(default_factory=lambda: np.zeros(()))
    interval: IntervalKind = "upper"
    bounded: bool = False

    @property
    def test_statistic(self) -> str:
        """The test statistic: the count itself, a likelihood ratio in the notation of arXiv:1007.1727, or none."""
        if self.method == "profile":
            one_sided = "q_tilde" if self.bounded else "q_mu"
            return one_sided if self.interval == "upper" else "t_tilde" if self.bounded else "t_mu"
        return {"bayes": "posterior", "feldman-cousins": "t_tilde"}.get(self.method, "count")

    @property
    def sidedness(self) -> str:
        """One-sided, two-sided, or unified (Feldman-Cousins: the data decide which)."""
        return {"upper": "one-sided", "unified": "unified"}.get(self.interval, "two-sided")


def counting_scan_limits(
    result: CountingResult,
    level: float = 0.90,
    method: CountingMethod = "cls",
    options: CountingOptions | None = None,
    *,
    bands: bool = True,
) -> CountingScanLimits:
    """The limits on the signal events inside every window of a scan.

    Args:
        result: the counts.
        level: a fraction, 0.5 < level < 1.
        method: as in `counting_limits`. "cousins-highland" takes the error of the efficiency as a Gaussian.
        options: of the methods; without an interval named, upper limits are set, and unified intervals with
            "feldman-cousins".
        bands: whether to find the expected limits too.

    Raises:
        InputError: for levels, methods or uncertainties that do not go together.

    Example:
        >>> from gloam.scans import CountingScan, KnownBackground, count_windows, interval_windows
        >>> from gloam.spectra import Axis, Spectrum
        >>> axis = Axis(np.linspace(0.0, 4.0, 5))
        >>> data = Spectrum((axis,), [0, 0, 5, 2, 8, 0])
        >>> known = KnownBackground(Spectrum((axis,), [0, 3, 3, 3, 3, 0], asimov=True))
        >>> found = count_windows(CountingScan(data, interval_windows(axis, axis.centers, 0.5), known))
        >>> limits = counting_scan_limits(found, 0.95)
        >>> limits.observed.round(4), limits.expected[0].round(4)
        (array([ 2.9957,  7.6631,  4.4432, 11.4422]), array([ 2.9957,  3.6433,  5.3954,  7.6631, 10.1709]))
    """
    check_level(level)
    options = options or CountingOptions()
    if options.interval is None and method != "feldman-cousins":
        options = replace(options, interval="upper")
    rows, size = result.usable, result.observed.size
    form: ErrorForm | None = "gaussian" if method == "cousins-highland" else None
    cells = cells_of_windows(result, rows, efficiency_form=form)
    counts = cells.observed[:, None]
    if bands:
        kept, which = distinct(cells.observing(np.zeros(rows.size)))
        quantiles = count_quantiles(cells.take(kept), cumulative(np.array(BANDS, float)))
        counts = np.concatenate([counts, quantiles[which]], axis=1)
    each = cells.take(np.repeat(np.arange(rows.size), counts.shape[1])).observing(counts.ravel())
    kept, which = distinct(each)
    found = limits_of_many(each.take(kept), level, method, options)
    upper = found.upper[which].reshape(counts.shape)
    observed, expected, lower, error = (np.full((size, k), np.nan) for k in (1, len(BANDS), 1, 1))
    observed[rows], lower[rows], error[rows] = (
        values[which].reshape(counts.shape)[:, :1] for values in (found.upper, found.lower, found.upper_error)
    )
    if bands:
        expected[rows] = upper[:, 1:]
    failed = int(np.count_nonzero(~np.isfinite(upper).all(axis=1)))
    return CountingScanLimits(
        observed[:, 0], expected, level, method, failed, error[:, 0], options.prior.in_words * (method == "bayes"),
        lower=lower[:, 0], interval=found.interval, bounded=options.bounded,
    )  # fmt: skip
