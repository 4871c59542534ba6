"""One hypothesis of a scan as a HistFactory model: samples with modifiers, in no format yet.

A background that floats with coefficients of either sign is written as the background fitted without a signal, which is
fixed, and one sample for each coefficient, whose factor floats around 0: mu = b + sum t_k d_k. The d_k span the same
space as the columns of the fit and are scaled so that each t_k has an error of about 1 and none is correlated with
another, which keeps minimisers that know nothing of the problem out of trouble. Their contents have both signs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.fit import KINK, SIGNAL, Effect, Effects, FitStatus, Problem, is_certified
from gloam.scans import JointScan, ScanResult, batches, channel_bins

__all__ = ["FACTOR", "YIELD", "HistfactoryModel", "Sample", "Systematic", "histfactory_model"]

YIELD = "mu"
"""The factor of the signal."""
FACTOR = "background_{}"
"""The factors of the background."""
REACH = 30.0
"""Range of the factors of the background, in their standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Systematic:
    """What one nuisance parameter with a unit normal constraint does to a sample.

    Attributes:
        name: of the parameter.
        high, low: at +1 and -1: a factor each, shape (), or the contents of the bins, shape (m,).
    """

    name: str
    high: FloatArray
    low: FloatArray

    @property
    def is_factor(self) -> bool:
        """Whether it scales the sample as a whole."""
        return self.high.ndim == 0


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One part of the expectation.

    Attributes:
        name: of it.
        contents: expected events in each bin where its factor is 1, shape (m,).
        factor: the parameter that it is multiplied by; None: it is fixed.
        systematics: of it.
    """

    name: str
    contents: FloatArray
    factor: str | None = None
    systematics: tuple[Systematic, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class HistfactoryModel:
    """The counts in the window of one hypothesis and their expectation.

    Attributes:
        name: of the channel.
        observable: what the bins are of.
        mass: of the hypothesis in GeV.
        edges: lower and upper edge of each bin that was fitted, shapes (m,): vetoed bins are left out.
        counts: shape (m,).
        samples: the signal first.
        events: the signal yield at `YIELD` = 1: about the error of the fitted one.
        ranges: start value, least and largest of each factor.
    """

    name: str
    observable: str
    mass: float
    edges: tuple[FloatArray, FloatArray]
    counts: FloatArray
    samples: tuple[Sample, ...]
    events: float
    ranges: dict[str, tuple[float, float, float]]

    @property
    def systematics(self) -> tuple[str, ...]:
        """The names of the nuisance parameters, each once."""
        return tuple(dict.fromkeys(each.name for sample in self.samples for each in sample.systematics))


def histfactory_model(
    result: ScanResult, row: int, name: str = "scan", observable: str = "observable"
) -> HistfactoryModel:
    """The HistFactory model of one hypothesis.

    Args:
        result: the fits.
        row: which hypothesis.
        name: of the channel.
        observable: what the axis is.

    Raises:
        InputError: for what HistFactory cannot say: hypotheses without a certified fit, weighted data, several spectra
            together, statistical errors of templates, uncertain floating backgrounds, kinked interpolation.

    Example:
        >>> from gloam.models import Gaussian, Polynomial
        >>> from gloam.scans import Grid, Scan, fit_scan, sliding_windows
        >>> from gloam.spectra import Spectrum, uniform_axis, with_flow
        >>> axis = uniform_axis(1.0, 1.2, bins=4)
        >>> spectrum = Spectrum((axis,), with_flow(np.array([9.0, 8.0, 12.0, 7.0]), (axis,)))
        >>> grid = Grid.of(np.array([1.12]))
        >>> windows = sliding_windows(axis, grid.position, 1.0)
        >>> model = histfactory_model(fit_scan(Scan(spectrum, Gaussian(0.02), Polynomial(0), grid, windows)), 0)
        >>> [sample.name for sample in model.samples], model.samples[1].contents
        (['signal', 'background', 'background_0'], array([9., 9., 9., 9.]))
    """
    asked = f"HistFactory model of {result.mass[row]:g} GeV"
    _check_result(result, row, asked)
    inside = channel_bins(result.setup, row)
    problem = next(batches(result.setup, rows=np.array([row]))).problem()
    _check_problem(problem, asked)
    used = np.ones(inside.stop, np.bool_) if problem.used is None else problem.used[0, inside]
    scan = result.scan
    edges = scan.spectrum.axis.edges[scan.windows.edge_indices(np.array([row]), used.size)[0]]
    events = float(f"{result.n_sig_err[row]:.1e}")
    signal = Sample(
        "signal", events * problem.signal[0, inside][used], YIELD, _systematics(problem, result, used, events)
    )
    background, shifts = _background(problem, result, row, inside, used)
    names = [FACTOR.format(k) for k in range(len(shifts))]
    ranges = {YIELD: (1.0, 0.0, 30.0 + 3 * max(0.0, float(result.n_sig[row]) / events))}
    return HistfactoryModel(
        name, observable, float(result.mass[row]), (edges[:-1][used], edges[1:][used]), problem.counts[0, inside][used],
        (signal, Sample("background", background), *(Sample(n, d, n) for n, d in zip(names, shifts, strict=True))),
        events, ranges | dict.fromkeys(names, (0.0, -REACH, REACH)),
    )  # fmt: skip


def _check_result(result: ScanResult, row: int, asked: str) -> None:
    if not is_certified(result.status)[row]:
        found = FitStatus(int(result.status[row])).meaning
        raise InputError(asked, found, "a certified fit", "choose a mass with status ok in scan.csv")
    if isinstance(result.setup, JointScan):
        raise InputError(asked, "several spectra fitted together", "one spectrum", "export each of them")
    if result.spectrum.is_weighted:
        found = "weighted data, fitted with a scaled Poisson likelihood"
        raise InputError(asked, found, "counts of events", "export tables instead (--to hepdata or csv)")


def _check_problem(problem: Problem, asked: str) -> None:
    """Refuse what HistFactory, or its JSON, cannot say, or says in another way."""
    k = problem.design.parameters
    faults = []
    if problem.spread is not None or (problem.effects is not None and problem.effects.spreads):
        faults.append("statistical errors of simulated templates")
    if problem.constraint is not None:
        free = np.diagonal(problem.constraint.precision[..., 0])
        if free[:k].any():
            faults.append("a constrained background yield")
        if not (free[k:] == 1.0).all():
            faults.append("a background parameter that floats without being a yield, such as a slope")
    if problem.effects is not None:
        if any(effect.column != SIGNAL for effect in problem.effects.effects):
            faults.append("an uncertain background")
        if any(effect.change_below is not None and effect.join == KINK for effect in problem.effects.effects):
            faults.append("kinked interpolation between shapes")
        if any(effect.is_factor and np.ptp(effect.change) > 0 for effect in problem.effects.effects):
            faults.append("a logarithmic rate that differs between bins")
    if faults:
        remedy = "export tables instead (--to hepdata or csv)"
        raise InputError(asked, " and ".join(faults), "floating backgrounds and uncertain signals", remedy)


def _systematics(problem: Problem, result: ScanResult, used: BoolArray, events: float) -> tuple[Systematic, ...]:
    """What the nuisance parameters do to the signal."""
    effects: Effects | None = problem.effects
    if effects is None:
        return ()
    names = result.scan.nuisance_names
    template = problem.signal[0, : used.size][used]
    return tuple(_systematic(names[each.nuisance], each, template, used, events) for each in effects.effects)


def _systematic(name: str, effect: Effect, template: FloatArray, used: BoolArray, events: float) -> Systematic:
    up = effect.change[0, : used.size][used]
    if effect.is_factor:
        return Systematic(name, np.exp(up[0]), np.exp(-up[0]))
    below = up if effect.change_below is None else effect.change_below[0, : used.size][used]
    return Systematic(name, events * (template + up), events * (template - below))


def _background(
    problem: Problem, result: ScanResult, row: int, inside: slice, used: BoolArray
) -> tuple[FloatArray, list[FloatArray]]:
    """The background fitted without a signal, and what each of its factors adds."""
    k = problem.design.parameters
    theta = result.theta_background[row, :k]
    columns = problem.design.dense(1)[0, inside][used]
    known = np.zeros(columns.shape[0]) if problem.offset is None else problem.offset[0, inside][used]
    background = columns @ theta + known
    information = columns.T @ (columns / np.maximum(background, 1e-3 * background.max())[:, None])
    values, vectors = np.linalg.eigh(information)
    return background, list((columns @ (vectors / np.sqrt(values))).T)
