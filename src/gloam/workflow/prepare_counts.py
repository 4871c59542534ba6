"""`gloam prepare` for counting searches: resolutions, efficiencies and backgrounds of windows from simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.calibration import (
    LineGrid,
    LineParameters,
    LineSample,
    PeakFit,
    PreparedCounts,
    SimulatedPiece,
    fit_crystal_ball,
    simulated_pieces,
    tune_line,
)
from gloam.calibration.prepared_counts import in_cells
from gloam.detector import ReconstructedBatch
from gloam.execution import Pool
from gloam.generation import Process, Tally, generate, make_process
from gloam.kinematics import position_of
from gloam.selection import Count, CutFlow, Entries, best_of_each_event, select
from gloam.selection.cut_flow import count
from gloam.workflow.count_axes import areas, bin_edges
from gloam.workflow.counts_in_numbers import counts_in_numbers
from gloam.workflow.prepare_mistaken import Mistaken, mistaken_samples, numbers_of_hadrons
from gloam.workflow.prepared import write_counts

if TYPE_CHECKING:
    from gloam.searches import CountedSpectrum, CountingPreparation, CountingSearch
    from gloam.searches.backgrounds import AssumedRate, CountedBackground
    from gloam.searches.counting import TunedLine
    from gloam.searches.preparation import Simulated

__all__ = ["events_of_counts", "prepare_counting_search", "prepare_counts"]

LEAST_OF_A_SIGNAL, LEAST_OF_A_BACKGROUND = 10_000, 20_000
"""Events that are simulated at any scale."""

MOST_OF_A_SIGNAL = 200
"""How many times as many events are simulated where few pass the cuts, at most."""

FOR_A_CROSS_SECTION = 20_000
"""Points from which the cross section without radiation is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The events of one sample that pass the cuts.

    Attributes:
        name: in tables.
        kept: their columns.
        flow: what the cuts left; of backgrounds in fb, as are the weights of `kept`.
        generated: sum of the weights before anything; of backgrounds the cross section.
        radiative_factor: of a signal.
        even: a cross section in fb that is spread evenly over the axes instead.
    """

    name: str
    kept: Entries
    flow: CutFlow
    generated: float
    radiative_factor: float = 1.0
    even: float = 0.0


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for all samples of a preparation."""

    declared: CountingPreparation
    scale: float
    seed: int
    threads: int | None
    advance: Callable[[int], object]
    workers: Pool | None


