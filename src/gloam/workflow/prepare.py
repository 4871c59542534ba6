"""`gloam prepare`: shapes, efficiencies and templates of a search from simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.calibration import (
    LEAST_EFFECTIVE,
    PeakFit,
    PreparedScan,
    SimulatedPiece,
    WeightedCounts,
    fit_crystal_ball,
    simulated_pieces,
    smoothed,
)
from gloam.detector import ReconstructedBatch
from gloam.errors import InputError
from gloam.generation import Process, Tally, make_process, mixture_fraction
from gloam.kinematics import position_of
from gloam.models import Gaussian, SimulatedSample, kernel_density
from gloam.scans import grid_in_resolution
from gloam.selection import Count, CutFlow, Entries, efficiency, select
from gloam.selection.cut_flow import count
from gloam.theory import production
from gloam.workflow.prepared import write_prepared

if TYPE_CHECKING:
    from gloam.searches import Search
    from gloam.searches.preparation import Preparation, PreparedSpectrum, Simulated

__all__ = ["Prepared", "events_to_simulate", "in_numbers", "prepare", "prepare_search", "simulated_entries"]

KERNELS = 8000
"""Wrong candidates that a kernel density is made of: more change nothing that a fit could see."""

PARAMETERS = ("mean", "sigma", "alpha", "n", "alpha_high", "n_high")

LEAST_OF_A_PEAK, LEAST_OF_A_BACKGROUND = 2000, 20_000
"""Events that are simulated at any scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What a preparation finds.

    Attributes:
        scans: the ingredients of each spectrum, by its name.
        flows: what each cut leaves, by spectrum and sample; of backgrounds the weights are cross sections in fb.
    """

    scans: dict[str, PreparedScan]
    flows: dict[str, dict[str, CutFlow]]


MOST_OF_A_MODEL = 1.02
"""Largest part of a model's cross section that can be generated: all of it, and the error of the integral."""


@dataclass(frozen=True, slots=True, eq=False)
class _Signal:
    """What one simulated mass gives to one spectrum.

    `right` counts the signal's own candidates; `share` is the part of the cross section that was generated.
    """

    name: str
    peak: PeakFit
    wrong: FloatArray
    wrong_per_right: float
    share: float
    right: Count
    flow: CutFlow


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for all samples of a preparation."""

    scale: float
    seed: int
    threads: int | None
    advance: Callable[[int], object]


def prepare_search(
    search: Search, folder: Path, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What `gloam prepare --json` says, after the artefact of a search was made and written to a folder.

    Raises:
        InputError: for a search that takes nothing from simulation.
    """
    declared = _declared(search)
    seed = declared.seed if seed is None else seed
    found = prepare(declared, scale=scale, seed=seed, threads=threads, progress=progress)
    record = write_prepared(declared, found.scans, found.flows, folder, seed=seed, scale=scale)
    return {
        "search": search.name, "events": events_to_simulate(search, scale), **record,
        "spectra": {
            each.name: in_numbers(found.scans[each.name]) | {"unit": each.observable.unit} for each in declared.spectra
        }, "folder": str(folder),
        "notes": list(declared.left_out),
    }  # fmt: skip


def events_to_simulate(search: Search, scale: float = 1.0) -> int:
    """The number of events that a preparation simulates: what its progress counts."""
    declared = _declared(search)
    signals = sum(
        int(np.count_nonzero(_positions(each))) * _number(each.signal or declared.signal, scale, LEAST_OF_A_PEAK)
        for each in declared.spectra
    )
    backgrounds = sum(_number(sample, scale, LEAST_OF_A_BACKGROUND) for sample in declared.backgrounds)
    return signals + backgrounds


