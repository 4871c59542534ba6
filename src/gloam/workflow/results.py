"""What a run of a search, or a scan of a file, results in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gloam.models import YieldNuisance
from gloam.report import Channel
from gloam.spectra import Origin

__all__ = ["Run"]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The results of a search or of a scan of the user's spectrum.

    Attributes:
        name: of the search, or "scan".
        title: one line for readers.
        origin: where the data come from.
        channels: their fits, or counts, and limits.
        seconds: wall time from reading to limits.
        hashes: content hashes of the declaration and of the data.
        published: comparison with what is known, or None.
        notes: what a reader of the results must know.
        systematics: uncertainties of the yields.
        declaration: what was asked for, see `gloam.workflow.declared`; None for what only Python code knows.
        seed: of everything random; None where nothing was.
    """

    name: str
    title: str
    origin: Origin
    channels: tuple[Channel, ...]
    seconds: float
    hashes: dict[str, str | None]
    published: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    systematics: tuple[YieldNuisance, ...] = ()
    declaration: dict[str, Any] | None = None
    seed: int | None = None
