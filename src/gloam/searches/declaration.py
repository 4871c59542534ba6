"""What a search declares: no loops and no algorithms, every number with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from pydantic import AfterValidator, BaseModel, Field

from gloam.errors import InputError
from gloam.experiments import DataSet
from gloam.interpretation import LuminosityKind
from gloam.models import Polynomial, SignalShape, background_named, shape_named
from gloam.searches.faults import Declaration, Fault, check
from gloam.searches.preparation import Observable, Preparation, PreparedSpectrum, Range, different
from gloam.sourced import Sourced
from gloam.statistics import LimitMethod
from gloam.systematic import Systematic
from gloam.theory import MODELS

__all__ = ["Channel", "KnownPeak", "Observable", "Search", "Searched", "sourced_numbers"]

PREPARED = "prepared"
"""A signal shape, or a background, that comes from the artefact of `gloam prepare`."""

THREE_GAUSSIANS = "prepared:three-gaussians"
"""The signal shape there that is three Gaussians with a common mean instead of Crystal Balls."""


def _shape(text: str) -> str:
    return text if text in (PREPARED, THREE_GAUSSIANS) else _known(text, lambda: shape_named(text, 1.0))


def _step(step: float | str) -> float | str:
    """A step above 0, or a positive multiple of sigma."""
    number = step if isinstance(step, float) else _multiple(step)
    if not number > 0:
        raise ValueError(f"{step!r} is not a step: write a number above 0, or a multiple such as 0.5sigma")
    return step


def _multiple(text: str) -> float:
    try:
        return float(text.removesuffix("sigma")) if text.endswith("sigma") else 0.0
    except ValueError:
        return 0.0


Window: TypeAlias = float | tuple[float, float] | Literal["whole"]


def _window(window: Window) -> Window:
    low, high = _ends(window)
    if not low < 0 < high:
        raise ValueError(f"{window!r} is not a window: write a half-width above 0, ends such as (-20, 30), or 'whole'")
    return window


def _ends(window: Window) -> tuple[float, float]:
    """How far a window goes below (negative) and above the position."""
    if isinstance(window, str):
        return -np.inf, np.inf
    return window if isinstance(window, tuple) else (-window, window)


def _background(text: str) -> str:
    return text if text == PREPARED else _known(text, lambda: background_named(text))


def _known(text: str, build: Callable[[], object]) -> str:
    """The text, if it can be built; as a ValueError, a refusal becomes one of the faults that pydantic collects."""
    try:
        build()
    except InputError as fault:
        raise ValueError(str(fault)) from None
    return text


class Channel(Declaration):
    """One spectrum of a search and how it is scanned.

    Attributes:
        name: short, in file names and tables.
        title: for readers.
        data: file in the room's folder that holds the events; None where they are pseudo-data.
        spectrum: of the preparation of the search, which gives the axis, the signal shape, the efficiency, and the
            template that pseudo-data are drawn from; None where there is none.
        observable: where it is another one than that of its prepared spectrum, or of the search.
        range: of the axis and of the grid, in the unit of the observable; None: the axis is that of the spectrum.
        masses: of the grid, in GeV; None: those of the range.
        bin_width: of the axis; None: that of the spectrum.
        step: of the grid; as in "0.5sigma" in units of the width.
        window: half-width of the fit window in units of the width, how far it goes below and above the position, or
            "whole" for the spectrum as it is.
        signal: a shape as on the command line, such as "crystal-ball:1.5,3", or "prepared", or
            "prepared:three-gaussians" where these were fitted too.
        width: standard deviation of the signal's core; None for a prepared shape.
        background: as on the command line, such as "polynomial:2"; the order is fixed before the scan. "prepared" is
            the simulated template with a yield that floats, each bin with its statistical error.
        background_reason: why this form and order.
        background_errors: of the yield of each prepared background that is kept apart, relative, by its label; with
            them every background is a template of its own with a Gaussian constraint.
        slices: spectra that are parts of the prepared one and lie one behind the other on the axis, in place of it.
        natural_width: total width of the particle over its mass; None: negligible. For squared masses alone.
        decay: that is searched for, in place of that of the search: another reading of the same fits.
        vetoes: ranges that are not fitted.
        control_peak: a known particle in the range, at which the scan is checked.
        systematics: named uncertainties of this channel, beside those of the search.
        cross_section: whether limits are on the "Born" or the "visible" cross section of the data sets of the search
            together, or as eq. 8 of arXiv:2109.08596 is printed; None: on that of one energy, without corrections.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    data: str | None = None
    spectrum: str | None = None
    observable: Observable | None = None
    range: Range | None = None
    masses: Range | None = None
    bin_width: Annotated[float, Field(gt=0)] | None = None
    step: Annotated[float | str, AfterValidator(_step)]
    window: Annotated[Window, AfterValidator(_window)]
    signal: Annotated[str, AfterValidator(_shape)]
    width: Sourced | None = None
    background: Annotated[str, AfterValidator(_background)]
    background_reason: str
    background_errors: Mapping[str, Sourced] = {}
    slices: tuple[str, ...] = ()
    natural_width: Sourced | None = None
    decay: str | None = None
    vetoes: tuple[Range, ...] = ()
    control_peak: Sourced | None = None
    systematics: tuple[Systematic, ...] = ()
    cross_section: LuminosityKind | None = None

    @check
    def _own_source(self) -> Iterator[Fault]:
        if self.spectrum is None and None in (self.data, self.range, self.bin_width, self.width):
            yield (), "a channel without a prepared spectrum needs data, range, bin_width and width"

    @check
    def _prepared_source(self) -> Iterator[Fault]:
        if self.spectrum is not None and (self.data is not None or self.masses is None or not self._is_prepared):
            yield (), f"a channel with a prepared spectrum has masses, the signal {PREPARED!r}, and no data"

    @check
    def _nothing_prepared(self) -> Iterator[Fault]:
        if self.spectrum is None and (self._is_prepared or self.background == PREPARED or isinstance(self.step, str)):
            yield (), "what is prepared, or a step in units of the width, needs a prepared spectrum"

    @check
    def _some_width(self) -> Iterator[Fault]:
        if self.width is not None and not self.width.value > 0:
            yield ("width",), f"a width of {self.width.value:g}; write a standard deviation above 0"

    @check
    def _bins_in_the_range(self) -> Iterator[Fault]:
        if self.range is not None and self.bin_width is not None and self.bin_width > self.range[1] - self.range[0]:
            yield ("bin_width",), f"wider than the range, {self.range[1] - self.range[0]:g}"

    @check
    def _one_size_of_each(self) -> Iterator[Fault]:
        yield from different("systematics", [f"{each.name} ({each.target})" for each in self.systematics])

    @check
    def _one_way_to_fit_it(self) -> Iterator[Fault]:
        if self.slices and (self.window != "whole" or self.natural_width is not None):
            yield ("slices",), "slices are fitted as a whole, and to particles of negligible width"
        if self.background_errors and self.background != PREPARED:
            yield ("background_errors",), f"errors of single backgrounds need the background {PREPARED!r}"

    @property
    def window_ends(self) -> tuple[float, float]:
        """How far the window goes from the position, in units of the width: below (negative) and above."""
        return _ends(self.window)

    @property
    def _is_prepared(self) -> bool:
        return self.signal in (PREPARED, THREE_GAUSSIANS)

    @property
    def has_three_gaussians(self) -> bool:
        """Whether the prepared signal is three Gaussians."""
        return self.signal == THREE_GAUSSIANS

    def signal_shape(self) -> SignalShape:
        """The shape of a signal that is not prepared."""
        return shape_named(self.signal, float(self.width or 0.0))

    def background_form(self) -> Polynomial:
        """The form of a background that is not prepared."""
        return background_named(self.background)


