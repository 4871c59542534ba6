"""Numbers, labels and settings of a run in words, the same in figures and on the page."""

from __future__ import annotations

import math

import numpy as np

from gloam.arrays import FloatArray
from gloam.interpretation import FACTORS, YieldFactors
from gloam.models import Background, Polynomial, SignalShape, Steps
from gloam.scans import ScanResult
from gloam.scans.counting import CountingResult, KnownBackground, SidebandBackground
from gloam.spectra import Spectrum
from gloam.statistics import CountingScanLimits, UpperLimits

__all__ = [
    "background_in_words",
    "counting_background_in_words",
    "cross_section_in_words",
    "data_in_words",
    "data_name",
    "distribution_in_words",
    "division_in_words",
    "level_in_words",
    "limit_in_words",
    "mass_in_words",
    "measured",
    "shape_in_words",
    "signed",
    "span",
    "width_in_words",
]

MINUS = "\N{MINUS SIGN}"
METHODS: dict[str, tuple[str, str]] = {
    "cls": ("CLs", "asymptotic"),
    "cls-toys": ("CLs", "toys"),
    "clsb-toys": ("CLs+b", "toys"),
    "profile": ("profile likelihood", "asymptotic"),
    "bayes": ("Bayesian", "posterior quantile"),
    "classical": ("classical", "exact"),
    "cousins-highland": ("Cousins-Highland", "exact"),
    "feldman-cousins": ("Feldman-Cousins", "exact"),
}
"""What each method of the limits is called, and what its limits are taken from."""
KINDS = {"real": "Real data", "pseudo": "Pseudo-data", "user": "Data"}


def data_in_words(spectrum: Spectrum) -> str:
    """What kind of data these are and where they come from.

    Example:
        >>> from gloam.spectra import Axis, Origin
        >>> data_in_words(Spectrum((Axis([0.0, 1.0]),), [0, 3, 0], origin=Origin("pseudo", "toys, seed 1")))
        'Pseudo-data: toys, seed 1'
    """
    origin = spectrum.origin
    kind = "Data" if origin is None else KINDS[origin.kind]
    if spectrum.asimov:
        kind = "Expectation, no data"
    return f"{kind}: {'source not stated' if origin is None else origin.source}"


def data_name(spectrum: Spectrum) -> str:
    """What data are called in the legend of a figure.

    Example:
        >>> from gloam.spectra import Axis, Origin
        >>> data_name(Spectrum((Axis([0.0, 1.0]),), [0, 3, 0], origin=Origin("pseudo", "toys, seed 1")))
        'Pseudo-data'
    """
    if spectrum.asimov:
        return "Expectation"
    return "Pseudo-data" if spectrum.origin is not None and spectrum.origin.kind == "pseudo" else "Data"


def level_in_words(level: float) -> str:
    """The confidence level.

    Example:
        >>> level_in_words(0.9)
        '90% CL'
    """
    return f"{100 * level:.6g}% CL"


def limit_in_words(limits: UpperLimits) -> str:
    """How limits were set: method, approximation, sidedness."""
    return f"{METHODS[limits.method][0]}, {distribution_in_words(limits)}, {limits.sidedness}"


def distribution_in_words(limits: UpperLimits) -> str:
    """What the limits were taken from, such as "asymptotic": the distribution of the test statistic, or a posterior."""
    if isinstance(limits, CountingScanLimits) and limits.method == "cls":
        return "exact"
    if limits.toys:
        return f"{limits.toys:,} toys"
    return f"{METHODS[limits.method][1]}, {limits.prior}" if limits.prior else METHODS[limits.method][1]


def cross_section_in_words(factors: YieldFactors) -> str:
    """Which cross section it is that a yield is turned into.

    Example:
        >>> cross_section_in_words(YieldFactors(100.0, 0.1))
        'visible cross section times branching fraction'
        >>> cross_section_in_words(YieldFactors(100.0, 0.1, branching_fraction=0.5, radiative_factor=0.945))
        'Born cross section'
    """
    times = " times branching fraction" if factors.branching_fraction_included else ""
    return f"{factors.kind} cross section{times}"


def division_in_words(factors: YieldFactors) -> str:
    """How a yield is turned into a cross section.

    Example:
        >>> division_in_words(YieldFactors(100.0, 0.1, radiative_factor=0.945))
        'yield / (luminosity x efficiency x radiative factor)'
    """
    known = [name.replace("_", " ") for name in FACTORS if getattr(factors, name) is not None]
    return f"yield / ({' x '.join(known)})"


