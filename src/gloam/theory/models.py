"""The models by name, with one way to ask them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

import numpy as np

from gloam.arrays import FloatArray
from gloam.constants import SQRT_S
from gloam.errors import InputError, one_of
from gloam.theory.prediction import Prediction, branching_fractions, check_parameter
from gloam.theory.radiators import PHOTON_CUT

__all__ = ["MODELS", "decay_fraction", "predict", "production"]

MODELS: Final = {
    "zprime": "coupling g'",
    "dark-photon": "kinetic mixing eps",
    "dark-higgsstrahlung": "kinetic mixing eps; --mass2 of the h', --coupling2 alpha_D",
    "alp-photon": "g in GeV^-1",
    "alp-lepton": "C/Lambda in GeV^-1",
    "leptophilic-scalar": "xi",
    "b-dark-photons": "branching fraction B(B0 -> A'A')",
    "b-dark-baryon": "branching fraction B(B0 -> Lambda psi)",
}
"""What the coupling of each model is."""


def predict(
    model: str,
    mass: float,
    second_mass: float | None = None,
    coupling: float = 1.0,
    second_coupling: float | None = None,
    sqrt_s: float = SQRT_S,
    most_cosine: float | None = None,
    photon_cut: float = PHOTON_CUT,
) -> Prediction:
    """What a model predicts at one point.

    Args:
        model: one of `MODELS`.
        mass: of the new particle in GeV (of the A' in dark Higgsstrahlung).
        second_mass: of the h' in GeV, for dark Higgsstrahlung.
        coupling: see `MODELS`.
        second_coupling: alpha_D, for dark Higgsstrahlung; 1 where it is not given.
        sqrt_s: centre-of-mass energy in GeV.
        most_cosine: largest |cos| of the photon in the centre-of-mass frame, for e+e- -> gamma X.
        photon_cut: largest energy of a radiated photon in GeV, for `one_plus_delta`.

    Raises:
        InputError: if the model is unknown, does not know a quantity that is given, or a number is out of range.

    Example:
        >>> round(predict("zprime", 3.0).cross_section, 1)
        13710.9
    """
    if model not in MODELS:
        raise InputError("model", repr(model), one_of(MODELS), "choose one of them")
    check_parameter("centre-of-mass energy", sqrt_s)
    check_parameter("largest photon energy", photon_cut)
    if most_cosine is not None and not 0 < most_cosine <= 1:
        raise InputError(
            "angular range", most_cosine, "a largest |cos theta| in (0, 1]", "give 0.9 for |cos theta| < 0.9"
        )
    function: Callable[..., Prediction] = import_module(f"gloam.theory.{model.replace('-', '_')}").predict
    known = inspect.signature(function).parameters
    given = {"higgs_mass": second_mass, "dark_coupling": second_coupling, "most_cosine": most_cosine}
    options: dict[str, float | None] = {name: value for name, value in given.items() if value is not None}
    if unknown := [_WORDS[name] for name in options if name not in known]:
        raise InputError(f"model {model}", " and ".join(unknown), "what the model has", "leave it out")
    if "photon_cut" in known:
        options["photon_cut"] = photon_cut
    if "higgs_mass" in known:
        options.setdefault("higgs_mass", None)  # asked for by the model itself
    found = function(mass, coupling=coupling, sqrt_s=sqrt_s, **options)
    if not LOWEST_ENERGY <= sqrt_s <= HIGHEST_ENERGY:
        words = f"not valid: the formulas hold from {LOWEST_ENERGY:g} to {HIGHEST_ENERGY:g} GeV, without Z exchange"
        found = replace(found, valid=False, notes=(*found.notes, words))
    return found


LOWEST_ENERGY, HIGHEST_ENERGY = 0.1, 40.0
"""Of sqrt(s) in GeV: below, the mass of the electron matters in hard amplitudes; above, the Z does."""


_WORDS = {"higgs_mass": "a second mass", "dark_coupling": "a second coupling", "most_cosine": "an angular range"}


def production(model: str, sqrt_s: float = SQRT_S) -> Callable[[FloatArray], FloatArray]:
    """The cross section of a model in fb at coupling 1 as a function of masses in GeV: that of its first process.

    Args:
        model: as on the command line.
        sqrt_s: energy of the collision in GeV.

    Raises:
        InputError: if the model has a second mass, or its coupling is a branching fraction.

    Example:
        >>> production("zprime")(np.array([3.0, 12.0])).round(1)
        array([13710.9,     0. ])
    """
    check_parameter("centre-of-mass energy", sqrt_s)
    function = _of_one_mass(model, "cross_section", "a cross section of one mass")

    def cross_section(mass: FloatArray) -> FloatArray:
        found: FloatArray = function(mass, np.full(np.shape(mass), sqrt_s))
        return found

    return cross_section


def decay_fraction(model: str, final_state: str) -> Callable[[FloatArray], FloatArray]:
    """The branching fraction of a model into a final state as a function of masses in GeV.

    Raises:
        InputError: if the model has none of one mass, or not this final state.

    Example:
        >>> decay_fraction("zprime", "invisible")(np.array([0.1, 3.0])).round(3)
        array([1. , 0.5])
    """
    widths = _of_one_mass(model, "widths", "widths of one mass")
    known = tuple(widths(1.0))
    if final_state not in known:
        raise InputError(f"decay of {model}", repr(final_state), one_of(known), "choose one of these")

    def fraction(mass: FloatArray) -> FloatArray:
        parts = [branching_fractions(widths(float(m)), inside=("pipi",))[final_state] for m in np.ravel(mass)]
        return np.array(parts).reshape(np.shape(mass))

    return fraction


def _of_one_mass(model: str, name: str, allowed: str) -> Callable[..., Any]:
    """A function of the module of a model."""
    if model not in MODELS:
        raise InputError("model", repr(model), one_of(MODELS), "choose one of them")
    module = import_module(f"gloam.theory.{model.replace('-', '_')}")
    if model in _OTHERWISE or not hasattr(module, name):
        raise InputError(f"{name.replace('_', ' ')} of {model}", "not a function of one mass and coupling", allowed,
                         "give a table of your own")  # fmt: skip
    return getattr(module, name)  # type: ignore[no-any-return]


_OTHERWISE = ("dark-higgsstrahlung", "b-dark-photons", "b-dark-baryon")
"""Models with two masses, and those whose coupling is a branching fraction."""
