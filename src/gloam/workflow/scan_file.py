"""A scan of a file of the user's."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from gloam.constants import SQRT_S
from gloam.errors import InputError
from gloam.execution import progress_bar
from gloam.interpretation import Coupling, YieldFactors
from gloam.models import Parameter, SignalShape, YieldNuisance, background_named, shape_named, width_named
from gloam.report import ChannelResult
from gloam.scans import (
    Grid,
    Scan,
    ScanResult,
    Variants,
    background_variants,
    fit_scan,
    grid_in_resolution,
    grid_in_steps,
    sliding_windows,
)
from gloam.spectra import Origin, Spectrum, read_spectrum
from gloam.statistics import (
    FLAT,
    TOYS,
    LimitMethod,
    LimitOptions,
    Prior,
    ToyPlan,
    UpperLimits,
    check_level,
    no_limits,
    nuisance_effects,
    representative,
    upper_limits,
)
from gloam.store import content_hash
from gloam.systematic import Constraint, Systematic
from gloam.workflow.blinding import data_records, luminosity_of_the_visible, with_blinding
from gloam.workflow.coupling import model_coupling
from gloam.workflow.declared import of_request, request_hash
from gloam.workflow.factors import with_luminosity, yield_factors
from gloam.workflow.results import Run
from gloam.workflow.scan import declare_scan
from gloam.workflow.systematics import acting, check_sizes, declared_nuisances
from gloam.workflow.variants import scan_variants, variation_named

__all__ = ["ScanPlan", "ScanRequest", "plan_scan", "scan_channel", "scan_file", "scan_title"]

BINS_PER_WIDTH = 10


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan and how, as the command line says it.

    Attributes:
        source: "FILE" or "FILE:OBJECT".
        width: a number or the name of a table.
        ends: range of the spectrum and of the grid; None: the histogram's own.
        signal: shape, such as "gaussian".
        background: such as "polynomial:3".
        column: with the observable, for events.
        weights: column of weights.
        bin_width: None: a tenth of the smallest width, or a histogram's own bins.
        step: of the grid, and whether it is in units of the width.
        window: half-width of the fits, and whether it is in units of the width.
        vetoes: ranges to leave out.
        level: of the limits.
        method: of the limits.
        limits: whether to compute limits.
        prior: of the yield, for method "bayes".
        toys: how many, and their seed, for the methods that use them.
        variants: of the background, such as "window:5sigma,order:1"; None: the nominal one alone.
        luminosity: integrated, in fb^-1; None, here and below: not known.
        efficiency: a number or the name of a table, whose column `error` becomes a systematic uncertainty.
        branching_fraction: a number or the name of a table.
        radiative_factor: (1 + delta) x vacuum polarisation, a number or the name of a table.
        systematics: on the yields of signal and background.
        constraint: of the errors in the table of efficiencies.
        model: whose coupling the limits are turned into, with the cross section that `gloam theory` says; None: none.
        decay: the final state of the model that is seen; None: every one.
        sqrt_s: energy of the collision in GeV, for the cross section of the model.
    """

    source: str
    width: str
    ends: tuple[float, float] | None = None
    signal: str = "gaussian"
    background: str = "polynomial:3"
    column: str | None = None
    weights: str | None = None
    bin_width: float | None = None
    step: tuple[float, bool] = (0.5, True)
    window: tuple[float, bool] = (25.0, True)
    vetoes: tuple[tuple[float, float], ...] = ()
    level: float = 0.90
    method: LimitMethod = "cls"
    limits: bool = True
    prior: Prior = FLAT
    toys: ToyPlan = TOYS
    variants: str | None = None
    luminosity: float | None = None
    efficiency: str | None = None
    branching_fraction: str | None = None
    radiative_factor: str | None = None
    systematics: tuple[Systematic, ...] = ()
    constraint: Constraint = "lognormal"
    model: str | None = None
    decay: str | None = None
    sqrt_s: float = SQRT_S


def scan_file(request: ScanRequest, *, threads: int | None = None, quiet: bool = True) -> Run:
    """The results of a scan of a file, in the same form as those of a search with one channel.

    Raises:
        InputError: for anything in the request or the file that cannot be used.
    """
    start = time.perf_counter()
    declared, blinded = request_hash(request), data_records(request.source, request.column)
    request = luminosity_of_the_visible(request, blinded)
    planned = plan_scan(request)
    scan, systematics = planned.scan, planned.systematics
    spectrum, grid = scan.spectrum, scan.grid
    with progress_bar("fits", len(grid), not quiet) as advance:
        result = fit_scan(scan, threads=threads, progress=advance)
    options: LimitOptions = {"prior": request.prior, "toys": request.toys}
    limits: UpperLimits = no_limits(result.mass.size, request.level, request.method)
    if request.limits:
        with progress_bar("limits", len(grid), not quiet) as advance:
            limits = upper_limits(result, request.level, request.method, threads=threads, progress=advance, **options)
    varied, nominal = None, limits
    if (variants := planned.variants) is not None:
        varied, limits = scan_variants(
            variants, result, limits, limited=request.limits, threads=threads, quiet=quiet, **options
        )
    nuisance_table = None
    # a limit from toys costs seconds, and its error hides what a nuisance parameter does
    if scan.nuisances and request.limits and not request.method.endswith("toys"):
        nuisance_table = nuisance_effects(result, nominal, representative(result), **options)
    origin = spectrum.origin or Origin("user", request.source)
    channel = scan_channel(request, planned, result, limits)
    made = Run(
        name="scan",
        title=scan_title(request),
        origin=origin,
        channels=(replace(channel, variants=varied, nuisances=nuisance_table),),
        seconds=time.perf_counter() - start,
        hashes={
            "declaration": declared,
            "data": content_hash(spectrum.contents),
            "file": origin.sha256,
        },
        systematics=systematics,
        notes=_notes(request, systematics),
        declaration=of_request(request),
        model=request.model,
        sqrt_s=request.sqrt_s,
    )
    return with_blinding(made, blinded)


