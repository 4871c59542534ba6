"""Backgrounds of counts: measured beside the windows, simulated, or known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.scans.counting.runs import BinRuns
from gloam.scans.counting.windows import CountingWindows, in_rows
from gloam.spectra import Axis, Spectrum

__all__ = [
    "BackgroundNumbers",
    "CountingBackground",
    "ErrorForm",
    "KnownBackground",
    "SidebandBackground",
    "SimulatedBackground",
    "check_relative",
    "sideband_runs",
]

ErrorForm = Literal["lognormal", "gaussian"]


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundNumbers:
    """What is known of the background of each window.

    Attributes:
        expected: nominal counts, shape (h,).
        off: counts (effective ones, where simulation is weighted) that measure it, shape (h,); NaN where it is known.
        tau: how many times the expected background is expected in them, shape (h,); NaN where it is known. It is 0
            where nothing is left that measures the background.
        relative_error: of the expectation, besides the statistics of `off`, shape (h,).
    """

    expected: FloatArray
    off: FloatArray
    tau: FloatArray
    relative_error: FloatArray

    @property
    def error(self) -> FloatArray:
        """One standard deviation, shape (h,): that of `off`, of 1 where it is 0, and the relative one in quadrature."""
        with np.errstate(all="ignore"):
            statistical = np.where(np.isnan(self.tau), 0.0, np.sqrt(np.maximum(self.off, 1.0)) / self.tau)
        return np.hypot(statistical, self.relative_error * self.expected)


class CountingBackground(Protocol):
    """Where the background of windows comes from."""

    def numbers(self, windows: CountingWindows, counts: FloatArray, usable: BoolArray) -> BackgroundNumbers:
        """The background of each window.

        Args:
            windows: of the scan.
            counts: of the data, in the shape of the axes.
            usable: bins that are neither hidden nor vetoed, same shape.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SidebandBackground:
    """A background measured in the same data around each window.

    The off counts lie between the window scaled by `inner` and the window scaled by `outer` (in two dimensions a ring).
    tau is the ratio of the areas of the bins, for a background that is straight across them, or that of the sums of a
    given shape. Hidden and vetoed bins are left out of both. Sidebands are cut at the ends of the axes.

    Attributes:
        inner, outer: in half-widths of the window, 1 <= inner < outer.
        shape: of the background, on the axes of the data; None: the same in all bins per unit of area.
        relative_error: of the extrapolation, a number or shape (h,).
    """

    inner: float
    outer: float
    shape: Spectrum | None = None
    relative_error: float | FloatArray = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.inner < self.outer < np.inf:
            raise InputError(
                "sidebands", f"from {self.inner:g} to {self.outer:g} half-widths of the window", "1 <= inner < outer",
                "2 to 4 is usual where the window is two resolutions wide",
            )  # fmt: skip
        check_relative(self.relative_error)

    def numbers(self, windows: CountingWindows, counts: FloatArray, usable: BoolArray) -> BackgroundNumbers:
        """The background of each window, see `CountingBackground`.

        Raises:
            InputError: where windows have no sidebands, or a shape vanishes in a window.
        """
        weight = in_rows(self.weight(windows.axes) * usable, windows.shape)
        outer, inner = sideband_runs(windows, self)
        if (outer.bins == inner.bins).any():
            row = int(np.argmax(outer.bins == inner.bins))
            raise InputError(
                f"sidebands of the window around {windows.position[row]:g}", "no bins in them", "one or more",
                "take a larger `outer` or finer bins",
            )  # fmt: skip
        at = in_rows(np.where(usable, counts, 0.0), windows.shape)
        off = outer.sums(at) - inner.sums(at)
        beside = np.maximum(outer.sums(weight) - inner.sums(weight), 0.0)
        inside = windows.sums(self.weight(windows.axes))
        if not (inside > 0).all():
            row = int(np.argmin(inside))
            raise InputError(
                f"shape of the background at {windows.position[row]:g}", "nothing in the window",
                "a shape above 0 in every window", "scan where there is background, or take a smoother shape",
            )  # fmt: skip
        # differences of sums leave a rounding error where all bins of a sideband are hidden
        tau = np.where(beside > 1e-12 * inside, beside / inside, 0.0)
        with np.errstate(all="ignore"):
            expected = np.where(tau > 0, off / tau, np.nan)
        return BackgroundNumbers(expected, off, tau, _per_window(self.relative_error, len(windows)))

    def weight(self, axes: tuple[Axis, ...]) -> FloatArray:
        """The expected background of each bin in some unit, in the shape of the axes."""
        if self.shape is None:
            return np.asarray(np.multiply.outer(*(axis.widths for axis in axes))) if len(axes) > 1 else axes[0].widths
        check_axes(self.shape, axes, "shape of the background")
        return self.shape.values()


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedBackground:
    """A background from simulation, with the statistical error of that.

    Weighted simulation counts by its effective numbers n = (sum w)^2 / sum w^2 in each window, and tau is what makes
    n / tau the expectation. A window without simulated events takes the mean weight of the spectrum: it expects 0 with
    the error of one event.

    Attributes:
        spectrum: of the simulated events, on the axes of the data.
        tau: luminosity of the simulation over that of the data, > 0.
        relative_error: of the expectation, besides the statistics of the simulation; a number or shape (h,).
        scale: factor on the expectation, from data over simulation in a control region.
    """

    spectrum: Spectrum
    tau: float
    relative_error: float | FloatArray = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("tau", self.tau), ("scale", self.scale)):
            if not (np.isfinite(value) and value > 0):
                raise InputError(f"{name} of the simulated background", value, "a number > 0", "correct it")
        check_relative(self.relative_error)

    def numbers(self, windows: CountingWindows, counts: FloatArray, usable: BoolArray) -> BackgroundNumbers:  # noqa: ARG002
        """The background of each window, see `CountingBackground`; the data do not matter."""
        check_axes(self.spectrum, windows.axes, "simulated background")
        total = windows.sums(self.spectrum.values())
        factor = self.scale / self.tau
        if self.spectrum.is_weighted:
            squares = windows.sums(self.spectrum.variances())
            some = squares > 0
            mean = self.spectrum.variances().sum() / max(self.spectrum.entries, 1e-300)
            weight = np.divide(squares, total, out=np.full_like(total, mean), where=some)
        else:
            weight = np.ones_like(total)
        tau = 1 / (weight * factor)
        return BackgroundNumbers(total * factor, total / weight, tau, _per_window(self.relative_error, len(windows)))


