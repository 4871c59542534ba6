"""`gloam prepare`: shapes, efficiencies and templates of a search from simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import LEAST_EFFECTIVE, PeakFit, PreparedScan, WeightedCounts, fit_crystal_ball
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.generation import Process, make_process, stream
from gloam.models import Gaussian, SimulatedSample, kernel_density
from gloam.scans import grid_in_resolution
from gloam.workflow.prepared import write_prepared
from gloam.workflow.three_photons import Candidates, measure

if TYPE_CHECKING:
    from gloam.searches import Search
    from gloam.searches.preparation import PreparedSpectrum, ThreePhotons

__all__ = ["events_to_simulate", "in_numbers", "prepare", "prepare_search"]

KERNELS = 8000
"""Wrong pairs that a kernel density is made of: more change nothing that a fit could see."""

BATCH = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class _Signal:
    """What one simulated mass gives to one spectrum."""

    peak: PeakFit
    wrong: FloatArray
    passed: int
    generated: int


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
    scans = prepare(declared, scale=scale, seed=seed, threads=threads, progress=progress)
    record = write_prepared(declared, scans, folder, seed=seed, scale=scale)
    return {
        "search": search.name, "events": events_to_simulate(search, scale), **record,
        "spectra": {name: in_numbers(scan) for name, scan in scans.items()}, "folder": str(folder),
        "notes": list(declared.left_out),
    }  # fmt: skip


def events_to_simulate(search: Search, scale: float = 1.0) -> int:
    """The number of events that a preparation simulates: what its progress counts."""
    declared = _declared(search)
    signal, background = _numbers(declared, scale)
    return signal * sum(len(spectrum.masses) for spectrum in declared.spectra) + background


def prepare(
    declared: ThreePhotons, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> dict[str, PreparedScan]:  # fmt: skip
    """The ingredients of each spectrum of a preparation, from events that are generated, measured and selected.

    Args:
        declared: processes, resolution, cuts, numbers of events.
        scale: of the numbers of events; below 1 for a quick look.
        seed: of everything random; None: the one that is declared.
        threads: how many generate; the answer does not depend on it.
        progress: called with the number of events that were simulated.
    """
    seed = declared.seed if seed is None else seed
    advance = progress or (lambda _: None)
    signals = {
        spectrum.name: [_signal(declared, spectrum, mass, scale, seed, threads, advance) for mass in spectrum.masses]
        for spectrum in declared.spectra
    }
    edges = {
        spectrum.name: _edges(spectrum, [each.peak.sigma for each in signals[spectrum.name]])
        for spectrum in declared.spectra
    }
    background = _background(declared, edges, scale, seed, threads, advance)
    return {
        spectrum.name: _assembled(spectrum, signals[spectrum.name], background[spectrum.name])
        for spectrum in declared.spectra
    }


def _declared(search: Search) -> ThreePhotons:
    if search.preparation is None:
        raise InputError(
            f"prepare {search.name}", "nothing that it takes from simulation", "a search with a preparation",
            "run it as it is",
        )  # fmt: skip
    return search.preparation


def _numbers(declared: ThreePhotons, scale: float) -> tuple[int, int]:
    """Events of each signal, and of the background; never too few to fit a peak."""
    return max(2000, round(scale * declared.signal_events)), max(20_000, round(scale * declared.background_events))


def in_numbers(scan: PreparedScan) -> dict[str, Any]:
    """What is said of a prepared spectrum: smallest and largest values, cross sections in fb."""
    position, template = np.square(scan.mass), scan.template(1.0)
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


def _signal(
    declared: ThreePhotons, spectrum: PreparedSpectrum, mass: float, scale: float, seed: int, threads: int | None,
    advance: Callable[[int], object],
) -> _Signal:  # fmt: skip
    """One mass, generated and measured for one spectrum with a stream of its own."""
    number = _numbers(declared, scale)[0]
    process = make_process(declared.signal, mass=mass)
    right, wrong, passed = [], [], 0
    for candidates, _ in _measured(process, declared, number, seed, f"{spectrum.name} {mass:g}", threads, False):
        values, kept = candidates.observable(spectrum.column, float(spectrum.least_energy))
        right.append(values[:, 0])
        wrong.append(values[:, 1:].ravel())
        passed += int(np.count_nonzero(kept))
        advance(kept.size)
    fit = fit_crystal_ball(np.concatenate(right), mass**2, spectrum.tail)
    return _Signal(fit, np.concatenate(wrong)[:KERNELS], passed, number)


def _background(
    declared: ThreePhotons, edges: dict[str, FloatArray], scale: float, seed: int, threads: int | None,
    advance: Callable[[int], object],
) -> dict[str, WeightedCounts]:  # fmt: skip
    """The background of all spectra for 1 fb^-1, from the same weighted events."""
    number = _numbers(declared, scale)[1]
    process = make_process(
        declared.background, min_energy=declared.generated_energy, min_angle=declared.generated_angle
    )
    filled = {name: WeightedCounts.empty(each) for name, each in edges.items()}
    tried = 0
    for candidates, (weights, trials) in _measured(process, declared, number, seed, "background", threads, True):
        tried += trials
        for spectrum in declared.spectra:
            values, kept = candidates.observable(spectrum.column, float(spectrum.least_energy))
            filled[spectrum.name].add(values.ravel(), np.repeat(weights[kept], values.shape[1]))
        advance(weights.size)
    return {name: each.scaled(1 / tried) for name, each in filled.items()}


def _measured(
    process: Process, declared: ThreePhotons, number: int, seed: int, purpose: str, threads: int | None, weighted: bool
) -> Iterator[tuple[Candidates, tuple[FloatArray, int]]]:
    """Batch after batch of candidates, with the weights in fb of all events and the points that were tried."""
    batches = stream(
        process, number, seed=seed, sqrt_s=float(declared.sqrt_s), weighted=weighted, threads=threads, batch_size=BATCH
    )
    for index, batch in enumerate(batches):
        random = random_stream(seed, f"detector {purpose}", index)
        yield measure(batch.events.final, declared, random), (batch.events.weights, batch.tally.trials)


def _edges(spectrum: PreparedSpectrum, sigma: list[float]) -> FloatArray:
    """Edges of bins that follow the resolution, constant outside the simulated masses."""
    position = np.square(spectrum.masses)
    shape = Gaussian(lambda x: np.interp(x, position, sigma))
    low, high = spectrum.range
    edges = grid_in_resolution(low, high, shape, spectrum.bin_width).position
    return np.append(edges[:-1], high)


def _assembled(spectrum: PreparedSpectrum, signals: list[_Signal], background: WeightedCounts) -> PreparedScan:
    peaks = [each.peak for each in signals]
    passed = np.array([each.passed for each in signals], float)
    generated = np.array([each.generated for each in signals], float)
    efficiency = passed / generated
    columns = {name: np.array([getattr(peak, name) for peak in peaks]) for name in ("mean", "sigma", "alpha", "n")}
    return PreparedScan(
        mass=np.array(spectrum.masses), **columns, errors=np.array([peak.errors for peak in peaks]),
        quality=np.array([peak.chi2 / peak.degrees for peak in peaks]),
        efficiency=efficiency, efficiency_error=np.sqrt(efficiency * (1 - efficiency) / generated),
        edges=background.edges,
        wrong_below=np.stack([_smooth(each.wrong, background.edges) for each in signals]),
        expected=background.total, variance=background.squares,
    )  # fmt: skip


def _smooth(wrong: FloatArray, edges: FloatArray) -> FloatArray:
    """The fraction of wrong pairs below each edge, from their kernel density."""
    shape = kernel_density([SimulatedSample(0.0, wrong)], 1.0)
    return np.maximum.accumulate(shape.cumulative(edges, np.zeros(1)))
