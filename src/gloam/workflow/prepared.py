"""The artefact of a preparation: written by `gloam prepare`, carried by its search, read when the search runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from gloam.calibration import DecayCounts, DerivedScan, PreparedCounts, PreparedScan, broad_scan, unrolled_scan
from gloam.constants import MUON_MASS
from gloam.errors import InputError
from gloam.selection import CutFlow, cut_flow_dict
from gloam.store import content_hash, write_arrays, write_json
from gloam.theory import production

if TYPE_CHECKING:
    from gloam.searches import AnySearch, Channel, CountingPreparation, CountingSearch, Search
    from gloam.searches.on_off import OnOffPreparation, OnOffSearch
    from gloam.searches.preparation import Preparation

__all__ = [
    "ARTEFACT",
    "decay_counts",
    "preparation_hash",
    "prepared",
    "prepared_counts",
    "prepared_cut_flows",
    "prepared_scan",
    "write_counts",
    "write_decay_counts",
    "write_prepared",
]  # fmt: skip

KEPT = 8
"""Derived ingredients that are kept; to make them again takes a second."""

Flows = Mapping[str, Mapping[str, CutFlow]]

ARTEFACT = "prepared"
"""Name of the files of the artefact: `.npz` for the numbers, `.json` for what they are."""


def write_prepared(
    declared: Preparation, scans: Mapping[str, PreparedScan], flows: Flows, folder: Path, *, seed: int,
    scale: float = 1.0,
) -> dict[str, Any]:  # fmt: skip
    """What is said of an artefact, after it was written: `prepared.npz` and `prepared.json`."""
    arrays = {name: _short(each) for scan in scans for name, each in scans[scan].arrays(scan).items()}
    return _write(declared, arrays, flows, folder, seed, scale)


def write_counts(
    declared: CountingPreparation, counts: Mapping[str, PreparedCounts], flows: Flows, folder: Path, *, seed: int,
    scale: float = 1.0,
) -> dict[str, Any]:  # fmt: skip
    """The same for a search that counts."""
    arrays = {name: _short(each) for spectrum in counts for name, each in counts[spectrum].arrays(spectrum).items()}
    for name, each in counts.items():  # declared, not simulated: they stay as they are
        arrays |= {f"{name}.mass": each.mass, f"{name}.position": each.position}
    return _write(declared, arrays, flows, folder, seed, scale)


def _write(
    declared: Preparation | CountingPreparation | OnOffPreparation, arrays: Mapping[str, np.ndarray[Any, Any]],
    flows: Flows, folder: Path, seed: int, scale: float,
) -> dict[str, Any]:  # fmt: skip
    record = {
        "sha256": content_hash(arrays), "seed": seed, "preparation": preparation_hash(declared),
        "scale": scale,
    }  # fmt: skip
    write_arrays(folder / f"{ARTEFACT}.npz", arrays)
    cut_flow = {name: {sample: cut_flow_dict(flow) for sample, flow in each.items()} for name, each in flows.items()}
    write_json(folder / f"{ARTEFACT}.json", record | {"cut_flow": cut_flow})
    return record


def prepared(search: Search) -> dict[str, PreparedScan]:
    """The ingredients that a search carries, by the name of the spectrum; empty for one that needs none.

    Raises:
        InputError: for an artefact that is missing or damaged, or was made from another declaration.
    """
    return {} if search.preparation is None else _carried(search).of(PreparedScan)


def prepared_scan(search: Search, channel: Channel) -> PreparedScan | DerivedScan:
    """The ingredients of a channel with a prepared spectrum: as prepared, of its slices, or with a natural width.

    Raises:
        InputError: as `prepared`.
    """
    scans = prepared(search)
    if channel.slices:
        return _unrolled(tuple(scans[name] for name in channel.slices))
    scan = scans[str(channel.spectrum)]
    if channel.natural_width is None:
        return scan
    assert search.preparation is not None  # noqa: S101 - it has a prepared spectrum
    return _broad(scan, float(channel.natural_width), str(search.model), float(search.preparation.sqrt_s))


@lru_cache(KEPT)
def _unrolled(slices: tuple[PreparedScan, ...]) -> DerivedScan:
    return unrolled_scan(slices)


@lru_cache(KEPT)
def _broad(scan: PreparedScan, ratio: float, model: str, sqrt_s: float) -> DerivedScan:
    return broad_scan(scan, ratio, production(model, sqrt_s), sqrt_s - 2 * MUON_MASS)


def prepared_counts(search: CountingSearch) -> dict[str, PreparedCounts]:
    """The same of a search that counts."""
    return _carried(search).of(PreparedCounts)


def write_decay_counts(
    declared: OnOffPreparation, counts: Mapping[str, DecayCounts], folder: Path, *, seed: int, scale: float = 1.0
) -> dict[str, Any]:
    """The same for a search that counts decays of B mesons."""
    arrays = {name: _short(each) for channel in counts for name, each in counts[channel].arrays(channel).items()}
    return _write(declared, arrays, {}, folder, seed, scale)


def decay_counts(search: OnOffSearch) -> dict[str, DecayCounts]:
    """The same of a search that counts decays of B mesons, by the name of the channel."""
    return _carried(search).of(DecayCounts)


K = TypeVar("K", PreparedScan, PreparedCounts, DecayCounts)


@dataclass(frozen=True, slots=True, eq=False)
class _Artefact:
    """The arrays of an artefact, and what was made of them: backgrounds spread over a plane are made once."""

    arrays: Mapping[str, np.ndarray[Any, Any]]
    made: dict[type, dict[str, Any]] = field(default_factory=dict)

    def of(self, kind: type[K]) -> dict[str, K]:
        """The ingredients by the name of the spectrum or channel."""
        if kind not in self.made:
            names = dict.fromkeys(key.split(".")[0] for key in self.arrays)
            self.made[kind] = {name: kind.of(self.arrays, name) for name in names}
        return self.made[kind]


def _carried(search: AnySearch) -> _Artefact:
    """The artefact in the room of a search, which is that of its present declaration."""
    assert search.preparation is not None  # noqa: S101 - asked for by the callers
    return _loaded(search.name, preparation_hash(search.preparation))


def preparation_hash(declared: Preparation | CountingPreparation | OnOffPreparation) -> str:
    """The content hash of what a preparation declares, its words for readers and what has its default apart."""
    unused = {"left_out"} if getattr(declared, "networks", None) is not None else {"left_out", "networks"}
    return content_hash(declared.model_dump(mode="python", exclude=unused, exclude_defaults=True))


def prepared_cut_flows(search: AnySearch) -> dict[str, dict[str, Any]]:
    """What each cut left of simulated samples, by spectrum and sample as `gloam.selection.cut_flow_dict` writes it."""
    from gloam.searches.registry import room_folder

    if search.preparation is None:
        return {}
    _carried(search)  # checks that it is the right one
    record = json.loads(room_folder(search.name).joinpath(f"{ARTEFACT}.json").read_text())
    return dict(record["cut_flow"])


@cache
def _loaded(name: str, declaration: str) -> _Artefact:
    from gloam.searches.registry import room_folder

    folder = room_folder(name)
    remedy = f"run gloam prepare {name} --out {folder}"
    try:
        record = json.loads(folder.joinpath(f"{ARTEFACT}.json").read_text())
        with folder.joinpath(f"{ARTEFACT}.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files if key != "schema_version"}
    except FileNotFoundError:
        raise InputError(f"artefact of {name}", "none", "one beside its declaration", remedy) from None
    except (OSError, ValueError, KeyError) as fault:
        raise InputError(f"artefact of {name}", str(fault), "the files that gloam prepare writes", remedy) from None
    if content_hash(arrays) != record["sha256"]:
        raise InputError(f"artefact of {name}", "content that its hash does not match", "untouched files", remedy)
    if record["preparation"] != declaration:
        raise InputError(f"artefact of {name}", "made from another declaration", "the present one", remedy)
    return _Artefact(arrays)


def _short(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Distribution functions and parameters in single precision, which is far below their errors; edges stay."""
    if array.dtype.kind != "f":
        return array
    return array if array.ndim == 1 and (np.diff(array) > 0).all() else array.astype(np.float32)