@dataclass(frozen=True, slots=True, eq=False)
class KnownBackground:
    """A background that is known, or known up to a factor.

    Attributes:
        spectrum: the expectation, on the axes of the data (an Asimov spectrum need not hold whole numbers).
        relative_error: a number or shape (h,).
        scale: factor on the expectation.
    """

    spectrum: Spectrum
    relative_error: float | FloatArray = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise InputError("scale of the known background", self.scale, "a number > 0", "correct it")
        check_relative(self.relative_error)

    def numbers(self, windows: CountingWindows, counts: FloatArray, usable: BoolArray) -> BackgroundNumbers:  # noqa: ARG002
        """The background of each window, see `CountingBackground`; the data do not matter."""
        check_axes(self.spectrum, windows.axes, "known background")
        expected = self.scale * windows.sums(self.spectrum.values())
        none = np.full(len(windows), np.nan)
        return BackgroundNumbers(expected, none, none, _per_window(self.relative_error, len(windows)))


def sideband_runs(windows: CountingWindows, background: SidebandBackground) -> tuple[BinRuns, BinRuns]:
    """The bins within the outer and within the inner border of the sidebands of each window."""
    return windows.around(background.outer), windows.around(background.inner)


def check_relative(error: npt.ArrayLike) -> None:
    """Refuse what is not a relative uncertainty."""
    array = np.asarray(error, float)
    if not (np.isfinite(array).all() and (array >= 0).all()):
        raise InputError("relative error", array.min(), "numbers >= 0", "write 0.2 for 20 %")


def check_axes(spectrum: Spectrum, axes: tuple[Axis, ...], asked: str) -> None:
    """Refuse a spectrum with other bins than the data."""
    same = len(spectrum.axes) == len(axes) and all(
        np.array_equal(one.edges, other.edges) for one, other in zip(spectrum.axes, axes, strict=True)
    )
    if not same:
        found = "bins of other edges than those of the data"
        raise InputError(asked, found, "the axes of the data", "fill it with the axes of the data")


def _per_window(value: float | FloatArray, number: int) -> FloatArray:
    if np.ndim(value) and np.shape(value) != (number,):
        raise InputError("relative error", f"shape {np.shape(value)}", "a number or one for each window", "align it")
    return np.array(np.broadcast_to(np.asarray(value, float), (number,)))
