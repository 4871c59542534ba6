"""Upper limits on the cross section, from those on the yield."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.arrays import FloatArray
from gloam.interpretation.yields import YieldFactors
from gloam.statistics import UpperLimits

__all__ = ["CrossSectionLimits", "cross_section_limits"]


@dataclass(frozen=True, slots=True, eq=False)
class CrossSectionLimits:
    """Upper limits in fb, observed and expected without a signal; NaN where there are none or a factor is not known.

    Attributes:
        factors: what they were made with; its `kind` says which cross section this is, its
            `branching_fraction_included` whether it still has the branching fraction in it.
        efficiency: shape (h,).
        effective: limits on efficiency x branching fraction x visible cross section, that is the yield over the
            luminosity; shape (h,).
        effective_expected: quantiles as in `UpperLimits`, shape (h, 5).
        observed: limits on the cross section, the yield over `YieldFactors.events_per_fb`; shape (h,).
        expected: shape (h, 5).
    """

    factors: YieldFactors
    efficiency: FloatArray
    effective: FloatArray
    effective_expected: FloatArray
    observed: FloatArray
    expected: FloatArray


def cross_section_limits(limits: UpperLimits, factors: YieldFactors, mass: FloatArray) -> CrossSectionLimits:
    """The limits on the cross section that belong to those on the yield.

    A yield is divided by fixed numbers here: what is uncertain about them belongs into the likelihood, as nuisances of
    the fits that the limits come from.

    Args:
        limits: on the yield of h hypotheses.
        factors: luminosity, efficiency and the others.
        mass: of the hypotheses in GeV, shape (h,).

    Raises:
        InputError: if a mass is outside the table of a factor.

    Example:
        >>> import numpy as np
        >>> limits = UpperLimits(np.array([20.0]), np.array([[5.0, 7.0, 10.0, 14.0, 20.0]]), 0.90, "cls", 0)
        >>> found = cross_section_limits(limits, YieldFactors(luminosity=100.0, efficiency=0.25), np.array([1.0]))
        >>> found.effective, found.observed, found.expected
        (array([0.2]), array([0.8]), array([[0.2 , 0.28, 0.4 , 0.56, 0.8 ]]))
    """
    luminosity, events = factors.at("luminosity", mass), factors.events_per_fb(mass)
    return CrossSectionLimits(
        factors,
        factors.at("efficiency", mass),
        limits.observed / luminosity,
        limits.expected / luminosity[:, None],
        limits.observed / events,
        limits.expected / events[:, None],
    )
