"""Backgrounds made of several components, each with a yield that floats, is constrained or is known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.models.background import Background
from gloam.models.parameter import Parameter, evaluate
from gloam.models.terms import TermEffect, Terms, background_terms, parameter_names
from gloam.systematic import Constraint

__all__ = ["Component", "Components"]

MOST_VARIANTS = 1000


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a background.

    Attributes:
        name: what it is; nuisance parameters and channels refer to it.
        form: its density; of one column unless its yield floats.
        expected: its yield, a number or a function of the position; None: the yield floats.
        relative_error: of that yield; 0: it is known.
        constraint: "lognormal": the yield is expected * (1 + relative_error)^alpha; "gaussian": expected * (1 +
            relative_error * alpha); alpha has a unit normal constraint.
    """

    name: str
    form: Background
    expected: Parameter | None = None
    relative_error: Parameter = 0.0
    constraint: Constraint = "lognormal"


@dataclass(frozen=True, slots=True)
class Components:
    """A sum of backgrounds, such as a polynomial and a known peak.

    Attributes:
        parts: at least one, with different names.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> from gloam.models.polynomial import Polynomial
        >>> from gloam.models.template_background import Peak
        >>> Components(
        ...     (
        ...         Component("smooth", Polynomial(1)),
        ...         Component("J/psi", Peak(Gaussian(0.01), 3.097), expected=40.0, relative_error=0.1),
        ...     )
        ... ).names
        ('smooth', 'J/psi')
    """

    parts: tuple[Component, ...]

    def __post_init__(self) -> None:
        names = [part.name for part in self.parts]
        if not names or len(set(names)) < len(names):
            raise InputError("components of a background", names or "none", "different names", "rename one")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the components."""
        return tuple(part.name for part in self.parts)

    @property
    def translates(self) -> bool:
        """Whether all of them do, and none is more than floating coefficients."""
        return all(part.form.translates and part.expected is None for part in self.parts)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Slopes of exponentials, and log-normal yields."""
        names = [name for part in self.parts for name in parameter_names(part.form)]
        uncertain = [part for part in self.parts if part.expected is not None and part.constraint == "lognormal"]
        return (*names, *(f"{part.name} yield" for part in uncertain if part.relative_error != 0.0))

    def variant(self, position: FloatArray) -> IntArray:
        """One number for the forms of all components together."""
        total = np.zeros(np.shape(position), np.int64)
        for part in self.parts:
            total = total * MOST_VARIANTS + part.form.variant(position)
        return total

    def _variants(self, variant: int) -> list[int]:
        split = []
        for _ in self.parts:
            variant, last = divmod(variant, MOST_VARIANTS)
            split.append(last)
        return split[::-1]

    def basis(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int) -> FloatArray:
        """The columns of the components whose yields float, shape (..., m, K)."""
        floating = [
            part.form.basis(edges, low, high, form)
            for part, form in zip(self.parts, self._variants(variant), strict=True)
            if part.expected is None
        ]
        return np.concatenate(floating, axis=-1) if floating else np.zeros((*edges.shape[:-1], edges.shape[-1] - 1, 0))

    def terms(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int, position: FloatArray) -> Terms:
        """The terms of all components beside each other."""
        parts = [
            _component_terms(part, background_terms(part.form, edges, low, high, form, position), position)
            for part, form in zip(self.parts, self._variants(variant), strict=True)
        ]
        return _beside(parts, edges)


def _component_terms(part: Component, terms: Terms, position: FloatArray) -> Terms:
    """The terms of one component under its name, with its yield as declared."""
    named = dataclasses.replace(
        terms, names=tuple([part.name] * len(terms.names)), known_names=tuple([part.name] * len(terms.known))
    )
    if part.expected is None:
        return named
    if len(terms.names) != 1:
        raise InputError(
            f"component {part.name!r} with an expected yield", f"{len(terms.names)} coefficients", "a form with one",
            "leave its yield floating or use a template",
        )  # fmt: skip
    expected = _not_negative(part.expected, position, f"yield of {part.name}")
    error = _not_negative(part.relative_error, position, f"relative error of the yield of {part.name}")
    template = expected[:, None] * terms.columns[:, :, 0]
    spreads = tuple((0, expected[:, None] * sigma) for _, sigma in terms.spreads)
    if part.constraint == "gaussian" and (error > 0).any():
        return dataclasses.replace(
            named, columns=template[:, :, None], spreads=spreads, mean=np.ones((position.size, 1)),
            error=np.maximum(error, 1e-9)[:, None],
        )  # fmt: skip
    effects = tuple(dataclasses.replace(effect, column=0) for effect in terms.effects)
    if (error > 0).any():
        rate = np.broadcast_to(np.log1p(error)[:, None], template.shape)
        effects += (TermEffect(f"{part.name} yield", 0, rate, is_factor=True),)
    return Terms(
        terms.columns[:, :, :0], (), np.zeros(0), known=(template,), known_names=(part.name,),
        scales=(expected,), effects=effects, spreads=spreads,
    )  # fmt: skip


def _not_negative(parameter: Parameter, position: FloatArray, name: str) -> FloatArray:
    value = evaluate(parameter, position, name)
    if value.size and value.min() < 0:
        raise InputError(name, float(value.min()), "numbers >= 0", "correct it")
    return value


def _beside(parts: list[Terms], edges: FloatArray) -> Terms:
    """Terms side by side: floating columns first, known templates behind them."""
    floating = sum(len(part.names) for part in parts)
    effects: list[TermEffect] = []
    spreads: list[tuple[int, FloatArray]] = []
    first, first_known = 0, floating
    for part in parts:
        k = len(part.names)

        def moved(column: int, k: int = k, first: int = first, first_known: int = first_known) -> int:
            return first + column if column < k else first_known + column - k

        effects += [dataclasses.replace(effect, column=moved(effect.column)) for effect in part.effects]
        spreads += [(moved(column), sigma) for column, sigma in part.spreads]
        first, first_known = first + k, first_known + len(part.known)
    b = edges.shape[0]
    constrained = any(part.mean is not None for part in parts)
    free = [np.full((b, len(part.names)), np.inf) for part in parts]
    means = [np.zeros_like(e) if part.mean is None else part.mean for part, e in zip(parts, free, strict=True)]
    errors = [e if part.error is None else part.error for part, e in zip(parts, free, strict=True)]
    return Terms(
        columns=np.concatenate([np.broadcast_to(p.columns, (b, *p.columns.shape[-2:])) for p in parts], axis=2),
        names=tuple(name for part in parts for name in part.names),
        rising=np.concatenate([part.rising for part in parts]),
        known=tuple(template for part in parts for template in part.known),
        known_names=tuple(name for part in parts for name in part.known_names),
        scales=tuple(scale for part in parts for scale in part.scales),
        mean=np.concatenate(means, axis=1) if constrained else None,
        error=np.concatenate(errors, axis=1) if constrained else None,
        effects=tuple(effects),
        spreads=tuple(spreads),
    )
