"""Events of hadrons from Pythia 8, an extra: quark pairs and B mesons, taus with all their decays, muons for a check.

Pythia runs with its defaults but for the settings of each process. Two of the defaults would cut the radiation of the
beams silently: 23:mMin = 10 GeV and PhaseSpace:mHatMin = 4 GeV. Samples stand for cited cross sections; Pythia's own,
without all loops, are told beside them: they are up to 8 % lower.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from gloam.errors import InputError, one_of
from gloam.events.jagged import JaggedEvents, joined_jagged
from gloam.execution import Pool, map_in_order, random_stream
from gloam.generation.pythia_record import from_batch, meson_pairs
from gloam.generation.sampling import SQRT_S
from gloam.sourced import Sourced, recalled

__all__ = [
    "PYTHIA_PROCESSES",
    "PythiaBatch",
    "PythiaProcess",
    "cited_cross_section",
    "generate_with_pythia",
    "pythia_process",
    "stream_from_pythia",
]

CHUNK = 500
"""Events of one random stream. Part of what a seed means: with another number the same seed gives other events."""

NANOBARN = 1e6
_LARGEST_SEED = 900_000_000
_AT_RESONANCE = 0.1
"""Largest distance in GeV from 10.58 at which the cited cross sections are taken to hold."""

_BOOK = "KKMC in the Belle II Physics Book (arXiv:1808.10567), table of cross sections at the Y(4S)"


@dataclass(frozen=True, slots=True)
class PythiaProcess:
    """A reaction that Pythia generates.

    Attributes:
        name: as in `PYTHIA_PROCESSES`.
        threshold: least sqrt(s) in GeV.
        cross_section: in fb at sqrt(s) = 10.58 GeV, that the sample stands for.
        settings: lines for Pythia.
        notes: what the user should know.
    """

    name: str
    threshold: float
    cross_section: Sourced
    settings: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PythiaBatch:
    """Some events, and what is known so far of the cross section that Pythia itself has, in fb; None for B mesons."""

    events: JaggedEvents
    cross_section: float | None
    cross_section_error: float | None


_PHOTON = ("WeakSingleBoson:ffbar2gmZ = on", "23:onMode = off", "23:mMin = 0.5")
_SHAPES = "hadrons from Pythia's strings, not tuned to these energies: trust shapes, not yields"
_NO_SPINS = "taus decay without correlations of their spins (TauDecays:mode = 0), which are slow"

PYTHIA_PROCESSES: Mapping[str, PythiaProcess] = MappingProxyType({
    process.name: process
    for process in (
        PythiaProcess(
            "qqbar", 2.0, recalled(3.69 * NANOBARN, 0.0, "fb", f"{_BOOK}: 1.61 uu + 0.40 dd + 0.38 ss + 1.30 cc nb"),
            (*_PHOTON, "23:onIfAny = 1 2 3 4", "PhaseSpace:mHatMin = 1.0", "TauDecays:mode = 0"), (_SHAPES,),
        ),
        PythiaProcess(
            "bbbar", 10.559, recalled(1.11 * NANOBARN, 0.008 * NANOBARN, "fb", f"{_BOOK}, e+e- to Y(4S)"),
            ("ProcessLevel:all = off", "TauDecays:mode = 0"),
            ("B mesons decay as in Pythia's tables: no helicities, no coherent mixing of the pair; shapes only",
             "charged and neutral pairs 0.514 to 0.486, without the decays of the Y(4S) to anything else",
             "the beams do not radiate"),
        ),
        PythiaProcess(
            "tautau", 3.6, recalled(0.919 * NANOBARN, 0.0, "fb", _BOOK),
            (*_PHOTON, "23:onIfAny = 15", "PhaseSpace:mHatMin = 0.5", "TauDecays:mode = 0"), (_NO_SPINS,),
        ),
        PythiaProcess(
            "mumu", 0.5, recalled(1.148 * NANOBARN, 0.0, "fb", _BOOK),
            (*_PHOTON, "23:onIfAny = 13", "PhaseSpace:mHatMin = 0.5"),
            ("photons from showers, without the interference of beams and muons",),
        ),
    )
})  # fmt: skip
"""What Pythia generates, by name."""

NEUTRAL_SHARE = recalled(0.486, 0.006, "", "part of B0 anti-B0 in B pairs of the Y(4S), PDG Review of Particle Physics")


def generate_with_pythia(
    name: str, events: int, *, seed: int, sqrt_s: float = SQRT_S, workers: Pool | None = None
) -> JaggedEvents:
    """Events of a process of `PYTHIA_PROCESSES`; arguments as for `stream_from_pythia`."""
    batches = stream_from_pythia(name, events, seed=seed, sqrt_s=sqrt_s, workers=workers)
    return joined_jagged([batch.events for batch in batches])


def stream_from_pythia(
    name: str, events: int, *, seed: int, sqrt_s: float = SQRT_S, batch_size: int = 10_000, workers: Pool | None = None
) -> Iterator[PythiaBatch]:
    """Unweighted events in batches.

    Every 500 events begin with a seed of their own, so that batches leave no trace and more events begin with the same
    ones. Kept are the particles that do not decay, and the hadrons and taus that do; partons, beams and copies are not.

    Args:
        name: one of `PYTHIA_PROCESSES`.
        events: how many in all.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        batch_size: events in each batch but the last.
        workers: who generate, each with a Pythia of its own, see `gloam.execution.open_workers`; None: this process.

    Raises:
        InputError: no such process; no pythia8mc; an energy below threshold; a number of events below 1.
    """
    process = pythia_process(name)
    _require(process, events, sqrt_s, batch_size)
    _pythia(name, sqrt_s)  # refused here and at once, if at all
    waiting: list[JaggedEvents] = []
    rows, made, sums = 0, 0, _Sums()
    chunks = range(2 * (events // CHUNK + 1) + 100)
    for chunk in map_in_order(_Chunks(name, sqrt_s, seed), chunks, 1, workers):
        part, sums = chunk.events[: events - made], sums + chunk.sums
        waiting.append(part)
        rows, made = rows + len(part), made + len(part)
        while rows >= batch_size or (rows and made == events):
            pool = joined_jagged(waiting)
            yield PythiaBatch(pool[:batch_size], *sums.cross_section())
            waiting, rows = [pool[batch_size:]], max(rows - batch_size, 0)
        if made == events:
            return
    raise InputError(f"events of {name}", f"{made} of {events}", "events that Pythia can make", "choose another energy")


def pythia_process(name: str) -> PythiaProcess:
    """The process of that name.

    Raises:
        InputError: none of `PYTHIA_PROCESSES`.
    """
    if name not in PYTHIA_PROCESSES:
        raise InputError(f"generate {name} with Pythia", name, one_of(PYTHIA_PROCESSES), "choose one of these")
    return PYTHIA_PROCESSES[name]


def cited_cross_section(process: PythiaProcess, sqrt_s: float) -> Sourced | None:
    """The cross section that the sample stands for; None away from the Y(4S)."""
    return process.cross_section if abs(sqrt_s - SQRT_S) <= _AT_RESONANCE else None


def _require(process: PythiaProcess, events: int, sqrt_s: float, batch_size: int) -> None:
    asked = f"events of {process.name}"
    if events < 1 or batch_size < 1:
        raise InputError(asked, min(events, batch_size), "a whole number above 0", "ask for at least one event")
    if not process.threshold < sqrt_s < 200:
        allowed = f"{process.threshold:g} to 200 GeV"
        raise InputError(asked, f"sqrt(s) = {sqrt_s:g} GeV", allowed, "correct --sqrt-s")
    if process.name == "bbbar" and cited_cross_section(process, sqrt_s) is None:
        raise InputError(asked, f"sqrt(s) = {sqrt_s:g} GeV", "energies at the Y(4S), 10.56 to 10.68 GeV", "write 10.58")


@lru_cache(maxsize=1)
def _pythia(name: str, sqrt_s: float) -> Any:
    """That of this process, for every chunk that it makes: it takes a second to start."""
    return _started(PYTHIA_PROCESSES[name], sqrt_s)


def _started(process: PythiaProcess, sqrt_s: float) -> Any:
    try:
        import pythia8mc
    except ImportError as error:
        allowed = "Pythia where pythia8mc is installed (Linux on x86-64, Python below 3.14)"
        remedy = 'install it with: pip install "gloam[generators]"'
        raise InputError(f"generate {process.name}", "no pythia8mc here", allowed, remedy) from error
    pythia = pythia8mc.Pythia("", False)
    beams = ("Beams:idA = 11", "Beams:idB = -11", f"Beams:eCM = {sqrt_s!r}")
    for line in ("Print:quiet = on", "Random:setSeed = on", "Random:seed = 1", *beams, *process.settings):
        pythia.readString(line)
    if not pythia.init():
        raise InputError(
            f"generate {process.name}", "settings that Pythia refuses", "an energy it can do", "correct it"
        )
    return pythia


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of the weights of the points that Pythia tried, in fb: their number, and the sums of weights and of squares."""

    trials: int = 0
    first: float = 0.0
    second: float = 0.0

    @classmethod
    def so_far(cls, pythia: Any) -> _Sums:
        info = pythia.infoPython()
        trials, mean, error = int(info.nTried()), 1e12 * float(info.sigmaGen()), 1e12 * float(info.sigmaErr())
        return cls(trials, trials * mean, trials * (mean**2 + trials * error**2))

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(self.trials + other.trials, self.first + other.first, self.second + other.second)

    def __sub__(self, other: _Sums) -> _Sums:
        return _Sums(self.trials - other.trials, self.first - other.first, self.second - other.second)

    def cross_section(self) -> tuple[float | None, float | None]:
        """Of Pythia itself, in fb, and its error; six digits, which do not depend on who generated which events."""
        if not self.trials:
            return None, None
        mean = self.first / self.trials
        error = math.sqrt(max(self.second / self.trials - mean**2, 0.0) / self.trials)
        return float(f"{mean:.6g}"), float(f"{error:.6g}")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The events of one random stream, and what they add to the sums."""

    events: JaggedEvents
    sums: _Sums


@dataclass(frozen=True, slots=True)
class _Chunks:
    """Makes chunks by their number."""

    name: str
    sqrt_s: float
    seed: int

    def __call__(self, chunk: int) -> _Chunk:
        pythia, process = _pythia(self.name, self.sqrt_s), PYTHIA_PROCESSES[self.name]
        if self.name == "bbbar":  # decays alone: there is no cross section
            return _Chunk(_chunk(pythia, process, self.sqrt_s, self.seed, chunk), _Sums())
        before = _Sums.so_far(pythia)
        events = _chunk(pythia, process, self.sqrt_s, self.seed, chunk)
        return _Chunk(events, _Sums.so_far(pythia) - before)


def _chunk(pythia: Any, process: PythiaProcess, sqrt_s: float, seed: int, chunk: int) -> JaggedEvents:
    random = random_stream(seed, f"generation pythia {process.name}")
    # neighbours have different numbers: no two chunks of a run are the same
    pythia.rndm.init(1 + (int(random.integers(_LARGEST_SEED)) + chunk) % _LARGEST_SEED)
    if process.name != "bbbar":
        return from_batch(pythia.nextBatch(CHUNK))
    random = random_stream(seed, "generation pythia mesons", chunk)
    return meson_pairs(pythia, random, CHUNK, sqrt_s, float(NEUTRAL_SHARE))
