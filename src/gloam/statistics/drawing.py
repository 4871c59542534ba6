"""Toy data of one hypothesis: drawn from a fit, from the data themselves or from any expectation, with a signal put in.

Toy k of a hypothesis is the same whatever the number of toys, of threads and of other hypotheses, and its background is
the same whatever the signal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.execution import random_stream
from gloam.fit import Constraint, Minimum, Problem, profile
from gloam.models import SignalShape, expected_fractions
from gloam.scans import Batch, Scan, ScanResult
from gloam.spectra import Spectrum

__all__ = [
    "Base",
    "ToySource",
    "base_in_words",
    "check_base",
    "check_toys",
    "checked_rows",
    "injected_yields",
    "parametric_toys",
    "toy_sources",
]

Base = Literal["data", "background"] | Spectrum | FloatArray

ROWS = 192
"""Toys fitted together: their arrays stay in the cache, as those of a scan."""

ELEMENTS = 48_000
CERTIFICATE = 1e-9


def parametric_toys(
    problem: Problem, truth: Minimum, size: int, counts: np.random.Generator, controls: np.random.Generator
) -> Problem:
    """Toy data of a fit: counts, and the control measurements of nuisance parameters, around what was fitted.

    Args:
        problem: of one row.
        truth: its parameters and expectation.
        size: how many.
        counts: the stream that counts are drawn from.
        controls: the stream of the control measurements.
    """
    toys = problem.asimov(truth.theta, truth.s, truth.expected).take(np.zeros(size, int))
    toys = toys.with_counts(counts.poisson(toys.counts).astype(float))
    return _with_controls(toys, problem.spread_at(truth.theta), controls)


def _with_controls(toys: Problem, spread: FloatArray | None, random: np.random.Generator) -> Problem:
    """The toys with control measurements drawn around those they have."""
    if toys.constraint is not None:
        # the origin of the constraint is what was measured: independent along the axes of its precision
        weight, axes = np.linalg.eigh(toys.constraint.precision[:, :, 0])
        known = weight > 1e-12 * max(float(weight.max()), 1.0)
        scale = np.where(known, 1 / np.sqrt(np.where(known, weight, 1)), 0)
        normal = random.standard_normal((toys.size, known.size)) * scale
        origin = toys.constraint.origin + normal @ axes.T
        toys = replace(toys, constraint=Constraint(origin, toys.constraint.precision))
    if spread is not None:
        shift = spread * random.standard_normal((toys.size, spread.shape[1]))
        toys = replace(toys, offset=shift if toys.offset is None else toys.offset + shift)
    return toys


@dataclass(frozen=True, slots=True, eq=False)
class ToySource:
    """What the toys of one hypothesis are drawn from.

    Attributes:
        row: the hypothesis.
        problem: of one row, with the data.
        background: its fit without a signal.
        base: "data" or "background"; the expected counts of the bins, shape (m,); or the counts of given
            toys, shape (t, m).
        signal: counts expected in each bin for a yield of 1, shape (m,).
        fitted: the yield fitted to what the toys are variations of: 0 where that has no signal.
    """

    row: int
    problem: Problem
    background: Minimum
    base: Literal["data", "background"] | FloatArray
    signal: FloatArray
    fitted: float

    def draws(self, injected: float, toys: int, seed: int, stream: str) -> Iterator[Problem]:
        """Batches of toys, with a signal of Poisson(`injected`) events, each in the bin that its shape says.

        Args:
            injected: expected number of events.
            toys: how many in all.
            seed: of the random streams.
            stream: name of these.
        """
        # a stream of its own for every yield: the same numbers for two means would tie different toys together
        of_base, of_controls, of_signal = (
            random_stream(seed, f"{stream}: {kind}", self.row)
            for kind in ("base", "controls", f"signal of {injected:.12g}")
        )
        bins = self.signal.size
        size = max(1, min(ROWS, ELEMENTS // bins))
        for start in range(0, toys, size):
            number = min(size, toys - start)
            drawn = self._drawn(start, number, of_base, of_controls)
            signal = of_signal.poisson(injected * self.signal, (number, bins))
            yield drawn.with_counts(drawn.counts + signal)

    def _drawn(
        self, start: int, number: int, counts: np.random.Generator, controls: np.random.Generator
    ) -> Problem:  # fmt: skip
        if isinstance(self.base, str) and self.base == "background":
            return parametric_toys(self.problem, self.background, number, counts, controls)
        if isinstance(self.base, np.ndarray) and self.base.ndim == 2:
            drawn = self.base[start : start + number]
        else:
            mean = self.problem.counts[0] if isinstance(self.base, str) else self.base
            drawn = counts.poisson(mean, (number, mean.size)).astype(float)
        toys = self.problem.take(np.zeros(number, int)).with_counts(drawn)
        return _with_controls(toys, self.problem.spread_at(self.background.theta), controls)


def toy_sources(
    result: ScanResult, batch: Batch, base: Base = "background", injected: SignalShape | None = None
) -> Iterator[ToySource]:
    """What the toys of each hypothesis of a batch are drawn from.

    Args:
        result: the fits, certified for these hypotheses.
        batch: of the scan.
        base: what the toys vary: "data", each bin; "background", the fit without a signal; a spectrum, each bin of
            this expectation; or counts of the axis, a row for each toy, shape (t, n), as they are.
        injected: shape of the signal that is put in; None: that of the fit.
    """
    problem = batch.problem()
    none = np.zeros(problem.size)
    theta = result.theta_background[batch.rows, : problem.parameters]
    background = profile(problem, theta, none, CERTIFICATE)
    signal = _signal(result, batch.rows, problem, background, injected)
    kind: Literal["data", "background"] = "background" if isinstance(base, str) and base == "background" else "data"
    below = None if isinstance(base, str) else _cumulative(base)
    for at, row in enumerate(batch.rows):
        one = np.array([at])
        part = problem.take(one)
        without = profile(part, background.theta[one], none[one], CERTIFICATE)
        yield ToySource(
            int(row), part, without, kind if below is None else _in_window(result, int(row), part, below), signal[at],
            0.0 if kind == "background" or isinstance(base, Spectrum) else float(result.n_sig[row]),
        )  # fmt: skip


def _signal(
    result: ScanResult, rows: IntArray, problem: Problem, background: Minimum, injected: SignalShape | None
) -> FloatArray:
    """Counts expected in each bin for a yield of 1, with nuisance parameters as fitted without a signal."""
    if injected is None:
        none = np.zeros(problem.size)
        shape = problem.expected(background.theta, none + 1) - problem.expected(background.theta, none)
    else:
        scan = _plain(result, "signal of another shape")
        edges = scan.spectrum.axis.edges[scan.windows.edge_indices(rows, problem.counts.shape[1])]
        shape = expected_fractions(injected, edges, scan.grid.position[rows])
    shape = np.maximum(shape, 0.0) * problem.weight
    return shape if problem.used is None else np.where(problem.used, shape, 0.0)


def _cumulative(base: Spectrum | FloatArray) -> FloatArray:
    """The sums of the contents below the edges of the axis, shape (n + 1,), or (t, n + 1) of given toys."""
    contents = base.values() if isinstance(base, Spectrum) else np.asarray(base, float)
    below = np.zeros((*contents.shape[:-1], contents.shape[-1] + 1))
    np.cumsum(contents, axis=-1, out=below[..., 1:])
    return below


def _in_window(result: ScanResult, row: int, problem: Problem, below: FloatArray) -> FloatArray:
    """The contents in the window of one hypothesis, shape (m,) or (t, m)."""
    scan = _plain(result, "toys of a given spectrum")
    (edges,) = scan.windows.edge_indices(np.array([row]), problem.counts.shape[1])
    # differences of sums are exact for counts, and may fall below 0 by rounding for expectations
    found = np.maximum(below[..., edges[1:]] - below[..., edges[:-1]], 0.0)
    return found if problem.used is None else np.where(problem.used[0], found, 0.0)


def _plain(result: ScanResult, asked: str) -> Scan:
    scan = result.setup
    if not isinstance(scan, Scan) or scan.spectrum.is_weighted:
        found = "weighted data" if isinstance(scan, Scan) else "several spectra fitted together"
        raise InputError(asked, found, "plain counts of one spectrum", "take the base 'background'")
    return scan


def checked_rows(result: ScanResult, rows: npt.ArrayLike) -> IntArray:
    """The hypotheses as an array.

    Raises:
        InputError: for one that is named twice, or that the scan does not have.
    """
    found, number = np.asarray(rows, np.int64).ravel(), len(result.setup.grid)
    if np.unique(found).size < found.size or (found < 0).any() or (found >= number).any():
        allowed = f"different ones from 0 to {number - 1}"
        raise InputError("hypotheses", found.tolist(), allowed, "give their places in the scan")
    return found


def check_toys(toys: int) -> None:
    """Refuse a number of toys without a spread."""
    if toys < 2:
        raise InputError("number of toys", toys, "at least 2", "1000 give means to 3 % of a standard deviation")


def check_base(result: ScanResult, base: Base, toys: int) -> None:
    """Refuse a base that does not fit the scan or the number of toys."""
    if isinstance(base, str):
        if base not in ("data", "background"):
            raise InputError("base of the toys", base, one_of(("data", "background")), "choose one of these")
        return
    bins = len(_plain(result, "toys of a given spectrum").spectrum.axis)
    shape = base.values().shape if isinstance(base, Spectrum) else np.shape(base)
    allowed = (bins,) if isinstance(base, Spectrum) else (toys, bins)
    if shape != allowed:
        raise InputError("base of the toys", f"shape {shape}", f"shape {allowed}", "use the bins of the data")


def injected_yields(given: npt.ArrayLike, size: int) -> FloatArray:
    """The yields of each hypothesis, shape (r, i).

    Raises:
        InputError: for yields that cannot be, or of another shape.
    """
    yields = np.asarray(given, float)
    if not (yields.size and yields.ndim and np.isfinite(yields).all() and (yields >= 0).all()):
        raise InputError("yields of the signal", given, "numbers of events >= 0", "the upper limit is usual")
    try:
        return np.array(np.broadcast_to(yields, (size, yields.shape[-1])))
    except ValueError:
        allowed = f"shape (i,) or ({size}, i)"
        raise InputError("yields of the signal", f"shape {yields.shape}", allowed, "give one row each") from None


def base_in_words(base: Base) -> str:
    """What the toys are variations of."""
    if isinstance(base, str):
        return {"data": "each bin of the data Poisson-varied", "background": "the background fitted to the data"}[base]
    return "a given expectation" if isinstance(base, Spectrum) else "given spectra"
