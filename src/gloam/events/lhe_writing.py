"""Les Houches event files (hep-ph/0609017) for other programs, written as plain text, without pylhe."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from gloam.arrays import IntArray
from gloam.errors import InputError
from gloam.events.jagged import JaggedEvents
from gloam.events.lhe import DECAYED, FINAL, PICOBARN, LheSample
from gloam.store import write_atomically

__all__ = ["write_lhe"]

BEAMS = (11, -11)


def write_lhe(path: Path | str, sample: LheSample) -> Path:
    """The path of a .lhe or .lhe.gz file of e+e- collisions, written whole or not at all.

    The beams are the incoming particles of each event, at rest together. Weights are scaled so that their mean is the
    cross section in pb, which is weighting strategy 4 (-4 where some are negative). There are no colours: quarks are
    refused.

    Args:
        path: of the file.
        sample: events in the centre of mass with the electron along +z, at least one.

    Raises:
        InputError: another suffix; no events, quarks or gluons, weights without a sum; a folder that cannot be written.

    Example:
        >>> import tempfile
        >>> from gloam.generation import generate, make_process
        >>> batch, tally = generate(make_process("tautau"), 10, seed=1)
        >>> sample = LheSample.of(batch, tally.cross_section, tally.cross_section_error, 10.58)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_lhe(Path(folder, "taus.lhe"), sample).name
        'taus.lhe'
    """
    path = Path(path)
    packed = path.name.lower().endswith(".lhe.gz")
    if not (packed or path.suffix.lower() == ".lhe"):
        raise InputError(f"write events to {path}", f"'{path.name}'", ".lhe or .lhe.gz", "name the file so")
    _require(path, sample)

    def write(stream: BinaryIO) -> None:
        if packed:
            with gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as inner:
                inner.writelines(line.encode() for line in _lines(sample))
        else:
            stream.writelines(line.encode() for line in _lines(sample))

    return write_atomically(path, write)


def _require(path: Path, sample: LheSample) -> None:
    asked, events = f"write events to {path}", sample.events
    if not len(events):
        raise InputError(asked, "no events", "at least one", "generate some")
    if not events.weights.sum() > 0:
        raise InputError(
            asked, f"a sum of weights of {events.weights.sum():g}", "a number above 0", "check the weights"
        )
    coloured = np.abs(events.numbers)
    if ((coloured < 10) | (coloured == 21)).any():
        raise InputError(asked, "quarks or gluons", "particles without colour", "leave them to the other program")


def _lines(sample: LheSample) -> Iterator[str]:
    half, strategy = sample.sqrt_s / 2, -4 if (sample.events.weights < 0).any() else 4
    yield '<LesHouchesEvents version="3.0">\n<init>\n'
    yield f"{BEAMS[0]} {BEAMS[1]} {half:.16e} {half:.16e} 0 0 0 0 {strategy} {len(sample.cross_sections)}\n"
    for number, (value, error) in sample.cross_sections.items():
        yield f"{value / PICOBARN:.16e} {error / PICOBARN:.16e} {value / PICOBARN:.16e} {number}\n"
    yield "</init>\n"
    events = sample.events
    counts, weights = events.counts, events.weights * (sample.cross_section / PICOBARN / events.weights.mean())
    for event, process in enumerate(sample.processes):
        yield f"<event>\n{counts[event] + 2} {process} {weights[event]:.16e} {sample.sqrt_s:.9e} -1 -1\n"
        for side, number in zip((1, -1), BEAMS, strict=True):
            yield f"{number} -1 0 0 0 0 0 0 {side * half:.16e} {half:.16e} 0 0 9\n"
        yield from _particles(events[event : event + 1])
        yield "</event>\n"
    yield "</LesHouchesEvents>\n"


def _particles(event: JaggedEvents) -> Iterator[str]:
    mothers: IntArray = event.parents + 3  # after both beams
    for place, (energy, *momentum) in enumerate(event.momenta.tolist()):
        first, second = (1, 2) if event.parents[place] < 0 else (mothers[place], mothers[place])
        status = FINAL if event.final[place] else DECAYED
        numbers = " ".join(f"{value:.16e}" for value in (*momentum, energy, event.masses[place]))
        yield f"{event.numbers[place]} {status} {first} {second} 0 0 {numbers} 0 9\n"