@dataclass(frozen=True, slots=True, eq=False)
class ScanPlan:
    """What a request comes down to.

    Attributes:
        scan: the nominal one, with the spectrum.
        factors: what turns yields into cross sections.
        systematics: uncertainties of the yields.
        variants: of the background, the nominal one first; None where the nominal one is alone.
        coupling: what limits on the cross section are turned into; None without a model.
    """

    scan: Scan
    factors: YieldFactors
    systematics: tuple[YieldNuisance, ...]
    variants: Variants | None
    coupling: Coupling | None = None


def plan_scan(request: ScanRequest, spectrum: Spectrum | None = None) -> ScanPlan:
    """What a request comes down to, before anything is fitted.

    Args:
        request: what to scan and how.
        spectrum: where it is read already.

    Raises:
        InputError: for anything in the request or the file that cannot be used.
    """
    # everything that can be wrong is checked before the file is read
    check_level(request.level)
    variation = None if request.variants is None else variation_named(request.variants)
    form = background_named(request.background)
    shape = shape_named(request.signal, width_named(request.width))
    factors, efficiency_error = yield_factors(request)
    coupling = _coupling(request, factors)
    systematics = _systematics(request, efficiency_error)
    spectrum = _read(request, shape) if spectrum is None else spectrum
    grid = _grid(request, spectrum, shape)
    factors.events_per_fb(grid.mass)  # a table that is too short is refused before anything is fitted
    check_sizes(systematics, grid.mass)
    value, relative = request.window
    half_width = value * (shape.resolution(grid.position) if relative else np.ones(len(grid)))
    windows = sliding_windows(spectrum.axis, grid.position, half_width)
    scan = declare_scan(spectrum, shape, form, grid, windows, request.vetoes, acting(systematics, shape))
    variants = None if variation is None else background_variants(scan, **variation)
    return ScanPlan(scan, factors, systematics, variants, coupling)


def scan_title(request: ScanRequest) -> str:
    """The title of a scan of a file."""
    return f"Scan of {request.source}"


def scan_channel(request: ScanRequest, planned: ScanPlan, result: ScanResult, limits: UpperLimits) -> ChannelResult:
    """The one channel of a scan of a file."""
    label = planned.scan.spectrum.axis.label
    return ChannelResult(
        "scan", request.source, result, limits, label, planned.factors, coupling=planned.coupling
    )  # fmt: skip


def _coupling(request: ScanRequest, factors: YieldFactors) -> Coupling | None:
    """What the limits on the cross section are turned into."""
    if request.model is None:
        if request.decay is not None:
            raise InputError("--decay", request.decay, "--model MODEL with it", "name the model")
        return None
    if not factors.complete:
        raise InputError(
            f"--model {request.model}", "no limits on a cross section", "--luminosity and --efficiency", "give both"
        )  # fmt: skip
    if request.decay is not None and request.branching_fraction is not None:
        raise InputError("--decay and --branching-fraction", "both", "one of the two", "leave out one")
    return model_coupling(request.model, decay=request.decay, sqrt_s=request.sqrt_s)


def _systematics(request: ScanRequest, efficiency_error: Parameter | None) -> tuple[YieldNuisance, ...]:
    """The nuisance parameters of the scan: systematics given by name, and errors of the table of efficiencies."""
    return declared_nuisances(request.systematics, efficiency_error, request.constraint)


def _notes(request: ScanRequest, systematics: tuple[YieldNuisance, ...]) -> tuple[str, ...]:
    notes = [] if request.limits else ["Limits were not asked for."]
    if any(systematic.target == "background" for systematic in systematics):
        notes.append(
            "systematics on the background change nothing: its coefficients, and with them its yield, are free in "
            "every fit."
        )
    return tuple(notes)


def _read(request: ScanRequest, shape: SignalShape) -> Spectrum:
    low, high = request.ends or (None, None)
    width = request.bin_width
    if width is None and request.column is not None and low is not None and high is not None:
        if not low < high:
            raise InputError("--range", f"{low:g} {high:g}", "LO < HI", "give the lower end first")
        width = float(shape.resolution(np.linspace(low, high, 1001)).min()) / BINS_PER_WIDTH
        width = min(width, high - low)
    elif width is None and request.column is not None:
        width = 1.0  # without a range reading refuses, and says what the range of the data is
    spectrum = read_spectrum(
        request.source, column=request.column, weights=request.weights, low=low, high=high, bin_width=width,
        name=request.column,
    )  # fmt: skip
    return with_luminosity(spectrum, request.luminosity)


def _grid(request: ScanRequest, spectrum: Spectrum, shape: SignalShape) -> Grid:
    low, high = request.ends or (spectrum.axis.low, spectrum.axis.high)
    value, relative = request.step
    return grid_in_resolution(low, high, shape, value) if relative else grid_in_steps(low, high, value)
