"""What made a result: versions, engine, seed, hashes, date."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import numpy as np

__all__ = ["engine", "provenance"]


def engine() -> dict[str, str | None]:
    """The fit engine that runs and its instruction set (None: the engine chooses none of its own)."""
    return {"engine": "numpy", "instruction_set": None}


def provenance(*, hashes: Mapping[str, str | None], seed: int | None = None) -> dict[str, Any]:
    """Versions, engine, seed, hashes of declaration and data, and the date of a run (UTC, ISO 8601)."""
    return {
        "gloam": metadata.version("gloam"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        **engine(),
        "seed": seed,
        "hashes": dict(hashes),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
