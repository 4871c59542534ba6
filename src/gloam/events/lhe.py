"""Les Houches event files of other generators (hep-ph/0609017), through pylhe, an extra."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import GloamError, InputError
from gloam.events.batch import EventBatch
from gloam.events.checking import float_column, require_columns, require_file, require_no_object, unreadable
from gloam.events.jagged import JaggedEvents, jagged

__all__ = ["LheSample", "columns", "names", "read_lhe"]

PICOBARN = 1e3
"""In fb; cross sections in these files are in pb."""

FINAL, DECAYED = 1, 2
_NAMES = ("event", "weight", "particles", "pdg", "status", "parent", "m", "E", "px", "py", "pz")


@dataclass(frozen=True, slots=True)
class LheSample:
    """The events of a file, and what it says of them.

    Attributes:
        events: what is produced and what it decays to, in the centre of mass with the electron along +z. Weights are
            those of the file, relative to each other; they may be negative.
        processes: the number of the subprocess of each event, shape (n,).
        cross_sections: of the subprocesses with their errors, in fb, by their number.
        sqrt_s: energy of the beams in GeV.
    """

    events: JaggedEvents
    processes: IntArray
    cross_sections: Mapping[int, tuple[float, float]]
    sqrt_s: float

    @classmethod
    def of(cls, batch: EventBatch, cross_section: float, error: float, sqrt_s: float) -> LheSample:
        """The sample of a batch of events of one process, with its cross section in fb."""
        processes = np.ones(len(batch), np.int64)
        return cls(jagged(batch), processes, {1: (cross_section, error)}, sqrt_s)

    @property
    def cross_section(self) -> float:
        """Of all subprocesses, in fb."""
        return sum(value for value, _ in self.cross_sections.values())

    @property
    def cross_section_error(self) -> float:
        """Of all subprocesses, in fb: their errors in quadrature."""
        return float(np.sqrt(sum(error**2 for _, error in self.cross_sections.values())))


def read_lhe(path: Path | str) -> LheSample:
    """The events of a .lhe or .lhe.gz file of e+e- collisions.

    Beams of different energies are brought to rest together, and turned where the positron flies along +z. Incoming
    particles are left out; what comes from them has no parent.

    Args:
        path: of the file.

    Raises:
        InputError: no such file, or a damaged one; no pylhe; other beams; no events; several subprocesses that the file
            leaves to the reader to mix.
    """
    path = Path(path)
    require_file(path)
    pylhe = _pylhe(path)
    try:
        with warnings.catch_warnings(), _opened(path) as stream:
            warnings.simplefilter("error", RuntimeWarning)  # pylhe only warns of a file that ends too early
            file = pylhe.LHEFile.frombuffer(stream, with_attributes=False)
            _require_beams(path, file.init)
            _require_mixed(path, file.init)
            return _sample(path, file)
    except (GloamError, MemoryError):
        raise
    except Exception as error:  # pylhe and its parser fail in many ways
        raise unreadable(path, "LHE", error) from error


def names(path: Path, object_name: str | None = None) -> list[str]:
    """The names of the columns, those of `JaggedEvents.columns`; the file is not opened.

    Raises:
        InputError: an object was named.
    """
    require_no_object(path, object_name)
    return list(_NAMES)


def columns(path: Path, wanted: Sequence[str], object_name: str | None = None) -> dict[str, FloatArray]:
    """The wanted columns, one row for each particle, each float64 of shape (rows,).

    Raises:
        InputError: as `read_lhe`; no such column.
    """
    require_columns(path, wanted, names(path, object_name))
    found = read_lhe(path).events.columns()
    return {name: float_column(path, name, found[name]) for name in wanted}


def _pylhe(path: Path) -> Any:
    remedy = 'install it with: pip install "gloam[generators]"'
    try:
        import pylhe
    except ImportError as error:
        raise InputError(f"read {path}", "no pylhe here", "LHE files where pylhe is", remedy) from error
    if not hasattr(pylhe, "LHEFile"):
        raise InputError(f"read {path}", f"pylhe {pylhe.__version__}", "version 1 or later", "upgrade pylhe")
    return pylhe


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        import gzip

        return cast("IO[bytes]", gzip.open(path))
    return path.open("rb")


def _require_beams(path: Path, init: Any) -> None:
    beams = init.initInfo
    if sorted((beams.beamA, beams.beamB)) != [-11, 11]:
        found = f"beams of {beams.beamA} and {beams.beamB}"
        raise InputError(f"read {path}", found, "electrons and positrons (11 and -11)", "choose another file")
    if not (beams.energyA > 0 and beams.energyB > 0):
        found = f"beams of {beams.energyA:g} and {beams.energyB:g} GeV"
        raise InputError(f"read {path}", found, "energies above 0", "mend the init block")


def _require_mixed(path: Path, init: Any) -> None:
    """Strategies 1 and 2 leave it to the reader how often he takes each subprocess."""
    strategy, count = init.initInfo.weightingStrategy, len(init.procInfo)
    if abs(strategy) in {1, 2} and count > 1:
        found = f"{count} subprocesses with the weighting strategy {strategy}"
        remedy = "write one file for each, or have the generator mix them"
        raise InputError(f"read {path}", found, "events that are mixed already, 3 or 4", remedy)


def _sample(path: Path, file: Any) -> LheSample:
    beams = file.init.initInfo
    counts: list[int] = []
    events: list[tuple[int, float]] = []
    rows: list[tuple[float, ...]] = []
    for event in file.events:
        kept = list(_kept(event.particles))
        counts.append(len(kept))
        events.append((event.eventinfo.pid, event.eventinfo.weight))
        rows += kept
    if not events:
        raise InputError(f"read {path}", "no events", "at least one event", "check how the file was made")
    table = np.array(rows, np.float64).reshape(-1, 8)
    kinds = np.rint(table[:, :3]).astype(np.int64)
    sections = {info.procId: (PICOBARN * info.xSection, PICOBARN * info.error) for info in file.init.procInfo}
    sample = JaggedEvents(
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        numbers=kinds[:, 0],
        final=kinds[:, 1] == FINAL,
        parents=kinds[:, 2],
        masses=table[:, 3],
        momenta=_at_rest(table[:, 4:], beams),
        weights=np.array([weight for _, weight in events], np.float64),
    )
    processes = np.array([process for process, _ in events], np.int64)
    return LheSample(sample, processes, sections, 2 * float(np.sqrt(beams.energyA * beams.energyB)))


def _kept(particles: Sequence[Any]) -> Iterator[tuple[float, ...]]:
    """Number, status, parent, mass and momentum of what is produced and of what decays."""
    places: dict[int, int] = {}
    for line, particle in enumerate(particles, start=1):
        if particle.status in {FINAL, DECAYED}:
            places[line] = len(places)
    for line in places:
        p = particles[line - 1]
        parent = places.get(int(p.mother1), -1)
        yield p.id, p.status, parent, p.m, p.e, p.px, p.py, p.pz


def _at_rest(momenta: FloatArray, beams: Any) -> FloatArray:
    """The momenta in the centre of mass of massless beams, with the electron along +z."""
    energy, p = beams.energyA + beams.energyB, beams.energyA - beams.energyB
    root = 2 * np.sqrt(beams.energyA * beams.energyB)
    moved = momenta.copy()
    if p:
        moved[:, 0] = (energy * momenta[:, 0] - p * momenta[:, 3]) / root
        moved[:, 3] = (energy * momenta[:, 3] - p * momenta[:, 0]) / root
    if beams.beamA == -11:  # half a turn about x
        moved[:, 2:] *= -1
    return moved
