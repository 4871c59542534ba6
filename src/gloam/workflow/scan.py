"""A mass scan of one spectrum in one call."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gloam.errors import InputError
from gloam.models import Background, Nuisance, SignalShape
from gloam.scans import Grid, Scan, ScanResult, SlidingWindows, Windows, fit_scan, sliding_windows
from gloam.spectra import Spectrum

__all__ = ["declare_scan", "scan"]


def scan(
    spectrum: Spectrum,
    signal: SignalShape,
    background: Background,
    grid: Grid | npt.ArrayLike,
    window: float | Windows = 25.0,
    *,
    vetoes: tuple[tuple[float, float], ...] = (),
    nuisances: tuple[Nuisance, ...] = (),
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanResult:
    """The fits of all mass hypotheses of a spectrum, with and without a signal.

    Args:
        spectrum: counts in one dimension.
        signal: its shape.
        background: its form.
        grid: masses, or a `Grid` where the observable is not the mass, shape (h,).
        window: half-width of the fit windows in units of the signal's resolution, or the windows themselves.
        vetoes: ranges of the observable to leave out.
        nuisances: uncertainties of yields and shapes, which enter every fit and limit.
        threads: how many to use; None: `GLOAM_THREADS`, else one.
        progress: called with the number of hypotheses finished, after each batch.

    Raises:
        InputError: for input that cannot be scanned.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 60, 58, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> result.z_local.round(1), result.n_sig.round(0)
        (array([5.3]), array([67.]))
    """
    return fit_scan(
        declare_scan(spectrum, signal, background, grid, window, vetoes, nuisances), threads=threads, progress=progress
    )


def declare_scan(
    spectrum: Spectrum,
    signal: SignalShape,
    background: Background,
    grid: Grid | npt.ArrayLike,
    window: float | Windows,
    vetoes: tuple[tuple[float, float], ...] = (),
    nuisances: tuple[Nuisance, ...] = (),
) -> Scan:
    """The scan that `scan` makes, not yet made; arguments as there."""
    hypotheses = Grid.of(grid if isinstance(grid, Grid) else np.asarray(grid, float))
    if isinstance(window, (int, float)):
        if not (np.isfinite(window) and window > 0):
            raise InputError("window", f"{window} sigma", "a positive half-width", "25 is usual")
        half_width = window * signal.resolution(hypotheses.position)
        windows: Windows | SlidingWindows = sliding_windows(spectrum.axis, hypotheses.position, half_width)
    else:
        windows = window
    return Scan(spectrum, signal, background, hypotheses, windows, vetoes, nuisances)
