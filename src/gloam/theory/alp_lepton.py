"""An axion-like particle coupled to leptons: L = (C/2 Lambda) d_m a lbar gamma^m gamma5 l."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import MUON_MASS, SQRT_S
from gloam.theory.prediction import Prediction, check_parameter
from gloam.theory.radiators import PHOTON_CUT
from gloam.theory.three_body import lepton_pair_cross_section
from gloam.theory.yukawa_boson import LEPTONS, partial_widths, predict_yukawa

__all__ = ["cross_section", "predict", "widths", "yukawa_couplings"]

REFERENCE = "Bauer, Neubert and Thamm, JHEP 12 (2017) 044 (arXiv:1708.00443); normalisation of arXiv:2306.12294"
NOTES = (
    "normalisation (C/2 Lambda) d_m a lbar gamma^m gamma5 l, so that y_l = C ml/Lambda; one C for the three leptons",
    "tree level; decays to two photons through loops of the leptons alone",
    "a direct coupling to photons, and the Barr-Zee term of (g-2)_mu that depends on it, are not included",
)


def yukawa_couplings(coupling: float) -> dict[str, float]:
    """y_l = (C/Lambda) ml for each pair of leptons, C/Lambda in GeV^-1.

    Example:
        >>> yukawa_couplings(1e-3)["mumu"]
        0.0001056583755
    """
    return {name: coupling * lepton for name, lepton in LEPTONS.items()}


def cross_section(mass: ArrayLike, sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The cross section of e+e- -> mu+ mu- a at coupling 1, in fb; see `lepton_pair_cross_section`."""
    return yukawa_couplings(1.0)["mumu"] ** 2 * lepton_pair_cross_section(mass, "pseudoscalar", MUON_MASS, sqrt_s)


def widths(mass: float, coupling: float = 1.0) -> dict[str, float]:
    """Partial widths into pairs of leptons, and through their loops into two photons, in GeV."""
    return partial_widths(mass, yukawa_couplings(coupling), "pseudoscalar")


def predict(mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S, photon_cut: float = PHOTON_CUT) -> Prediction:
    """What an ALP with leptons predicts for a mass in GeV and C/Lambda in GeV^-1.

    Example:
        >>> f"{predict(3.0, 1e-3).cross_section:.6g}"
        '3.81139e-05'
    """
    check_parameter("mass of the ALP", mass)
    check_parameter("coupling C/Lambda", coupling)
    return predict_yukawa(
        "alp-lepton", mass, yukawa_couplings(coupling), "pseudoscalar", sqrt_s,
        photon_cut, REFERENCE, NOTES,
    )  # fmt: skip
