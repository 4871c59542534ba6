"""`gloam prepare`: shapes, efficiencies and templates of a search from simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial
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
    fit_three_gaussians,
    simulated_pieces,
)
from gloam.calibration.peaks import LEAST
from gloam.errors import InputError
from gloam.execution import Pool
from gloam.generation import Process, Tally, make_process, mixture_fraction
from gloam.kinematics import position_of
from gloam.selection import Count, CutFlow, Entries, select
from gloam.selection.cut_flow import count
from gloam.theory import production
from gloam.workflow.assembling import PreparedSignal, assembled, bin_edges, positions
from gloam.workflow.prepared import write_prepared
from gloam.workflow.sample_cache import SampleCache, recipe_of
from gloam.workflow.whole_events import WholeEvents

if TYPE_CHECKING:
    from gloam.searches import Search
    from gloam.searches.preparation import Preparation, PreparedSpectrum, Simulated

__all__ = ["Prepared", "events_to_simulate", "in_numbers", "prepare", "prepare_search", "simulated_entries"]

KERNELS = 8000
"""Wrong candidates that a kernel density is made of: more change nothing that a fit could see."""

LOOKED_AT = 500_000
"""The first events of a background, among which whole ones are chosen."""

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


MOST_OF_A_MODEL, MOST_WITH_RADIATION = 1.02, 1.3
"""Largest part of a model's cross section that can be generated: all of it, and the error of the integral.

Radiation of the beams makes it larger where it rises towards lower energies.
"""


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for all samples of a preparation."""

    scale: float
    seed: int
    threads: int | None
    advance: Callable[[int], object]
    samples: SampleCache | None = None
    workers: Pool | None = None


