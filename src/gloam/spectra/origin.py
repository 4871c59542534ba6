"""Origin: where the data of a spectrum come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the data of a spectrum come from.

    Args:
        kind: "real" data of an experiment, "pseudo" data of a simulation, or a file of the "user".
        source: the file or the publication, in words.
        sha256: of the file, in hexadecimal; None if the data never were a file.
        luminosity_fb: integrated luminosity in fb^-1, where known.

    Example:
        >>> Origin("user", "dimuon.csv").kind
        'user'
    """

    kind: Literal["real", "pseudo", "user"]
    source: str
    sha256: str | None = None
    luminosity_fb: float | None = None
