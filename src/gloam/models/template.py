"""Histograms as signal shapes, morphed between the positions at which they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.kernel_density import increasing_positions, place_between
from gloam.models.parameter import Parameter
from gloam.models.signal import positive_width

__all__ = ["Template", "TemplateHistogram", "template"]


@dataclass(frozen=True, slots=True, eq=False)
class TemplateHistogram:
    """The signal of one position in bins.

    Attributes:
        position: the hypothesis, in the unit of the observable.
        edges: of the bins, increasing, shape (m + 1,).
        contents: of the bins, >= 0, shape (m,); what lies outside the edges is not part of the shape.
    """

    position: float
    edges: FloatArray
    contents: FloatArray

    def __post_init__(self) -> None:
        edges, contents = np.array(self.edges, float), np.array(self.contents, float)
        asked = f"histogram of the signal at {self.position:g}"
        if edges.ndim != 1 or edges.size < 2 or contents.shape != (edges.size - 1,):
            raise InputError(
                asked, f"{edges.size} edges, contents of shape {contents.shape}", "one edge more than bins",
                "give both in one row",
            )  # fmt: skip
        if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all() and np.isfinite(self.position)):
            raise InputError(asked, "edges that do not increase", "finite increasing edges", "sort them")
        if not (np.isfinite(contents).all() and contents.min() >= 0 and contents.sum() > 0):
            raise InputError(
                asked, f"contents from {contents.min():g} to {contents.max():g}",
                "finite contents >= 0, not all of them 0", "merge bins until none is negative",
            )  # fmt: skip
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "contents", contents)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """A distribution function that is linear between points: z not decreasing, level from 0 to 1."""

    z: FloatArray
    level: FloatArray

    def quantiles(self, level: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The first and the last z at each level; they differ where bins are empty."""
        inside = np.interp(level, self.level, self.z)
        first = np.searchsorted(self.level, level, side="left")
        last = np.searchsorted(self.level, level, side="right") - 1
        exact = self.level[first] == level
        return np.where(exact, self.z[first], inside), np.where(exact, self.z[last], inside)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A shape given by histograms; made by `template`.

    Attributes:
        width: of the resolution; the unit in which the shape is moved and scaled from position to position.
        positions: of the histograms, increasing, shape (k,).
        steps: their distribution functions in z = (x - position) / width.
    """

    width: Parameter
    positions: FloatArray
    steps: tuple[_Steps, ...]

    def resolution(self, position: FloatArray) -> FloatArray:
        """The width at each position."""
        return positive_width(self.width, position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x.

        Raises:
            InputError: if there are several histograms and a position lies outside theirs.
        """
        position = np.asarray(position, float)
        z = np.asarray((x - position) / self.resolution(position))
        if len(self.steps) == 1:
            return np.interp(z, self.steps[0].z, self.steps[0].level)
        flat, at = z.ravel(), np.broadcast_to(position, z.shape).ravel()
        lower, part = place_between(self.positions, at, "histograms of a signal shape")
        order = np.argsort(at, kind="stable")
        out = np.empty(flat.size)
        for rows in np.split(order, np.flatnonzero(np.diff(at[order])) + 1):
            if rows.size:
                row = int(lower[rows[0]])
                between = _morph(self.steps[row], self.steps[row + 1], float(part[rows[0]]))
                out[rows] = np.interp(flat[rows], between.z, between.level)
        return out.reshape(z.shape)


def _morph(low: _Steps, high: _Steps, part: float) -> _Steps:
    """The distribution function whose quantiles lie between those of two, at each level."""
    level = np.union1d(low.level, high.level)
    (first_low, last_low), (first_high, last_high) = low.quantiles(level), high.quantiles(level)
    z = np.stack([first_low + part * (first_high - first_low), last_low + part * (last_high - last_low)], axis=1)
    return _Steps(z.ravel(), np.repeat(level, 2))


def template(histograms: Sequence[TemplateHistogram], width: Parameter) -> Template:
    """The shape given by histograms at one or several positions.

    Inside a bin the density is uniform. Between two positions the quantiles z(q) of the neighbouring histograms are
    interpolated linearly at each level q (A. L. Read, Nucl. Instrum. Meth. A 425 (1999) 357), in units of the width
    from the position. So a shape that only moves and widens is met exactly, and a peak never becomes two. Beyond the
    outermost histograms nothing is extrapolated; a single histogram serves all positions.

    Args:
        histograms: one or more, at increasing positions.
        width: standard deviation of the resolution.

    Example:
        >>> box = TemplateHistogram(1.0, np.array([0.9, 1.0, 1.1]), np.array([1.0, 3.0]))
        >>> template([box], lambda mass: 0.1 * mass).cumulative(np.array([2.0, 2.1]), np.array([2.0]))
        array([0.25 , 0.625])
    """
    positions = increasing_positions([histogram.position for histogram in histograms], "histograms of a signal")
    widths = positive_width(width, positions)
    steps = []
    for histogram, sigma in zip(histograms, widths, strict=True):
        level = np.concatenate([[0.0], np.cumsum(histogram.contents)])
        steps.append(_Steps((histogram.edges - histogram.position) / sigma, level / level[-1]))
    return Template(width, positions, tuple(steps))
