"""e+e- -> l+ l- X as a `Production`: the quadrature with its numerical error."""

from __future__ import annotations

from gloam.theory.prediction import Production
from gloam.theory.three_body import NODES, Coupling, lepton_pair_cross_section

__all__ = ["produced"]


def produced(mass: float, coupling_kind: Coupling, lepton_mass: float, coupling: float, sqrt_s: float) -> Production:
    """The cross section for one mass and coupling; its error is the change when the nodes are halved."""
    full = float(lepton_pair_cross_section(mass, coupling_kind, lepton_mass, sqrt_s))
    half = float(lepton_pair_cross_section(mass, coupling_kind, lepton_mass, sqrt_s, NODES // 2))
    return Production(coupling**2 * full, coupling**2 * abs(full - half), mass >= LIGHTEST or full == 0)


LIGHTEST = 1e-3
"""Mass in GeV above which the quadrature is tested."""
