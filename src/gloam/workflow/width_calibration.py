"""The width of the signal from a known particle in the data of a search: how much wider data are than simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import ControlWidth, PreparedScan, control_width
from gloam.errors import InputError
from gloam.kinematics import position_of
from gloam.models import SignalShape, Stretched, Table, YieldNuisance, background_named, expected_fractions
from gloam.spectra import Spectrum
from gloam.workflow.prepared import prepared

if TYPE_CHECKING:
    from gloam.searches import Channel, Search
    from gloam.searches.declaration import KnownPeak

__all__ = ["NUISANCE", "calibrated_width", "calibration_note", "in_summary", "width_nuisance", "yield_per_width"]

NUISANCE = "width of the signal"
"""Name of the systematic uncertainty."""

REACH, BINS, STEP = 12.0, 1200, 0.01
"""Standard deviations on either side, bins and change of the width with which the effect on yields is computed."""


def calibrated_width(search: Search, channel: Channel, spectrum: Spectrum) -> ControlWidth | None:
    """The factor by which the signals of a channel have to be wider than simulated; None where nothing tells it.

    It is found in the spectrum itself, whatever is vetoed there in the scan: a search that declares a known particle,
    and data with a peak of it that stands out, tell. All channels with these data have the same factor.
    """
    peak = _calibrating(search, channel)
    if peak is None:
        return None
    position = float(position_of(np.array([peak.mass.value]), search.observable_of(channel).scale)[0])
    shape = prepared(search)[peak.spectrum].signal()
    try:
        return control_width(spectrum, shape, position, background_named(peak.background), peak.window)
    except InputError:
        return None


def _calibrating(search: Search, channel: Channel) -> KnownPeak | None:
    """The known particle that the data of a channel hold, where the search declares one."""
    peak = search.calibration
    return peak if peak is not None and search.data_of(channel) == peak.spectrum else None


def width_nuisance(found: ControlWidth, shape: SignalShape, scan: PreparedScan) -> YieldNuisance:
    """The error of the factor as an uncertainty of the signal's yield.

    As a nuisance parameter of the shape it would change significances by less than 0.01 and limits by 1 % at most; its
    posteriors cost several times as much.

    Args:
        found: factor and error.
        shape: of the signal.
        scan: at whose masses the effect is computed, linear in between.
    """
    relative = found.error / found.factor * yield_per_width(shape, scan.position)
    return YieldNuisance(NUISANCE, Table(scan.mass, relative, NUISANCE), constraint="gaussian")


def yield_per_width(shape: SignalShape, position: FloatArray) -> FloatArray:
    """By how much, relatively, a fitted yield grows with the relative width of its shape, over a flat background.

    With f the expected shape and d its change for a unit of ln(width), yields are fitted with the weights f, so that it
    is -<f, d> / <f, f>: 1/2 for a Gaussian. Over few background events it is less.

    Args:
        shape: of the signal.
        position: of hypotheses, shape (h,).

    Example:
        >>> from gloam.models import Gaussian
        >>> yield_per_width(Gaussian(0.01), np.array([3.0])).round(3)
        array([0.5])
    """
    edges = position[:, None] + np.linspace(-REACH, REACH, BINS + 1) * shape.resolution(position)[:, None]
    nominal = expected_fractions(shape, edges, position)
    wide, narrow = (expected_fractions(Stretched(shape, factor), edges, position) for factor in (1 + STEP, 1 - STEP))
    change = (wide - narrow) / (2 * STEP)
    return np.asarray(np.maximum(-(nominal * change).sum(axis=1) / (nominal**2).sum(axis=1), 0.0))


def in_summary(search: Search, channel: Channel, spectrum: Spectrum) -> dict[str, Any] | None:
    """What `summary.json` says of the calibration; None for a channel without one."""
    peak = _calibrating(search, channel)
    if peak is None:
        return None
    found = calibrated_width(search, channel, spectrum)
    numbers = dict.fromkeys(("factor", "error", "n_sig", "z_local"))
    if found is not None:
        numbers |= {name: getattr(found, name) for name in numbers}
    return {"particle": peak.name, "mass": peak.mass.value, **numbers}


def calibration_note(document: dict[str, Any] | None) -> list[str]:
    """What a reader has to know of it, in words."""
    if document is None:
        return []
    where = f"width of the signal from {document['particle']}"
    if document["factor"] is None:
        return [f"{where}: no peak of it stands out in these data; signals are as wide as simulated."]
    ratio = f"{document['factor']:.3f} +- {document['error']:.3f} from {document['n_sig']:.0f} entries"
    return [f"{where}: data over simulation {ratio}; all signals are made so wide, and the error acts on yields."]
