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
from gloam.spectra import Axis, Origin, Spectrum, with_flow
from gloam.workflow.coupling import search_coupling
from gloam.workflow.prepared import prepared

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["Injection", "expected_spectrum", "prepared_axis", "pseudo_spectrum", "signal_in_bins"]


@dataclass(frozen=True, slots=True)
class Injection:
    """A signal that is added to pseudo-data.

    Attributes:
        mass: in GeV.
        coupling: in the unit of the model of the search.
        mass2: of the second particle in GeV, for a search in the plane of two masses; None for one mass.
    """

    mass: float
    coupling: float
    mass2: float | None = None

    def __post_init__(self) -> None:
        good = np.isfinite([*self.masses, self.coupling]).all() and min(self.masses) > 0 and self.coupling >= 0
        if not good:
            given = " ".join(f"{each:g}" for each in (*self.masses, self.coupling))
            raise InputError(
                "--inject", given, "masses above 0 and a coupling of at least 0", "write for example --inject 3.0 0.005"
            )

    @classmethod
    def of(cls, numbers: tuple[float, ...]) -> Injection:
        """The signal of a mass, or two, and a coupling, which comes last.

        Raises:
            InputError: for another number of numbers, or values that cannot be.

        Example:
            >>> Injection.of((5.0, 2.0, 1e-7)).masses
            (5.0, 2.0)
        """
        if len(numbers) not in (2, 3):
            allowed = "MASS COUPLING, or in a plane MASS MASS2 COUPLING"
            raise InputError("--inject", f"{len(numbers)} numbers", allowed, "write for example --inject 3.0 0.005")
        return cls(numbers[0], numbers[-1], numbers[1] if len(numbers) == 3 else None)

    @property
    def masses(self) -> tuple[float, ...]:
        """One mass for each observable, in GeV."""
        return (self.mass,) if self.mass2 is None else (self.mass, self.mass2)

    @property
    def in_words(self) -> str:
        """What data that hold the signal say of it."""
        masses = " and ".join(f"{each:g}" for each in self.masses)
        return f"with a signal of {masses} GeV and coupling {self.coupling:g}"


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
    expected = scan.template(luminosity).expected
    stream = f"pseudo-data {search.name} {channel.spectrum}"
    counts = random_stream(seed, stream).poisson(expected).astype(float)
    source = f"{search.data_source}; seed {seed}"
    if injected is not None:
        _require_covered(search, injected)
        source += f"; {injected.in_words}"
        if scan.mass[0] <= injected.mass <= scan.mass[-1]:
            counts += random_stream(seed, f"{stream} signal").poisson(signal_in_bins(search, channel, injected))
    origin = Origin(search.data_kind, source, None, luminosity)
    return Spectrum((axis,), with_flow(counts, (axis,)), origin=origin)


def expected_spectrum(search: Search, channel: Channel) -> Spectrum:
    """The background that is expected in a channel, without fluctuations."""
    channel = _source(search, channel)
    axis = prepared_axis(search, channel)
    expected = _scan_of(search, channel).template(_luminosity(search)).expected
    return Spectrum((axis,), with_flow(expected, (axis,)), asimov=True)


def signal_in_bins(search: Search, channel: Channel, injected: Injection) -> FloatArray:
    """The counts that a signal is expected to add to each bin of a channel, wrong pairs included."""
    scan, mass = _scan_of(search, channel), np.array([injected.mass])
    coupling = search_coupling(search)
    assert coupling is not None  # noqa: S101 - checked before
    number = coupling.at_one(mass) * injected.coupling**coupling.power * scan.efficiencies()(mass) * _luminosity(search)
    position = position_of(mass, search.observable_of(channel).scale)
    shape = np.diff(scan.signal().cumulative(scan.edges, position))
    return np.asarray(np.maximum(number * shape, 0.0))


def _source(search: Search, channel: Channel) -> Channel:
    """The channel whose spectrum pseudo-data are drawn from: another one, if they share their events."""
    declared = search.spectrum_of(channel)
    if declared is None or declared.same_events_as is None:
        return channel
    return channel.model_copy(update={"spectrum": declared.same_events_as})


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
