"""Published exclusions together with the limits of runs, in one figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gloam.errors import InputError
from gloam.interpretation import read_limits
from gloam.interpretation.exclusions import OURS, Curve, Exclusion, Plane
from gloam.report import exclusion_figure, write_figure

__all__ = ["draw_exclusions", "limits_of_run"]

SUFFIXES = (".png", ".pdf")


def draw_exclusions(plane: Plane, ours: Sequence[Exclusion], path: Path) -> Path:
    """The path of a figure of all exclusions in the plane, written whole or not at all.

    Raises:
        InputError: for another suffix than .png or .pdf, or a plane without anything to draw.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("--figure", f"{path.name}", "a name that ends in .png or .pdf", "choose another name")
    return write_figure(exclusion_figure(plane, ours), path)


def limits_of_run(directory: Path, plane: Plane) -> Exclusion:
    """The observed limits of a run on the coupling of a plane, as one more exclusion.

    Raises:
        InputError: for a directory without results, or without limits on the coupling.
    """
    result = read_limits(directory)
    coupling = result.column("coupling_ul")
    if not np.isfinite(coupling).any():
        raise InputError(
            f"limits on {plane.quantity} in {directory}", "none", "a run that declares a model",
            f"`gloam recast {directory} --model {plane.model}` makes them",
        )  # fmt: skip
    order = np.argsort(result.mass, kind="stable")
    kept = Curve(result.mass[order], coupling[order], int(np.isfinite(coupling).sum()))
    name = f"this run: {result.title}" if result.title else str(directory)
    return Exclusion(
        name, "curve", plane.quantity, f"gloam, {directory}", result.level, result.date, OURS, kept,
        note=result.data_in_words,
    )  # fmt: skip
