"""The spectra of a search: from the data it carries, or from the user's."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gloam.errors import InputError
from gloam.spectra import Axis, Origin, Spectrum, fill, read_spectrum, read_values, rebin, restrict, uniform_axis
from gloam.spectra.source import file_origin, split_source

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["Stage", "own_spectrum", "user_spectra"]

Stage = Literal["events", "selected", "spectrum"]


def own_spectrum(search: Search, channel: Channel) -> Spectrum:
    """The spectrum of a channel from the data in the room of its search."""
    from gloam.searches.registry import room_of

    low, high = channel.range
    with as_file(files(room_of(search.name)).joinpath(channel.data)) as path:
        return read_spectrum(
            path,
            column=search.observable.column,
            low=low,
            high=high,
            bin_width=channel.bin_width,
            unit=search.observable.unit,
            name=search.observable.column,
            origin=Origin(
                search.data_kind,
                search.data_source,
                file_origin(path).sha256,
                None if search.luminosity is None else float(search.luminosity),
            ),
        )


def user_spectra(search: Search, source: str | Path, stage: Stage) -> dict[str, Spectrum]:
    """The spectra of the channels that a file of the user's covers, by the name of the channel.

    Args:
        search: whose channels.
        source: "FILE" or "FILE:OBJECT".
        stage: "selected" events with the column of the observable, or a "spectrum" that is already filled.

    Raises:
        InputError: if the search has no such stage, the file cannot be read, or it covers no channel.
    """
    if stage == "events":
        raise InputError(
            f"run {search.name} from events", "a search without an event selection", "selected or spectrum",
            "apply your selection and give --stage selected",
        )  # fmt: skip
    found = _from_events(search, source) if stage == "selected" else _from_histogram(search, source)
    if not found:
        ranges = ", ".join(f"{c.range[0]:g} to {c.range[1]:g}" for c in search.channels)
        raise InputError(
            f"run {search.name} on {source}", "data in the range of no channel",
            f"data in {ranges} {search.observable.unit}", "check the unit and the stage (--stage)",
        )  # fmt: skip
    return found


def _from_events(search: Search, source: str | Path) -> dict[str, Spectrum]:
    column = search.observable.column
    values = read_values(source, column)
    origin = file_origin(split_source(source)[0])
    return {
        channel.name: fill(values, _axis(search, channel), origin=origin)
        for channel in search.channels
        if ((values >= channel.range[0]) & (values <= channel.range[1])).any()
    }


def _from_histogram(search: Search, source: str | Path) -> dict[str, Spectrum]:
    whole = read_spectrum(source)
    slack = 1e-6 * float(whole.axis.widths.min())
    return {
        channel.name: rebin(restrict(whole, *channel.range), channel.bin_width)
        for channel in search.channels
        if whole.axis.low <= channel.range[0] + slack and channel.range[1] - slack <= whole.axis.high
    }


def _axis(search: Search, channel: Channel) -> Axis:
    low, high = channel.range
    observable = search.observable
    return uniform_axis(low, high, width=channel.bin_width, name=observable.column, unit=observable.unit)
