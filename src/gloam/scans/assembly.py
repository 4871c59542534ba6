"""From a spectrum, a model and some windows to the problem that the fit engine solves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.fit import KINK, SIGNAL, Constraint, Design, Effect, Effects, Problem, RowDesign, TemplateSpread
from gloam.kernel import chosen_engine, window_contents
from gloam.models import (
    Background,
    Nuisance,
    ShapeNuisance,
    SignalShape,
    StructuredBackground,
    Terms,
    YieldNuisance,
    background_terms,
    expected_fractions,
)
from gloam.models.nuisance import SIGNAL as SIGNAL_TARGET
from gloam.scans.setup import Scan
from gloam.spectra import scaled_poisson

__all__ = ["Assembled", "CumulativeData", "assemble"]


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeData:
    """The spectrum as cumulative sums at its edges.

    Attributes:
        edges: of the axis, shape (n + 1,).
        contents: of the bins, shape (n,).
        below: their cumulative sum, shape (n + 1,).
        variances_below: the same of the variances; None for plain counts.
        used_below: the same of the bins that may be fitted; None if all may.
    """

    edges: FloatArray
    contents: FloatArray
    below: FloatArray
    variances_below: FloatArray | None
    used_below: FloatArray | None

    @classmethod
    def of(cls, scan: Scan) -> CumulativeData:
        """The sums of the spectrum of a scan."""
        spectrum, edges = scan.spectrum, scan.spectrum.axis.edges
        used = np.ones(len(spectrum.axis), bool) if spectrum.visible is None else spectrum.visible.copy()
        for low, high in scan.vetoes:
            used &= (edges[1:] <= low) | (edges[:-1] >= high)
        contents = spectrum.values()
        return cls(
            edges,
            contents,
            _cumulative(contents),
            _cumulative(spectrum.variances()) if spectrum.is_weighted else None,
            None if used.all() else _cumulative(used.astype(float)),
        )


def _cumulative(values: FloatArray) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(values)])


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """The problem of some hypotheses in one spectrum, and which component each of its coefficients belongs to.

    Attributes:
        problem: b rows.
        names: of the components of the floating coefficients, K of them.
    """

    problem: Problem
    names: tuple[str, ...]


def assemble(
    scan: Scan, data: CumulativeData, rows: IntArray, bins: int, form: int, shared: Design | None,
    nuisances: tuple[str, ...],
) -> Assembled:  # fmt: skip
    """The fits of some hypotheses.

    Args:
        scan: what to fit.
        data: its spectrum.
        rows: hypotheses whose windows have about as many bins, shape (b,).
        bins: to which they are padded.
        form: variant of the background.
        shared: the background matrix if all rows have one, else None.
        nuisances: names of the nuisance parameters, in their order in the fit.
    """
    indices = scan.windows.edge_indices(rows, bins)
    position = scan.grid.position[rows]
    edges, counts, exposure = _contents(data, indices)
    signal = expected_fractions(scan.signal, edges, position)
    is_plain = not isinstance(scan.background, StructuredBackground)
    if shared is not None and is_plain and not nuisances:
        return Assembled(Problem(counts, shared, signal, exposure), ("background",) * shared.parameters)
    low, high = edges[:, 0], edges[:, -1]
    if shared is not None and is_plain:
        terms = Terms(shared.dense(rows.size), ("background",) * shared.parameters, np.eye(1, shared.parameters)[0])
    else:
        terms = background_terms(scan.background, edges, low, high, form, position)
    if not nuisances and not terms.is_structured:
        return Assembled(Problem(counts, shared or RowDesign(terms.columns), signal, exposure), terms.names)
    _check_support(terms, exposure, counts, edges, position)
    effects = _Builder(scan, edges, scan.grid.mass[rows], position, signal, terms, form, nuisances).effects()
    spread, spreads = _spreads(terms)
    problem = Problem(
        counts, shared or RowDesign(terms.columns), signal, exposure,
        offset=np.sum(terms.known, axis=0) if terms.known else None,
        constraint=_constraint(terms, rows.size, nuisances, _floating(terms)),
        spread=spread,
        upward=terms.rising,
        effects=Effects(len(nuisances), len(terms.names), effects[0], effects[1], spreads)
        if nuisances or spreads else None,
    )  # fmt: skip
    return Assembled(problem, terms.names)


def _contents(data: CumulativeData, indices: IntArray) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """The edges, counts and exposure of the bins between edges."""
    variant = chosen_engine().variant
    if variant is None or data.variances_below is not None or data.used_below is not None:
        return data.edges[indices], *_counts(data, indices)
    return window_contents(indices, data.edges, data.contents, data.below, variant)


def _counts(data: CumulativeData, indices: IntArray) -> tuple[FloatArray, FloatArray | None]:
    """Counts and exposure in the bins between edges."""
    left, right = indices[:, :-1], indices[:, 1:]
    parts = right - left
    if (parts > 1).any():
        counts = data.below[right] - data.below[left]
    else:  # bins of the axis themselves: exact also for contents that are not whole
        counts = np.where(parts > 0, data.contents[np.minimum(left, data.contents.size - 1)], 0.0)
    exposure = None if parts.all() else (parts > 0).astype(float)
    if data.used_below is not None:
        exposure = ((data.used_below[right] - data.used_below[left] == parts) & (parts > 0)).astype(float)
    if data.variances_below is not None:
        variances = data.variances_below[right] - data.variances_below[left]
        overall = data.below[-1] / max(data.variances_below[-1], np.finfo(float).tiny)
        scale = scaled_poisson(counts, variances, overall)
        counts, exposure = counts * scale, scale if exposure is None else scale * exposure
    if exposure is not None:
        counts = np.where(exposure > 0, counts, 0.0)
    return counts, exposure


def _check_support(
    terms: Terms, exposure: FloatArray | None, counts: FloatArray, edges: FloatArray, position: FloatArray
) -> None:
    """Refuse bins in which no background is possible: there -ln L is infinite, or knows only the signal."""
    height = terms.columns @ terms.rising + (np.sum(terms.known, axis=0) if terms.known else 0.0)
    height = np.broadcast_to(height, counts.shape)
    void = ~(height > 0) if exposure is None else ~(height > 0) & (exposure > 0)
    if void.any():
        row, column = np.argwhere(void)[np.argmax(counts[void])]
        raise InputError(
            f"background under the hypothesis at {position[row]:g}",
            f"no expectation at all from {edges[row, column]:g} to {edges[row, column + 1]:g}, where "
            f"{counts[row, column]:g} events are",
            "a background that is possible in every bin",
            "merge bins, smooth the template or add a floating polynomial",
        )


def _floating(terms: Terms) -> frozenset[str]:
    """The background's own parameters that have no constraint."""
    return frozenset(effect.name for effect in terms.effects if effect.floats)


