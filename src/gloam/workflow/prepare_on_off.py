"""`gloam prepare` of searches that count decays of B mesons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.calibration import DecayCounts, TagModel, lambda_and_false_tag, lambda_and_nothing
from gloam.events.jagged import jagged
from gloam.execution import Pool, map_in_order
from gloam.experiments.belle import B_PAIRS
from gloam.generation import generate, make_process
from gloam.generation.pythia import PythiaBatch, stream_from_pythia
from gloam.selection import Entries
from gloam.spectra import uniform_axis
from gloam.theory.b_decays import NEUTRAL_FRACTION
from gloam.workflow.prepare_dark_photons import events_of_pairs, prepare_pairs
from gloam.workflow.prepared import write_decay_counts
from gloam.workflow.spreading import spread_out

if TYPE_CHECKING:
    from gloam.searches.on_off import OnOffSearch, TaggedDecay

__all__ = ["decays_to_simulate", "in_numbers", "prepare_on_off", "prepare_tagged"]

BATCH = 20_000
LEAST = 2000

CORE = 0.6827
"""Part of a peak that lies within one resolution of its middle."""


def prepare_on_off(
    search: OnOffSearch, folder: Path, *, scale: float = 1.0, seed: int | None = None, threads: int | None = None,
    workers: Pool | None = None, progress: Callable[[int], object] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What `gloam prepare --json` says, after the artefact was made and written to a folder.

    The generator of hadrons runs on one core, whatever `threads` says; workers have one each.
    """
    del threads
    seed = search.preparation.seed if seed is None else seed
    found = _prepared(search, scale, seed, workers, progress)
    record = write_decay_counts(search.preparation, found, folder, seed=seed, scale=scale)
    return {
        "search": search.name, "events": decays_to_simulate(search, scale), **record,
        "channels": {name: in_numbers(each) for name, each in found.items()}, "folder": str(folder),
        "notes": list(search.preparation.left_out),
    }  # fmt: skip


def _prepared(
    search: OnOffSearch, scale: float, seed: int, workers: Pool | None, progress: Callable[[int], object] | None
) -> dict[str, DecayCounts]:
    """The ingredients of each channel."""
    from gloam.searches.on_off import TaggedDecay

    declared = search.preparation
    if isinstance(declared, TaggedDecay):
        tagged = prepare_tagged(declared, scale=scale, seed=seed, workers=workers, progress=progress)
        return {search.channels[0].name: tagged}
    found = prepare_pairs(declared, scale=scale, seed=seed, workers=workers, progress=progress)
    return {
        channel.name: found[mode.name].counts for channel, mode in zip(search.channels, declared.modes, strict=True)
    }


def decays_to_simulate(search: OnOffSearch, scale: float = 1.0) -> int:
    """The number of events that a preparation simulates."""
    from gloam.searches.on_off import TaggedDecay

    declared = search.preparation
    if not isinstance(declared, TaggedDecay):
        return events_of_pairs(declared, scale)
    backgrounds = _number(declared.background.events, scale) + _number(declared.light_quarks.events, scale)
    return len(declared.simulated_masses) * _number(declared.signal.events, scale) + backgrounds


def in_numbers(found: DecayCounts) -> dict[str, Any]:
    """What is said of a prepared channel: smallest and largest values."""
    return {
        "masses": found.mass.size,
        "resolution": [float(found.resolution.min()), float(found.resolution.max())],
        "efficiency": [float(found.efficiency.min()), float(found.efficiency.max())],
        "background": float(found.expected.sum()),
        "least_effective_events": float(found.effective.min()),
    }


def prepare_tagged(
    declared: TaggedDecay, *, scale: float = 1.0, seed: int = 0, workers: Pool | None = None,
    progress: Callable[[int], object] | None = None,
) -> DecayCounts:  # fmt: skip
    """What the preparation of B0 -> Lambda and something unseen finds.

    Args:
        declared: processes, tag, cuts.
        scale: of the numbers of events.
        seed: of everything random.
        workers: who do it, see `gloam.execution.open_workers`; the answer does not depend on them.
        progress: called with the number of events that were simulated.
    """
    advance = progress or (lambda _: None)
    mass = np.array(declared.simulated_masses)
    signals = []
    for each in declared.simulated_masses:
        signals.append(_signal(declared, each, scale, seed))
        advance(_number(declared.signal.events, scale))
    resolution, half, share, error = (np.array(values) for values in zip(*signals, strict=True))
    axis = uniform_axis(*declared.range, width=declared.bin_width, name="M_recoil")
    inside = (axis.centers > (mass - half)[:, None]) & (axis.centers < (mass + half)[:, None])
    mesons, decays = np.zeros(len(axis)), 0.0
    for entries, number in _mesons(declared, scale, seed, workers, advance):
        kept = entries.columns["M_recoil"][_passing(declared, entries)]
        mesons += spread_out(kept, axis.edges, float(declared.smoothing)) / declared.repeats
        decays += number
    quarks = spread_out(_light_quarks(declared, scale, seed, workers, advance), axis.edges, float(declared.smoothing))
    constant = declared.reconstruction_efficiency
    per_decay = 2 * B_PAIRS.value * NEUTRAL_FRACTION.value * constant / decays
    per_quarks = float(declared.continuum) * per_decay * mesons.sum() / max(quarks.sum(), 1.0)
    # an event reaches windows with the part of its kernel that lies there: as many as kernels are wide count
    kernel = np.maximum(2 * np.sqrt(np.pi) * float(declared.smoothing) / (2 * half), 1.0)
    effective = _effective([inside @ mesons, inside @ quarks], [per_decay, per_quarks])
    return DecayCounts(
        mass, resolution, half, constant * share, constant * error, axis.edges,
        per_decay * mesons + per_quarks * quarks, effective * kernel,
    )  # fmt: skip


