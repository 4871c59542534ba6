"""The limits of runs beside published ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.interpretation import StoredLimits, read_limits
from gloam.interpretation.exclusions import OURS, Curve, Exclusion, Plane, coupling_plane
from gloam.report import Channel, CountingChannel
from gloam.workflow.indirect import with_indirect
from gloam.workflow.results import Run

__all__ = ["coupling_figure_content", "limits_of_run", "of_different_masses"]

C = TypeVar("C", bound=Channel)


def limits_of_run(directory: Path, plane: Plane) -> tuple[Exclusion, ...]:
    """The observed limits of a run on the coupling of a plane, one exclusion for each channel.

    Raises:
        InputError: for a directory without results, without limits on a coupling, or with those on another one.
    """
    stored = read_limits(directory)
    limit, named = stored.column("coupling_ul"), (stored.summary.get("limit") or {}).get("coupling")
    if not np.isfinite(limit).any():
        raise InputError(
            f"limits on {plane.quantity} in {directory}", "none", "a run that declares a model",
            f"`gloam recast {directory} --model {plane.model} --out DIR` makes them",
        )  # fmt: skip
    if named not in {None, plane.quantity}:
        raise InputError(f"limits on {plane.quantity} in {directory}", f"limits on {named}", "the same", "recast them")
    channels = dict.fromkeys(stored.channel.tolist())
    rows = {channel: np.flatnonzero((stored.channel == channel) & np.isfinite(limit)) for channel in channels}
    return tuple(_of_channel(stored, plane, channel, limit, at) for channel, at in rows.items() if at.size)


def _of_channel(stored: StoredLimits, plane: Plane, channel: str, limit: FloatArray, rows: IntArray) -> Exclusion:
    rows = rows[np.argsort(stored.mass[rows], kind="stable")]
    return Exclusion(
        f"gloam ({stored.data_in_words}), {channel}", "curve", plane.quantity, stored.title, stored.level, stored.date,
        OURS, Curve(stored.mass[rows], limit[rows], rows.size), str(stored.directory),
    )  # fmt: skip


def coupling_figure_content(run: Run) -> tuple[Plane, tuple[Exclusion, ...]] | None:
    """The plane of the model of a run and its own limits in it; None for a run without a model.

    Limits that depend on two masses are no curve in it: they have figures of their own. Runs on pseudo-data are drawn
    with their expected limits, which mean more than those that random numbers lead to.
    """
    if run.model is None:
        return None
    plane = with_indirect(coupling_plane(run.model))
    pseudo = run.origin.kind == "pseudo"
    kind = "expected, pseudo-data" if pseudo else f"observed, {run.origin.kind} data"
    mass, limit = _curve(run, pseudo)
    if not np.isfinite(limit).any():
        return None
    ours = Exclusion(
        f"gloam {run.name} ({kind})", "curve", plane.quantity, run.title, run.channels[0].limits.level, None, OURS,
        Curve(mass, limit, mass.size), run.name,
    )  # fmt: skip
    return plane, (ours,)


def _curve(run: Run, expected: bool) -> tuple[FloatArray, FloatArray]:
    """Masses and limits: of all channels together, or of one after the other."""
    if (found := run.combined) is not None and found.mass2 is None:
        return found.mass, found.expected[:, 2] if expected else found.observed
    curves = _curves(of_different_masses(run.channels), expected) or [(np.empty(0), np.empty(0))]
    mass, limit = (np.concatenate(parts) for parts in zip(*curves, strict=True))
    return mass, limit


def of_different_masses(channels: Sequence[C]) -> tuple[C, ...]:
    """The channels without those that scan masses which one before them has scanned."""
    chosen: list[C] = []
    for each in channels:
        low, high = each.result.mass.min(), each.result.mass.max()
        if all(high <= other.result.mass.min() or low >= other.result.mass.max() for other in chosen):
            chosen.append(each)
    return tuple(chosen)


def _curves(channels: tuple[Channel, ...], expected: bool) -> list[tuple[FloatArray, FloatArray]]:
    """Masses and limits on the coupling of each channel; those beyond a perturbative coupling are not drawn."""
    found = []
    for channel in channels:
        limits = channel.coupling_limits
        of_two = isinstance(channel, CountingChannel) and channel.is_plane
        if limits is not None and not of_two:
            limit = limits.expected[:, 2] if expected else limits.observed
            beyond = limit > (np.inf if channel.coupling is None else channel.coupling.perturbative)
            found.append((limits.mass, np.where(beyond, np.nan, limit)))
    return found
