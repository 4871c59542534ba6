"""`gloam prepare` of B0 -> A'A': efficiencies and backgrounds of each final state, with a discriminant at each mass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.calibration import DecayCounts
from gloam.calibration.dark_photon_pairs import (
    SHAPES,
    TRACKS,
    FourTracks,
    background_candidates,
    signal_candidates,
    with_dark_photons,
)
from gloam.events.jagged import JaggedEvents
from gloam.execution import Pool, map_in_order, random_stream
from gloam.experiments.belle import B_PAIRS, BELLE_UPSILON_4S
from gloam.generation.pythia import PythiaBatch, generate_with_pythia, pythia_process, stream_from_pythia
from gloam.selection import WorkingPoint, train_fisher, working_point
from gloam.spectra import uniform_axis
from gloam.workflow.spreading import spread_out

if TYPE_CHECKING:
    from gloam.searches.on_off import DarkPhotonPairs, PairMode

__all__ = ["PreparedMode", "events_of_pairs", "mass_window", "prepare_pairs"]

SPECIES = {11: "electron", 13: "muon", 211: "pion", 321: "kaon", 2212: "proton"}
BATCH = 5000
LEAST = 1000
MOST_TRAINED = 6000
"""Candidates of background that a discriminant is trained on, as many again measure it."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedMode:
    """One final state: its counts, and the working points of the discriminant at the simulated masses."""

    counts: DecayCounts
    points: tuple[WorkingPoint, ...]


@dataclass(frozen=True, slots=True)
class _Background:
    """Loose candidates of one kind of events; each stands for so many in the data."""

    candidates: FourTracks
    per_candidate: float


def events_of_pairs(declared: DarkPhotonPairs, scale: float = 1.0) -> int:
    """The number of events that a preparation generates."""
    return sum(_number(each.events, scale) for each in (declared.signal, declared.continuum, declared.background))


def prepare_pairs(
    declared: DarkPhotonPairs, *, scale: float = 1.0, seed: int = 0, workers: Pool | None = None,
    progress: Callable[[int], object] | None = None,
) -> dict[str, PreparedMode]:  # fmt: skip
    """What the preparation finds, by the name of the final state.

    Args:
        declared: windows, cuts, numbers of events.
        scale: of the numbers of events.
        seed: of everything random.
        workers: who generate, see `gloam.execution.open_workers`; the answer does not depend on them.
        progress: called with the number of events that were generated.
    """
    advance = progress or (lambda _: None)
    number = _number(declared.signal.events, scale)
    pool = generate_with_pythia(declared.signal.process, number, seed=seed, workers=workers)
    advance(len(pool))
    loose = _loose(declared, scale, seed, workers, advance)
    return {mode.name: _prepared(declared, mode, pool, loose[mode.name], seed) for mode in declared.modes}


def mass_window(declared: DarkPhotonPairs, mode: PairMode, mass: FloatArray) -> FloatArray:
    """The published window of |m1 - m2| and of |m1 + m2 - 2 m| at each mass, in GeV."""
    wide = float(mode.slope) * mass + float(mode.offset)
    return np.where(mass > float(declared.light) + 1e-9, wide, float(declared.light_window))


def _number(events: int, scale: float) -> int:
    return max(LEAST, round(scale * events))


def _loose(
    declared: DarkPhotonPairs, scale: float, seed: int, workers: Pool | None, advance: Callable[[int], object]
) -> dict[str, list[_Background]]:
    """Candidates of background of every final state, with loose cuts, of light quarks first."""
    luminosity = float(BELLE_UPSILON_4S.luminosity)
    found: dict[str, list[_Background]] = {mode.name: [] for mode in declared.modes}
    for sample in (declared.continuum, declared.background):
        number = _number(sample.events, scale)
        expected = B_PAIRS.value
        if sample is declared.continuum:
            expected = luminosity * float(pythia_process(sample.process).cross_section)
        parts: dict[str, list[FourTracks]] = {mode.name: [] for mode in declared.modes}
        batches = stream_from_pythia(sample.process, number, seed=seed + 1, batch_size=BATCH, workers=workers)
        work = _LooseCandidates(declared, sample.process, seed)
        for candidates, events in map_in_order(work, enumerate(batches), 1, workers):
            for mode in declared.modes:
                parts[mode.name].append(candidates[mode.name])
            advance(events)
        for mode in declared.modes:
            found[mode.name].append(_Background(_joined(parts[mode.name]), expected / number))
    return found


@dataclass(frozen=True, slots=True)
class _LooseCandidates:
    """Candidates of every final state in a batch of background, and how many events it has."""

    declared: DarkPhotonPairs
    process: str
    seed: int

    def __call__(self, batch: tuple[int, PythiaBatch]) -> tuple[dict[str, FourTracks], int]:
        place, declared, events = batch[0], self.declared, batch[1].events
        m_bc, delta_e, difference = (float(each) for each in declared.loosest)
        fakes = {
            pair: {number: float(chances[name]) for number, name in SPECIES.items()}
            for pair, chances in declared.fakes.items()
        }
        found = {
            mode.name: background_candidates(
                events, declared.detector, mode.pairs, fakes, float(declared.sqrt_s), seed=self.seed,
                sample=f"{self.process} {place}", loosest=(m_bc, delta_e, difference),
            ) for mode in declared.modes
        }  # fmt: skip
        return found, len(events)


def _joined(parts: list[FourTracks]) -> FourTracks:
    names = ("first", "second", "m_bc", "delta_e", "missing", "weight")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    offset = np.cumsum([0, *(BATCH for _ in parts[:-1])])
    event = np.concatenate([part.event + begin for part, begin in zip(parts, offset, strict=True)])
    shapes = {name: np.concatenate([part.shapes[name] for part in parts]) for name in SHAPES}
    return FourTracks(event, shapes=shapes, **columns)