def _effective(events: list[FloatArray], weights: list[float]) -> FloatArray:
    """(sum w)^2 / sum w^2 of simulated events of several kinds in each window, 0 without any."""
    total = sum(w * n for w, n in zip(weights, events, strict=True))
    squares = sum(w * w * n for w, n in zip(weights, events, strict=True))
    return np.divide(np.square(total), squares, out=np.zeros_like(events[0]), where=np.asarray(squares) > 0)


def _number(events: int, scale: float) -> int:
    return max(LEAST, round(scale * events))


def _tag(declared: TaggedDecay, repeats: int) -> TagModel:
    return TagModel(
        float(declared.tag_resolution), float(declared.no_extra_energy), float(declared.extra_energy),
        float(declared.cluster), repeats,
    )  # fmt: skip


def _passing(declared: TaggedDecay, entries: Entries) -> BoolArray:
    """Where the extra energy is below its cut, which follows the recoil mass of the event itself."""
    ends = declared.simulated_masses[0], declared.simulated_masses[-1]
    cut = np.interp(entries.columns["M_recoil"], ends, [float(each) for each in declared.energy_cut])
    return np.asarray(entries.columns["E_ECL"] < cut)


def _signal(declared: TaggedDecay, mass: float, scale: float, seed: int) -> tuple[float, float, float, float]:
    """Resolution, half-width of the window, and the share of decays inside with its error."""
    number = _number(declared.signal.events, scale)
    events, _ = generate(make_process(declared.signal.process, mass=mass), number, seed=seed)
    entries = lambda_and_nothing(
        jagged(events), declared.detector, _tag(declared, 1), float(declared.sqrt_s), seed=seed,
        sample=f"signal {mass:g}",
    )  # fmt: skip
    kept = entries.columns["M_recoil"][_passing(declared, entries)]
    resolution = float(np.quantile(np.abs(kept - mass), CORE))
    half = float(declared.window) * resolution
    share = float(np.count_nonzero(np.abs(kept - mass) < half)) / number
    return resolution, half, share, float(np.sqrt(share * (1 - share) / number))


def _mesons(
    declared: TaggedDecay, scale: float, seed: int, workers: Pool | None, advance: Callable[[int], object]
) -> Iterator[tuple[Entries, int]]:
    """Candidates of generic decays, and the number of B0 mesons that they come from."""
    number = _number(declared.background.events, scale)
    batches = stream_from_pythia(
        declared.background.process, number, seed=seed, batch_size=BATCH, workers=workers
    )  # fmt: skip
    for entries, mesons, events in map_in_order(_Tagged(declared, seed), enumerate(batches), 1, workers):
        yield entries, mesons
        advance(events)


@dataclass(frozen=True, slots=True)
class _Tagged:
    """Candidates of a batch of generic decays, the number of its B0 mesons, and that of its events."""

    declared: TaggedDecay
    seed: int

    def __call__(self, batch: tuple[int, PythiaBatch]) -> tuple[Entries, int, int]:
        place, declared, events = batch[0], self.declared, batch[1].events
        mesons = int(np.count_nonzero((np.abs(events.numbers) == 511) & (events.parents < 0)))
        entries = lambda_and_nothing(
            events, declared.detector, _tag(declared, declared.repeats), float(declared.sqrt_s), seed=self.seed,
            sample=f"background {place}",
        )  # fmt: skip
        return entries, mesons, len(events)


def _light_quarks(
    declared: TaggedDecay, scale: float, seed: int, workers: Pool | None, advance: Callable[[int], object]
) -> FloatArray:
    """The recoil masses of light quarks, what is seen beside a Lambda taken for a tag."""
    number = _number(declared.light_quarks.events, scale)
    batches = stream_from_pythia(
        declared.light_quarks.process, number, seed=seed, batch_size=BATCH, workers=workers
    )  # fmt: skip
    found = []
    for masses, events in map_in_order(_FalselyTagged(declared, seed), enumerate(batches), 1, workers):
        found.append(masses)
        advance(events)
    return np.concatenate(found)


@dataclass(frozen=True, slots=True)
class _FalselyTagged:
    """The recoil masses of a batch of light quarks, and the number of its events."""

    declared: TaggedDecay
    seed: int

    def __call__(self, batch: tuple[int, PythiaBatch]) -> tuple[FloatArray, int]:
        place, declared, events = batch[0], self.declared, batch[1].events
        tight, loose = (float(each) for each in declared.m_bc)
        masses = lambda_and_false_tag(
            events, declared.detector, _tag(declared, 1), float(declared.sqrt_s), least=(tight, loose),
            delta_e=float(declared.delta_e), seed=self.seed, sample=f"light quarks {place}",
        )  # fmt: skip
        return masses, len(events)
