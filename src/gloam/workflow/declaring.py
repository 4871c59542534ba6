"""From the declaration of a channel to its scan: grid, windows, signal, nuisance parameters, factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gloam.calibration import DerivedScan, PreparedScan
from gloam.interpretation import YieldFactors
from gloam.kinematics import mass_at, position_of
from gloam.models import (
    Background,
    Component,
    Components,
    SignalShape,
    Stretched,
    TemplateBackground,
    Truncated,
    YieldNuisance,
)
from gloam.report import ChannelResult
from gloam.scans import (
    Grid,
    Scan,
    ScanResult,
    Variants,
    background_variants,
    grid_in_resolution,
    grid_in_steps,
    windows_between,
)
from gloam.sourced import Sourced
from gloam.spectra import Spectrum
from gloam.statistics import UpperLimits
from gloam.workflow.coupling import channel_coupling
from gloam.workflow.prepared import prepared, prepared_scan
from gloam.workflow.pseudo_data import event_ranks
from gloam.workflow.scan import declare_scan
from gloam.workflow.several_energies import energy_factors
from gloam.workflow.systematics import acting, declared_nuisances
from gloam.workflow.variants import variation_named
from gloam.workflow.width_calibration import calibrated_width, width_nuisance

if TYPE_CHECKING:  # declarations cost 0.2 s to import, which a scan of a file need not pay
    from gloam.searches import AnySearch, Channel, Search

__all__ = [
    "bare_channel", "channel_factors", "channel_grid", "channel_shape", "channel_variants", "declare_channel",
    "hypotheses", "nuisances_of",
]  # fmt: skip


def hypotheses(search: AnySearch) -> int:
    """The number of hypotheses in all channels of a search."""
    from gloam.searches import CountingSearch, OnOffSearch
    from gloam.workflow.declaring_counts import counted_hypotheses

    if isinstance(search, CountingSearch):
        return counted_hypotheses(search)
    if isinstance(search, OnOffSearch):
        return sum(len(channel.masses) for channel in search.channels)
    return sum(len(channel_grid(search, channel)) for channel in search.channels)


def channel_grid(search: Search, channel: Channel) -> Grid:
    """The hypotheses of a channel: their masses, and where they peak in its observable."""
    scale = search.observable_of(channel).scale
    if channel.masses is None:
        assert channel.range is not None  # noqa: S101 - a declaration is checked
        low, high = channel.range
    else:
        low, high = position_of(np.array(channel.masses), scale).tolist()
    if isinstance(channel.step, str):
        fraction = float(channel.step.removesuffix("sigma"))
        grid = grid_in_resolution(low, high, channel_shape(search, channel), fraction)
    else:
        grid = grid_in_steps(low, high, channel.step)
    mass = mass_at(grid.position, scale)
    # rounding must not carry the ends out of tables that are made for the declared masses
    return Grid(mass if channel.masses is None else np.clip(mass, *channel.masses), grid.position)


def channel_shape(search: Search, channel: Channel, width: float = 1.0) -> SignalShape:
    """The shape of the signal of a channel, declared or prepared; a reduced mass is never negative.

    Args:
        search: that declares it.
        channel: of the search.
        width: by which it is wider than simulated.
    """
    shape = channel.signal_shape() if channel.spectrum is None else _prepared_shape(search, channel)
    shape = shape if width == 1 else Stretched(shape, width)
    return Truncated(shape, low=0.0) if search.observable_of(channel).scale == "reduced mass" else shape


def _prepared_shape(search: Search, channel: Channel) -> SignalShape:
    if channel.has_three_gaussians:
        return prepared(search)[str(channel.spectrum)].three_gaussians()
    return prepared_scan(search, channel).signal()


def nuisances_of(search: Search, spectra: Mapping[str, Spectrum] | None = None) -> tuple[YieldNuisance, ...]:
    """The systematics of a search and of all its channels.

    Args:
        search: that declares them.
        spectra: by channel; a known particle in the first of them adds the error of the width.
    """
    declared = declared_nuisances(search.all_systematics, None, "lognormal")
    known = [channel for channel in search.channels if channel.name in (spectra or {})]
    width = _calibrated(search, known[0], spectra[known[0].name])[1] if known and spectra else ()
    return (*declared, *width)


def _calibrated(
    search: Search, channel: Channel, spectrum: Spectrum
) -> tuple[SignalShape, tuple[YieldNuisance, ...]]:  # fmt: skip
    """The shape of the signal, as wide as a known particle in the data says, and what its error does to yields."""
    width = calibrated_width(search, channel, spectrum)
    if width is None:
        return channel_shape(search, channel), ()
    shape = channel_shape(search, channel, width.factor)
    return shape, (width_nuisance(width, shape, prepared(search)[str(channel.spectrum)]),)


def declare_channel(search: Search, channel: Channel, spectrum: Spectrum) -> Scan:
    """The scan of one channel of a search, not yet made."""
    (shape, width), grid = _calibrated(search, channel, spectrum), channel_grid(search, channel)
    declared = declared_nuisances((*search.systematics, *channel.systematics), None, "lognormal")
    nuisances = acting((*declared, *width), shape)
    sigma, (low, high) = shape.resolution(grid.position), channel.window_ends
    ends = [np.clip(grid.position + end * sigma, spectrum.axis.low, spectrum.axis.high) for end in (low, high)]
    windows = windows_between(spectrum.axis, *ends)
    return declare_scan(spectrum, shape, _background(search, channel), grid, windows, channel.vetoes, nuisances)


def _background(search: Search, channel: Channel) -> Background:
    """The background of a channel, declared or prepared."""
    if channel.background != "prepared":
        return channel.background_form()
    declared = search.spectrum_of(channel)
    assert declared is not None  # noqa: S101 - a declaration is checked
    scan = prepared_scan(search, channel)
    if channel.background_errors:
        assert search.preparation is not None  # noqa: S101 - a declaration is checked
        labels = [each.label for each in search.preparation.backgrounds]
        return _constrained(scan, labels, channel.background_errors, float(search.luminosity or 1.0))
    return TemplateBackground(scan.edges, scan.expected, scan.variance if declared.pieces is None else None)


def _constrained(
    scan: PreparedScan | DerivedScan, labels: Sequence[str], errors: Mapping[str, Sourced], luminosity: float
) -> Components:
    """Each background as a template whose yield has a Gaussian constraint; one that nothing is left of is left out."""
    parts = [
        Component(
            label, TemplateBackground(scan.edges, expected), float(expected.sum()) * luminosity, float(errors[label]),
            "gaussian",
        )
        for label, expected in zip(labels, scan.expected_of, strict=True)
        if expected.any()
    ]  # fmt: skip
    return Components(tuple(parts))


def channel_variants(search: Search, scan: Scan) -> Variants | None:
    """The background variants of a channel's scan; None where the search declares none."""
    return None if search.variants is None else background_variants(scan, **variation_named(search.variants))


def channel_factors(search: Search, channel: Channel) -> YieldFactors:
    """Luminosity and efficiency of a channel, as far as they are known."""
    luminosity = None if search.luminosity is None else float(search.luminosity)
    if channel.spectrum is None:
        return YieldFactors(luminosity)
    energies, radiation = energy_factors(search, channel)
    return YieldFactors(
        luminosity, prepared_scan(search, channel).efficiencies(), None, radiation, energies
    )  # fmt: skip


def bare_channel(search: Search, channel: Channel, result: ScanResult, limits: UpperLimits) -> ChannelResult:
    """The results of a channel with its words and factors, without variants and effects of nuisance parameters."""
    observable = search.observable_of(channel)
    label = f"{observable.label} [{observable.unit.replace('^2', '$^2$')}]"
    found = ChannelResult(channel.name, channel.title, result, limits, label, channel_factors(search, channel))
    return replace(found, coupling=channel_coupling(search, channel), ranks=event_ranks(search, channel))