def signed(z: float) -> str:
    """A significance with its sign.

    Example:
        >>> signed(1.26), signed(-0.0)
        ('+1.3', '0.0')
    """
    return f"{z:+.1f}".replace("-", MINUS) if round(z, 1) else "0.0"


def measured(value: float, error: float) -> tuple[str, str | None]:
    """A value and its error, both to two significant digits of the error; None for an error that is not known.

    Example:
        >>> measured(90.637, 13.8), measured(0.01234, 0.0021), measured(3.0, float("nan"))
        (('91', '14'), ('0.0123', '0.0021'), ('3', None))
    """
    if not (math.isfinite(error) and error > 0):
        return f"{value + 0.0:.3g}".replace("-", MINUS), None
    decimals = max(0, 1 - math.floor(math.log10(error)))
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", MINUS), f"{error:.{decimals}f}"


def mass_in_words(result: ScanResult | CountingResult, row: int) -> str:
    """The mass of a hypothesis, or its two masses, as fine as the grid is."""
    masses = [_as_fine(mass, row) for mass in (result.mass, result.mass2) if np.isfinite(mass[row])]
    return f"{' and '.join(masses)} GeV"


def _as_fine(values: FloatArray, row: int) -> str:
    """One of the values, with the decimals that tell it from its neighbours."""
    distinct = np.unique(values)
    step = float(np.median(np.diff(distinct))) if distinct.size > 1 else 1e-3
    decimals = min(max(0, math.ceil(-math.log10(step) - 1e-6)), 6)
    return f"{values[row]:.{decimals}f}"


def width_in_words(width: float, unit: str) -> str:
    """A short length on the axis, in MeV where that reads better.

    Example:
        >>> width_in_words(0.002, "GeV"), width_in_words(0.5, "GeV^2")
        ('2 MeV', '0.5 GeV^2')
    """
    if unit == "GeV" and width < 0.1:
        return f"{1e3 * width:.3g} MeV"
    return f"{width:.3g} {unit}".rstrip()


def span(values: FloatArray, text: str = "{:.4g}") -> str:
    """The range of the values that are not NaN, or the value if they are all alike.

    Example:
        >>> span(np.array([2.0, 3.0])), span(np.array([2.0, 2.0])), span(np.array([np.nan]))
        ('2 to 3', '2', 'none')
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return "none"
    low, high = text.format(finite.min()), text.format(finite.max())
    return low if low == high else f"{low} to {high}"


def shape_in_words(shape: SignalShape, position: FloatArray, unit: str) -> str:
    """The kind of signal and its resolution over the grid."""
    name = _spaced(type(shape).__name__)
    parts = getattr(shape, "shapes", ())
    if parts:
        name += f" of {' and '.join(_spaced(type(part).__name__) for part in parts)}"
    sigma = shape.resolution(position)
    if unit == "GeV":
        return f"{name}, resolution {span(1e3 * sigma)} MeV"
    return f"{name}, resolution {span(sigma)} {unit}".rstrip()


def background_in_words(background: Background, position: FloatArray) -> str:
    """The form of the background over the grid."""
    if isinstance(background, Polynomial):
        orders = span(background.variant(position).astype(float), "{:.0f}")
        rising = ", changing with mass" if isinstance(background.order, Steps) and "to" in orders else ""
        return f"polynomial of order {orders}{rising}, all coefficients free in each window"
    return _spaced(type(background).__name__)


def counting_background_in_words(result: CountingResult) -> str:
    """Where the background of counts comes from, and its size over the windows."""
    background = result.setup.background
    if isinstance(background, SidebandBackground):
        source = f"from sidebands, {background.inner:g} to {background.outer:g} half-widths from the window's centre"
    else:
        source = "known" if isinstance(background, KnownBackground) else "from simulation"
    relative = result.relative_error
    uncertain = f", uncertain by {span(100 * relative)} %" if relative.any() else ""
    return f"{source}: {span(result.background, '{:.3g}')} events in a window{uncertain}"


def _spaced(name: str) -> str:
    """A class name as words: 'CrystalBall' -> 'Crystal Ball'."""
    return "".join(f" {c}" if c.isupper() and i else c for i, c in enumerate(name))
