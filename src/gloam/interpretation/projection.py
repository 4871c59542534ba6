"""Expected limits at other luminosities, from the Asimov set and not by a power of the luminosity.

Which power it is changes on the way: a search without background gains as 1 / L, one with background as 1 / sqrt(L),
and one whose background is known to a fixed relative error gains nothing in the end. The limits are found anew at each
luminosity, and the local power is part of the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.interpretation.couplings import Coupling
from gloam.interpretation.scaling import Control, Systematics, scaled_cells, scaled_scan
from gloam.scans import CountingResult, JointScan, Scan, SidebandBackground, fit_scan
from gloam.scans.counting import ErrorForm
from gloam.statistics import Cells, CountingMethod, CountingOptions, LimitMethod, counting_limits
from gloam.statistics import upper_limits as find_upper_limits
from gloam.statistics.counting_scans import cells_of_windows

__all__ = ["Projection", "project_counting_scan", "project_counts", "project_scan", "projected_couplings"]

STEP = 0.05
"""Of ln(luminosity), on either side, for the exponent."""

SCAN_METHODS = ("cls", "profile", "bayes")
COUNT_METHODS = ("classical", "bayes", "cousins-highland", "cls", "profile")
"""Methods that take the Asimov set, whose counts are not whole numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Limits expected without a signal at several luminosities.

    Attributes:
        luminosity: in fb^-1, shape (n,).
        n_sig: expected limits on the yield, quantiles as in `UpperLimits`, shape (n, h, 5); NaN but for the median
            where a method has no others.
        exponent: d ln(limit on the cross section) / d ln L of the median, shape (n, h): -1 without background, -1/2
            with much of it, 0 at the floor of a systematic uncertainty.
        systematics: what was assumed of them.
        method: of the limits.
        level: of the limits, a fraction.
    """

    luminosity: FloatArray
    n_sig: FloatArray
    exponent: FloatArray
    systematics: Systematics
    method: str
    level: float

    @property
    def cross_section(self) -> FloatArray:
        """Limits on efficiency x cross section, the yield over the luminosity, in fb; shape (n, h, 5)."""
        return self.n_sig / self.luminosity[:, None, None]

    @property
    def median(self) -> FloatArray:
        """The median of `cross_section`, shape (n, h)."""
        return self.cross_section[:, :, 2]


def project_scan(
    scan: Scan | JointScan,
    luminosity: float,
    targets: npt.ArrayLike,
    level: float = 0.90,
    method: LimitMethod = "cls",
    *,
    systematics: Systematics = "fixed",
    threads: int | None = None,
) -> Projection:
    """The limits that a shape scan expects at other luminosities.

    The spectrum is multiplied, all hypotheses are fitted again, and the expected limits of the result are those of its
    background-only Asimov set. Fluctuations in the data are scaled up with it: where the background is a smooth
    function of few parameters that does not matter.

    Args:
        scan: of the data, or of an expectation.
        luminosity: that the spectrum belongs to, in fb^-1.
        targets: luminosities to project to, in fb^-1.
        level: a fraction.
        method: "cls", "profile" or "bayes".
        systematics: "fixed": relative uncertainties stay; "scaled": they fall as 1 / sqrt(L); "none".
        threads: how many to use; the answer does not depend on it.

    Raises:
        InputError: for luminosities, methods or systematics that are not allowed.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 31, 34, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> setup = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10).setup
        >>> found = project_scan(setup, 100.0, [100.0, 10_000.0])
        >>> found.median.round(3).ravel(), found.exponent.round(2).ravel()
        (array([0.194, 0.019]), array([-0.52, -0.5 ]))
    """
    if method not in SCAN_METHODS:
        raise InputError("method of the projection", method, one_of(SCAN_METHODS), "use one that has expected limits")

    def limits(factor: float) -> FloatArray:
        fitted = fit_scan(scaled_scan(scan, factor, systematics), threads=threads)
        return find_upper_limits(fitted, level, method, threads=threads).expected

    return _projected(limits, luminosity, targets, (systematics, method, level))


def project_counts(
    cells: Cells,
    luminosity: float,
    targets: npt.ArrayLike,
    level: float = 0.90,
    method: CountingMethod = "cls",
    *,
    systematics: Systematics = "fixed",
    control: Control = "simulation",
    options: CountingOptions | None = None,
) -> Projection:
    """The limits that counts expect at other luminosities: those for a count that equals its expectation.

    Such a count need not be whole, so that the limit is smooth in the luminosity; it stands in the place of the median.
    There are no other quantiles.

    Args:
        cells: as they are at `luminosity`; their counts are not used. The unit of the signal is what the efficiency
            of the cells says.
        luminosity: in fb^-1.
        targets: luminosities to project to, in fb^-1.
        level: a fraction.
        method: "classical", "bayes", "cousins-highland", "cls" or "profile".
        systematics: as in `project_scan`.
        control: "data" if the regions that measure backgrounds grow with the luminosity, else "simulation".
        options: of the method.

    Raises:
        InputError: for luminosities, methods or systematics that are not allowed.

    Example:
        >>> from gloam.statistics import counting_cells
        >>> found = project_counts(counting_cells(0, [1e-6, 1e4], [0.0, 1e3]), 1.0, [1.0, 100.0])
        >>> found.exponent.round(3)
        array([[-1.   , -0.007],
               [-1.   , -0.   ]])
    """
    if method not in COUNT_METHODS:
        raise InputError("method of the projection", method, one_of(COUNT_METHODS), "use one for expected counts")
    upper = replace(options or CountingOptions(), interval="upper")

    def limits(factor: float) -> FloatArray:
        asimov = scaled_cells(cells, factor, systematics, control)
        quantiles = np.full((cells.size, 5), np.nan)
        quantiles[:, 2] = counting_limits(asimov, level, method, upper, expected=False).upper
        return quantiles

    return _projected(limits, luminosity, targets, (systematics, method, level))


def project_counting_scan(
    result: CountingResult,
    luminosity: float,
    targets: npt.ArrayLike,
    level: float = 0.90,
    method: CountingMethod = "cls",
    *,
    systematics: Systematics = "fixed",
    options: CountingOptions | None = None,
) -> Projection:
    """The limits that a scan of windows expects at other luminosities, as `project_counts` finds them.

    Sidebands are data and grow with the luminosity; simulated backgrounds keep their size.

    Args:
        result: the counts, one for each window; windows that were not counted stay NaN.
        luminosity: that they belong to, in fb^-1.
        targets: luminosities to project to, in fb^-1.
        level: a fraction.
        method: as in `project_counts`.
        systematics: as in `project_scan`.
        options: of the method.

    Raises:
        InputError: as `project_counts`.

    Example:
        >>> from gloam.scans import CountingScan, SidebandBackground, count_windows, interval_windows
        >>> from gloam.spectra import Axis, Spectrum
        >>> spectrum = Spectrum((Axis(np.linspace(0.0, 10.0, 11)),), [0, 3, 2, 4, 3, 8, 3, 2, 3, 2, 3, 0])
        >>> windows = interval_windows(spectrum.axis, [4.5], 0.5)
        >>> found = count_windows(CountingScan(spectrum, windows, SidebandBackground(1.0, 5.0)))
        >>> project_counting_scan(found, 1.0, [1.0, 1e4]).exponent.round(2)
        array([[-0.67],
               [-0.5 ]])
    """
    rows = result.usable
    sidebands = isinstance(result.setup.background, SidebandBackground)
    form: ErrorForm | None = "gaussian" if method == "cousins-highland" else None
    cells = cells_of_windows(result, rows, efficiency_form=form)
    found = project_counts(
        cells, luminosity, targets, level, method, systematics=systematics, options=options,
        control="data" if sidebands else "simulation",
    )  # fmt: skip
    n_sig = np.full((found.luminosity.size, result.observed.size, 5), np.nan)
    exponent = np.full(n_sig.shape[:2], np.nan)
    n_sig[:, rows], exponent[:, rows] = found.n_sig, found.exponent
    return replace(found, n_sig=n_sig, exponent=exponent)


def projected_couplings(
    projection: Projection, mass: FloatArray, efficiency: FloatArray, coupling: Coupling
) -> tuple[FloatArray, FloatArray]:
    """The limits on a coupling that a projection means, shape (n, h, 5), and their exponents, shape (n, h).

    A coupling that enters as a square gains with half the exponent of the cross section.

    Args:
        projection: limits on yields.
        mass: in GeV, shape (h,).
        efficiency: of the search, with the radiative factor if the cross section is a Born one, shape (h,).
        coupling: with its cross section and branching fraction.

    Example:
        >>> from gloam.statistics import counting_cells
        >>> found = project_counts(counting_cells(0, 0.0), 1.0, [1.0, 100.0])
        >>> limits, exponent = projected_couplings(found, np.array([1.0]), np.array([0.1]), Coupling("g'", 1e5))
        >>> limits[:, 0, 2].round(6), exponent.ravel().round(6)
        (array([0.015174, 0.001517]), array([-0.5, -0.5]))
    """
    at_one = coupling.at_one(mass)
    at_one = np.where(coupling.missing(mass) == 0, at_one, np.nan)
    divisor = (np.asarray(efficiency, float) * at_one)[:, None]
    return (projection.cross_section / divisor) ** (1 / coupling.power), projection.exponent / coupling.power


def _projected(
    limits: Callable[[float], FloatArray],
    luminosity: float,
    targets: npt.ArrayLike,
    asked: tuple[Systematics, str, float],
) -> Projection:
    wanted = np.atleast_1d(np.asarray(targets, float))
    every = np.concatenate([[luminosity], wanted])
    if not ((every > 0) & (every < np.inf)).all():
        raise InputError("luminosity", f"{every.min():g}", "numbers above 0, in fb^-1", "give luminosities")
    values, exponents = [], []
    for target in wanted.tolist():
        factor = target / luminosity
        below, here, above = (limits(factor * float(np.exp(step))) for step in (-STEP, 0.0, STEP))
        values.append(here)
        with np.errstate(divide="ignore", invalid="ignore"):
            exponents.append(np.log(above[:, 2] / below[:, 2]) / (2 * STEP) - 1)
    return Projection(wanted, np.array(values), np.array(exponents), *asked)