class KnownPeak(Declaration):
    """A known particle in a spectrum, whose width in data over that of its simulated shape corrects all signals.

    Attributes:
        name: of the particle.
        mass: in GeV.
        spectrum: of the preparation, in whose data it is and whose shape it has.
        cross_section: in fb, visible, of its entries in pseudo-data.
        width_ratio: of pseudo-data: all peaks in them are so much wider than simulated ones.
        background: under it, as on the command line.
        window: half-width of the fit, in standard deviations.
    """

    name: str
    mass: Sourced
    spectrum: str
    cross_section: Sourced
    width_ratio: Sourced
    background: Annotated[str, AfterValidator(_background)] = "polynomial:1"
    window: Annotated[float, Field(gt=0)] = 10.0


class Searched(Declaration):
    """What every search declares, whatever is done to its data.

    Attributes:
        name: as on the command line.
        title: one line.
        process: the reaction.
        experiment: and its data set.
        data_kind: "real" collisions or "pseudo" data of ours.
        data_source: where the data come from, with licence.
        luminosity: integrated luminosity in fb^-1; None if it is not known.
        data_sets: the energies at which it was taken and their shares, if there are several.
        largest_photon: energy of radiated photons up to which efficiencies and radiative factors count them.
        vacuum_polarisation: what multiplies Born cross sections.
        reference: the paper or record.
        status: what this room is for, and what it is not.
        level: of the upper limit, a fraction.
        model: whose coupling the limits are turned into, as `gloam exclusions` names it.
        decay: of the particle, that is searched for; its branching fraction is that of the model. None: all of them.
        compare_with: the published exclusion of that model that expected limits are compared with.
        notes: what a reader of the results must know.
    """

    name: str
    title: str
    process: str
    experiment: str
    data_kind: Literal["real", "pseudo"]
    data_source: str
    luminosity: Sourced | None
    data_sets: tuple[DataSet, ...] = ()
    largest_photon: Sourced | None = None
    vacuum_polarisation: Sourced | None = None
    reference: str
    status: str
    level: float = Field(default=0.90, gt=0.5, lt=1)
    model: str | None = None
    decay: str | None = None
    compare_with: str | None = None
    notes: tuple[str, ...] = ()

    @check
    def _some_luminosity(self) -> Iterator[Fault]:
        if self.luminosity is not None and not self.luminosity.value > 0:
            yield ("luminosity",), f"{self.luminosity.value:g}; write fb^-1 above 0, or None where it is not known"

    @check
    def _known_model(self) -> Iterator[Fault]:
        if self.model is not None and self.model not in MODELS:
            yield ("model",), f"{self.model!r} is none of {', '.join(MODELS)}"

    @check
    def _something_to_compare(self) -> Iterator[Fault]:
        if self.model is None and (self.decay is not None or self.compare_with is not None):
            yield ("model",), "decay and compare_with are those of a model: name it"


