"""A background in the bins of some hypotheses, as a fit takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from gloam.arrays import FloatArray
from gloam.models.background import Background

__all__ = ["StructuredBackground", "TermEffect", "Terms", "background_terms", "parameter_names"]


@dataclass(frozen=True, slots=True, eq=False)
class TermEffect:
    """What a nuisance parameter of the background itself does to one of its columns.

    Attributes:
        name: of the parameter; the same name is the same parameter.
        column: as in `Terms`; known templates are counted after the floating columns.
        change: logarithmic rate, or change of the template for one unit, shape (b, m).
        is_factor: whether it is a rate.
        floats: whether the parameter is free; else it has a unit normal constraint.
    """

    name: str
    column: int
    change: FloatArray
    is_factor: bool
    floats: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Yields that float, templates that are known, and what is uncertain about them.

    Attributes:
        columns: expected counts for each coefficient at 1, shape (b, m, K).
        names: the component that each column belongs to, K of them.
        rising: coefficients with a positive expectation wherever the background has one, shape (K,).
        known: templates in expected counts, shape (b, m) each.
        known_names: the component of each known template.
        scales: the yield of each known template, shape (b,) each.
        mean: what the coefficients are constrained to, shape (b, K); None if all float.
        error: standard deviations of these constraints, infinite for those that float, shape (b, K).
        effects: of parameters that the background brings along.
        spreads: column and standard deviation of its content for a coefficient of 1, shape (b, m), from the statistics
            of simulation.
    """

    columns: FloatArray
    names: tuple[str, ...]
    rising: FloatArray
    known: tuple[FloatArray, ...] = ()
    known_names: tuple[str, ...] = ()
    scales: tuple[FloatArray, ...] = ()
    mean: FloatArray | None = None
    error: FloatArray | None = None
    effects: tuple[TermEffect, ...] = ()
    spreads: tuple[tuple[int, FloatArray], ...] = ()

    @property
    def is_structured(self) -> bool:
        """Whether there is more than coefficients that float."""
        return bool(self.known or self.effects or self.spreads) or self.mean is not None


@runtime_checkable
class StructuredBackground(Protocol):
    """A background that is more than floating coefficients."""

    def terms(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int, position: FloatArray) -> Terms:
        """The background in the bins of some hypotheses.

        Args:
            edges: bin edges, shape (b, m + 1).
            low: lower end of the domain of the basis, shape (b,).
            high: upper end of it, shape (b,).
            variant: the form, as `Background.variant` returned it.
            position: of the hypotheses, on which expected yields may depend, shape (b,).
        """
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters that it brings along besides its coefficients."""
        ...


def parameter_names(background: Background) -> tuple[str, ...]:
    """The names of the parameters that a background brings along besides its coefficients."""
    return background.parameters if isinstance(background, StructuredBackground) else ()


def background_terms(
    background: Background, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int, position: FloatArray
) -> Terms:
    """The terms of any background; one that has only a basis floats in all of it. Arguments as in the protocol."""
    if isinstance(background, StructuredBackground):
        return background.terms(edges, low, high, variant, position)
    columns = background.basis(edges, low, high, variant)
    names = tuple(["background"] * columns.shape[-1])
    return Terms(columns, names, np.asarray(np.arange(len(names)) == 0, float))
