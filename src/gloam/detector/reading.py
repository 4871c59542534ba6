"""Reconstructed events from a file: a user's, or one that `gloam generate --detector` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.detector.declaration import Detector
from gloam.detector.reconstructed import ReconstructedBatch
from gloam.errors import InputError, one_of
from gloam.events import Particle, column_names, read_columns
from gloam.events.particles import NUMBERS

__all__ = ["read_reconstructed"]

_SEEN = {NUMBERS[name]: name for name in NUMBERS if name in ("gamma", "e-", "e+", "mu-", "mu+", "pi-", "pi+", "p")}
_COMPONENTS = ("E", "px", "py", "pz")


def read_reconstructed(path: Path | str, detector: Detector, object_name: str | None = None) -> ReconstructedBatch:
    """The events of a file with columns pdg_1, E_1, px_1, py_1, pz_1, pdg_2 ...

    These are the columns that `ReconstructedBatch.columns` gives, momenta in GeV in the nominal centre of mass. The
    columns found_1 ..., identified_1 ... and weight may be left out: everything was found and identified, and weights
    are 1. All events have the same particles in the same order; one that was not found has found_i = 0.

    Args:
        path: of any format that `gloam.events` reads.
        detector: whose beams give the laboratory.
        object_name: the tree inside a ROOT file.

    Raises:
        InputError: columns missing, jagged or not numbers; particles that change from event to event; momenta of found
            particles, or weights, that are not finite; energies below 0.
    """
    asked = f"read events of {path}"
    present = column_names(path, object_name)
    number = 1
    while f"pdg_{number}" in present:
        number += 1
    places = range(1, number)
    if not places:
        raise InputError(asked, "no column 'pdg_1'", "columns pdg_1, E_1, px_1, py_1, pz_1, pdg_2 ...",
                         "name them so, or give --stage selected with columns of candidates")  # fmt: skip
    optional = [name for i in places for name in (f"found_{i}", f"identified_{i}")] + ["weight"]
    wanted = [f"{name}_{i}" for i in places for name in ("pdg", *_COMPONENTS)]
    columns = read_columns(path, [*wanted, *(name for name in optional if name in present)], object_name)
    particles = tuple(_particle(columns[f"pdg_{i}"], f"pdg_{i}", asked) for i in places)
    flags = {
        name: np.stack([_flags(columns, f"{name}_{i}", asked) for i in places], axis=1)
        for name in ("found", "identified")
    }
    found = flags["found"]
    momenta = np.stack([np.stack([columns[f"{axis}_{i}"] for axis in _COMPONENTS], axis=1) for i in places], axis=1)
    _require_momenta(momenta[found], asked)
    momenta[~found] = np.nan
    weights = columns.get("weight", np.ones(len(momenta)))
    if not np.isfinite(weights).all():
        raise InputError(asked, "weights that are not finite", "numbers", "correct the column 'weight'")
    laboratory = detector.beams.to_laboratory(momenta)
    return ReconstructedBatch(
        particles, tuple(range(len(particles))), momenta, laboratory, found, found & flags["identified"], weights
    )


def _particle(numbers: FloatArray, column: str, asked: str) -> Particle:
    first = int(numbers[0])
    if not (numbers == first).all():
        found = f"column {column!r} with several particles"
        raise InputError(asked, found, "one kind in each column", "order the particles of every event alike")
    if first not in _SEEN:
        allowed = one_of(str(number) for number in _SEEN)
        raise InputError(asked, f"PDG number {first} in {column!r}", allowed, "keep tracks and clusters")
    return Particle(_SEEN[first], 0.0)


def _flags(columns: Mapping[str, FloatArray], name: str, asked: str) -> BoolArray:
    if name not in columns:
        return np.ones(len(next(iter(columns.values()))), bool)
    values = columns[name]
    if not np.isin(values, (0, 1)).all():
        raise InputError(asked, f"other numbers than 0 and 1 in {name!r}", "0 or 1", "correct the column")
    return np.asarray(values == 1)


def _require_momenta(momenta: FloatArray, asked: str) -> None:
    if not np.isfinite(momenta).all():
        found = f"{np.count_nonzero(~np.isfinite(momenta).all(-1))} particles whose momenta are not finite"
        raise InputError(asked, found, "finite momenta of what was found", "set found_i to 0 where it was not")
    if (momenta[:, 0] < 0).any():
        raise InputError(asked, "energies below 0", "energies in GeV", "check the order of the columns")
