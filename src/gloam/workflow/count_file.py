"""A counting scan of a file of the user's: windows in one observable, or in the plane of two."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.events import read_columns
from gloam.interpretation import YieldFactors
from gloam.models import Gaussian, YieldNuisance, width_named
from gloam.models.nuisance import SIGNAL
from gloam.report import CountingChannel
from gloam.scans import grid_in_resolution, grid_in_steps
from gloam.scans.counting import (
    CountingBackground,
    CountingResult,
    CountingScan,
    CountingWindows,
    KnownBackground,
    PlaneShape,
    SidebandBackground,
    SimulatedBackground,
    count_windows,
    interval_windows,
    plane_windows,
)
from gloam.spectra import Axis, Origin, Spectrum, fill, read_spectrum, restrict, split_source, uniform_axis
from gloam.spectra.blinded import hide_blinded
from gloam.spectra.source import file_origin
from gloam.statistics import (
    CountingMethod,
    CountingOptions,
    LimitMethod,
    UpperLimits,
    check_level,
    counting_scan_limits,
    counting_significances,
    no_limits,
)
from gloam.store import content_hash
from gloam.systematic import Constraint, Systematic
from gloam.workflow.blinding import data_records, luminosity_of_the_visible, with_blinding
from gloam.workflow.declared import of_request, request_hash
from gloam.workflow.factors import with_luminosity, yield_factors
from gloam.workflow.results import Run
from gloam.workflow.systematics import check_sizes, declared_nuisances

__all__ = ["CountPlan", "CountRequest", "count_file", "counting_channel", "plan_counts"]

BINS_PER_WINDOW = 20
"""Bins across the narrowest window: which of them lie inside then changes its size by a few per cent at most."""

USUAL = CountingOptions()

BACKGROUND = "background"

Multiple: TypeAlias = tuple[float, bool]
"""A length, and whether it is in units of the resolution."""

Ends: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CountRequest:
    """What to count and how, as the command line says it.

    Attributes:
        source: "FILE" or "FILE:OBJECT".
        width: resolution of the observable, a number or the name of a table.
        background: "sideband:INNER,OUTER" in half-widths of the window, "simulation:FILE[:OBJECT],TAU" or
            "known:FILE[:OBJECT]".
        ends: range of the spectrum and of the windows' centres; None: the histogram's own.
        column: with the observable, for events.
        column2, width2, ends2: the same of a second observable; None: there is one.
        bin_width, bin_width2: None: a twentieth of the narrowest window, or a histogram's own bins.
        half_width: of the windows, in both observables.
        step: between their centres; half a window's width covers signals on a border.
        shape: of windows in the plane.
        vetoes, vetoes2: ranges of either observable that are not counted.
        level, method, limits, options: of the limits.
        luminosity, efficiency, branching_fraction, radiative_factor: as in `ScanRequest`; the efficiency is that of the
            window.
        systematics: of signal and background.
        constraint: of the errors in the table of efficiencies, and of the totals.
    """

    source: str
    width: str
    background: str
    ends: tuple[float, float] | None = None
    column: str | None = None
    column2: str | None = None
    width2: str | None = None
    ends2: tuple[float, float] | None = None
    bin_width: float | None = None
    bin_width2: float | None = None
    half_width: Multiple = (2.0, True)
    step: Multiple = (2.0, True)
    shape: PlaneShape = "ellipse"
    vetoes: tuple[tuple[float, float], ...] = ()
    vetoes2: tuple[tuple[float, float], ...] = ()
    level: float = 0.90
    method: CountingMethod = "cls"
    limits: bool = True
    options: CountingOptions = USUAL
    luminosity: float | None = None
    efficiency: str | None = None
    branching_fraction: str | None = None
    radiative_factor: str | None = None
    systematics: tuple[Systematic, ...] = ()
    constraint: Constraint = "lognormal"

    @property
    def is_plane(self) -> bool:
        """Whether there is a second observable."""
        return self.width2 is not None


@dataclass(frozen=True, slots=True, eq=False)
class CountPlan:
    """What a request comes down to: the scan, what turns yields into cross sections, uncertainties of the yields."""

    scan: CountingScan
    factors: YieldFactors
    systematics: tuple[YieldNuisance, ...]


def count_file(request: CountRequest) -> Run:
    """The results of a counting scan of a file, in the same form as those of a search with one channel.

    Raises:
        InputError: for anything in the request or the file that cannot be used.
    """
    start = time.perf_counter()
    declared, blinded = request_hash(request), data_records(request.source, request.column)
    request = luminosity_of_the_visible(request, blinded)
    planned = plan_counts(request)
    result = count_windows(planned.scan)
    limits: UpperLimits = no_limits(result.observed.size, request.level, cast(LimitMethod, request.method))
    if request.limits:
        limits = counting_scan_limits(result, request.level, request.method, request.options)
    spectrum = planned.scan.spectrum
    origin = spectrum.origin or Origin("user", request.source)
    made = Run(
        name="count",
        title=f"Counts of {request.source}",
        origin=origin,
        channels=(counting_channel(request, planned, result, limits),),
        seconds=time.perf_counter() - start,
        hashes={
            "declaration": declared,
            "data": content_hash(spectrum.contents),
            "file": origin.sha256,
        },
        systematics=planned.systematics,
        declaration=of_request(request, "count"),
    )
    return with_blinding(made, blinded)


def plan_counts(request: CountRequest, spectrum: Spectrum | None = None) -> CountPlan:
    """What a request comes down to, before anything is counted.

    Args:
        request: what to count and how.
        spectrum: where it is read already.

    Raises:
        InputError: for anything in the request or a file that cannot be used.
    """
    # everything that can be wrong is checked before the file is read
    check_level(request.level)
    _check_observables(request)
    shapes = tuple(Gaussian(width_named(text)) for text in (request.width, request.width2) if text is not None)
    factors, efficiency_error = yield_factors(request)
    systematics = declared_nuisances(request.systematics, efficiency_error, request.constraint)
    if spectrum is None:
        spectrum = _read(request, request.source, shapes)
    _check_dimensions(request, spectrum)
    windows = _windows(request, spectrum.axes, shapes)
    factors.events_per_fb(windows.mass)  # a table that is too short is refused before anything is counted
    check_sizes(systematics, windows.mass)
    scan = CountingScan(
        spectrum, windows, _background(request, spectrum), _total(systematics, BACKGROUND, windows.mass),
        _total(systematics, SIGNAL, windows.mass), request.constraint, request.constraint, request.vetoes,
        request.vetoes2,
    )  # fmt: skip
    return CountPlan(scan, factors, systematics)


def counting_channel(
    request: CountRequest, planned: CountPlan, result: CountingResult, limits: UpperLimits
) -> CountingChannel:
    """The one channel of a counting scan of a file."""
    labels = tuple(axis.label for axis in planned.scan.spectrum.axes)
    found = counting_significances(result)
    return CountingChannel("count", request.source, result, found, limits, labels, planned.factors)


def _check_observables(request: CountRequest) -> None:
    """Refuse what fits neither one observable nor two, and uncertainties that counts do not have."""
    if request.column is not None and (request.column2 is None) == request.is_plane:
        found = "--width2 without --column2" if request.is_plane else "--column2 without --width2"
        raise InputError("count in the plane", found, "both", "name the second observable, and give its resolution")
    for each in request.systematics:
        if each.target not in (SIGNAL, BACKGROUND):
            raise InputError(
                f"--syst {each.name}", f"an uncertainty of the {each.target}", "of the signal or background",
                "say what it does to the efficiency of a window, as an uncertainty of the signal",
            )  # fmt: skip


def _check_dimensions(request: CountRequest, spectrum: Spectrum) -> None:
    asked, found = 1 + request.is_plane, len(spectrum.axes)
    if asked != found:
        raise InputError(
            f"count in windows of {asked} observable{'s' * (asked > 1)}", f"a spectrum of {found}", f"{asked}",
            "give --width2 for two observables, and leave it out for one",
        )  # fmt: skip


def _windows(request: CountRequest, axes: tuple[Axis, ...], shapes: tuple[Gaussian, ...]) -> CountingWindows:
    """The windows: their centres in steps along each observable, in all combinations, all of them whole."""
    centres = [_centres(request, axis, shape) for axis, shape in zip(axes, shapes, strict=True)]
    halves = [_length(request.half_width, shape, at) for shape, at in zip(shapes, centres, strict=True)]
    if len(axes) == 1:
        return interval_windows(axes[0], centres[0], halves[0])
    first, second = (each.ravel() for each in np.meshgrid(*(np.arange(at.size) for at in centres), indexing="ij"))
    return plane_windows(
        (axes[0], axes[1]), centres[0][first], centres[1][second], halves[0][first], halves[1][second], request.shape
    )


def _centres(request: CountRequest, axis: Axis, shape: Gaussian) -> FloatArray:
    ends = np.array([axis.low, axis.high])
    half = _length(request.half_width, shape, ends)
    low, high = ends + half * [1, -1]
    if not low < high:
        raise InputError(
            f"windows of {axis.name}", f"half-widths of {half[0]:g} and {half[1]:g}",
            f"less than half of the range, {0.5 * (axis.high - axis.low):g}", "take smaller windows or a longer range",
        )  # fmt: skip
    value, relative = request.step
    return (grid_in_resolution(low, high, shape, value) if relative else grid_in_steps(low, high, value)).position


def _length(length: Multiple, shape: Gaussian, at: FloatArray) -> FloatArray:
    value, relative = length
    return value * (shape.resolution(at) if relative else np.ones(at.size))


def _total(systematics: tuple[YieldNuisance, ...], target: str, mass: FloatArray) -> FloatArray:
    """The relative uncertainties of one yield in quadrature, for each window."""
    sizes = [each.size(mass) for each in systematics if each.target == target]
    return np.sqrt(np.sum(np.square(sizes), axis=0)) if sizes else np.zeros(mass.size)


def _background(request: CountRequest, spectrum: Spectrum) -> CountingBackground:
    """The background written as sideband:INNER,OUTER, simulation:FILE,TAU or known:FILE.

    Raises:
        InputError: if it is written in another way, or its file cannot be used.
    """
    kind, _, rest = request.background.partition(":")
    try:
        match kind:
            case "sideband":
                inner, outer = map(float, rest.split(","))
                return SidebandBackground(inner, outer)
            case "simulation" if "," in rest:
                source, tau = rest.rsplit(",", 1)
                return SimulatedBackground(_alike(request, source, spectrum), float(tau))
            case "known" if rest.strip():
                return KnownBackground(replace(_alike(request, rest, spectrum), asimov=True))
    except ValueError:
        pass
    raise InputError(
        "background of the counts", repr(request.background),
        "sideband:INNER,OUTER (half-widths of the window), simulation:FILE,TAU or known:FILE",
        "write for example sideband:2,5",
    )  # fmt: skip


def _alike(request: CountRequest, source: str, spectrum: Spectrum) -> Spectrum:
    """A file of the same kind as the data, in their bins."""
    path, inside = split_source(source)
    if request.column is None:
        return read_spectrum(source)
    names = [name for name in (request.column, request.column2) if name is not None]
    columns = tuple(read_columns(path, names, inside)[name] for name in names)
    return fill(columns if len(columns) > 1 else columns[0], spectrum.axes, origin=file_origin(path))


def _read(request: CountRequest, source: str, shapes: tuple[Gaussian, ...]) -> Spectrum:
    """The data: events filled into bins much finer than the windows, or a histogram."""
    if request.column is None:
        spectrum = read_spectrum(source)
        low, high = request.ends or (None, None)
        return with_luminosity(restrict(spectrum, low, high), request.luminosity)
    asked = ((request.column, request.ends, request.bin_width), (request.column2, request.ends2, request.bin_width2))
    axes = tuple(
        _axis(f"count column {name!r} of {source}", name, ends, width, request, shape)
        for (name, ends, width), shape in zip(asked, shapes, strict=False)
        if name is not None
    )
    path, inside = split_source(source)
    columns = read_columns(path, [axis.name for axis in axes], inside)
    values = tuple(columns[axis.name] for axis in axes)
    filled = fill(
        values if len(axes) > 1 else values[0], axes, origin=file_origin(path), asked=f"count events of {source}"
    )
    filled = hide_blinded(path, inside, [axis.name for axis in axes], filled)
    return with_luminosity(filled, request.luminosity)


def _axis(
    asked: str, name: str, ends: Ends | None, width: float | None, request: CountRequest, shape: Gaussian
) -> Axis:
    """The axis of an observable, its bins much finer than the windows."""
    if ends is None:
        raise InputError(asked, "no range", "the range of the observable", "give --range LO HI (and --range2)")
    low, high = ends
    if not low < high:
        raise InputError(asked, f"the range {low:g} {high:g}", "LO < HI", "give the lower end first")
    if width is None:
        half = _length(request.half_width, shape, np.linspace(low, high, 1001))
        width = min(2 * float(half.min()) / BINS_PER_WINDOW, high - low)
    return uniform_axis(low, high, width=width, name=name)
