"""How wide a known peak in data is beside its simulation: what corrects the resolution of a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.errors import InputError
from gloam.fit import is_certified
from gloam.models import Background, SignalShape, Stretched
from gloam.scans import Grid, Scan, ScanResult, fit_scan, sliding_windows
from gloam.spectra import Spectrum

__all__ = ["ControlWidth", "control_width"]

RANGE = (0.3, 3.0)
"""Factors that are looked at."""
LEAST = 3.0
"""Standard deviations by which a peak has to stand out."""


@dataclass(frozen=True, slots=True)
class ControlWidth:
    """The width of a peak in data over that of its shape.

    Attributes:
        factor: by which the shape has to be stretched.
        error: of the factor, one standard deviation.
        n_sig: yield of the peak.
        z_local: its significance.
    """

    factor: float
    error: float
    n_sig: float
    z_local: float


def control_width(
    spectrum: Spectrum, shape: SignalShape, position: float, background: Background, window: float = 10.0
) -> ControlWidth:
    """The factor by which a simulated shape is narrower than a known peak, such as J/psi in a vetoed region.

    Yield, background and width are fitted together: the profile likelihood of the width is highest at the factor, and
    falls by 1/2 in its logarithm at one standard deviation, half of the distance of both ends.

    Args:
        spectrum: with the peak.
        shape: simulated, whose position is that of the peak in data.
        position: of the peak, in the unit of the observable.
        background: under it.
        window: half-width, in resolutions.

    Raises:
        InputError: where there is no peak, or no width is found.

    Example:
        >>> from gloam.models import Gaussian, Polynomial
        >>> from gloam.spectra import Axis
        >>> edges = np.linspace(2.9, 3.3, 81)
        >>> expected = 50 + 5000 * np.diff(Gaussian(0.012).cumulative(edges, np.array(3.1)))
        >>> peak = Spectrum((Axis(edges),), np.concatenate([[0.0], expected, [0.0]]), asimov=True)
        >>> found = control_width(peak, Gaussian(0.010), 3.1, Polynomial(1))
        >>> round(found.factor, 3), round(found.error, 3)
        (1.2, 0.017)
    """
    from scipy.optimize import brentq, minimize_scalar

    grid = Grid.of(np.array([position]))
    windows = sliding_windows(spectrum.axis, grid.position, window * shape.resolution(grid.position))

    def fitted(factor: float) -> ScanResult:
        return fit_scan(Scan(spectrum, Stretched(shape, factor), background, grid, windows))

    def likelihood_ratio(factor: float) -> float:
        """Of signal and background over background alone, which knows no width: twice its logarithm."""
        return float(np.nan_to_num(fitted(factor).z_local[0])) ** 2

    best = minimize_scalar(lambda log: -likelihood_ratio(np.exp(log)), bounds=np.log(RANGE), method="bounded")
    factor, highest = float(np.exp(best.x)), -float(best.fun)
    found = fitted(factor)
    asked = f"width of the peak at {position:g}"
    if not (is_certified(found.status)[0] and found.z_local[0] > LEAST):
        remedy = "take another peak or more data"
        raise InputError(asked, f"a significance of {found.z_local[0]:.2g}", f"a peak of at least {LEAST:g}", remedy)
    ends = []
    for limit in RANGE:
        if highest - likelihood_ratio(limit) < 1:
            raise InputError(asked, "a width that the data do not limit", "a peak that stands out", "take more data")
        ends.append(
            brentq(lambda f: highest - likelihood_ratio(f) - 1, min(limit, factor), max(limit, factor), xtol=1e-5)
        )
    return ControlWidth(factor, 0.5 * (ends[1] - ends[0]), float(found.n_sig[0]), float(found.z_local[0]))
