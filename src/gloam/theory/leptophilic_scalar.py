"""The leptophilic scalar S, coupled to leptons like their mass: L = -xi sum (ml/v) lbar l S."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import HIGGS_VALUE, MUON_MASS, SQRT_S
from gloam.theory.prediction import Prediction, check_parameter
from gloam.theory.radiators import PHOTON_CUT
from gloam.theory.three_body import lepton_pair_cross_section
from gloam.theory.yukawa_boson import LEPTONS, partial_widths, predict_yukawa

__all__ = ["cross_section", "predict", "widths", "yukawa_couplings"]

REFERENCE = "Batell, Lange, McKeen, Pospelov and Ritz, PRD 95 (2017) 075003 (arXiv:1606.04943)"
NOTES = ("tree level; decays to two photons through loops of the three leptons alone",)


def yukawa_couplings(xi: float) -> dict[str, float]:
    """y_l = xi ml/v for each pair of leptons, v = 246.22 GeV.

    Example:
        >>> round(yukawa_couplings(1.0)["tautau"] / yukawa_couplings(1.0)["mumu"], 2)
        16.82
    """
    return {name: xi * lepton / HIGGS_VALUE for name, lepton in LEPTONS.items()}


def cross_section(mass: ArrayLike, sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The cross section of e+e- -> mu+ mu- S at coupling 1, in fb; see `lepton_pair_cross_section`."""
    return yukawa_couplings(1.0)["mumu"] ** 2 * lepton_pair_cross_section(mass, "scalar", MUON_MASS, sqrt_s)


def widths(mass: float, coupling: float = 1.0) -> dict[str, float]:
    """Partial widths into pairs of leptons, and through their loops into two photons, in GeV."""
    return partial_widths(mass, yukawa_couplings(coupling), "scalar")


def predict(mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S, photon_cut: float = PHOTON_CUT) -> Prediction:
    """What a leptophilic scalar predicts for a mass in GeV and xi.

    Radiation off the muons (mumu-scalar) and off the taus (tautau-scalar), larger by (mtau/mmu)^2 where phase
    space allows; S -> mu mu in the latter gives the same particles as S -> tau tau in the former.

    Example:
        >>> f"{predict(3.0).cross_section:.6g}"
        '0.000633919'
    """
    check_parameter("mass of the scalar", mass)
    check_parameter("coupling xi", coupling)
    return predict_yukawa(
        "leptophilic-scalar", mass, yukawa_couplings(coupling), "scalar", sqrt_s, photon_cut,
        REFERENCE, NOTES,
    )  # fmt: skip
