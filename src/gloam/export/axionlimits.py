"""Limits on a coupling in the text of AxionLimits: two columns, the mass in eV."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of

__all__ = ["FOLDERS", "axionlimits_text"]

FOLDERS = {"alp-photon": ("AxionPhoton", "g_agamma [GeV^-1]"), "dark-photon": ("DarkPhoton", "kinetic mixing chi")}
"""Where AxionLimits keeps limits on the coupling of a model, and how it calls the coupling."""

EV = 1e9
"""Per GeV."""


def axionlimits_text(model: str | None, mass: FloatArray, limit: FloatArray, head: str) -> str:
    """The text of a file for AxionLimits: masses in eV, and the limits on the coupling.

    Args:
        model: whose coupling it is; None where no model is declared.
        mass: in GeV, shape (h,).
        limit: on the coupling in the unit of `FOLDERS`, NaN where there is none, shape (h,).
        head: what a reader must know, one line or several.

    Raises:
        InputError: for a model that AxionLimits has no plane for, or without any limit.

    Example:
        >>> print(axionlimits_text("alp-photon", np.array([0.5]), np.array([1e-3]), "made up"), end="")
        # made up
        # AxionPhoton: mass [eV], upper limit on g_agamma [GeV^-1]
        5.000000e+08 1.000000e-03
    """
    allowed = f"limits on the coupling of {one_of(FOLDERS)}"
    if model not in FOLDERS:
        found = (
            "no model, and so no coupling" if model is None else f"the coupling of {model}, which has no plane there"
        )
        raise InputError("export to AxionLimits", found, allowed, "export to hepdata or csv")
    order = np.argsort(mass, kind="stable")
    order = order[np.isfinite(limit[order])]
    if order.size == 0:
        raise InputError("export to AxionLimits", "no limit on the coupling", allowed, "see coupling_ul in limits.csv")
    folder, coupling = FOLDERS[model]
    lines = [f"# {line}" for line in [*head.splitlines(), f"{folder}: mass [eV], upper limit on {coupling}"]]
    lines += [f"{EV * mass[row]:.6e} {limit[row]:.6e}" for row in order]
    return "\n".join(lines) + "\n"
