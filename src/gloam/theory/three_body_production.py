"""e+e- -> l+ l- X as a `Production`: the quadrature with its numerical error, and where it does not hold."""

from __future__ import annotations

from gloam.theory.prediction import Production
from gloam.theory.three_body import NODES, Coupling, lepton_pair_cross_section

__all__ = ["LIGHTEST", "doubts", "produced"]

LIGHTEST = 1e-3
"""Mass in GeV above which the quadrature is tested."""

NARROW = 0.1
"""Largest width over mass for which one mass stands for the resonance."""


def produced(
    mass: float, kind: Coupling, lepton_mass: float, coupling: float, sqrt_s: float, valid: bool
) -> Production:
    """The cross section for one mass and coupling; its error is the change when the nodes are halved."""
    full = float(lepton_pair_cross_section(mass, kind, lepton_mass, sqrt_s))
    half = float(lepton_pair_cross_section(mass, kind, lepton_mass, sqrt_s, NODES // 2))
    return Production(coupling**2 * full, coupling**2 * abs(full - half), valid)


def doubts(mass: float, width: float) -> tuple[str, ...]:
    """Why the cross section does not hold at this mass and width, in GeV; nothing where it does.

    Example:
        >>> doubts(1.0, 0.2)
        ('not narrow: the width is above 0.1 m',)
    """
    found = ("not narrow: the width is above 0.1 m",) if width > NARROW * mass else ()
    return found + (("below 1 MeV the quadrature is not tested",) if mass < LIGHTEST else ())
