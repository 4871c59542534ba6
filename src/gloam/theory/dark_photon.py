"""The dark photon A' with kinetic mixing eps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA, ELECTRON_MASS, FB_PER_INVERSE_GEV2, MUON_MASS, SQRT_S, TAU_MASS
from gloam.theory.gminus2 import vector_loop
from gloam.theory.hadrons import HIGHEST_ENERGY, SOURCE, hadronic_ratio, near_resonance, pion_share
from gloam.theory.lepton_decays import vector_width
from gloam.theory.prediction import Prediction, Production, branching_fractions, check_parameter
from gloam.theory.radiators import PHOTON_CUT, angular_integral, radiative_factor

__all__ = ["cross_section", "decay_notes", "differential_cross_section", "photon_energy", "predict", "widths"]

REFERENCE = (
    "Essig, Schuster and Toro, PRD 80 (2009) 015003 (arXiv:0903.3941); Batell, Pospelov and Ritz, arXiv:0903.0363"
)


def differential_cross_section(cosine: ArrayLike, mass: ArrayLike, sqrt_s: float = SQRT_S) -> FloatArray:
    """D sigma/d cos of e+e- -> gamma A' over eps^2 in fb, cos of the photon in the centre-of-mass frame.

    (2 pi alpha^2/s) (1-x) [2 (1+x^2)/((1-x)^2 (1-c^2)) - 1], x = m^2/s (arXiv:0903.3941), without electron mass.

    Example:
        >>> bool(differential_cross_section(0.9, 1.0) > differential_cross_section(0.0, 1.0))
        True
    """
    c, x = np.asarray(cosine, float), (np.asarray(mass, float) / sqrt_s) ** 2
    shape = 2 * (1 + x**2) / ((1 - x) ** 2 * (1 - c**2)) - 1
    return _scale(sqrt_s) * (1 - x) * shape  # type: ignore[no-any-return]


def cross_section(mass: ArrayLike, sqrt_s: ArrayLike = SQRT_S, most_cosine: float | None = None) -> FloatArray:
    """The cross section of e+e- -> gamma A' over eps^2, for |cos| of the photon below a value, in fb.

    (2 pi alpha^2/s) (1-x) [2 (1+x^2)/(1-x)^2 ln((1+c)/(1-c)) - 2c] at wide angles. Near the beams the electron mass is
    kept (Bonneau and Martin, NPB 27 (1971) 381, see `radiators`); over all angles, None or 1, the result is
    (4 pi alpha^2/s) (1+x^2)/(1-x) (ln(s/m_e^2) - 1), that of radiative return. It diverges for m^2 -> s with the
    photon's energy -> 0.

    Example:
        >>> float(cross_section(3.0, most_cosine=np.cos(np.pi / 6))) * 1e-6
        4.85651
    """
    energy, m = np.asarray(sqrt_s, float), np.asarray(mass, float)
    x = (m / energy) ** 2
    c = 1.0 if most_cosine is None else most_cosine
    fraction = np.where(x < 1, 1 - x, 1.0)
    value = 2 * _scale(energy) * (1 + x**2) / fraction * angular_integral(fraction, c, energy)
    return np.where(x < 1, value, 0.0)


def photon_energy(mass: ArrayLike, sqrt_s: float = SQRT_S) -> FloatArray:
    """The energy of the recoiling photon, (s - m^2)/(2 sqrt(s)), in GeV.

    Example:
        >>> float(photon_energy(0.0, 10.0))
        5.0
    """
    return (sqrt_s**2 - np.asarray(mass, float) ** 2) / (2 * sqrt_s)


def widths(mass: float, mixing: float = 1.0, convention: str = "point") -> dict[str, float]:
    """Partial widths in GeV; "pipi" is part of "hadrons".

    (alpha eps^2 m/3) sqrt(1-4r) (1+2r) for leptons, r = ml^2/m^2. For hadrons R(m^2) alpha eps^2 m/3, because R is
    over the point cross section; the convention "paper" of arXiv:2012.02538 takes R times the width of the muons
    instead, which vanishes below 2 m_mu.

    Example:
        >>> widths(1.5)["hadrons"] > widths(1.5)["mumu"]
        True
    """
    factor = 4 * np.pi * ALPHA * mixing**2
    leptons = {
        name: factor * float(vector_width(mass, lepton))
        for name, lepton in (("ee", ELECTRON_MASS), ("mumu", MUON_MASS), ("tautau", TAU_MASS))
    }
    point = leptons["mumu"] if convention == "paper" else factor * mass / (12 * np.pi)
    hadrons = point * float(hadronic_ratio(mass))
    return {**leptons, "hadrons": hadrons, "pipi": hadrons * float(pion_share(mass))}


def decay_notes(mass: float) -> tuple[bool, tuple[str, ...]]:
    """Whether the widths hold at this mass, and what to say about them."""
    if mass > HIGHEST_ENERGY:
        return False, (
            SOURCE,
            f"R(s) is not described above {HIGHEST_ENERGY} GeV: widths and branching fractions do not hold",
        )
    if bool(near_resonance(mass)):
        return False, (SOURCE, "within 20 MeV of a narrow resonance, with which the A' mixes: widths do not hold")
    return True, (SOURCE,)


def predict(
    mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S, most_cosine: float | None = None,
    photon_cut: float = PHOTON_CUT,
) -> Prediction:  # fmt: skip
    """What a dark photon predicts for a mass in GeV and eps; `most_cosine` bounds |cos| of the photon.

    Example:
        >>> round(predict(3.0, 1e-3, most_cosine=0.9).cross_section, 4)
        5.5749
    """
    check_parameter("mass of the A'", mass)
    check_parameter("kinetic mixing eps", coupling)
    partial = widths(mass, coupling)
    total = sum(value for name, value in partial.items() if name != "pipi")
    holds, notes = decay_notes(mass)
    produced = coupling**2 * float(cross_section(mass, sqrt_s, most_cosine))
    notes += ("production at tree level, without Z",)
    if most_cosine in (None, 1.0):
        notes += ("all angles of the photon, most of them along the beams",)
    return Prediction(
        "dark-photon",
        mass,
        "gamma-dark-photon",
        {"gamma-dark-photon": Production(produced, 0.0, valid=True)},
        REFERENCE,
        partial,
        branching_fractions(partial, inside=("pipi",)),
        coupling**2 * 4 * np.pi * ALPHA * float(vector_loop(mass)),
        total,
        radiative_factor(
            lambda energy: cross_section(mass, energy, most_cosine), mass, sqrt_s, _soft(mass, sqrt_s, photon_cut)
        ),
        valid=holds,
        notes=notes,
    )


def _scale(sqrt_s: ArrayLike) -> FloatArray:
    return 2 * np.pi * ALPHA**2 / np.asarray(sqrt_s, float) ** 2 * FB_PER_INVERSE_GEV2


def _soft(mass: float, sqrt_s: float, photon_cut: float) -> float:
    """The cut, but no nearer to the threshold than half the photon's energy, where the cross section diverges."""
    return min(photon_cut, float(photon_energy(min(mass, sqrt_s), sqrt_s)) / 2)
