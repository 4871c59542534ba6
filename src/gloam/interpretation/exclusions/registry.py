"""The published exclusions by model."""

from __future__ import annotations

import difflib
from importlib import import_module

from gloam.errors import InputError
from gloam.interpretation.exclusions.declaration import Exclusion, Plane

__all__ = ["coupling_plane", "exclusions", "models"]

ROOMS = {
    "zprime": "zprime",
    "dark-photon": "dark_photon",
    "dark-higgsstrahlung": "dark_higgsstrahlung",
    "alp-photon": "alp_photon",
    "alp-lepton": "leptophilic",
    "leptophilic-scalar": "leptophilic",
    "b-dark-photons": "b_decays",
    "b-dark-baryon": "b_decays",
}


def models() -> tuple[str, ...]:
    """The models with published exclusions, as on the command line."""
    return tuple(ROOMS)


def coupling_plane(model: str) -> Plane:
    """The plane of a model with all its published exclusions.

    Raises:
        InputError: there is no such model.

    Example:
        >>> plane = coupling_plane("zprime")
        >>> plane.quantity, [each.label for each in plane.exclusions][:2]
        ("g'", ["BaBar 2016, Z' -> mu mu, 90% CL", "Belle II 2018 data, Z' -> invisible, 90% CL"])
    """
    if model not in ROOMS:
        close = difflib.get_close_matches(model, ROOMS, 1)
        remedy = f"did you mean {close[0]}?" if close else "choose one of these"
        raise InputError("model", repr(model), ", ".join(ROOMS), remedy)
    planes: dict[str, Plane] = import_module(f"{__package__}.{ROOMS[model]}").PLANES
    return planes[model]


def exclusions(model: str) -> tuple[Exclusion, ...]:
    """The published exclusions of a model.

    Raises:
        InputError: there is no such model.

    Example:
        >>> limit = exclusions("alp-photon")[0]
        >>> limit.name, limit.level, float(limit.content.at(1.0).round(5))
        ('Belle II 2020, a -> gamma gamma', 0.95, 0.00133)
    """
    return coupling_plane(model).exclusions
