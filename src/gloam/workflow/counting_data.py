"""The spectra of a search that counts: pseudo-data from its simulation, or the user's at any stage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector import read_reconstructed
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.selection import Entries, select
from gloam.spectra import Axis, Origin, Spectrum, fill, read_spectrum, read_values, with_flow
from gloam.spectra.blinded import hide_blinded
from gloam.spectra.source import file_origin, split_source
from gloam.workflow.coupling import plane_coupling, search_coupling
from gloam.workflow.declaring_counts import counted_axes, expected_backgrounds
from gloam.workflow.prepared import prepared_counts
from gloam.workflow.pseudo_data import Injection

if TYPE_CHECKING:
    from gloam.searches import CountedChannel, CountedSpectrum, CountingSearch

__all__ = ["expected_signal", "pseudo_counts", "user_counts"]


def pseudo_counts(search: CountingSearch, channel: CountedChannel, seed: int, injected: Injection | None) -> Spectrum:
    """The pseudo-data of a channel: a Poisson draw of its backgrounds, and of a signal where one is asked for.

    The signal is drawn from a stream of its own, so that the background stays as it was.
    """
    axes = counted_axes(search, channel)
    expected = np.sum(list(expected_backgrounds(search, channel).values()), axis=0)
    stream = f"pseudo-data {search.name} {channel.name}"
    counts = random_stream(seed, stream).poisson(expected).astype(float)
    source = f"{search.data_source}; seed {seed}"
    if injected is not None:
        source += f"; {injected.in_words}"
        if channel.has_signal_efficiency:
            signal = expected_signal(search, channel, injected)
            counts += random_stream(seed, f"{stream} signal").poisson(signal)
    origin = Origin(search.data_kind, source, None, float(search.luminosity or 0.0))
    return Spectrum(axes, with_flow(counts, axes), origin=origin)


def expected_signal(search: CountingSearch, channel: CountedChannel, injected: Injection) -> FloatArray:
    """The counts that a signal is expected to add to each bin of a channel.

    Raises:
        InputError: for a search without a model, another number of masses than its observables, or masses that are not
            scanned.
    """
    _require_scanned(search, injected)
    found, mass = prepared_counts(search)[channel.spectrum], np.array(injected.masses)
    if not found.covers(mass[None])[0]:  # another channel has it
        return np.zeros([edges.size - 1 for edges in found.all_edges])
    coupling = search_coupling(search) if mass.size == 1 else plane_coupling(search, mass[:1], mass[1:], channel.share)
    assert coupling is not None  # noqa: S101 - a search without a model was refused
    number = float(coupling.at_one(mass[:1])[0]) * injected.coupling**coupling.power
    number *= float(found.at_masses("radiative_factor", mass[None])[0]) * float(search.luminosity or 0.0)
    return np.asarray(number * channel.correction * found.signal_in_bins(mass))


def _require_scanned(search: CountingSearch, injected: Injection) -> None:
    """Refuse a signal that no window of the search can hold."""
    scanned = [each.masses for each in search.channels if each.has_signal_efficiency]
    if search.model is None:
        raise InputError("--inject", f"a signal in {search.name}", "a search with a model", "leave it out")
    if len(injected.masses) != len(scanned[0]):
        words = "one mass", "two masses: --inject MASS COUPLING --inject-mass2 MASS2"
        raise InputError("--inject", f"{len(injected.masses)} of them", words[len(scanned[0]) - 1], "name as many")
    for mass, ranges in zip(injected.masses, zip(*scanned, strict=True), strict=True):
        low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
        if not low <= mass <= high:
            allowed = f"{low:g} to {high:g}"
            raise InputError("--inject", f"a mass of {mass:g} GeV", allowed, "name a mass that is scanned")
    prepared = prepared_counts(search)
    point = np.array([injected.masses])
    if not any(prepared[each.spectrum].covers(point)[0] for each in search.channels if each.has_signal_efficiency):
        given = " and ".join(f"{each:g}" for each in injected.masses)
        raise InputError("--inject", f"masses of {given} GeV", "those between simulated ones", "see `gloam show`")


def user_counts(search: CountingSearch, source: str | Path, stage: str) -> dict[str, Spectrum]:
    """The spectra of the channels that a file of the user's holds, by the name of the channel.

    Args:
        search: whose channels.
        source: "FILE" or "FILE:OBJECT".
        stage: reconstructed "events"; "selected" events of the first channel, with its observables and the columns of
            the tuned step, if there is one, which is made here; or a "spectrum" with the axes of the search, of the
            first channel or, in a UHI file as `gloam run` writes it, of channels by their names.

    Raises:
        InputError: if the file cannot be read or does not belong to the search.
    """
    if stage == "spectrum":
        return _from_histogram(search, source)
    found = _from_events(search, source) if stage == "events" else _from_selected(search, source)
    if not any(len(each) for each in found.values()):
        raise InputError(
            f"run {search.name} on {source}", "no event in any channel", "events that the selection keeps",
            "check the unit and the stage (--stage)",
        )  # fmt: skip
    return {
        channel.name: _filled(search, channel, found[channel.name], source)
        for channel in search.channels
        if channel.name in found
    }


def _from_events(search: CountingSearch, source: str | Path) -> dict[str, Entries]:
    """Events that the search itself reconstructs and selects."""
    path, object_name = split_source(source)
    declared = search.preparation
    seen = read_reconstructed(path, declared.detector, object_name)
    found = {}
    for channel in search.channels:
        spectrum = search.spectrum_of(channel)
        kept, _ = select(spectrum.reconstruction(seen, float(declared.sqrt_s)), spectrum.all_cuts())
        found[channel.name] = _after_the_tuned_step(search, channel, kept)
    return found


def _from_selected(search: CountingSearch, source: str | Path) -> dict[str, Entries]:
    """Events with the cuts made, of the first channel; the tuned step is made here, since it belongs to the windows."""
    channel = search.channels[0]
    spectrum = search.spectrum_of(channel)
    step = search.preparation.tuned_step(spectrum)
    names = [each.column for each in spectrum.observables] + ([] if step is None else [step.column, *step.plane])
    columns = {name: read_values(source, name) for name in dict.fromkeys(names)}
    number = len(next(iter(columns.values())))
    kept = Entries(columns, np.arange(number), np.ones(number))
    return {channel.name: _after_the_tuned_step(search, channel, kept)}


def _after_the_tuned_step(search: CountingSearch, channel: CountedChannel, kept: Entries) -> Entries:
    spectrum: CountedSpectrum = search.spectrum_of(channel)
    line, step = prepared_counts(search)[channel.spectrum].line(), search.preparation.tuned_step(spectrum)
    if line is None or step is None:
        return kept
    c: Mapping[str, FloatArray] = kept.columns
    observable = c[spectrum.observables[0].column]
    return kept[line.passes(observable, c[step.column], *(c[name] for name in step.plane))]


def _filled(search: CountingSearch, channel: CountedChannel, kept: Entries, source: str | Path) -> Spectrum:
    path, inside = split_source(source)
    axes = counted_axes(search, channel)
    values = tuple(kept.columns[axis.name] for axis in axes)
    if not len(kept):  # no event is a result
        filled = Spectrum(axes, with_flow(np.zeros([len(axis) for axis in axes]), axes), origin=file_origin(path))
    else:
        filled = fill(values if len(axes) > 1 else values[0], axes, origin=file_origin(path))
    return hide_blinded(path, inside, [axis.name for axis in axes], filled)


def _from_histogram(search: CountingSearch, source: str | Path) -> dict[str, Spectrum]:
    """Spectra with the axes of the search: one of the first channel, or a UHI file with one for each by name."""
    path, object_name = split_source(source)
    if path.suffix == ".json" and object_name is None:
        named = _named_in(path, [channel.name for channel in search.channels])
        found = {name: read_spectrum(f"{path}:{name}") for name in named}
        if not named:
            found = {search.channels[0].name: read_spectrum(source)}
    else:
        found = {search.channels[0].name: read_spectrum(source)}
    channels = {channel.name: channel for channel in search.channels}
    return {
        name: Spectrum(
            _same_axes(search, channels[name], each),
            each.contents,
            visible=each.visible,
            origin=each.origin or file_origin(path),
        )
        for name, each in found.items()
    }


def _named_in(path: Path, names: list[str]) -> list[str]:
    import json

    try:
        document = json.loads(path.read_text())
    except ValueError:
        return []
    return [name for name in names if isinstance(document, dict) and isinstance(document.get(name), dict)]


def _same_axes(search: CountingSearch, channel: CountedChannel, spectrum: Spectrum) -> tuple[Axis, ...]:
    """The axes of the channel, where those of the file are the same."""
    wanted = counted_axes(search, channel)
    same = len(spectrum.axes) == len(wanted) and all(
        len(one) == len(other) and np.allclose(one.edges, other.edges, rtol=1e-9, atol=1e-9)
        for one, other in zip(spectrum.axes, wanted, strict=True)
    )
    if not same:
        raise InputError(
            f"spectrum of channel {channel.name}", "bins of other edges than those of the search",
            f"the {len(wanted[0])} bins that `gloam run {search.name}` writes to spectrum.json",
            "fill it so, or give --stage selected",
        )  # fmt: skip
    return wanted
