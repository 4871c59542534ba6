"""Pseudo-data of a search: Poisson draws from its background template, with a signal where one is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.kinematics import position_of
from gloam.models import Stretched
from gloam.spectra import Axis, EventRanks, Origin, Spectrum, with_flow
from gloam.workflow.coupling import search_coupling
from gloam.workflow.prepared import prepared, prepared_scan

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["Injection", "event_ranks", "expected_spectrum", "prepared_axis", "pseudo_spectrum", "signal_in_bins"]


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
    name = f"{channel.spectrum}_in_slices" if channel.slices else str(channel.spectrum)
    return Axis(prepared_scan(search, channel).edges, name, search.observable_of(channel).unit)


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
    axis = prepared_axis(search, channel)
    source = f"{search.data_source}; seed {seed}"
    if injected is not None:
        _require_covered(search, injected)
        source += f"; {injected.in_words}"
    parts = [_drawn(search, channel, name, seed, injected) for name in _parts(search, channel)]
    counts = np.concatenate(parts) if channel.slices else np.sum(parts, axis=0)
    origin = Origin(search.data_kind, source, None, _luminosity(search))
    return Spectrum((axis,), with_flow(counts, (axis,)), origin=origin)


def _parts(search: Search, channel: Channel) -> tuple[str, ...]:
    """The prepared spectra whose pseudo-data make those of a channel, side by side or added up."""
    name = str(channel.spectrum)
    known = () if search.preparation is None else search.preparation.parts_of(name)
    return channel.slices or tuple(each.name for each in known) or (name,)


def _drawn(search: Search, channel: Channel, name: str, seed: int, injected: Injection | None) -> FloatArray:
    """The pseudo-data of one prepared spectrum, shape (m,)."""
    scan = prepared(search)[name]
    only = channel.model_copy(update={"spectrum": name, "slices": (), "natural_width": None})
    expected, stream = _expected(search, only), f"pseudo-data {search.name} {name}"
    if scan.ranks is None:
        counts = random_stream(seed, stream).poisson(expected).astype(float)
    else:
        (counts,) = scan.ranks.counts(expected, seed, stream, np.zeros(1, np.int64))
    if injected is not None and scan.mass[0] <= injected.mass <= scan.mass[-1]:
        counts += random_stream(seed, f"{stream} signal").poisson(signal_in_bins(search, only, injected))
    return counts


def expected_spectrum(search: Search, channel: Channel) -> Spectrum:
    """The background that is expected in a channel, without fluctuations."""
    channel = _source(search, channel)
    axis = prepared_axis(search, channel)
    return Spectrum((axis,), with_flow(_expected(search, channel), (axis,)), asimov=True)


def event_ranks(search: Search, channel: Channel) -> EventRanks | None:
    """How the entries of one event of a channel go together; None where they are taken as independent."""
    if channel.spectrum is None or search.preparation is None or channel.slices:
        return None
    return prepared(search)[str(_source(search, channel).spectrum)].ranks


def _expected(search: Search, channel: Channel) -> FloatArray:
    """The background, and a known particle in it."""
    scan, luminosity = prepared_scan(search, channel), _luminosity(search)
    expected, peak = scan.template(luminosity).expected, search.calibration
    if peak is None or peak.spectrum != channel.spectrum:
        return expected
    position = position_of(np.array([peak.mass.value]), search.observable_of(channel).scale)
    shape = Stretched(scan.signal(), peak.width_ratio.value)
    return expected + peak.cross_section.value * luminosity * np.diff(shape.cumulative(scan.edges, position))


def signal_in_bins(search: Search, channel: Channel, injected: Injection) -> FloatArray:
    """The counts that a signal is expected to add to each bin of a channel, wrong pairs included."""
    scan, mass = prepared_scan(search, channel), np.array([injected.mass])
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


def _luminosity(search: Search) -> float:
    if search.luminosity is None:
        raise InputError(f"pseudo-data of {search.name}", "no luminosity", "a declared one", "declare it")
    return float(search.luminosity)


def _require_covered(search: Search, injected: Injection) -> None:
    ranges = [channel.masses for channel in search.channels if channel.masses is not None]
    if search.model is None or not any(low <= injected.mass <= high for low, high in ranges):
        spans = ", ".join(f"{low:g} to {high:g}" for low, high in ranges) or "a search with a model"
        raise InputError("--inject", f"a mass of {injected.mass:g} GeV", spans, "name a mass that is scanned")