class Search(Searched):
    """A search that fits spectra: what is measured, in which data, how, and what is known of the answer.

    Attributes:
        observable: whose spectrum is scanned.
        channels: the spectra.
        method: of the upper limit.
        systematics: named uncertainties; empty if the search has none.
        variants: of the background, as in "window:5sigma,order:1"; None for the nominal one alone. The smallest
            significance and the least stringent limit over them are quoted.
        effective_normalisation: one constant by which ours differ from the published ones; the comparison is repeated
            with it, and no limit is changed.
        preparation: how shapes, efficiencies and templates are simulated.
        calibration: a known particle whose peak corrects the width of the signal, its error being a systematic.
    """

    observable: Observable
    channels: tuple[Channel, ...] = Field(min_length=1)
    method: LimitMethod = "cls"
    systematics: tuple[Systematic, ...] = ()
    variants: str | None = None
    effective_normalisation: Sourced | None = None
    preparation: Preparation | None = None
    calibration: KnownPeak | None = None

    @check
    def _distinct_channels(self) -> Iterator[Fault]:
        yield from different("channels", [channel.name for channel in self.channels])

    @check
    def _known_spectra(self) -> Iterator[Fault]:
        known = set() if self.preparation is None else {each.name for each in self.preparation.spectra}
        for number, channel in enumerate(self.channels):
            if channel.spectrum is not None and channel.spectrum not in known:
                yield ("channels", number, "spectrum"), f"no spectrum {channel.spectrum} is prepared"
            if missing := [name for name in channel.slices if name not in known]:
                yield ("channels", number, "slices"), f"no spectrum {', '.join(missing)} is prepared"
        if self.calibration is not None and self.calibration.spectrum not in known:
            yield ("calibration", "spectrum"), f"no spectrum {self.calibration.spectrum} is prepared"

    @check
    def _one_size_of_each(self) -> Iterator[Fault]:
        yield from different("systematics", [f"{each.name} ({each.target})" for each in self.systematics])

    @check
    def _derived_spectra(self) -> Iterator[Fault]:
        for number, channel in enumerate(self.channels):
            spectrum = self.spectrum_of(channel)
            if spectrum is None or self.preparation is None:
                continue
            if channel.slices and channel.slices != tuple(e.name for e in self.preparation.parts_of(spectrum.name)):
                yield ("channels", number, "slices"), f"not the parts of spectrum {spectrum.name}"
            if channel.natural_width is not None and spectrum.observable.scale != "mass squared":
                yield ("channels", number, "natural_width"), "the observable is no squared mass"
            labels = {each.label for each in self.preparation.backgrounds}
            if channel.background_errors and (spectrum.pieces_of is None or set(channel.background_errors) != labels):
                yield ("channels", number, "background_errors"), "not one for each background, kept apart"

    def observable_of(self, channel: Channel) -> Observable:
        """The observable of a channel."""
        spectrum = self.spectrum_of(channel)
        return channel.observable or (self.observable if spectrum is None else spectrum.observable)

    def spectrum_of(self, channel: Channel) -> PreparedSpectrum | None:
        """The prepared spectrum of a channel; None where it has data of its own."""
        spectra = () if self.preparation is None else self.preparation.spectra
        return next((each for each in spectra if each.name == channel.spectrum), None)

    def data_of(self, channel: Channel) -> str | None:
        """The prepared spectrum whose data a channel has: another one than its own, if they share their events."""
        spectrum = self.spectrum_of(channel)
        return None if spectrum is None else spectrum.same_events_as or spectrum.name

    @property
    def all_systematics(self) -> tuple[Systematic, ...]:
        """Those of the search, then those of its channels."""
        return self.systematics + tuple(each for channel in self.channels for each in channel.systematics)


def sourced_numbers(declared: Any, path: str = "") -> Iterator[tuple[str, Sourced]]:
    """Every sourced number in a declaration, with the path that leads to it.

    Example:
        >>> from gloam.searches import load_search
        >>> dict(sourced_numbers(load_search("cms_dimuon")))["channels.upsilon1s.control_peak"].standing
        'published'
    """
    if isinstance(declared, Sourced):
        yield path, declared
    elif isinstance(declared, Systematic):
        yield path, declared.relative
    else:
        for name, item in _parts(declared):
            yield from sourced_numbers(item, f"{path}.{name}" if path else name)


def _parts(declared: Any) -> Iterator[tuple[str, Any]]:
    """What a declared value is made of, with names."""
    if isinstance(declared, BaseModel):
        yield from ((name, getattr(declared, name)) for name in type(declared).model_fields)
    elif is_dataclass(declared):
        yield from ((field.name, getattr(declared, field.name)) for field in fields(declared))
    elif isinstance(declared, Mapping):
        yield from declared.items()
    elif isinstance(declared, tuple):
        yield from ((getattr(item, "name", "") or str(position), item) for position, item in enumerate(declared))
