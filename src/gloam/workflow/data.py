"""The spectra of a search: from the data it carries, or from the user's."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector import read_reconstructed
from gloam.errors import InputError
from gloam.selection import passes, select
from gloam.spectra import Axis, Origin, Spectrum, fill, read_spectrum, read_values, rebin, restrict, uniform_axis
from gloam.spectra.blinded import hide_blinded
from gloam.spectra.source import file_origin, split_source
from gloam.workflow.declaring import channel_grid
from gloam.workflow.pseudo_data import Injection, prepared_axis, pseudo_spectrum

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["Stage", "own_spectrum", "user_spectra"]

Stage = Literal["events", "selected", "spectrum"]


def own_spectrum(search: Search, channel: Channel, seed: int = 0, injected: Injection | None = None) -> Spectrum:
    """The spectrum of a channel: pseudo-data, or the data in the room of its search.

    Args:
        search: whose channel.
        channel: with data, or with a prepared spectrum.
        seed: of pseudo-data.
        injected: a signal in them.
    """
    from gloam.searches.registry import room_folder

    if channel.spectrum is not None:
        return pseudo_spectrum(search, channel, seed, injected)
    assert channel.data is not None and channel.range is not None  # noqa: S101, PT018 - a declaration is checked
    low, high = channel.range
    with as_file(room_folder(search.name).joinpath(channel.data)) as path:
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
        stage: reconstructed "events" with four-momenta, see `gloam.detector.read_reconstructed`; "selected" events with
            the columns of observables and of the cuts of a spectrum; or a "spectrum" that is already filled.

    Raises:
        InputError: if the search has no such stage, the file cannot be read, or it covers no channel.
    """
    readers = {"events": _from_events, "selected": _from_selected, "spectrum": _from_histogram}
    found = readers[stage](search, source)
    if not found:
        axes = [_axis(search, channel) for channel in search.channels]
        ranges = ", ".join(f"{axis.low:g} to {axis.high:g}" for axis in axes)
        raise InputError(
            f"run {search.name} on {source}", "data in the range of no channel",
            f"data in {ranges} {search.observable.unit}", "check the unit and the stage (--stage)",
        )  # fmt: skip
    return found


def _from_events(search: Search, source: str | Path) -> dict[str, Spectrum]:
    """Spectra of events that the search itself reconstructs and selects."""
    declared = search.preparation
    if declared is None:
        raise InputError(
            f"run {search.name} from events", "a search without an event selection", "selected or spectrum",
            "apply your selection and give --stage selected",
        )  # fmt: skip
    path, object_name = split_source(source)
    entries = declared.entries(read_reconstructed(path, declared.detector, object_name))
    kept = {spectrum.name: select(entries, declared.cuts_of(spectrum))[0] for spectrum in declared.spectra}
    return _filled(search, {name: each.columns for name, each in kept.items()}, source)


def _from_selected(search: Search, source: str | Path) -> dict[str, Spectrum]:
    """Spectra of the columns of the channels, after the cuts that a spectrum has of its own."""
    columns: dict[str, dict[str, FloatArray]] = {}
    for channel in search.channels:
        observable = search.observable_of(channel).column
        if channel.spectrum is None:
            columns[channel.name] = {observable: read_values(source, observable)}
    spectra = () if search.preparation is None else search.preparation.spectra
    asked = {name for channel in search.channels for name in channel.slices or (channel.spectrum,)}
    for spectrum in spectra:
        if spectrum.name in asked:
            cuts = [each.cut() for each in spectrum.cuts]
            names = dict.fromkeys([spectrum.observable.column, *(name for cut in cuts for name in cut.needs)])
            read = {name: read_values(source, name) for name in names}
            kept = np.logical_and.reduce([passes(cut, read) for cut in cuts]) if cuts else slice(None)
            columns[spectrum.name] = {name: values[kept] for name, values in read.items()}
    return _filled(search, columns, source)


def _filled(search: Search, columns: Mapping[str, Mapping[str, FloatArray]], source: str | Path) -> dict[str, Spectrum]:
    """The spectra of the channels that have entries; columns go by the name of the spectrum, else of the channel."""
    found = {}
    path, inside = split_source(source)
    for channel in search.channels:
        axis, names = _axis(search, channel), channel.slices or (channel.spectrum or channel.name,)
        column = search.observable_of(channel).column
        values = _side_by_side([columns[name][column] for name in names], axis)
        if ((values >= axis.low) & (values <= axis.high)).any():
            filled = fill(values, axis, origin=file_origin(path))
            found[channel.name] = hide_blinded(path, inside, [search.observable_of(channel).column], filled)
    return found


def _side_by_side(slices: list[FloatArray], axis: Axis) -> FloatArray:
    """The values of slices on their common axis, without those in no slice; a single one as it is."""
    if len(slices) == 1:
        return slices[0]
    span = (axis.high - axis.low) / len(slices)
    inside = [values[(values >= axis.low) & (values < axis.low + span)] for values in slices]
    return np.concatenate([values + number * span for number, values in enumerate(inside)])


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
            if whole.axis.name == axis.name and whole.axis.low <= low and high <= whole.axis.high:
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
