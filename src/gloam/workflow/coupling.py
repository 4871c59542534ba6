"""The couplings of models by their names on the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.constants import SQRT_S
from gloam.errors import InputError
from gloam.interpretation import Coupling, factor_named
from gloam.interpretation.exclusions import coupling_plane
from gloam.models import Parameter
from gloam.theory import decay_fraction, production
from gloam.theory.dark_higgsstrahlung import cross_section as associated_production
from gloam.theory.dark_higgsstrahlung import shares_of_three

if TYPE_CHECKING:
    from gloam.searches import Channel, CountingSearch, Search

__all__ = [
    "AtHypotheses", "channel_coupling", "model_coupling", "nominal_energy", "plane_coupling", "search_coupling",
]  # fmt: skip

RATES = ("dark-higgsstrahlung", "b-dark-photons", "b-dark-baryon")
"""Models whose coupling enters like a cross section: epsilon^2 alpha_D, or a branching fraction."""


def search_coupling(search: Search | CountingSearch, decay: str | None = None) -> Coupling | None:
    """The coupling of the model of a search, for a decay, or the one that it looks for; None without a model."""
    if search.model is None:
        return None
    return model_coupling(search.model, decay=decay or search.decay, sqrt_s=nominal_energy(search))


def channel_coupling(search: Search, channel: Channel) -> Coupling | None:
    """The coupling of a channel, which may read the decay otherwise than its search, or the particle as broad."""
    found = search_coupling(search, channel.decay)
    if found is None or channel.natural_width is None:
        return found
    broad = partial(_broad_production, float(channel.natural_width), nominal_energy(search))
    return replace(found, cross_section=broad)


def _broad_production(ratio: float, sqrt_s: float, mass: FloatArray) -> FloatArray:
    """The cross section in fb at coupling 1 of a Z' whose width is a part of its mass, in the shape of `mass`."""
    from gloam.theory.zprime import broad_cross_section

    flat = [broad_cross_section(each, ratio * each, sqrt_s) for each in np.ravel(mass).tolist()]
    return np.reshape(flat, np.shape(mass))


def nominal_energy(search: Search | CountingSearch) -> float:
    """The energy in GeV at which the model of a search is asked: that of its simulation, else the Upsilon(4S)."""
    return SQRT_S if search.preparation is None else float(search.preparation.sqrt_s)


def plane_coupling(
    search: Search | CountingSearch, mass: FloatArray, mass2: FloatArray, share: str | None = None
) -> Coupling | None:
    """The coupling of a model of two masses, known at these hypotheses alone; None without a model.

    The branching fraction is that of the first particle into the decay that is searched for, or of three dark photons.

    Args:
        search: with its model and decay.
        mass: of the first particle in GeV, shape (h,).
        mass2: of the second, shape (h,).
        share: a final state of three dark photons, see `gloam.theory.dark_higgsstrahlung.shares_of_three`; None: the
            decay of the search.

    Raises:
        InputError: for a model of one mass.
    """
    if search.model is None:
        return None
    if search.model != "dark-higgsstrahlung":
        remedy = "declare a model of two masses"
        raise InputError(f"model of {search.name}", search.model, "dark-higgsstrahlung", remedy)
    fraction: Parameter = 1.0
    different, which = np.unique(mass, return_inverse=True)
    if share is not None:
        fraction = AtHypotheses(np.array([shares_of_three(each)[share] for each in different.tolist()])[which])
    elif search.decay is not None:
        fraction = AtHypotheses(decay_fraction("dark-photon", search.decay)(different)[which])
    produced = AtHypotheses(associated_production(mass, mass2, nominal_energy(search)))
    return Coupling(coupling_plane(search.model).quantity, produced, fraction, power=1.0)


@dataclass(frozen=True, slots=True, eq=False)
class AtHypotheses:
    """A factor that is known at the hypotheses of a scan alone, because it depends on two masses.

    Attributes:
        values: shape (h,).
    """

    values: FloatArray

    def __call__(self, mass: FloatArray) -> FloatArray:
        """The values, at the masses of all hypotheses in their order."""
        if np.shape(mass) != self.values.shape:
            raise InputError(
                "factor of windows in a plane", f"{np.size(mass)} masses", f"those of all {self.values.size} windows",
                "ask for all of them",
            )  # fmt: skip
        return self.values


def model_coupling(
    model: str,
    cross_section: str | None = None,
    branching_fraction: str | None = None,
    relative_error: float = 0.0,
    decay: str | None = None,
    sqrt_s: float = SQRT_S,
) -> Coupling:
    """The coupling of a model, and the cross section that it makes.

    Args:
        model: as on the command line.
        cross_section: in fb at coupling 1, a number or the name of a CSV file with columns mass,cross_section; None:
            that of `gloam theory`, without radiation.
        branching_fraction: of the decay that was searched for, a number or a file; None: 1.
        relative_error: of the cross section.
        decay: the final state that was searched for, whose branching fraction `gloam theory` knows.
        sqrt_s: energy of the collision in GeV, for the cross section of `gloam theory`.

    Raises:
        InputError: for a model that does not exist, one without a cross section of its own, or two branching
            fractions.

    Example:
        >>> coupling = model_coupling("zprime", "1e5", "0.5")
        >>> coupling.name, coupling.power, coupling.branching_fraction
        ("g'", 2.0, 0.5)
    """
    plane = coupling_plane(model)
    if decay is not None and branching_fraction is not None:
        raise InputError("--decay and --branching-fraction", "both", "one of the two", "leave out one")
    produced = production(model, sqrt_s) if cross_section is None else factor_named(cross_section, "cross_section")
    fraction: Parameter = 1.0
    if decay is not None:
        fraction = decay_fraction(model, decay)
    elif branching_fraction is not None:
        fraction = factor_named(branching_fraction, "branching_fraction")
    name, _, unit = plane.quantity.partition(" [")
    return Coupling(
        name,
        produced,
        fraction,
        relative_error,
        1.0 if model in RATES else 2.0,
        unit.rstrip("]"),
        float("inf") if unit else 1.0,
    )