def prepare_counting_search(
    search: CountingSearch, folder: Path, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    workers: Pool | None = None, progress: Callable[[int], object] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What `gloam prepare --json` says, after the artefact of a counting search was made and written to a folder."""
    declared = search.preparation
    seed = declared.seed if seed is None else seed
    found, flows = prepare_counts(
        declared, scale=scale, seed=seed, threads=threads, workers=workers, progress=progress
    )  # fmt: skip
    record = write_counts(declared, found, flows, folder, seed=seed, scale=scale)
    return {
        "search": search.name, "events": events_of_counts(search, scale), **record,
        "spectra": {
            each.name: counts_in_numbers(found[each.name]) | {"unit": each.observables[0].unit}
            for each in declared.spectra
        },
        "folder": str(folder),
        "notes": list(declared.left_out),
    }  # fmt: skip


def events_of_counts(search: CountingSearch, scale: float = 1.0) -> int:
    """The number of events that a preparation simulates: what its progress counts."""
    from gloam.searches.preparation import Simulated

    total = 0
    for spectrum in search.preparation.spectra:
        if spectrum.signal is not None:
            total += len(spectrum.masses) * _number(spectrum.signal, scale, LEAST_OF_A_SIGNAL)
        simulated = [sample for sample in spectrum.backgrounds if isinstance(sample, Simulated)]
        total += sum(_number(sample, scale, LEAST_OF_A_BACKGROUND) for sample in simulated)
    return total + sum(numbers_of_hadrons(search.preparation, scale).values())


def prepare_counts(
    declared: CountingPreparation, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    workers: Pool | None = None, progress: Callable[[int], object] | None = None,
) -> tuple[dict[str, PreparedCounts], dict[str, dict[str, CutFlow]]]:  # fmt: skip
    """The ingredients of each spectrum, and what each cut leaves, by spectrum and sample.

    Where a step is tuned, events with even numbers tune it, and those with odd numbers are what is counted.

    Args:
        declared: processes, detector, cuts, numbers of events.
        scale: of the numbers of events; below 1 for a quick look.
        seed: of everything random; None: the one that is declared.
        threads: how many generate; the answer does not depend on it.
        workers: who do it instead, see `gloam.execution.open_workers`; nor on these.
        progress: called with the number of events that were simulated.
    """
    seed = declared.seed if seed is None else seed
    run = _Run(declared, scale, seed, threads, progress or (lambda _: None), workers)
    found: dict[str, PreparedCounts] = {}
    flows: dict[str, dict[str, CutFlow]] = {}
    mistaken = mistaken_samples(declared, run.scale, run.seed, run.advance)
    for spectrum in declared.spectra:
        backgrounds = [_background(spectrum, sample, run, mistaken) for sample in spectrum.backgrounds]
        if spectrum.signal is None:
            assert spectrum.like is not None  # noqa: S101 - a declaration is checked
            model = found[spectrum.like]
            empty = np.full(len(model.mass), np.nan)
            base = replace(model, efficiency=empty, efficiency_error=empty, tuned_efficiency=empty,
                           radiative_factor=empty)  # fmt: skip
            signals: list[_Sample] = []
        else:
            signals = [_signal(spectrum, mass, run) for mass in spectrum.masses]
            base = _of_signals(spectrum, signals, backgrounds)
        line, step = base.line(), declared.tuned_step(spectrum)
        found[spectrum.name] = _with_backgrounds(base, spectrum, step, backgrounds)
        flows[spectrum.name] = {
            each.name: _whole_flow(each, spectrum, line, step) for each in (*_some(signals), *backgrounds)
        }
    return found, flows


def _some(signals: list[_Sample]) -> list[_Sample]:
    """The lightest, a middle and the heaviest simulated signal."""
    return [signals[row] for row in dict.fromkeys((0, len(signals) // 2, len(signals) - 1))] if signals else []


def _number(sample: Simulated, scale: float, least: int) -> int:
    return max(min(least, sample.events), round(scale * sample.events))


def _signal(spectrum: CountedSpectrum, mass: tuple[float, ...], run: _Run) -> _Sample:
    """One hypothesis, simulated with random numbers of its own; its weights add up to 1 before the selection."""
    sample = spectrum.signal
    assert sample is not None  # noqa: S101 - the caller checks
    masses: dict[str, Any] = dict(zip(("mass", "mass2"), mass, strict=False))
    settings: dict[str, Any] = dict(sample.settings)
    process = make_process(sample.process, **masses, **settings)
    words = " ".join(f"{each:g}" for each in mass)
    process = replace(process, name=f"{process.name} {words} {spectrum.name}")
    number = _number(sample, run.scale, LEAST_OF_A_SIGNAL)
    kept, flow, tally, weight = _simulated(spectrum, sample, process, number, run)
    if kept.events < sample.least:
        more = min(MOST_OF_A_SIGNAL, 1.2 * sample.least / max(kept.events, 1))
        silent = replace(run, advance=lambda _: None)
        kept, flow, tally, weight = _simulated(spectrum, sample, process, round(more * number), silent)
    factor = 1.0
    if settings.pop("isr", None) is not None:
        plain = make_process(sample.process, **masses, **settings)
        born = generate(plain, FOR_A_CROSS_SECTION, seed=run.seed, sqrt_s=float(run.declared.sqrt_s))[1]
        factor = tally.cross_section / born.cross_section
    kept = Entries(kept.columns, kept.event, kept.weights / weight)
    return _Sample(f"{sample.label} {words} GeV", kept, flow.scaled(1 / weight), 1.0, factor)


def _background(
    spectrum: CountedSpectrum, sample: CountedBackground, run: _Run, mistaken: Mapping[tuple[str, str], Mistaken]
) -> _Sample:
    """One background; its weights are cross sections in fb."""
    from gloam.searches.backgrounds import AssumedRate, MistakenTracks

    if isinstance(sample, MistakenTracks):
        found = mistaken[spectrum.name, sample.label]
        return _Sample(sample.label, found.kept, found.flow, found.cross_section)
    if isinstance(sample, AssumedRate):
        return _even(spectrum, sample)
    settings: dict[str, Any] = dict(sample.settings)
    process = make_process(sample.process, **settings)
    process = replace(process, name=f"{sample.label} {spectrum.name}")
    kept, flow, tally, weight = _simulated(
        spectrum, sample, process, _number(sample, run.scale, LEAST_OF_A_BACKGROUND), run
    )
    per_fb = float(sample.scale or 1.0) * tally.cross_section / weight
    kept = Entries(kept.columns, kept.event, kept.weights * per_fb)
    return _Sample(sample.label, kept, flow.scaled(per_fb), weight * per_fb)


def _even(spectrum: CountedSpectrum, sample: AssumedRate) -> _Sample:
    none = Entries({each.column: np.empty(0) for each in spectrum.observables}, np.empty(0, int), np.empty(0))
    flow = CutFlow(tuple(cut.name for cut in spectrum.all_cuts()), Count(), *2 * [(Count(),) * len(spectrum.cuts)])
    return _Sample(sample.label, none, flow, float(sample.per_fb), even=float(sample.per_fb))


def _simulated(
    spectrum: CountedSpectrum, sample: Simulated, process: Process, number: int, run: _Run
) -> tuple[Entries, CutFlow, Tally, float]:
    """The events of a sample that pass the cuts, with the columns that are needed later, and what was generated."""
    step = run.declared.tuned_step(spectrum)
    names = [observable.column for observable in spectrum.observables]
    names += [] if step is None else [step.column, *step.plane]
    treat = _Selected(spectrum, float(run.declared.sqrt_s), tuple(names))
    parts: list[Entries] = []
    flow, tally, weight = None, Tally(), 0.0
    for piece in _pieces(sample, process, treat, number, run):
        parts.append(piece.found[0])
        flow = piece.found[1] if flow is None else flow + piece.found[1]
        tally, weight = tally + piece.tally, weight + piece.weight
    assert flow is not None  # noqa: S101 - there is at least one event
    return _joined(parts), flow, tally, weight


@dataclass(frozen=True, slots=True)
class _Selected:
    """What the selection leaves of some events, with the columns that are needed later."""

    spectrum: CountedSpectrum
    sqrt_s: float
    names: tuple[str, ...]

    def __call__(self, seen: ReconstructedBatch) -> tuple[Entries, CutFlow]:
        kept, flow = select(self.spectrum.reconstruction(seen, self.sqrt_s), self.spectrum.all_cuts())
        return Entries({name: kept.columns[name] for name in self.names}, kept.event, kept.weights), flow


def _pieces(
    sample: Simulated, process: Process, treat: Callable[[ReconstructedBatch], tuple[Entries, CutFlow]], number: int,
    run: _Run,
) -> Iterator[SimulatedPiece[tuple[Entries, CutFlow]]]:  # fmt: skip
    detector = sample.detector or run.declared.detector
    for piece in simulated_pieces(
        process, detector, treat, events=number, seed=run.seed, sqrt_s=float(run.declared.sqrt_s),
        weighted=sample.weighted, threads=run.threads, workers=run.workers,
    ):  # fmt: skip
        yield piece
        run.advance(piece.events)


def _joined(parts: list[Entries]) -> Entries:
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return Entries(
        columns, np.concatenate([part.event for part in parts]), np.concatenate([part.weights for part in parts])
    )


def _of_signals(spectrum: CountedSpectrum, signals: list[_Sample], backgrounds: list[_Sample]) -> PreparedCounts:
    """Resolutions, tuned step and efficiencies; axes and backgrounds are still to come."""
    mass = np.array(spectrum.masses, float)
    position = np.stack(
        [position_of(column, each.scale) for column, each in zip(mass.T, spectrum.observables, strict=True)], axis=1
    )
    nearest = [replace(sample, kept=_nearest(spectrum, sample.kept, row))
               for sample, row in zip(signals, position, strict=True)]  # fmt: skip
    fits = [
        [fit_crystal_ball(sample.kept.columns[each.column], at, tail)
         for each, at, tail in zip(spectrum.observables, row, spectrum.tails, strict=True)]
        for sample, row in zip(nearest, position.tolist(), strict=True)
    ]  # fmt: skip
    shape = {name: _of_fits(fits, name) for name in ("mean", "sigma", "alpha", "n")}
    reach = float(spectrum.half_width) * shape["sigma"]
    inside = [_in_window(spectrum, sample.kept, *ends) for sample, ends in
              zip(nearest, zip(position, reach, strict=True), strict=True)]  # fmt: skip
    tuned = np.empty((0, 3))
    if spectrum.tuned is not None:
        tuned = _tuned(spectrum, spectrum.tuned, nearest, backgrounds, inside, position[:, 0], reach[:, 0])
    line = LineParameters(position[:, 0], tuned) if tuned.size else None
    found = [_efficiency(spectrum, sample, row, line) for sample, row in zip(nearest, inside, strict=True)]
    none = np.empty(0)
    return PreparedCounts(
        mass=mass, position=position, **shape,
        quality=np.array([[fit.chi2 / fit.degrees for fit in row] for row in fits]),
        half_width=np.array([float(spectrum.half_width)]),
        efficiency=np.array([each[0] for each in found]), efficiency_error=np.array([each[1] for each in found]),
        tuned_efficiency=np.array([each[2] for each in found]),
        radiative_factor=np.array([each.radiative_factor for each in signals]), tuned=tuned, edges=none, edges2=none,
        expected=none, variance=none,
    )  # fmt: skip


def _nearest(spectrum: CountedSpectrum, kept: Entries, at: FloatArray) -> Entries:
    """One entry of each event, the nearest to a hypothesis: an event counts once, whatever else can be made of it."""
    if kept.first_of_event.all():
        return kept
    distance = [kept.columns[each.column] - centre for each, centre in zip(spectrum.observables, at, strict=True)]
    columns = {**kept.columns, "distance": np.sum(np.square(distance), axis=0)}
    return best_of_each_event(Entries(columns, kept.event, kept.weights), "distance")


def _of_fits(fits: list[list[PeakFit]], name: str) -> FloatArray:
    return np.array([[getattr(fit, name) for fit in row] for row in fits])


def _in_window(spectrum: CountedSpectrum, kept: Entries, at: FloatArray, reach: FloatArray) -> BoolArray:
    """Which events lie in the window of a hypothesis, an interval, or in the plane the ellipse."""
    distance = [
        (kept.columns[each.column] - centre) / half
        for each, centre, half in zip(spectrum.observables, at, reach, strict=True)
    ]
    return np.asarray(np.sum(np.square(distance), axis=0) < 1)


def _tuned(
    spectrum: CountedSpectrum, step: TunedLine, signals: list[_Sample], backgrounds: list[_Sample],
    inside: list[BoolArray], position: FloatArray, reach: FloatArray,
) -> FloatArray:  # fmt: skip
    """The parameters of the tuned step at each mass, from the events with even numbers."""
    column = spectrum.observables[0].column
    halves = [_half(each.kept, 0) for each in backgrounds]
    luminosity = float(step.luminosity)
    left, right = [], []
    for sample, window, at, half in zip(signals, inside, position, reach, strict=True):
        left.append(_line_sample(_half(sample.kept[window], 0), step, 1.0))
        near = [_line_sample(each[np.abs(each.columns[column] - at) < half], step, luminosity) for each in halves]
        right.append(LineSample(*map(np.concatenate, zip(*near, strict=True))))
    grid = LineGrid(
        np.array(step.least), np.radians(np.linspace(*step.between, step.angles)),
        np.linspace(*step.offsets, step.steps), float(step.significance), float(step.power), step.form,
    )  # fmt: skip
    return tune_line(left, right, grid, step.neighbours)


def _half(kept: Entries, parity: int) -> Entries:
    """The events with even (0) or odd (1) numbers, for twice the weight."""
    half = kept[kept.event % 2 == parity]
    return Entries(half.columns, half.event, 2 * half.weights)


def _line_sample(kept: Entries, step: TunedLine, scale: float) -> LineSample:
    x, y = (kept.columns[name] for name in step.plane)
    return LineSample(kept.columns[step.column], x, y, kept.weights * scale)


def _efficiency(
    spectrum: CountedSpectrum, sample: _Sample, inside: BoolArray, line: LineParameters | None
) -> tuple[float, float, float]:
    """Efficiency in the window, its error, and that of the tuned step alone."""
    kept = sample.kept[inside]
    tuned_alone = np.nan
    if line is not None and spectrum.tuned is not None:
        kept = _half(kept, 1)
        passed = _passing(kept, spectrum, spectrum.tuned, line)
        tuned_alone = float(kept.weights[passed].sum() / kept.weights.sum())
        kept = kept[passed]
    return float(kept.weights.sum()), float(np.sqrt((kept.weights**2).sum())), tuned_alone


def _passing(kept: Entries, spectrum: CountedSpectrum, step: TunedLine, line: LineParameters) -> BoolArray:
    c = kept.columns
    return line.passes(c[spectrum.observables[0].column], c[step.column], *(c[name] for name in step.plane))


def _with_backgrounds(
    base: PreparedCounts, spectrum: CountedSpectrum, step: TunedLine | None, backgrounds: list[_Sample]
) -> PreparedCounts:
    """With the axes, and each background in their bins."""
    edges = [bin_edges(base, spectrum, axis) for axis in range(len(spectrum.observables))]
    line, expected, variance = base.line(), [], []
    for sample in backgrounds:
        kept = sample.kept
        if line is not None and step is not None:
            if spectrum.tuned is not None:  # another spectrum's events did not tune it
                kept = _half(kept, 1)
            kept = kept[_passing(kept, spectrum, step, line)]
        values = [kept.columns[each.column] for each in spectrum.observables]
        expected.append(np.histogramdd(values, edges, weights=kept.weights)[0] + sample.even * areas(edges))
        variance.append(np.histogramdd(values, edges, weights=kept.weights**2)[0])
    second = edges[1] if len(edges) > 1 else np.empty(0)
    cells = np.array(spectrum.cells or (), float)
    found = replace(
        base, edges=edges[0], edges2=second, expected=np.stack(expected), variance=np.stack(variance), cells=cells
    )  # fmt: skip
    if not cells.size:
        return found
    return found.with_backgrounds(*(in_cells(each, cells) for each in (found.expected, found.variance)))


def _whole_flow(
    sample: _Sample, spectrum: CountedSpectrum, line: LineParameters | None, step: TunedLine | None
) -> CutFlow:
    """The cut flow of a sample with the tuned step as its last."""
    if line is None or step is None:
        return sample.flow
    last = count(sample.kept, _passing(sample.kept, spectrum, step, line))
    flow = sample.flow
    # the tuned step alone was not counted: its numbers are those after all the others
    return CutFlow((*flow.names, step.name), flow.before, (*flow.after, last), (*flow.alone, last))