def _prepared(
    declared: DarkPhotonPairs, mode: PairMode, pool: JaggedEvents, loose: list[_Background], seed: int
) -> PreparedMode:
    least = 2 * max(TRACKS[pair] for pair in mode.pairs)
    masses = np.array([mass for mass in declared.simulated_masses if mass > least])
    window = mass_window(declared, mode, masses)
    efficiency, error, points, kept = [], [], [], []
    for mass, width in zip(masses.tolist(), window.tolist(), strict=True):
        found, number = _signal(declared, mode, pool, mass, seed)
        light = mass <= float(declared.light) + 1e-9
        inside = _in_windows(declared, mode, found, light) & _near(found, mass, width)
        signal = found.take(inside)
        discriminant, point = _discriminant(declared, signal, loose[0].candidates, seed)
        share = float(np.count_nonzero(discriminant(signal) >= point.cut)) / number
        efficiency.append(share)
        error.append(np.sqrt(share * (1 - share) / number))
        points.append(point)
        kept.append([float(np.mean(discriminant(each.candidates) >= point.cut)) for each in loose])
    axis = uniform_axis(*declared.range, width=declared.bin_width, name="M_mean")
    expected = np.zeros(len(axis))
    effective = np.zeros(masses.size)
    for number_, background in enumerate(loose):
        passing = np.interp(axis.centers, masses, np.array(kept)[:, number_])
        density, candidates = _density(declared, mode, background, axis.edges)
        expected += density * passing
        effective += [float(np.count_nonzero(_near(candidates, m, 4 * float(declared.smoothing)))) for m in masses]
    counts = DecayCounts(
        masses, window / 4, window / 2, np.array(efficiency), np.array(error), axis.edges, expected, effective
    )
    return PreparedMode(counts, tuple(points))


def _signal(
    declared: DarkPhotonPairs, mode: PairMode, pool: JaggedEvents, mass: float, seed: int
) -> tuple[FourTracks, int]:
    """Reconstructed candidates of one mass, and how many decays there were."""
    sample = f"{mode.name} {mass:g}"
    events = with_dark_photons(pool, mass, mode.pairs, random_stream(seed, f"dark photons {sample}"))
    found = signal_candidates(
        events, declared.detector, mode.pairs, float(declared.sqrt_s), seed=seed, sample=sample
    )  # fmt: skip
    return found, len(events)


def _in_windows(declared: DarkPhotonPairs, mode: PairMode, found: FourTracks, light: bool) -> BoolArray:
    low, high = (float(each) for each in mode.delta_e)
    inside = (found.m_bc > float(declared.m_bc)) & (found.delta_e > low) & (found.delta_e < high)
    return inside if light else inside & (found.missing < float(declared.missing))


def _near(found: FourTracks, mass: float, width: float) -> BoolArray:
    """Both differences of masses inside their window."""
    sums, difference = found.first + found.second - 2 * mass, found.first - found.second
    return np.asarray((np.abs(sums) < width) & (np.abs(difference) < width))


def _discriminant(
    declared: DarkPhotonPairs, signal: FourTracks, background: FourTracks, seed: int
) -> tuple[Callable[[FourTracks], FloatArray], WorkingPoint]:
    """Trained on one half of both samples; the working point is measured on the other.

    All ways to take four tracks count alike: weights for mistaken tracks, which differ by orders of magnitude, would
    leave few of them, and hardly go with the shape of the event.
    """
    random = random_stream(seed, "candidates of background")
    chosen = np.sort(random.permutation(len(background))[: 2 * MOST_TRAINED])
    some = background.take(chosen)
    signal_train, signal_test = _even(signal, 0), _even(signal, 1)
    background_train, background_test = _even(some, 0), _even(some, 1)
    fisher = train_fisher(signal_train.shapes, background_train.shapes, SHAPES, regularisation=declared.regularisation)
    point = working_point(
        fisher.values(signal_test.shapes), fisher.values(background_test.shapes), float(declared.fisher)
    )
    return (lambda found: fisher.values(found.shapes)), point


def _even(found: FourTracks, parity: int) -> FourTracks:
    return found.take(found.event % 2 == parity)


def _density(
    declared: DarkPhotonPairs, mode: PairMode, background: _Background, edges: FloatArray
) -> tuple[FloatArray, FourTracks]:
    """Expected events in bins of the mean mass within all windows but those of the discriminant, and their candidates.

    Loose candidates are scaled to the windows of Delta E and of the difference of masses as if they were flat, and to
    that of M_bc by the share of all of them that passes.
    """
    found = background.candidates
    mean = 0.5 * (found.first + found.second)
    light = mean <= float(declared.light)
    found_kept = found.take(light | (found.missing < float(declared.missing)))
    mean = 0.5 * (found_kept.first + found_kept.second)
    window = mass_window(declared, mode, mean)
    low, high = (float(each) for each in mode.delta_e)
    passing = _share(found.m_bc > float(declared.m_bc), found.weight)
    part = passing * (high - low) / (2 * float(declared.loosest[1])) * window / float(declared.loosest[2])
    weights = found_kept.weight * np.minimum(part, 1.0) * background.per_candidate
    return spread_out(mean, edges, float(declared.smoothing), weights), found_kept


def _share(passing: BoolArray, weights: FloatArray) -> float:
    total = float(weights.sum())
    return float(weights[passing].sum()) / total if total else 0.0
