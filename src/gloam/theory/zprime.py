"""The Z' of L_mu - L_tau, radiated off a muon or tau pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import MUON_MASS, SQRT_S, TAU_MASS
from gloam.theory.gminus2 import vector_loop
from gloam.theory.lepton_decays import vector_width
from gloam.theory.prediction import Prediction, branching_fractions, check_parameter
from gloam.theory.radiators import PHOTON_CUT, radiative_factor
from gloam.theory.three_body import lepton_pair_cross_section
from gloam.theory.three_body_production import doubts, produced

__all__ = ["broad_cross_section", "cross_section", "invisible_fraction", "predict", "widths"]

REFERENCE = "He, Joshi, Lew and Volkas, PRD 43 (1991) R22; Shuve and Yavin, PRD 89 (2014) 113004 (arXiv:1403.2727)"
NOTES = ("tree level, narrow width; no Z, no radiation from the beams (one_plus_delta is apart), no kinetic mixing",)


def cross_section(mass: ArrayLike, sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The cross section of e+e- -> mu+ mu- Z' over g'^2, in fb; see `lepton_pair_cross_section`.

    Example:
        >>> float(cross_section(3.0))
        13710.9
    """
    return lepton_pair_cross_section(mass, "vector", MUON_MASS, sqrt_s)


def broad_cross_section(mass: float, width: float, sqrt_s: float = SQRT_S) -> float:
    """The cross section of e+e- -> mu+ mu- Z' over g'^2 for a Z' of finite width, in fb.

    int sigma(m) (1/pi) m^2 G/M / ((m^2-M^2)^2 + (m^2 G/M)^2) dm^2 with the running width of a decay to massless
    particles: the Z' of arXiv:2212.03066 with 0.1 M. From 0.1 M to the threshold, for widths up to 0.2 M: near
    the threshold most of it is the tail of lighter Z', where the shape is a convention. The quadrature is good to 1e-5.

    Args:
        mass: M in GeV.
        width: total width G at the mass, in GeV.
        sqrt_s: centre-of-mass energy in GeV.

    Example:
        >>> round(broad_cross_section(3.0, 1e-6) / float(cross_section(3.0)), 3)
        1.0
    """
    check_parameter("mass of the Z'", mass)
    check_parameter("width of the Z'", width)
    lowest, highest = 0.1 * mass, sqrt_s - 2 * MUON_MASS
    if highest <= lowest:
        return 0.0
    # panels that double in size away from the peak: the cross section changes by orders of magnitude under the tail
    step = width * 2.0 ** np.arange(-1, np.ceil(np.log2(max(mass, highest) / width)) + 1)
    edge = np.unique(np.clip(np.concatenate([mass - step, [mass], mass + step]), lowest, highest))
    node, weight = np.polynomial.legendre.leggauss(16)
    half = np.diff(edge)[:, None] / 2
    m = edge[:-1, None] + half * (node + 1)
    running = m**2 * width / mass
    shape = 2 * m * running / ((m**2 - mass**2) ** 2 + running**2) / np.pi
    return float((shape * cross_section(m, sqrt_s) * weight * half).sum())


def widths(mass: float, coupling: float = 1.0) -> dict[str, float]:
    """Partial widths of the Z' in GeV.

    g'^2 m/(12 pi) (1+2r) sqrt(1-4r) for each charged lepton, g'^2 m/(24 pi) for each of two flavours of left-handed
    neutrinos (arXiv:1403.2727).

    Example:
        >>> widths(8.0)["invisible"] * 12 * np.pi / 8.0
        1.0
    """
    square = coupling**2
    return {
        "ee": 0.0,
        "mumu": square * float(vector_width(mass, MUON_MASS)),
        "tautau": square * float(vector_width(mass, TAU_MASS)),
        "invisible": square * mass / (12 * np.pi),
    }


def invisible_fraction(mass: ArrayLike) -> FloatArray:
    """B(Z' -> invisible) of the Z' that decays to Standard Model particles alone ("vanilla").

    The fully invisible Z' of the Belle II papers has 1 instead, by a decay to dark matter that is not specified; its
    width is then free, and arXiv:2212.03066 takes a negligible one and 0.1 m (`broad_cross_section`).

    Example:
        >>> invisible_fraction([0.1, 3.0]).round(3)
        array([1. , 0.5])
    """
    m = np.asarray(mass, float)
    neutrinos = m / (12 * np.pi)
    return neutrinos / (neutrinos + vector_width(m, MUON_MASS) + vector_width(m, TAU_MASS))


def predict(mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S, photon_cut: float = PHOTON_CUT) -> Prediction:
    """What L_mu - L_tau predicts for a mass in GeV and the coupling g'.

    Example:
        >>> predict(3.0, 0.01).cross_section
        1.37109
    """
    check_parameter("mass of the Z'", mass)
    check_parameter("coupling g'", coupling)
    partial = widths(mass, coupling)
    total = sum(partial.values())
    wrong = doubts(mass, total)
    return Prediction(
        "zprime",
        mass,
        "mumu-zprime",
        {
            "mumu-zprime": produced(mass, "vector", MUON_MASS, coupling, sqrt_s, not wrong),
            "tautau-zprime": produced(mass, "vector", TAU_MASS, coupling, sqrt_s, not wrong),
        },
        REFERENCE,
        partial,
        branching_fractions(partial),
        coupling**2 * float(vector_loop(mass)),
        total,
        radiative_factor(lambda energy: cross_section(mass, energy), mass + 2 * MUON_MASS, sqrt_s, photon_cut),
        valid=not wrong,
        notes=NOTES + wrong,
    )
