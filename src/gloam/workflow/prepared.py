"""The artefact of a preparation: written by `gloam prepare`, carried by its search, read when the search runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import PreparedScan
from gloam.errors import InputError
from gloam.selection import CutFlow, cut_flow_dict
from gloam.store import content_hash, write_arrays, write_json

if TYPE_CHECKING:
    from gloam.searches import Search
    from gloam.searches.preparation import Preparation

__all__ = ["ARTEFACT", "preparation_hash", "prepared", "prepared_cut_flows", "write_prepared"]

Flows = Mapping[str, Mapping[str, CutFlow]]

ARTEFACT = "prepared"
"""Name of the files of the artefact: `.npz` for the numbers, `.json` for what they are."""


def write_prepared(
    declared: Preparation, scans: Mapping[str, PreparedScan], flows: Flows, folder: Path, *, seed: int,
    scale: float = 1.0,
) -> dict[str, Any]:  # fmt: skip
    """What is said of an artefact, after it was written: `prepared.npz` and `prepared.json`."""
    arrays = {name: _short(each) for scan in scans for name, each in scans[scan].arrays(scan).items()}
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
    from gloam.searches.registry import room_of

    if search.preparation is None:
        return {}
    return _loaded(room_of(search.name), preparation_hash(search.preparation), search.name)


def preparation_hash(declared: Preparation) -> str:
    """The content hash of what a preparation declares, its words for readers and what has its default apart."""
    unused = {"left_out"} if declared.networks is not None else {"left_out", "networks"}
    return content_hash(declared.model_dump(mode="python", exclude=unused, exclude_defaults=True))


def prepared_cut_flows(search: Search) -> dict[str, dict[str, Any]]:
    """What each cut left of simulated samples, by spectrum and sample as `gloam.selection.cut_flow_dict` writes it."""
    from gloam.searches.registry import room_of

    if not prepared(search):  # which also checks that the artefact is that of the declaration
        return {}
    record = json.loads(files(room_of(search.name)).joinpath(f"{ARTEFACT}.json").read_text())
    return dict(record["cut_flow"])


@cache
def _loaded(room: str, declaration: str, name: str) -> dict[str, PreparedScan]:
    remedy = f"run gloam prepare {name}"
    try:
        folder = files(room)
        record = json.loads(folder.joinpath(f"{ARTEFACT}.json").read_text())
        with folder.joinpath(f"{ARTEFACT}.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files if key != "schema_version"}
    except (OSError, ValueError, KeyError) as fault:
        raise InputError(f"artefact of {name}", str(fault), "the files that gloam prepare writes", remedy) from None
    if content_hash(arrays) != record["sha256"]:
        raise InputError(f"artefact of {name}", "content that its hash does not match", "untouched files", remedy)
    if record["preparation"] != declaration:
        raise InputError(f"artefact of {name}", "made from another declaration", "the present one", remedy)
    return {spectrum: PreparedScan.of(arrays, spectrum) for spectrum in dict.fromkeys(k.split(".")[0] for k in arrays)}


def _short(array: FloatArray) -> np.ndarray[Any, Any]:
    """Distribution functions and parameters in single precision, which is far below their errors; edges stay."""
    return array if array.ndim == 1 and (np.diff(array) > 0).all() else array.astype(np.float32)
