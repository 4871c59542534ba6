"""Pseudo-data of a search: Poisson draws from its background template, with a signal where one is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import PreparedScan
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.kinematics import position_of
from gloam.models import Stretched
from gloam.spectra import Axis, EventRanks, Origin, Spectrum, with_flow
from gloam.workflow.coupling import search_coupling
from gloam.workflow.prepared import prepared

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["Injection", "event_ranks", "expected_spectrum", "prepared_axis", "pseudo_spectrum", "signal_in_bins"]


@dataclass(frozen=True, slots=True)
class Injection:
    """A signal that is added to pseudo-data.

    Attributes:
        mass: in GeV.
        coupling: in the unit of the model of the search.
    """

    mass: float
    coupling: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mass) and self.mass > 0 and np.isfinite(self.coupling) and self.coupling >= 0):
            raise InputError(
                "--inject", f"{self.mass:g} {self.coupling:g}", "a mass above 0 and a coupling of at least 0",
                "write for example --inject 3.0 0.005",
            )  # fmt: skip


def prepared_axis(search: Search, channel: Channel) -> Axis:
    """The axis of a channel with a prepared spectrum, by the name of which it is known in files."""
    return Axis(_scan_of(search, channel).edges, str(channel.spectrum), search.observable_of(channel).unit)


def pseudo_spectrum(search: Search, channel: Channel, seed: int, injected: Injection | None = None) -> Spectrum:
    """The pseudo-data of a channel. Channels with one prepared spectrum have the same.

    Args:
        search: with a model, where a signal is injected.
        channel: with a prepared spectrum.
        seed: of the draw.
        injected: a signal; it is drawn from a stream of its own, so that the background stays as it was.

    Raises:
        InputError: if a signal lies outside what was simulated for the channels.
    """
    channel = _source(search, channel)
    scan, axis = _scan_of(search, channel), prepared_axis(search, channel)
    luminosity = _luminosity(search)
    expected = _expected(search, channel)
    stream = f"pseudo-data {search.name} {channel.spectrum}"
    if scan.ranks is None:
        counts = random_stream(seed, stream).poisson(expected).astype(float)
    else:
        (counts,) = scan.ranks.counts(expected, seed, stream, np.zeros(1, np.int64))
    source = f"{search.data_source}; seed {seed}"
    if injected is not None:
        _require_covered(search, injected)
        source += f"; with a signal of {injected.mass:g} GeV and coupling {injected.coupling:g}"
        if scan.mass[0] <= injected.mass <= scan.mass[-1]:
            counts += random_stream(seed, f"{stream} signal").poisson(signal_in_bins(search, channel, injected))
    origin = Origin(search.data_kind, source, None, luminosity)
    return Spectrum((axis,), with_flow(counts, (axis,)), origin=origin)


def expected_spectrum(search: Search, channel: Channel) -> Spectrum:
    """The background that is expected in a channel, without fluctuations."""
    channel = _source(search, channel)
    axis = prepared_axis(search, channel)
    return Spectrum((axis,), with_flow(_expected(search, channel), (axis,)), asimov=True)


def event_ranks(search: Search, channel: Channel) -> EventRanks | None:
    """How the entries of one event of a channel go together; None where they are taken as independent."""
    if channel.spectrum is None or search.preparation is None:
        return None
    return _scan_of(search, _source(search, channel)).ranks


def _expected(search: Search, channel: Channel) -> FloatArray:
    """The background, and a known particle in it."""
    scan, luminosity = _scan_of(search, channel), _luminosity(search)
    expected, peak = scan.template(luminosity).expected, search.calibration
    if peak is None or peak.spectrum != channel.spectrum:
        return expected
    position = position_of(np.array([peak.mass.value]), search.observable_of(channel).scale)
    shape = Stretched(scan.signal(), peak.width_ratio.value)
    return expected + peak.cross_section.value * luminosity * np.diff(shape.cumulative(scan.edges, position))


def signal_in_bins(search: Search, channel: Channel, injected: Injection) -> FloatArray:
    """The counts that a signal is expected to add to each bin of a channel, wrong pairs included."""
    scan, mass = _scan_of(search, channel), np.array([injected.mass])
    coupling = search_coupling(search)
    assert coupling is not None  # noqa: S101 - checked before
    number = coupling.at_one(mass) * injected.coupling**coupling.power * scan.efficiencies()(mass) * _luminosity(search)
    position = position_of(mass, search.observable_of(channel).scale)
    ratio = 1.0 if search.calibration is None else search.calibration.width_ratio.value
    shape = np.diff(Stretched(scan.signal(), ratio).cumulative(scan.edges, position))
    return np.asarray(np.maximum(number * shape, 0.0))


def _source(search: Search, channel: Channel) -> Channel:
    """The channel whose spectrum pseudo-data are drawn from: another one, if they share their events."""
    return channel.model_copy(update={"spectrum": search.data_of(channel)})


def _scan_of(search: Search, channel: Channel) -> PreparedScan:
    return prepared(search)[str(channel.spectrum)]


def _luminosity(search: Search) -> float:
    if search.luminosity is None:
        raise InputError(f"pseudo-data of {search.name}", "no luminosity", "a declared one", "declare it")
    return float(search.luminosity)


def _require_covered(search: Search, injected: Injection) -> None:
    ranges = [channel.masses for channel in search.channels if channel.masses is not None]
    if search.model is None or not any(low <= injected.mass <= high for low, high in ranges):
        spans = ", ".join(f"{low:g} to {high:g}" for low, high in ranges) or "a search with a model"
        raise InputError("--inject", f"a mass of {injected.mass:g} GeV", spans, "name a mass that is scanned")
