"""From the declaration of a channel of counts to its scan: windows, backgrounds, uncertainties, factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import PreparedCounts
from gloam.errors import InputError
from gloam.interpretation import Coupling, YieldFactors
from gloam.kinematics import mass_at, position_of
from gloam.models import Gaussian, Table, YieldNuisance
from gloam.report import CountingChannel
from gloam.scans import CountingResult, CountingScan, CountingWindows, KnownBackground, grid_in_resolution
from gloam.scans.counting import interval_windows, plane_windows
from gloam.spectra import Axis, Spectrum, with_flow
from gloam.statistics import CountingScanLimits, counting_significances
from gloam.workflow.coupling import AtHypotheses, plane_coupling, search_coupling
from gloam.workflow.prepared import prepared_counts
from gloam.workflow.systematics import declared_nuisances

if TYPE_CHECKING:  # declarations cost 0.2 s to import
    from gloam.searches import CountedChannel, CountingSearch

__all__ = [
    "channel_windows", "counted_axes", "counted_channel", "counted_factors", "counted_hypotheses",
    "declare_counts", "expected_backgrounds", "uncertainties_of", "windows_at",
]  # fmt: skip


def counted_axes(search: CountingSearch, channel: CountedChannel) -> tuple[Axis, ...]:
    """The axes of a channel, named like the columns of its observables."""
    edges = prepared_counts(search)[channel.spectrum].all_edges
    observables = search.spectrum_of(channel).observables
    return tuple(Axis(each, o.column, o.unit) for each, o in zip(edges, observables, strict=True))


def counted_hypotheses(search: CountingSearch) -> int:
    """The number of windows in all channels of a search."""
    return sum(len(channel_windows(search, channel)) for channel in search.channels)


def channel_windows(search: CountingSearch, channel: CountedChannel) -> CountingWindows:
    """The windows of a channel: along each observable in steps of the resolution, where signals were simulated."""
    found, axes = prepared_counts(search)[channel.spectrum], counted_axes(search, channel)
    scales = [observable.scale for observable in search.spectrum_of(channel).observables]
    ends = [position_of(np.array(each), scale).tolist() for each, scale in zip(channel.masses, scales, strict=True)]
    first = _steps(found, 0, ends[0], channel.step)
    reach = float(found.half_width[0])
    if len(axes) == 1:
        sigma = found.resolution(first[:, None])[:, 0]
        # rounding must not carry the first mass out of the tables
        mass = np.clip(mass_at(first, scales[0]), found.mass.min(), found.mass.max())
        return interval_windows(axes[0], first, reach * sigma, mass)
    rows = [np.stack([np.full(y.size, x), y], axis=1)
            for x in first.tolist() for y in [_steps(found, 1, ends[1], channel.step, x)]]  # fmt: skip
    points = np.concatenate(rows)
    masses = np.stack([mass_at(column, scale) for column, scale in zip(points.T, scales, strict=True)], axis=1)
    inside = found.covers(masses)
    return windows_at(search, channel, masses[inside], points[inside])


def windows_at(
    search: CountingSearch, channel: CountedChannel, masses: FloatArray, points: FloatArray | None = None
) -> CountingWindows:
    """The windows of a channel in the plane around some hypotheses.

    Args:
        search: of two observables.
        channel: of it.
        masses: of the hypotheses in GeV, shape (h, 2).
        points: where they peak, shape (h, 2); None: as the observables have it.
    """
    found, axes = prepared_counts(search)[channel.spectrum], counted_axes(search, channel)
    if points is None:
        scales = [observable.scale for observable in search.spectrum_of(channel).observables]
        points = np.stack([position_of(column, each) for column, each in zip(masses.T, scales, strict=True)], axis=1)
    half = float(found.half_width[0]) * found.resolution(points)
    return plane_windows(
        (axes[0], axes[1]), points[:, 0], points[:, 1], half[:, 0], half[:, 1], channel.shape, masses[:, 0],
        masses[:, 1],
    )  # fmt: skip


def _steps(found: PreparedCounts, axis: int, ends: list[float], step: float, other: float | None = None) -> FloatArray:
    """Centres along an axis, at one value of the other observable, or for the finest resolution over all of them."""
    position, sigma = found.position, found.sigma[:, axis]
    if other is None:
        known = np.unique(position[:, axis])
        values = np.array([sigma[position[:, axis] == at].min() for at in known])
    else:
        known = np.unique(position[:, axis])
        values = found.resolution(np.stack([np.full(known.size, other), known], axis=1))[:, axis]
    return grid_in_resolution(ends[0], ends[1], Gaussian(lambda x: np.interp(x, known, values)), step).position


def expected_backgrounds(search: CountingSearch, channel: CountedChannel) -> dict[str, FloatArray]:
    """The expected counts of each background in the bins of a channel, corrections included."""
    found = prepared_counts(search)[channel.spectrum]
    scale = _luminosity(search) * channel.correction
    names = [sample.label for sample in search.spectrum_of(channel).backgrounds]
    return {name: scale * each for name, each in zip(names, found.expected, strict=True)}


def declare_counts(
    search: CountingSearch, channel: CountedChannel, spectrum: Spectrum, windows: CountingWindows | None = None
) -> CountingScan:
    """The windows of a channel on a spectrum, with their backgrounds and uncertainties; not yet counted.

    Args:
        search: that has the channel.
        channel: whose windows.
        spectrum: the data.
        windows: others than those of `channel_windows`.
    """
    windows = channel_windows(search, channel) if windows is None else windows
    expected = expected_backgrounds(search, channel)
    total = np.sum(list(expected.values()), axis=0)
    known = Spectrum(windows.axes, with_flow(total, windows.axes), asimov=True)
    return CountingScan(
        spectrum, windows, KnownBackground(known), _background_error(search, channel, windows, expected),
        float(np.sqrt(sum(size**2 for size, _ in _acting(channel, "signal")))), channel.form, channel.form,
        channel.vetoes, channel.vetoes2,
    )  # fmt: skip


def _background_error(
    search: CountingSearch, channel: CountedChannel, windows: CountingWindows, expected: dict[str, FloatArray]
) -> FloatArray:
    """The relative error of each window's background: uncertainties and the statistics of the simulation."""
    found = prepared_counts(search)[channel.spectrum]
    in_windows = {name: windows.sums(each) for name, each in expected.items()}
    total = np.sum(list(in_windows.values()), axis=0)
    scale = _luminosity(search) * channel.correction
    squares = scale**2 * windows.sums(found.variance.sum(axis=0))
    for size, processes in _acting(channel, "background"):
        part = total if not processes else np.sum([in_windows[name] for name in processes], axis=0)
        squares = squares + (size * part) ** 2
    return np.asarray(np.divide(np.sqrt(squares), total, out=np.zeros_like(total), where=total > 0))


