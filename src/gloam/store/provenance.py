"""What made a result: versions, engine, seed, hashes, date."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import numpy as np

from gloam.kernel import running_engine

__all__ = ["provenance"]


def provenance(*, hashes: Mapping[str, str | None], seed: int | None = None) -> dict[str, Any]:
    """Versions, engine, seed, hashes of declaration and data, and the date of a run (UTC, ISO 8601)."""
    return {
        "gloam": metadata.version("gloam"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        **running_engine(),
        "seed": seed,
        "hashes": dict(hashes),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