def prepare(
    declared: Preparation, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Prepared:  # fmt: skip
    """What a preparation finds, from events that are generated, measured and selected.

    Args:
        declared: processes, resolution, cuts, numbers of events.
        scale: of the numbers of events; below 1 for a quick look.
        seed: of everything random; None: the one that is declared.
        threads: how many generate; the answer does not depend on it.
        progress: called with the number of events that were simulated.
    """
    run = _Run(scale, declared.seed if seed is None else seed, threads, progress or (lambda _: None))
    signals = {spectrum.name: _signals(declared, spectrum, run) for spectrum in declared.spectra}
    edges: dict[str, FloatArray] = {}
    for spectrum in declared.spectra:
        own = spectrum.same_events_as is None
        sigma = [each.peak.sigma for each in signals[spectrum.name]]
        edges[spectrum.name] = _edges(spectrum, sigma) if own else edges[str(spectrum.same_events_as)]
    backgrounds = _backgrounds(declared, edges, run)
    names = [spectrum.name for spectrum in declared.spectra]
    return Prepared(
        {each.name: _assembled(each, signals[each.name], backgrounds[each.name][0]) for each in declared.spectra},
        {name: _signal_flows(signals[name]) | backgrounds[name][1] for name in names},
    )


def _signal_flows(signals: list[_Signal]) -> dict[str, CutFlow]:
    """Those of the lightest, a middle and the heaviest simulated signal."""
    chosen = dict.fromkeys((0, len(signals) // 2, len(signals) - 1))
    return {signals[row].name: signals[row].flow for row in chosen}


def _declared(search: Search) -> Preparation:
    if search.preparation is None:
        raise InputError(
            f"prepare {search.name}", "nothing that it takes from simulation", "a search with a preparation",
            "run it as it is",
        )  # fmt: skip
    return search.preparation


def _number(sample: Simulated, scale: float, least: int) -> int:
    """Events of a sample; never too few to fit a peak or to fill a spectrum."""
    return max(least, round(scale * sample.events))


def in_numbers(scan: PreparedScan) -> dict[str, Any]:
    """What is said of a prepared spectrum: smallest and largest values, cross sections in fb."""
    position, template = scan.position, scan.template(1.0)
    effective = template.effective_events(position - 2 * scan.sigma, position + 2 * scan.sigma)
    return {
        "masses": scan.mass.size,
        "sigma": [float(scan.sigma.min()), float(scan.sigma.max())],
        "efficiency": [float(scan.efficiency.min()), float(scan.efficiency.max())],
        "largest_efficiency_error": float(scan.efficiency_error.max()),
        "background_fb": float(scan.expected.sum()),
        "least_effective_events": float(effective.min()),
        "enough": bool(effective.min() >= LEAST_EFFECTIVE),
        "worst_fit": float(scan.quality.max()),
    }


def _signals(declared: Preparation, spectrum: PreparedSpectrum, run: _Run) -> list[_Signal]:
    """All masses; one at the threshold, where nothing decays, takes what the next one finds."""
    at_threshold = _positions(spectrum) == 0
    found = [_signal(declared, spectrum, mass, run) for mass in np.array(spectrum.masses)[~at_threshold].tolist()]
    return [*found[: np.count_nonzero(at_threshold)], *found]


def _signal(declared: Preparation, spectrum: PreparedSpectrum, mass: float, run: _Run) -> _Signal:
    """One mass, simulated for one spectrum with random numbers of its own."""
    sample = spectrum.signal or declared.signal
    number = _number(sample, run.scale, LEAST_OF_A_PEAK)
    process = make_process(sample.process, mass=mass, **_settings(sample))
    process = replace(process, name=f"{process.name} {mass:g} {spectrum.name}")
    right, wrong, flow, tally, counted = [], [], None, Tally(), Count()
    for piece in _pieces(declared, sample, process, [spectrum], number, run):
        kept, passed = piece.found[0]
        chosen = _right(declared, kept)
        right.append(kept.columns[spectrum.observable.column][chosen])
        counted += count(kept, chosen)
        wrong.append(kept.columns[spectrum.observable.column][~chosen & spectrum.wrong])
        flow, tally = passed if flow is None else flow + passed, tally + piece.tally
    assert flow is not None  # noqa: S101 - there is at least one event
    fit = fit_crystal_ball(np.concatenate(right), float(position_of(mass, spectrum.observable.scale)), spectrum.tail)
    others = np.concatenate(wrong)
    return _Signal(
        f"{sample.process} {mass:g} GeV", fit, others[:KERNELS], others.size / np.concatenate(right).size,
        _share(declared, sample, tally, mass), counted, flow,
    )  # fmt: skip


def _share(declared: Preparation, sample: Simulated, found: Tally, mass: float) -> float:
    """The part of the cross section that was generated: less than 1 with cuts, or some of the tau decays."""
    if declared.relative_to is None:
        return 1.0 if sample.tau_decays is None else mixture_fraction(sample.tau_decays)
    energy = float(declared.sqrt_s)
    share = float(found.cross_section / production(declared.relative_to, energy)(np.array([mass]))[0])
    if not share <= MOST_OF_A_MODEL:
        raise InputError(
            f"{sample.process} at {mass:g} GeV as part of {declared.relative_to}", f"{share:.3g} of its cross section",
            f"at most all of it, at sqrt(s) = {energy:g} GeV", "declare a process of this model, or no relative_to",
        )  # fmt: skip
    return share


def _backgrounds(
    declared: Preparation, edges: dict[str, FloatArray], run: _Run
) -> dict[str, tuple[WeightedCounts, dict[str, CutFlow]]]:
    """The backgrounds of all spectra for 1 fb^-1, each from the same events, and their cut flows in fb."""
    total = {name: WeightedCounts.empty(each) for name, each in edges.items()}
    flows: dict[str, dict[str, CutFlow]] = {name: {} for name in edges}
    for sample in declared.backgrounds:
        process = make_process(sample.process, **_settings(sample))
        number = _number(sample, run.scale, LEAST_OF_A_BACKGROUND)
        filled = {name: WeightedCounts.empty(each) for name, each in edges.items()}
        found: dict[str, CutFlow] = {}
        tally, weight = Tally(), 0.0
        for piece in _pieces(declared, sample, process, declared.spectra, number, run):
            tally, weight = tally + piece.tally, weight + piece.weight
            for spectrum, (kept, flow) in zip(declared.spectra, piece.found, strict=True):
                filled[spectrum.name].add(kept.columns[spectrum.observable.column], kept.weights)
                found[spectrum.name] = found[spectrum.name] + flow if spectrum.name in found else flow
        per_fb = float(sample.scale or 1.0) * tally.cross_section / weight
        for name in edges:
            total[name] = total[name] + filled[name].scaled(per_fb)
            flows[name][sample.label] = found[name].scaled(per_fb)
    return {name: (total[name], flows[name]) for name in edges}


def _pieces(
    declared: Preparation, sample: Simulated, process: Process, spectra: Sequence[PreparedSpectrum], number: int,
    run: _Run,
) -> Iterator[SimulatedPiece[list[tuple[Entries, CutFlow]]]]:  # fmt: skip
    """Piece after piece of simulated events, and what the selection of each spectrum leaves of them."""
    cuts = [declared.cuts_of(spectrum) for spectrum in spectra]

    def treat(seen: ReconstructedBatch) -> list[tuple[Entries, CutFlow]]:
        entries = declared.entries(seen)
        return [select(entries, each) for each in cuts]

    for piece in simulated_pieces(
        process, declared.detector, treat, events=number, seed=run.seed, sqrt_s=float(declared.sqrt_s),
        weighted=sample.weighted, threads=run.threads, tau_decays=sample.tau_decays,
    ):  # fmt: skip
        yield piece
        run.advance(piece.events)


@dataclass(frozen=True, slots=True)
class SimulatedEntries:
    """Some entries of simulated events, the sums over the points behind them, and the weight of all their events."""

    entries: Entries
    tally: Tally
    weight: float


def simulated_entries(
    declared: Preparation, sample: Simulated, events: int, seed: int, mass: float | None = None
) -> Iterator[SimulatedEntries]:
    """Entries that pass the cuts of a preparation, piece by piece; those of its spectra are left aside.

    Args:
        declared: the preparation.
        sample: signal or background.
        events: how many to generate.
        seed: of these events.
        mass: of a signal, in GeV.
    """
    process = make_process(sample.process, mass=mass, **_settings(sample))
    process = process if mass is None else replace(process, name=f"{process.name} {mass:g}")
    everything = declared.spectra[0].model_copy(update={"cuts": ()})
    for piece in _pieces(declared, sample, process, [everything], events, _Run(1.0, seed, None, lambda _: None)):
        yield SimulatedEntries(piece.found[0][0], piece.tally, piece.weight)


def _settings(sample: Simulated) -> dict[str, Any]:
    return dict(sample.settings)


def _right(declared: Preparation, entries: Entries) -> BoolArray:
    """Which entries hold the signal's own particles, shape (m,)."""
    if declared.choice is None:
        return np.ones(len(entries), bool)
    return np.asarray(entries.columns[declared.choice] == declared.right_choice)


def _edges(spectrum: PreparedSpectrum, sigma: list[float]) -> FloatArray:
    """Edges of bins that follow the resolution, constant outside the simulated masses."""
    position = _positions(spectrum)
    shape = Gaussian(lambda x: np.interp(x, position, sigma))
    low, high = spectrum.range
    edges = grid_in_resolution(low, high, shape, spectrum.bin_width).position
    return np.append(edges[:-1], high)


def _assembled(spectrum: PreparedSpectrum, signals: list[_Signal], background: WeightedCounts) -> PreparedScan:
    peaks = [each.peak for each in signals]
    parts = [efficiency(each.right, each.flow.before) for each in signals]
    share = np.array([each.share for each in signals])
    columns = {name: np.array([getattr(peak, name) for peak in peaks]) for name in PARAMETERS}
    return PreparedScan(
        mass=np.array(spectrum.masses), position=_positions(spectrum), **columns,
        errors=np.array([peak.errors for peak in peaks]),
        quality=np.array([peak.chi2 / peak.degrees for peak in peaks]),
        efficiency=share * [part for part, _ in parts], efficiency_error=share * [error for _, error in parts],
        edges=background.edges, wrong_per_right=np.array([np.mean([each.wrong_per_right for each in signals])]),
        wrong_below=_wrong_below(signals, background.edges),
        expected=background.total if spectrum.pieces is None else smoothed(background, spectrum.pieces),
        variance=background.squares,
    )  # fmt: skip


def _positions(spectrum: PreparedSpectrum) -> FloatArray:
    return position_of(np.array(spectrum.masses), spectrum.observable.scale)


def _wrong_below(signals: list[_Signal], edges: FloatArray) -> FloatArray:
    """The fraction of wrong candidates below each edge, shape (k, m + 1); no rows where there are none at all."""
    if all(each.wrong.size == 0 for each in signals):
        return np.zeros((0, edges.size))
    return np.stack([_smooth(each.wrong, edges) for each in signals])


def _smooth(wrong: FloatArray, edges: FloatArray) -> FloatArray:
    """The fraction of wrong candidates below each edge, from their kernel density; 0 where there is no choice."""
    if wrong.size == 0:
        return np.zeros(edges.size)
    shape = kernel_density([SimulatedSample(0.0, wrong)], 1.0)
    return np.maximum.accumulate(shape.cumulative(edges, np.zeros(1)))