def _acting(channel: CountedChannel, target: str) -> list[tuple[float, tuple[str, ...]]]:
    """The sizes of what acts on a yield, and the backgrounds that each scales (none named: all)."""
    found: list[tuple[float, tuple[str, ...]]] = [
        (each.factor.error / each.factor.value, ()) for each in channel.corrections if target in each.uncertain
    ]
    return found + [(float(each.relative), each.processes) for each in channel.uncertainties if target in each.acts_on]


def uncertainties_of(search: CountingSearch) -> tuple[YieldNuisance, ...]:
    """The uncertainties of all channels, each with the name of its channel."""
    return declared_nuisances(search.all_systematics, None, "gaussian")


def counted_factors(search: CountingSearch, channel: CountedChannel, windows: CountingWindows) -> YieldFactors:
    """Luminosity, efficiency and radiative factor of a channel, as far as they are known."""
    luminosity = _luminosity(search)
    if not channel.has_signal_efficiency:
        return YieldFactors(luminosity)
    found = prepared_counts(search)[channel.spectrum]
    if len(windows.axes) > 1:
        efficiency, factor = (
            found.at_masses(name, _masses(windows)) for name in ("efficiency", "radiative_factor")
        )  # fmt: skip
        return YieldFactors(luminosity, AtHypotheses(efficiency * channel.correction), None, AtHypotheses(factor))
    mass = found.mass[:, 0]
    return YieldFactors(
        luminosity, Table(mass, found.efficiency * channel.correction, "efficiency"), None,
        Table(mass, found.radiative_factor, "radiative factor"),
    )  # fmt: skip


def counted_channel(
    search: CountingSearch, channel: CountedChannel, result: CountingResult, limits: CountingScanLimits,
    cross_checks: dict[str, CountingScanLimits],
) -> CountingChannel:  # fmt: skip
    """The results of a channel with its words, factors and coupling."""
    observables = search.spectrum_of(channel).observables
    labels = tuple(f"{each.label} [{each.unit.replace('^2', '$^2$')}]" for each in observables)
    coupling = _coupling(search, channel, result) if channel.has_signal_efficiency else None
    return CountingChannel(
        channel.name, channel.title, result, counting_significances(result), limits, labels,
        counted_factors(search, channel, result.windows), coupling, cross_checks,
    )  # fmt: skip


def _coupling(search: CountingSearch, channel: CountedChannel, result: CountingResult) -> Coupling | None:
    if len(result.spectrum.axes) == 1:
        return search_coupling(search)
    return plane_coupling(search, result.mass, result.mass2, channel.share)


def _masses(windows: CountingWindows) -> FloatArray:
    """The masses of each window, shape (h, d)."""
    return np.stack([windows.mass, windows.mass2], axis=1) if len(windows.axes) > 1 else windows.mass[:, None]


def _luminosity(search: CountingSearch) -> float:
    if search.luminosity is None:
        raise InputError(f"counts of {search.name}", "no luminosity", "a declared one", "declare it")
    return float(search.luminosity)
