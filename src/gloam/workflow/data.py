"""The spectra of a search: from the data it carries, or from the user's."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gloam.errors import InputError
from gloam.spectra import Axis, Origin, Spectrum, fill, read_spectrum, read_values, rebin, restrict, uniform_axis
from gloam.spectra.source import file_origin, split_source
from gloam.workflow.declaring import channel_grid
from gloam.workflow.pseudo_data import Injection, prepared_axis, pseudo_spectrum

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["Stage", "own_spectrum", "user_spectra"]

Stage = Literal["events", "selected", "spectrum"]

LEAST_ENERGY = "E_min"
"""Column of files of selected events with the smallest photon energy in GeV, where channels cut on it."""


def own_spectrum(search: Search, channel: Channel, seed: int = 0, injected: Injection | None = None) -> Spectrum:
    """The spectrum of a channel: pseudo-data, or the data in the room of its search.

    Args:
        search: whose channel.
        channel: with data, or with a prepared spectrum.
        seed: of pseudo-data.
        injected: a signal in them.
    """
    from gloam.searches.registry import room_of

    if channel.spectrum is not None:
        return pseudo_spectrum(search, channel, seed, injected)
    assert channel.data is not None and channel.range is not None  # noqa: S101, PT018 - a declaration is checked
    low, high = channel.range
    with as_file(files(room_of(search.name)).joinpath(channel.data)) as path:
        return read_spectrum(
            path,
            column=search.observable_of(channel).column,
            low=low,
            high=high,
            bin_width=channel.bin_width,
            unit=search.observable_of(channel).unit,
            name=search.observable_of(channel).column,
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
        axes = [_axis(search, channel) for channel in search.channels]
        ranges = ", ".join(f"{axis.low:g} to {axis.high:g}" for axis in axes)
        raise InputError(
            f"run {search.name} on {source}", "data in the range of no channel",
            f"data in {ranges} {search.observable.unit}", "check the unit and the stage (--stage)",
        )  # fmt: skip
    return found


def _from_events(search: Search, source: str | Path) -> dict[str, Spectrum]:
    """Spectra of the columns of the channels, after the cut on the smallest photon energy that a channel may have."""
    found = {}
    for channel in search.channels:
        axis, prepared = _axis(search, channel), search.spectrum_of(channel)
        values = read_values(source, search.observable_of(channel).column)
        if prepared is not None:
            values = values[read_values(source, LEAST_ENERGY) > float(prepared.least_energy)]
        if ((values >= axis.low) & (values <= axis.high)).any():
            found[channel.name] = fill(values, axis, origin=file_origin(split_source(source)[0]))
    return found


def _from_histogram(search: Search, source: str | Path) -> dict[str, Spectrum]:
    """The parts of a spectrum that cover a channel.

    A spectrum that a channel shares with others is known by its name, which that of the axis has to be.
    """
    whole = read_spectrum(source)
    slack = 1e-6 * float(whole.axis.widths.min())
    found = {}
    for channel in search.channels:
        axis = _axis(search, channel)
        if channel.spectrum is not None:
            low, high = channel_grid(search, channel).position[[0, -1]]
            if whole.axis.name == channel.spectrum and whole.axis.low <= low and high <= whole.axis.high:
                found[channel.name] = whole
        elif whole.axis.low <= axis.low + slack and axis.high - slack <= whole.axis.high:
            found[channel.name] = rebin(restrict(whole, axis.low, axis.high), channel.bin_width or 0.0)
    return found


def _axis(search: Search, channel: Channel) -> Axis:
    if channel.spectrum is not None:
        return prepared_axis(search, channel)
    assert channel.range is not None and channel.bin_width is not None  # noqa: S101, PT018 - a declaration is checked
    low, high = channel.range
    observable = search.observable_of(channel)
    return uniform_axis(low, high, width=channel.bin_width, name=observable.column, unit=observable.unit)
