"""Scans in which each hypothesis is a count in a window."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import get_args

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.fit import FitStatus
from gloam.scans.counting.backgrounds import (
    BackgroundNumbers,
    CountingBackground,
    ErrorForm,
    check_axes,
    check_relative,
)
from gloam.scans.counting.windows import CountingWindows, hidden_windows
from gloam.scans.grid import Grid
from gloam.spectra import Spectrum

__all__ = ["CountingResult", "CountingScan", "count_windows"]


@dataclass(frozen=True, slots=True, eq=False)
class CountingScan:
    """A spectrum, the windows in which its events are counted and what is known of their background.

    Attributes:
        spectrum: counts in one or two dimensions.
        windows: on the axes of the spectrum.
        background: `SidebandBackground`, `SimulatedBackground` or `KnownBackground`.
        background_error: relative, in quadrature with that of the background; a number or shape (h,).
        efficiency_error: relative, of the signal in each window; a number or shape (h,). It widens limits and leaves
            significances alone.
        background_form, efficiency_form: "lognormal" or "gaussian" (cut at 0) distributions of these.
        vetoes: ranges of the first observable whose bins are not counted.
        vetoes2: the same of the second.
    """

    spectrum: Spectrum
    windows: CountingWindows
    background: CountingBackground
    background_error: float | FloatArray = 0.0
    efficiency_error: float | FloatArray = 0.0
    background_form: ErrorForm = "lognormal"
    efficiency_form: ErrorForm = "lognormal"
    vetoes: tuple[tuple[float, float], ...] = ()
    vetoes2: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        check_axes(self.spectrum, self.windows.axes, "spectrum of a counting scan")
        if self.spectrum.is_weighted or self.spectrum.asimov:
            raise InputError(
                "counting scan", "weighted data" if self.spectrum.is_weighted else "an expectation",
                "counts of events", "fill the spectrum without weights",
            )  # fmt: skip
        for error in (self.background_error, self.efficiency_error):
            check_relative(error)
            if np.ndim(error) and np.shape(error) != (len(self.windows),):
                raise InputError("relative error", f"shape {np.shape(error)}", "one for each window", "align it")
        for form in (self.background_form, self.efficiency_form):
            if form not in get_args(ErrorForm):
                raise InputError("form of an uncertainty", form, one_of(get_args(ErrorForm)), "choose one of these")
        for low, high in (*self.vetoes, *self.vetoes2):
            if not low < high:
                raise InputError("veto", f"{low:g} to {high:g}", "LO < HI", "give the lower end first")
        if self.vetoes2 and len(self.spectrum.axes) == 1:
            raise InputError("veto of the second observable", "a spectrum of one", "two observables", "use vetoes")

    @property
    def grid(self) -> Grid:
        """The hypotheses, in the first observable."""
        return Grid(self.windows.mass, self.windows.position)

    @property
    def usable(self) -> BoolArray:
        """Which bins are neither hidden nor touched by a veto, in the shape of the axes."""
        visible = self.spectrum.visible
        usable = np.ones(self.windows.shape, np.bool_) if visible is None else visible.copy()
        for number, ranges in enumerate((self.vetoes, self.vetoes2)[: len(self.spectrum.axes)]):
            edges = self.spectrum.axes[number].edges
            for low, high in ranges:
                touched = (edges[:-1] < high) & (edges[1:] > low)
                usable[(slice(None),) * number + (touched,)] = False
        return usable

    def take(self, rows: IntArray) -> CountingScan:
        """The same scan of some of the windows."""
        background = self.background
        own = getattr(background, "relative_error", None)
        if isinstance(own, np.ndarray):
            background = dataclasses.replace(background, relative_error=own[rows])  # type: ignore[type-var]
        return dataclasses.replace(
            self, windows=self.windows.take(rows), background=background,
            background_error=_some(self.background_error, rows), efficiency_error=_some(self.efficiency_error, rows),
        )  # fmt: skip


def _some(value: float | FloatArray, rows: IntArray) -> float | FloatArray:
    return value[rows] if isinstance(value, np.ndarray) else value


@dataclass(frozen=True, slots=True, eq=False)
class CountingResult:
    """The counts of a scan of windows, in the terms of the fits of a shape scan where that makes sense.

    Attributes:
        setup: the scan that was made.
        observed: counts, shape (h,); NaN where the window holds hidden or vetoed bins.
        numbers: what is known of the background.
        status: `FitStatus.OK`, or `VETOED` for such windows and for those whose sidebands are all hidden; shape (h,).
    """

    setup: CountingScan
    observed: FloatArray
    numbers: BackgroundNumbers
    status: IntArray

    @property
    def spectrum(self) -> Spectrum:
        """The data."""
        return self.setup.spectrum

    @property
    def windows(self) -> CountingWindows:
        """The windows."""
        return self.setup.windows

    @property
    def mass(self) -> FloatArray:
        """Masses of the hypotheses in GeV, shape (h,)."""
        return self.windows.mass

    @property
    def mass2(self) -> FloatArray:
        """Second masses, shape (h,); NaN in one dimension."""
        return self.windows.mass2

    @property
    def position(self) -> FloatArray:
        """Centres of the windows in the first observable, shape (h,)."""
        return self.windows.position

    @property
    def position2(self) -> FloatArray:
        """Centres of the windows in the second observable, shape (h,); NaN in one dimension."""
        return self.windows.position2

    @property
    def background(self) -> FloatArray:
        """Nominal expected background counts, shape (h,)."""
        return self.numbers.expected

    @property
    def background_err(self) -> FloatArray:
        """Their standard deviations, statistical and systematic ones in quadrature, shape (h,)."""
        return np.hypot(self.numbers.error, self._own_error * self.background)

    @property
    def relative_error(self) -> FloatArray:
        """Relative error of the background besides the statistics of the off counts, shape (h,)."""
        return np.hypot(self.numbers.relative_error, self._own_error)

    @property
    def efficiency_error(self) -> FloatArray:
        """Relative error of the efficiency of the signal, shape (h,)."""
        return np.array(np.broadcast_to(np.asarray(self.setup.efficiency_error, float), self.observed.shape))

    @property
    def off(self) -> FloatArray:
        """Counts that measure the background, shape (h,); NaN where it is known."""
        return self.numbers.off

    @property
    def tau(self) -> FloatArray:
        """How many times the background is expected in `off`, shape (h,); NaN where it is known."""
        return self.numbers.tau

    @property
    def n_sig(self) -> FloatArray:
        """Observed counts minus the nominal background, shape (h,)."""
        return self.observed - self.background

    @property
    def n_sig_err(self) -> FloatArray:
        """sqrt(max(observed, 1) + background_err^2), shape (h,): an empty window has the error of one event.

        An approximate size, for tables; significances and limits do not use it.
        """
        return np.sqrt(np.maximum(self.observed, 1.0) + self.background_err**2)

    @property
    def window_low(self) -> FloatArray:
        """Lower ends of the windows in the first observable, after rounding to bins, shape (h,)."""
        return self.windows.low

    @property
    def window_high(self) -> FloatArray:
        """Upper ends of the windows in the first observable, shape (h,)."""
        return self.windows.high

    @property
    def window_low2(self) -> FloatArray:
        """Lower ends of the windows in the second observable, shape (h,); NaN in one dimension."""
        return self.windows.low2

    @property
    def window_high2(self) -> FloatArray:
        """Upper ends of the windows in the second observable, shape (h,); NaN in one dimension."""
        return self.windows.high2

    @property
    def coverage(self) -> FloatArray:
        """The part of each window inside the axes, shape (h,)."""
        return self.windows.coverage

    @property
    def usable(self) -> IntArray:
        """The windows that were counted: their row numbers."""
        return np.flatnonzero(self.status == FitStatus.OK.value)

    @property
    def edm(self) -> FloatArray:
        """0 for every window: nothing is minimised; shape (h,)."""
        return np.zeros(self.observed.shape)

    @property
    def n_fits(self) -> int:
        """The number of fits: none."""
        return 0

    @property
    def n_failed(self) -> int:
        """The number of fits that failed: none."""
        return 0

    @property
    def _own_error(self) -> FloatArray:
        return np.broadcast_to(np.asarray(self.setup.background_error, float), self.observed.shape)


def count_windows(scan: CountingScan) -> CountingResult:
    """The counts of every window and what is known of their backgrounds.

    Raises:
        InputError: for a background that does not fit the data or the windows.

    Example:
        >>> from gloam.scans.counting import SidebandBackground, interval_windows
        >>> from gloam.spectra import Axis
        >>> spectrum = Spectrum((Axis(np.linspace(0.0, 10.0, 11)),), [0, 3, 2, 4, 3, 8, 3, 2, 3, 2, 3, 0])
        >>> windows = interval_windows(spectrum.axis, [4.5], 0.5)
        >>> found = count_windows(CountingScan(spectrum, windows, SidebandBackground(1.0, 5.0)))
        >>> found.observed, found.off, found.tau, found.background
        (array([8.]), array([12.]), array([4.]), array([3.]))
    """
    usable, counts = scan.usable, scan.spectrum.values()
    numbers = scan.background.numbers(scan.windows, counts, usable)
    hidden = hidden_windows(scan.windows, ~usable) | (numbers.tau == 0)
    status = np.where(hidden, FitStatus.VETOED.value, FitStatus.OK.value)
    observed = np.where(hidden, np.nan, scan.windows.sums(counts))
    return CountingResult(scan, observed, numbers, np.asarray(status, np.int64))