def _constraint(terms: Terms, size: int, nuisances: tuple[str, ...], floating: frozenset[str]) -> Constraint | None:
    k, n = len(terms.names), len(nuisances)
    if not n and terms.mean is None:
        return None
    mean, error = np.zeros((size, k + n)), np.full((size, k + n), np.inf)
    if terms.mean is not None and terms.error is not None:
        mean[:, :k], error[:, :k] = terms.mean, terms.error
    error[:, k:] = [np.inf if name in floating else 1.0 for name in nuisances]
    return Constraint.diagonal(mean, error)


def _spreads(terms: Terms) -> tuple[FloatArray | None, tuple[TemplateSpread, ...]]:
    """The statistical spread of known templates together, and of each floating one."""
    k = len(terms.names)
    known = [sigma**2 for column, sigma in terms.spreads if column >= k]
    floating = tuple(TemplateSpread(column, sigma) for column, sigma in terms.spreads if column < k)
    return (np.sqrt(np.sum(known, axis=0)) if known else None), floating


@dataclass(frozen=True, slots=True, eq=False)
class _Builder:
    """The effects of all nuisance parameters on the templates of some hypotheses."""

    scan: Scan
    edges: FloatArray
    mass: FloatArray
    position: FloatArray
    signal: FloatArray
    terms: Terms
    form: int
    nuisances: tuple[str, ...]

    def effects(self) -> tuple[tuple[Effect, ...], dict[int, FloatArray]]:
        """The effects, and the templates that they act on."""
        effects: list[Effect] = []
        for nuisance in self.scan.nuisances:
            effects += [self._effect(nuisance, column) for column in self._columns(nuisance)]
        for own in self.terms.effects:
            change = np.broadcast_to(own.change, self.signal.shape)
            effects.append(Effect(self.nuisances.index(own.name), own.column, change, own.is_factor))
        return tuple(effects), {effect.column: self._template(effect.column) for effect in effects}

    def _columns(self, nuisance: Nuisance) -> list[int]:
        """The columns that a nuisance parameter acts on."""
        if nuisance.target == SIGNAL_TARGET:
            return [SIGNAL]
        names = (*self.terms.names, *self.terms.known_names)
        return [column for column, name in enumerate(names) if name == nuisance.target]

    def _template(self, column: int) -> FloatArray:
        if column == SIGNAL:
            return self.signal
        k = len(self.terms.names)
        if column >= k:
            return self.terms.known[column - k]
        return np.broadcast_to(self.terms.columns[:, :, column], self.signal.shape)

    def _effect(self, nuisance: Nuisance, column: int) -> Effect:
        at, template = self.nuisances.index(nuisance.name), self._template(column)
        if isinstance(nuisance, YieldNuisance):
            size = nuisance.size(self.mass)[:, None]
            if nuisance.constraint == "lognormal":
                return Effect(at, column, np.broadcast_to(np.log1p(size), template.shape), is_factor=True)
            return Effect(at, column, size * template, is_factor=False)
        up = self._varied(nuisance, nuisance.up, column)
        down = None if nuisance.down is None else self._varied(nuisance, nuisance.down, column)
        change, below = nuisance.changes(self._unit(column), up, down)
        scale = self._scale(column)
        return Effect(
            at,
            column,
            scale * change,
            is_factor=False,
            change_below=None if below is None else scale * below,
            join=KINK if nuisance.interpolation == "kinked" else 1.0,
        )

    def _unit(self, column: int) -> FloatArray:
        """The template for a yield of 1."""
        return self._template(column) / self._scale(column)

    def _scale(self, column: int) -> FloatArray | float:
        """What a template of a known yield was multiplied by, shape (b, 1)."""
        k = len(self.terms.names)
        return self.terms.scales[column - k][:, None] if column >= k else 1.0

    def _varied(self, nuisance: ShapeNuisance, shape: SignalShape | Background, column: int) -> FloatArray:
        """The template of a varied shape, for a yield of 1."""
        if column == SIGNAL:
            if not isinstance(shape, SignalShape):
                raise _wrong_kind(nuisance, "a signal shape")
            return expected_fractions(shape, self.edges, self.position)
        if not isinstance(shape, Background):
            raise _wrong_kind(nuisance, "a background")
        basis = shape.basis(self.edges, self.edges[:, 0], self.edges[:, -1], self.form)
        if basis.shape[-1] != 1:
            raise _wrong_kind(nuisance, "a background of one column")
        return np.asarray(basis[..., 0])


def _wrong_kind(nuisance: ShapeNuisance, wanted: str) -> InputError:
    return InputError(
        f"shape nuisance {nuisance.name!r} on {nuisance.target!r}",
        type(nuisance.up).__name__,
        wanted,
        "give its varied form",
    )
