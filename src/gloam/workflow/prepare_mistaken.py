"""Backgrounds of counts from events of hadrons whose tracks are mistaken: one pass over the events for all spectra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.calibration.mistaken_tracks import FoundTracks, mistaken_pairs, mistaken_triples, tracks_of
from gloam.generation.pythia import pythia_process, stream_from_pythia
from gloam.selection import CutFlow, Entries, passes, select

if TYPE_CHECKING:
    from gloam.searches import CountedSpectrum, CountingPreparation
    from gloam.searches.backgrounds import Loosened, MistakenTracks

__all__ = ["Mistaken", "mistaken_samples", "numbers_of_hadrons"]

BATCH = 5000
LEAST = 5000
"""Events that are simulated at any scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Mistaken:
    """The candidates of one sample for one spectrum.

    Attributes:
        kept: that pass the loosened cuts; weights in fb, scaled to the cuts as they are declared.
        flow: what these leave, in fb.
        cross_section: of the sample, in fb.
    """

    kept: Entries
    flow: CutFlow
    cross_section: float


def numbers_of_hadrons(declared: CountingPreparation, scale: float = 1.0) -> dict[str, int]:
    """How many events of each process of Pythia are simulated: the most that a spectrum asks for."""
    found: dict[str, int] = {}
    for _, sample in _asked(declared):
        found[sample.process] = max(LEAST, round(scale * sample.events), found.get(sample.process, 0))
    return found


def mistaken_samples(
    declared: CountingPreparation, scale: float, seed: int, advance: Callable[[int], object]
) -> dict[tuple[str, str], Mistaken]:
    """The candidates of every spectrum with such a background, by its name and the label of the sample.

    Args:
        declared: the preparation.
        scale: of the numbers of events.
        seed: of everything random.
        advance: called with the number of events that were simulated.

    Raises:
        InputError: where Pythia is not installed.
    """
    found: dict[tuple[str, str], Mistaken] = {}
    for process, number in numbers_of_hadrons(declared, scale).items():
        asked = [(spectrum, sample) for spectrum, sample in _asked(declared) if sample.process == process]
        parts: list[list[tuple[Entries, CutFlow]]] = [[] for _ in asked]
        for place, batch in enumerate(stream_from_pythia(process, number, seed=seed, batch_size=BATCH)):
            tracks = tracks_of(batch.events, declared.detector, seed=seed, sample=f"{process} {place}")
            for (spectrum, sample), part in zip(asked, parts, strict=True):
                part.append(_loosely_selected(spectrum, sample, tracks, float(declared.sqrt_s)))
            advance(len(batch.events))
        for (spectrum, sample), part in zip(asked, parts, strict=True):
            found[spectrum.name, sample.label] = _scaled(spectrum, sample, part, number)
    return found


def _asked(declared: CountingPreparation) -> list[tuple[CountedSpectrum, MistakenTracks]]:
    from gloam.searches.backgrounds import MistakenTracks

    return [
        (spectrum, sample) for spectrum in declared.spectra for sample in spectrum.backgrounds
        if isinstance(sample, MistakenTracks)
    ]  # fmt: skip


def _loosely_selected(
    spectrum: CountedSpectrum, sample: MistakenTracks, tracks: FoundTracks, sqrt_s: float
) -> tuple[Entries, CutFlow]:
    fakes = {pair: {name: float(each) for name, each in chances.items()} for pair, chances in sample.fakes.items()}
    make = mistaken_triples if len(sample.pairs) == 3 else mistaken_pairs
    entries = make(tracks, sample.pairs, fakes, sqrt_s)
    known = {each.column: each for each in sample.loosened}
    keep = np.ones(len(entries), np.bool_)
    for declared in spectrum.cuts:
        loose = known.get(getattr(declared, "column", ""))
        if loose is None:
            keep &= passes(declared.cut(), entries.columns)
        else:
            keep &= np.abs(entries.columns[loose.column]) < float(loose.limit)
    return entries[keep], select(entries, spectrum.all_cuts())[1]


def _scaled(
    spectrum: CountedSpectrum, sample: MistakenTracks, parts: Sequence[tuple[Entries, CutFlow]], number: int
) -> Mistaken:
    cross_section = float(pythia_process(sample.process).cross_section) * float(sample.scale or 1.0)
    kept = _joined([part for part, _ in parts])
    flow = parts[0][1]
    for _, more in parts[1:]:
        flow = flow + more
    per_event = cross_section / number
    columns = {each.column: kept.columns[each.column] for each in spectrum.observables}
    weights = kept.weights * per_event * _tightened(spectrum, sample.loosened, kept)
    return Mistaken(Entries(columns, kept.event, weights), flow.scaled(per_event), cross_section)


def _tightened(spectrum: CountedSpectrum, loosened: Sequence[Loosened], kept: Entries) -> float:
    """The part of loosely selected candidates that the cuts as declared are expected to keep."""
    from gloam.searches.preparation import CutOn

    cuts = {each.column: each for each in spectrum.cuts if isinstance(each, CutOn)}
    factor, tight = 1.0, np.ones(len(kept), np.bool_)
    for each in loosened:
        if each.power is None:
            tight &= passes(cuts[each.column].cut(), kept.columns)
        else:
            factor *= (float(cuts[each.column].below or each.limit) / float(each.limit)) ** each.power
    return factor * float(tight.mean()) if len(kept) else factor


def _joined(parts: Sequence[Entries]) -> Entries:
    """All candidates, numbered through."""
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    begin = np.cumsum([0, *(int(part.event.max(initial=-1)) + 1 for part in parts[:-1])])
    event = np.concatenate([part.event + first for part, first in zip(parts, begin, strict=True)])
    return Entries(columns, event, np.concatenate([part.weights for part in parts]))
