"""What a search declares: no loops and no algorithms, every number with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gloam.errors import InputError
from gloam.models import Polynomial, SignalShape, background_named, shape_named
from gloam.sourced import Sourced
from gloam.statistics import LimitMethod
from gloam.systematic import Systematic

__all__ = ["Channel", "Observable", "Search", "sourced_numbers"]


def _ordered(ends: tuple[float, float]) -> tuple[float, float]:
    if not ends[0] < ends[1]:
        raise ValueError(f"({ends[0]:g}, {ends[1]:g}) is not a range: write the lower end first")
    return ends


def _shape(text: str) -> str:
    return _known(text, lambda: shape_named(text, 1.0))


def _background(text: str) -> str:
    return _known(text, lambda: background_named(text))


def _known(text: str, build: Callable[[], object]) -> str:
    """The text, if it can be built; as a ValueError, a refusal becomes one of the faults that pydantic collects."""
    try:
        build()
    except InputError as fault:
        raise ValueError(str(fault)) from None
    return text


Range = Annotated[tuple[float, float], AfterValidator(_ordered)]


class _Declaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Observable(_Declaration):
    """The quantity whose spectrum is scanned.

    Attributes:
        column: its name in event files.
        unit: the unit of values in them.
        label: how figures write it, without unit; may hold TeX between dollar signs.
    """

    column: str
    unit: str = "GeV"
    label: str


class Channel(_Declaration):
    """One spectrum of a search and how it is scanned.

    Attributes:
        name: short, in file names and tables.
        title: for readers.
        data: file in the room's folder that holds the events.
        range: of the axis and of the grid, in the unit of the observable.
        bin_width: of the axis.
        step: of the grid.
        window: half-width of the fit window in units of the width.
        signal: a shape as on the command line, such as "crystal-ball:1.5,3".
        width: standard deviation of the signal's core.
        background: as on the command line, such as "polynomial:2"; the order is fixed before the scan.
        background_reason: why this form and order.
        vetoes: ranges that are not fitted.
        control_peak: a known particle in the range, at which the scan is checked.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    data: str
    range: Range
    bin_width: float = Field(gt=0)
    step: float = Field(gt=0)
    window: float = Field(gt=0)
    signal: Annotated[str, AfterValidator(_shape)]
    width: Sourced
    background: Annotated[str, AfterValidator(_background)]
    background_reason: str
    vetoes: tuple[Range, ...] = ()
    control_peak: Sourced | None = None

    def signal_shape(self) -> SignalShape:
        """The shape of the signal."""
        return shape_named(self.signal, float(self.width))

    def background_form(self) -> Polynomial:
        """The form of the background."""
        return background_named(self.background)


class Search(_Declaration):
    """A published or public search: what is measured, in which data, how, and what is known of the answer.

    Attributes:
        name: as on the command line.
        title: one line.
        process: the reaction.
        experiment: and its data set.
        data_kind: "real" collisions or "pseudo" data of ours.
        data_source: where the data come from, with licence.
        luminosity: integrated luminosity in fb^-1; None if it is not known.
        observable: whose spectrum is scanned.
        reference: the paper or record.
        status: what this room is for, and what it is not.
        channels: the spectra.
        method: of the upper limit.
        level: of the upper limit, a fraction.
        systematics: named uncertainties; empty if the search has none.
        notes: what a reader of the results must know.
    """

    name: str
    title: str
    process: str
    experiment: str
    data_kind: Literal["real", "pseudo"]
    data_source: str
    luminosity: Sourced | None
    observable: Observable
    reference: str
    status: str
    channels: tuple[Channel, ...] = Field(min_length=1)
    method: LimitMethod = "cls"
    level: float = Field(default=0.90, gt=0.5, lt=1)
    systematics: tuple[Systematic, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _distinct_channels(self) -> Search:
        names = [channel.name for channel in self.channels]
        if len(set(names)) < len(names):
            raise ValueError(f"channels need different names, got {', '.join(names)}")
        return self


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
    elif isinstance(declared, BaseModel):
        for name in type(declared).model_fields:
            yield from sourced_numbers(getattr(declared, name), f"{path}.{name}" if path else name)
    elif isinstance(declared, tuple):
        for position, item in enumerate(declared):
            yield from sourced_numbers(item, f"{path}.{getattr(item, 'name', position)}")
