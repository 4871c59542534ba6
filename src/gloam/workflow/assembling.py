"""What simulated signals and backgrounds come down to: the ingredients of a scan that an artefact holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import PeakFit, PreparedScan, WeightedCounts, smoothed
from gloam.kinematics import position_of
from gloam.models import Gaussian, SimulatedSample, kernel_density
from gloam.scans import grid_in_resolution
from gloam.selection import Count, CutFlow, efficiency
from gloam.workflow.whole_events import WholeEvents

if TYPE_CHECKING:
    from gloam.searches.preparation import PreparedSpectrum

__all__ = ["PreparedSignal", "assembled", "bin_edges", "positions"]

PARAMETERS = ("mean", "sigma", "alpha", "n", "alpha_high", "n_high")

LEAST_OF_A_BIN = 1e-3
"""Simulated events that a smooth background has in every bin."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedSignal:
    """What one simulated mass gives to one spectrum.

    `right` counts the signal's own candidates; `share` is the part of the cross section that was generated.
    """

    name: str
    peak: PeakFit
    gaussians: tuple[float, ...]
    wrong: FloatArray
    wrong_per_right: float
    share: float
    right: Count
    flow: CutFlow


def bin_edges(spectrum: PreparedSpectrum, sigma: list[float]) -> FloatArray:
    """Edges of bins that follow the resolution, constant outside the simulated masses."""
    position = positions(spectrum)
    shape = Gaussian(lambda x: np.interp(x, position, sigma))
    low, high = spectrum.range
    edges = grid_in_resolution(low, high, shape, spectrum.bin_width).position
    return np.append(edges[:-1], high)


def assembled(
    spectrum: PreparedSpectrum, signals: list[PreparedSignal], labels: list[str], backgrounds: list[WeightedCounts],
    whole: WholeEvents | None, seed: int,
) -> PreparedScan:  # fmt: skip
    """The ingredients of one spectrum.

    Args:
        spectrum: as declared.
        signals: what each simulated mass gave, in their order.
        labels: of the backgrounds.
        backgrounds: for 1 fb^-1, each with the axis of the spectrum.
        whole: simulated events of several entries; None where entries are drawn one by one.
        seed: of the choice among whole events.
    """
    background = sum(backgrounds[1:], backgrounds[0])
    peaks = [each.peak for each in signals]
    parts = [efficiency(each.right, each.flow.before) for each in signals]
    share = np.array([each.share for each in signals])
    columns = {name: np.array([getattr(peak, name) for peak in peaks]) for name in PARAMETERS}
    found = PreparedScan(
        mass=np.array(spectrum.masses), position=positions(spectrum), **columns,
        errors=np.array([peak.errors for peak in peaks]),
        quality=np.array([peak.chi2 / peak.degrees for peak in peaks]),
        efficiency=share * [part for part, _ in parts], efficiency_error=share * [error for _, error in parts],
        edges=background.edges, wrong_per_right=np.array([np.mean([each.wrong_per_right for each in signals])]),
        wrong_below=_wrong_below(signals, background.edges),
        variance=background.squares, **_templates(spectrum, labels, backgrounds, background),
        gaussians=np.array([each.gaussians for each in signals if each.gaussians]).reshape(-1, 6),
    )  # fmt: skip
    return found if whole is None else replace(found, levels=whole.ranks(spectrum.whole_events, seed).levels)


def _templates(
    spectrum: PreparedSpectrum, labels: list[str], backgrounds: list[WeightedCounts], background: WeightedCounts
) -> dict[str, Any]:
    """The expected background, smoothed as declared, and the single ones where they are kept apart."""
    if spectrum.pieces_of is None:
        whole = background.total if spectrum.pieces is None else smoothed(background, spectrum.pieces)
        return {"expected": whole}
    pieces = [spectrum.pieces_of.get(label) for label in labels]
    each = np.stack([b.total if p is None else _possible(b, p) for b, p in zip(backgrounds, pieces, strict=True)])
    return {"expected": each.sum(axis=0), "expected_of": each}


def _possible(background: WeightedCounts, pieces: int) -> FloatArray:
    """A smooth expectation that is nowhere 0: where no event was simulated one is still possible."""
    one = background.squares.sum() / background.total.sum()
    return np.asarray(np.maximum(smoothed(background, pieces), LEAST_OF_A_BIN * one))


def positions(spectrum: PreparedSpectrum) -> FloatArray:
    """Where the simulated masses peak, in the unit of the observable, shape (k,)."""
    return position_of(np.array(spectrum.masses), spectrum.observable.scale)


def _wrong_below(signals: list[PreparedSignal], edges: FloatArray) -> FloatArray:
    """The fraction of wrong candidates below each edge, shape (k, m + 1); no rows where there are none at all."""
    if all(each.wrong.size == 0 for each in signals):
        return np.zeros((0, edges.size))
    return np.stack([_smooth(each.wrong, edges) for each in signals])


def _smooth(wrong: FloatArray, edges: FloatArray) -> FloatArray:
    """The fraction of wrong candidates below each edge, from their kernel density; 0 where there is no choice."""
    if wrong.size == 0:
        return np.zeros(edges.size)
    shape = kernel_density([SimulatedSample(0.0, wrong)], 1.0)
    return np.maximum.accumulate(shape.cumulative(edges, np.zeros(1)))