def prepare_search(
    search: Search, folder: Path, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    workers: Pool | None = None, progress: Callable[[int], object] | None = None, samples: SampleCache | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What `gloam prepare --json` says, after the artefact of a search was made and written to a folder.

    Raises:
        InputError: for a search that takes nothing from simulation.
    """
    declared = _declared(search)
    seed = declared.seed if seed is None else seed
    found = prepare(
        declared, scale=scale, seed=seed, threads=threads, workers=workers, progress=progress, samples=samples
    )
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
        int(np.count_nonzero(positions(each))) * _number(each.signal or declared.signal, scale, LEAST_OF_A_PEAK)
        for each in declared.spectra
        if each.part_of is None
    )
    backgrounds = sum(_number(sample, scale, LEAST_OF_A_BACKGROUND) for sample in declared.backgrounds)
    return signals + backgrounds


def prepare(
    declared: Preparation, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    workers: Pool | None = None, progress: Callable[[int], object] | None = None, samples: SampleCache | None = None,
) -> Prepared:  # fmt: skip
    """What a preparation finds, from events that are generated, measured and selected.

    Args:
        declared: processes, resolution, cuts, numbers of events.
        scale: of the numbers of events; below 1 for a quick look.
        seed: of everything random; None: the one that is declared.
        threads: how many generate; the answer does not depend on it.
        workers: who do it instead, see `gloam.execution.open_workers`; nor on these.
        progress: called with the number of events that were simulated.
        samples: where entries of simulated events are kept for preparations with other cuts; None: nowhere.
    """
    run = _Run(scale, declared.seed if seed is None else seed, threads, progress or (lambda _: None), samples, workers)
    signals: dict[str, list[PreparedSignal]] = {}
    for spectrum in declared.spectra:
        if spectrum.part_of is None:
            signals |= _signals(declared, [spectrum, *declared.parts_of(spectrum.name)], run)
    edges: dict[str, FloatArray] = {}
    for spectrum in declared.spectra:
        other = spectrum.same_events_as or spectrum.part_of
        sigma = [each.peak.sigma for each in signals[spectrum.name]]
        edges[spectrum.name] = bin_edges(spectrum, sigma) if other is None else edges[other]
    whole = {each.name: WholeEvents(each.observable.column) for each in declared.spectra if each.whole_events}
    backgrounds = _backgrounds(declared, edges, whole, run)
    names = [spectrum.name for spectrum in declared.spectra]
    labels = [sample.label for sample in declared.backgrounds]
    return Prepared(
        {
            each.name: assembled(
                each, signals[each.name], labels, backgrounds[each.name][0], whole.get(each.name), run.seed
            )
            for each in declared.spectra
        },
        {name: _signal_flows(signals[name]) | backgrounds[name][1] for name in names},
    )


def _signal_flows(signals: list[PreparedSignal]) -> dict[str, CutFlow]:
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


def _signals(declared: Preparation, spectra: list[PreparedSpectrum], run: _Run) -> dict[str, list[PreparedSignal]]:
    """All masses of a spectrum and its parts; one at the threshold, where nothing decays, takes what the next finds."""
    at_threshold = positions(spectra[0]) == 0
    found = [_signal(declared, spectra, mass, run) for mass in np.array(spectra[0].masses)[~at_threshold].tolist()]
    found = [*found[: np.count_nonzero(at_threshold)], *found]
    return {spectrum.name: [each[row] for each in found] for row, spectrum in enumerate(spectra)}


def _signal(declared: Preparation, spectra: list[PreparedSpectrum], mass: float, run: _Run) -> list[PreparedSignal]:
    """One mass, simulated for a spectrum and its parts with random numbers of its own."""
    spectrum = spectra[0]
    sample = spectrum.signal or declared.signal
    number = _number(sample, run.scale, LEAST_OF_A_PEAK)
    process = make_process(sample.process, mass=mass, **_settings(sample))
    process = replace(process, name=f"{process.name} {mass:g} {spectrum.name}")
    pieces = list(_pieces(declared, sample, process, spectra, number, run))
    share = _share(declared, sample, sum((piece.tally for piece in pieces), Tally()), mass)
    name = f"{sample.process} {mass:g} GeV"
    found: list[PreparedSignal] = []
    for row, each in enumerate(spectra):
        whole = found[0].peak if found else None
        found.append(_in_spectrum(declared, each, [piece.found[row] for piece in pieces], mass, share, name, whole))
    return found


def _in_spectrum(
    declared: Preparation, spectrum: PreparedSpectrum, found: list[tuple[Entries, CutFlow]], mass: float, share: float,
    name: str, whole: PeakFit | None,
) -> PreparedSignal:  # fmt: skip
    """What the entries of one mass give to a spectrum; a part with too few of them has the peak of the whole."""
    right, wrong, flow, counted, first = [], [], None, Count(), 0
    for kept, passed in found:
        chosen = _right(declared, kept)
        right.append(kept.columns[spectrum.observable.column][chosen])
        counted += count(kept, chosen)
        first += int(np.count_nonzero(chosen & (kept.event < spectrum.three_gaussians)))
        wrong.append(kept.columns[spectrum.observable.column][~chosen & spectrum.wrong])
        flow = passed if flow is None else flow + passed
    assert flow is not None  # noqa: S101 - there is at least one event
    values, others = np.concatenate(right), np.concatenate(wrong)
    position = float(position_of(mass, spectrum.observable.scale))
    few = whole is not None and values.size < LEAST
    fit = whole if whole is not None and few else fit_crystal_ball(values, position, spectrum.tail)
    gaussians = astuple(fit_three_gaussians(values[:first], position))[:6] if spectrum.three_gaussians else ()
    wrong_per_right = others.size / max(values.size, 1)
    return PreparedSignal(name, fit, gaussians, others[:KERNELS], wrong_per_right, share, counted, flow)


def _share(declared: Preparation, sample: Simulated, found: Tally, mass: float) -> float:
    """The part of the cross section that was generated, less than 1 with cuts or some of the tau decays; corrected."""
    correction = float(declared.correction or 1.0)
    if declared.relative_to is None:
        return correction * (1.0 if sample.tau_decays is None else mixture_fraction(sample.tau_decays))
    energy = float(declared.sqrt_s)
    share = float(found.cross_section / production(declared.relative_to, energy)(np.array([mass]))[0])
    if not share <= (MOST_WITH_RADIATION if "isr" in sample.settings else MOST_OF_A_MODEL):
        raise InputError(
            f"{sample.process} at {mass:g} GeV as part of {declared.relative_to}", f"{share:.3g} of its cross section",
            f"at most all of it, at sqrt(s) = {energy:g} GeV", "declare a process of this model, or no relative_to",
        )  # fmt: skip
    return correction * share


def _backgrounds(
    declared: Preparation, edges: dict[str, FloatArray], whole: dict[str, WholeEvents], run: _Run
) -> dict[str, tuple[list[WeightedCounts], dict[str, CutFlow]]]:
    """The backgrounds of all spectra for 1 fb^-1, each from the same events, and their cut flows in fb.

    Where events are kept whole their entries go into `whole` as well.
    """
    counts: dict[str, list[WeightedCounts]] = {name: [] for name in edges}
    flows: dict[str, dict[str, CutFlow]] = {name: {} for name in edges}
    for sample in declared.backgrounds:
        process = _process(sample)
        number = _number(sample, run.scale, LEAST_OF_A_BACKGROUND)
        filled = {name: WeightedCounts.empty(each) for name, each in edges.items()}
        found: dict[str, CutFlow] = {}
        tally, weight = Tally(), 0.0
        pieces_before = {name: len(each.weights) for name, each in whole.items()}
        for piece in _pieces(declared, sample, process, declared.spectra, number, run):
            tally, weight = tally + piece.tally, weight + piece.weight
            for spectrum, (kept, flow) in zip(declared.spectra, piece.found, strict=True):
                filled[spectrum.name].add(kept.columns[spectrum.observable.column], kept.weights)
                if spectrum.name in whole:
                    whole[spectrum.name].add(kept[kept.event < LOOKED_AT])
                found[spectrum.name] = found[spectrum.name] + flow if spectrum.name in found else flow
        correction = float(sample.scale or 1.0) * float(declared.correction or 1.0)
        per_fb = correction * tally.cross_section / weight
        for name, each in whole.items():
            each.scaled(per_fb, pieces_before[name])
        for name in edges:
            counts[name].append(filled[name].scaled(per_fb))
            flows[name][sample.label] = found[name].scaled(per_fb)
    return {name: (counts[name], flows[name]) for name in edges}


def _pieces(
    declared: Preparation, sample: Simulated, process: Process, spectra: Sequence[PreparedSpectrum], number: int,
    run: _Run,
) -> Iterator[SimulatedPiece[list[tuple[Entries, CutFlow]]]]:  # fmt: skip
    """Piece after piece of simulated events, and what the selection of each spectrum leaves of them."""
    cuts = [declared.cuts_of(spectrum) for spectrum in spectra]
    made = partial(
        simulated_pieces, process, sample.detector or declared.detector, declared.entries, events=number, seed=run.seed,
        sqrt_s=float(declared.sqrt_s), weighted=sample.weighted, threads=run.threads, tau_decays=sample.tau_decays,
        workers=run.workers,
    )  # fmt: skip
    if run.samples is None:
        pieces = made()
    else:
        columns = dict.fromkeys(spectrum.observable.column for spectrum in declared.spectra)
        recipe = recipe_of(declared, sample, process.name, number, run.seed)
        pieces = run.samples.pieces(recipe, list(columns), made)
    for piece in pieces:
        found = [select(piece.found, each) for each in cuts]
        yield SimulatedPiece(found, piece.tally, piece.events, piece.weight)
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
    process = _process(sample, mass)
    process = process if mass is None else replace(process, name=f"{process.name} {mass:g}")
    everything = declared.spectra[0].model_copy(update={"cuts": ()})
    for piece in _pieces(declared, sample, process, [everything], events, _Run(1.0, seed, None, lambda _: None)):
        yield SimulatedEntries(piece.found[0][0], piece.tally, piece.weight)


def _process(sample: Simulated, mass: float | None = None) -> Process:
    """The process of a sample; one with a title has random numbers of its own."""
    process = make_process(sample.process, mass=mass, **_settings(sample))
    return process if sample.title is None else replace(process, name=sample.title)


def _settings(sample: Simulated) -> dict[str, Any]:
    return dict(sample.settings)


def _right(declared: Preparation, entries: Entries) -> BoolArray:
    """Which entries hold the signal's own particles, shape (m,)."""
    if declared.choice is None:
        return np.ones(len(entries), bool)
    return np.asarray(entries.columns[declared.choice] == declared.right_choice)
