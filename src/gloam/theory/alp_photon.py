"""An axion-like particle coupled to photons, L = -(g/4) a F Fdual."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA, ELECTRON_MASS, FB_PER_INVERSE_GEV2, MM_TIMES_GEV, SQRT_S
from gloam.theory.prediction import Prediction, Production, check_parameter
from gloam.theory.radiators import PHOTON_CUT, radiative_factor

__all__ = ["cross_section", "decay_length", "fusion_cross_section", "predict", "width"]

REFERENCE = "Dolan, Ferber, Hearty, Kahlhoefer and Schmidt-Hoberg, JHEP 12 (2017) 094 (arXiv:1709.00009)"
RESOLVED = 0.2
"""In GeV: below it the two photons merge in the calorimeters of the B factories (opening angle ~ 4m/sqrt(s))."""


def cross_section(mass: ArrayLike, sqrt_s: ArrayLike = SQRT_S, most_cosine: float | None = None) -> FloatArray:
    """The cross section of e+e- -> gamma a over g^2, for |cos| of the photon below a value, in fb GeV^2.

    (alpha/24) (1 - m^2/s)^3 with the density 3/8 (1 + cos^2) (arXiv:1709.00009; arXiv:2007.13071). Exact at
    tree level without electron mass; the Upsilon resonances are not in it.

    Example:
        >>> float(cross_section(0.2)) * 1e-6
        118.266
    """
    x = (np.asarray(mass, float) / np.asarray(sqrt_s, float)) ** 2
    c = 1.0 if most_cosine is None else most_cosine
    share = (3 * c + c**3) / 4
    return ALPHA / 24 * FB_PER_INVERSE_GEV2 * np.clip(1 - x, 0, None) ** 3 * share  # type: ignore[no-any-return]


def fusion_cross_section(mass: ArrayLike, sqrt_s: float = SQRT_S) -> FloatArray:
    """The cross section of e+e- -> e+e- a by photon fusion, over g^2, in fb GeV^2.

    16 alpha^2 Gamma/m^3 (ln(E/m_e) - 1/2)^2 f(m/2E), f(x) = (2+x^2)^2 ln(1/x) - (1-x^2)(3+x^2), E the beam energy
    (Low, PR 120 (1960) 582; equivalent photons; recalled). Leading logarithm, good to about 20 %; no tag: the
    electrons stay in the beam pipe.

    Example:
        >>> round(float(fusion_cross_section(2.0)) * 1e-6, 1)
        501.7
    """
    beam = sqrt_s / 2
    x = np.minimum(np.asarray(mass, float) / sqrt_s, 1.0)
    f = (2 + x**2) ** 2 * np.log(1 / x) - (1 - x**2) * (3 + x**2)
    flux = (np.log(beam / ELECTRON_MASS) - 0.5) ** 2
    return ALPHA**2 / (4 * np.pi) * flux * f * FB_PER_INVERSE_GEV2  # type: ignore[no-any-return]


def width(mass: ArrayLike) -> FloatArray:
    """The width of a -> gamma gamma over g^2, m^3/(64 pi), in GeV^3.

    Example:
        >>> float(width(4.0)) * np.pi
        1.0
    """
    return np.asarray(mass, float) ** 3 / (64 * np.pi)


def decay_length(mass: ArrayLike, coupling: ArrayLike, sqrt_s: float = SQRT_S) -> FloatArray:
    """The mean decay length in mm in the centre-of-mass frame of an ALP made with one photon.

    beta gamma hbar c/Gamma, gamma = (s + m^2)/(2 m sqrt(s)).

    Example:
        >>> round(float(decay_length(0.05, 1e-3)), 2)
        33.58
    """
    m = np.asarray(mass, float)
    momentum = (sqrt_s**2 - m**2) / (2 * sqrt_s)
    return momentum / m * MM_TIMES_GEV / (np.asarray(coupling, float) ** 2 * width(m))  # type: ignore[no-any-return]


def predict(
    mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S, most_cosine: float | None = None,
    photon_cut: float = PHOTON_CUT,
) -> Prediction:  # fmt: skip
    """What an ALP with photons predicts for a mass in GeV and g in GeV^-1.

    Example:
        >>> round(predict(3.0, 1e-3).cross_section, 4)
        92.0704
    """
    check_parameter("mass of the ALP", mass)
    check_parameter("coupling g", coupling)
    square = coupling**2
    total = square * float(width(mass))
    notes = [
        "ee-alp-fusion: leading logarithm, recalled, good to 20 % (its error); the angular range does not apply to it"
    ]
    narrow, fused = total < 0.1 * mass, square * float(fusion_cross_section(mass, sqrt_s))
    if not narrow:
        notes.append("not narrow: the width is above 0.1 m")
    if mass < sqrt_s and narrow:
        notes.append(
            f"mean decay length in the centre-of-mass frame {float(decay_length(mass, coupling, sqrt_s)):.4g} mm"
        )
    if mass < RESOLVED:
        notes.append("below 0.2 GeV the two photons merge in a calorimeter")
    return Prediction(
        "alp-photon",
        mass,
        "gamma-alp",
        {
            "gamma-alp": Production(square * float(cross_section(mass, sqrt_s, most_cosine)), 0.0, narrow),
            "ee-alp-fusion": Production(fused, 0.2 * fused, narrow),
        },
        REFERENCE,
        {"gammagamma": total},
        {"gammagamma": 1.0},
        None,
        total,
        radiative_factor(lambda energy: cross_section(mass, energy, most_cosine), mass, sqrt_s, photon_cut),
        valid=narrow,
        notes=tuple(notes),
    )
