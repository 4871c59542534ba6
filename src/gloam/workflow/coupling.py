"""The couplings of models by their names on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gloam.errors import InputError
from gloam.interpretation import Coupling, factor_named
from gloam.interpretation.exclusions import coupling_plane
from gloam.models import Parameter
from gloam.theory import decay_fraction, production

if TYPE_CHECKING:
    from gloam.searches.declaration import Searched

__all__ = ["model_coupling", "search_coupling"]

RATES = ("dark-higgsstrahlung", "b-dark-photons", "b-dark-baryon")
"""Models whose coupling enters like a cross section: epsilon^2 alpha_D, or a branching fraction."""


def search_coupling(search: Searched) -> Coupling | None:
    """The coupling of the model of a search, for the decay that it looks for; None without a model."""
    return None if search.model is None else model_coupling(search.model, decay=search.decay)


def model_coupling(
    model: str,
    cross_section: str | None = None,
    branching_fraction: str | None = None,
    relative_error: float = 0.0,
    decay: str | None = None,
) -> Coupling:
    """The coupling of a model, and the cross section that it makes.

    Args:
        model: as on the command line.
        cross_section: in fb at coupling 1, a number or the name of a CSV file with columns mass,cross_section; None:
            that of `gloam theory`, at 10.58 GeV and without radiation.
        branching_fraction: of the decay that was searched for, a number or a file; None: 1.
        relative_error: of the cross section.
        decay: the final state that was searched for, whose branching fraction `gloam theory` knows.

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
    produced = production(model) if cross_section is None else factor_named(cross_section, "cross_section")
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
