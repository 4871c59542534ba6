"""The cache of artefacts, each stored under the hash of what it was made from."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gloam.store.hashing import content_hash
from gloam.store.writing import write_arrays

__all__ = ["Artefacts", "cache_directory"]


def cache_directory() -> Path:
    """Where artefacts are kept: `GLOAM_CACHE`, else gloam's folder in the user's cache directory."""
    if chosen := os.environ.get("GLOAM_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "gloam"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gloam"


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Named arrays kept in a directory under the content hash of their recipe.

    Attributes:
        directory: where the files are; made when the first artefact is stored.

    Example:
        >>> import tempfile
        >>> artefacts = Artefacts(Path(tempfile.mkdtemp()))
        >>> recipe = {"step": "fits", "seed": 1}
        >>> _ = artefacts.store(recipe, {"yield": np.array([3.0])})
        >>> artefacts.find(recipe)["yield"]
        array([3.])
    """

    directory: Path

    def path(self, recipe: Mapping[str, Any]) -> Path:
        """The file that holds, or would hold, the arrays made by this recipe."""
        return self.directory / f"{content_hash(recipe)}.npz"

    def find(self, recipe: Mapping[str, Any]) -> dict[str, np.ndarray[Any, Any]] | None:
        """The arrays made by this recipe, or None where there are none that can be read."""
        path = self.path(recipe)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files if name != "schema_version"}
        except (OSError, ValueError, EOFError, KeyError, RuntimeError):
            return None  # absent or damaged: made again by the caller
        except Exception as fault:
            if type(fault).__name__ == "BadZipFile":
                return None
            raise

    def store(self, recipe: Mapping[str, Any], arrays: Mapping[str, Any]) -> Path:
        """The file in which the arrays were stored, whole or not at all."""
        return write_arrays(self.path(recipe), arrays)

    def clear(self) -> int:
        """The number of artefacts removed."""
        removed = len(list(self.directory.rglob("*.npz")))
        shutil.rmtree(self.directory, ignore_errors=True)
        return removed
