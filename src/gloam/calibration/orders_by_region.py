"""The order of a background polynomial in each mass region: good fits, and yields that do not hang on the choice.

Orders and ranges are chosen such that the reduced chi^2 is about 1 and that the fitted yield changes little between
adjacent ones (as in arXiv:2007.13071). Both are measured here, on simulation or other control data.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import IntArray
from gloam.errors import InputError
from gloam.fit import is_certified
from gloam.models import Polynomial, Steps
from gloam.scans import Scan, ScanResult, VariantResults, background_variants, batches, fit_variants
from gloam.statistics import Goodness, goodness

__all__ = ["OrderTrial", "OrdersByRegion", "select_orders"]


@dataclass(frozen=True, slots=True)
class OrderTrial:
    """One order in one region.

    Attributes:
        region: its number, from 0.
        order: of the polynomial.
        windows: fits that the goodness is taken from; their windows do not overlap.
        reduced_chi2: likelihood ratio to the saturated model over its expectation, see `Goodness`.
        p_value: of that likelihood ratio.
        order_change: median over the region of |change of the yield with one order more| over its error; None if the
            order is the highest tried.
        range_change: the same for narrower or wider windows, whichever is larger; None if windows were not varied.
        n_failed: fits without a certificate, in all windows, left out of the medians.
        accepted: whether the order passes all tests.
    """

    region: int
    order: int
    windows: int
    reduced_chi2: float
    p_value: float
    order_change: float | None
    range_change: float | None
    n_failed: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class OrdersByRegion:
    """The chosen orders and all that was tried.

    Attributes:
        order: the lowest accepted order of each region.
        trials: every order in every region.
    """

    order: Steps
    trials: tuple[OrderTrial, ...]


def select_orders(
    scan: Scan,
    edges: Sequence[float],
    *,
    orders: Sequence[int] = (0, 1, 2, 3, 4, 5, 6),
    window: float = 5.0,
    threshold: float = 0.05,
    stable: float = 0.5,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> OrdersByRegion:
    """The lowest order in each region that describes the spectrum and does not decide on the yield.

    An order is accepted in a region if

    - the fits of the background alone are good: in windows that do not overlap, the likelihood ratio to the saturated
      model has a p-value above `threshold`. Its mean and variance are exact, so that bins may be sparse;
    - the yield changes by less than `stable` of its error (median over the region) with one order more,
    - and by less than that in windows whose ends are moved in and out by `window` standard deviations of the signal.

    Peaks in the spectrum count as bad fits: use simulation of the background or data that cannot hold a signal.

    Args:
        scan: the spectrum, grid, windows and signal; its background is not used.
        edges: positions at which the order may change, increasing; none for one order.
        orders: to try, consecutive, increasing; the last is only compared with.
        window: variation of the windows in standard deviations of the signal; 0 for none.
        threshold: smallest p-value.
        stable: largest change of the yield over its error.
        threads: how many to use.
        progress: called with the number of hypotheses finished, over all orders and windows.

    Raises:
        InputError: if no order is accepted in some region, a region is empty, or orders are not consecutive.

    Example:
        >>> from gloam.calibration import expected_spectrum
        >>> from gloam.models import Gaussian
        >>> from gloam.scans import grid_in_steps, sliding_windows
        >>> from gloam.spectra import uniform_axis
        >>> axis, grid = uniform_axis(1.0, 3.0, bins=200), grid_in_steps(1.2, 2.8, 0.02)
        >>> curved = expected_spectrum(axis, lambda x: np.where(x < 2, 1 + 4 * (x - 2) ** 2, 1), 40_000)
        >>> windows = sliding_windows(axis, grid.position, 0.2)
        >>> scan = Scan(curved, Gaussian(0.02), Polynomial(0), grid, windows)
        >>> select_orders(scan, [2.19], orders=(0, 1, 2, 3), window=3).order
        Steps(edges=(2.19,), values=(2, 0))
    """
    regions = _regions(scan, edges)
    _check_orders(orders)
    fits = [_fits(scan, order, window, threads, progress) for order in orders]
    trials = tuple(
        _trial(number, region, index, orders, fits, threshold, stable)
        for number, region in enumerate(regions)
        for index in range(len(orders))
    )
    chosen = tuple(_lowest(scan, number, region, trials, len(orders)) for number, region in enumerate(regions))
    return OrdersByRegion(Steps(tuple(edges), chosen), trials)


def _regions(scan: Scan, edges: Sequence[float]) -> list[IntArray]:
    """The hypotheses of each region that are not vetoed."""
    steps = Steps(tuple(edges), tuple(range(len(edges) + 1)))  # checks that edges increase
    number = np.where(scan.inside_excluded, -1, steps(scan.grid.position))
    regions = [np.flatnonzero(number == region) for region in range(len(edges) + 1)]
    for region, rows in enumerate(regions):
        if rows.size == 0:
            raise InputError(
                f"order of the background in region {region}", "no hypothesis", "at least one in each region",
                "move or drop an edge",
            )  # fmt: skip
    return regions


def _check_orders(orders: Sequence[int]) -> None:
    if len(orders) < 2 or list(orders) != list(range(orders[0], orders[0] + len(orders))):
        raise InputError(
            "orders to try", ", ".join(map(str, orders)) or "none", "two or more consecutive ones, increasing",
            "write for example range(0, 7)",
        )  # fmt: skip


def _fits(
    scan: Scan, order: int, window: float, threads: int | None, progress: Callable[[int], object] | None
) -> VariantResults:
    varied = background_variants(dataclasses.replace(scan, background=Polynomial(order)), window=window)
    return fit_variants(varied, threads=threads, progress=progress)


def _trial(
    number: int, rows: IntArray, index: int, orders: Sequence[int], fits: Sequence[VariantResults], threshold: float,
    stable: float,
) -> OrderTrial:  # fmt: skip
    varied, nominal = fits[index], fits[index].nominal
    order_change = _change(nominal, fits[index + 1].nominal, rows) if index + 1 < len(orders) else None
    changes = [_change(nominal, other, rows) for other in varied.results[1:]]
    range_change = max(changes) if changes else None
    apart = _apart(nominal, rows)
    quality = _goodness(nominal, apart)
    p_value = float(quality.p_value[0])
    steady = order_change is not None and order_change < stable and (range_change is None or range_change < stable)
    return OrderTrial(
        region=number,
        order=int(orders[index]),
        windows=int(apart.size),
        reduced_chi2=float(quality.reduced[0]),
        p_value=p_value,
        order_change=order_change,
        range_change=range_change,
        n_failed=int(np.count_nonzero(varied.excluded[:, rows])),
        accepted=p_value > threshold and steady,
    )


def _change(nominal: ScanResult, other: ScanResult, rows: IntArray) -> float:
    """The median of |change of the yield| over the error of the nominal fit; infinite where nothing can be compared."""
    change = np.abs(other.n_sig - nominal.n_sig)[rows] / nominal.n_sig_err[rows]
    known = np.isfinite(change)
    return float(np.median(change[known])) if known.any() else math.inf


def _apart(result: ScanResult, rows: IntArray) -> IntArray:
    """Certified hypotheses whose windows do not overlap, from the lower end on."""
    usable = rows[is_certified(result.status[rows])]
    chosen: list[int] = []
    end = -math.inf
    for row in usable[np.argsort(result.window_low[usable], kind="stable")].tolist():
        if result.window_low[row] >= end:
            chosen.append(row)
            end = result.window_high[row]
    return np.array(chosen, np.int64)


def _goodness(result: ScanResult, rows: IntArray) -> Goodness:
    """The goodness of the fits without a signal of some hypotheses together."""
    parts: list[Goodness] = []
    for batch in batches(result.setup, rows):
        problem = batch.problem()
        theta = result.theta_background[batch.rows, : problem.parameters]
        parts.append(goodness(problem, problem.expected(theta, np.zeros(problem.size))))
    if not parts:
        return Goodness(*(np.array([math.nan]) for _ in range(3)))
    columns = ([getattr(part, name) for part in parts] for name in ("chi2", "expected", "variance"))
    return Goodness(*map(np.concatenate, columns)).together()


def _lowest(scan: Scan, number: int, rows: IntArray, trials: Sequence[OrderTrial], orders: int) -> int:
    tried = trials[number * orders : (number + 1) * orders]
    for trial in tried:
        if trial.accepted:
            return trial.order
    best = max(tried, key=lambda trial: trial.p_value if math.isfinite(trial.p_value) else -1.0)
    position = scan.grid.position[rows]
    raise InputError(
        f"order of the background from {position.min():g} to {position.max():g}",
        f"no order from {tried[0].order} to {tried[-2].order} (best fit: {best.order}, p-value {best.p_value:.2g})",
        "a good fit whose yield is stable", "try higher orders, narrower windows or smaller regions",
    )  # fmt: skip
