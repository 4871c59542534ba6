"""Scans of several spectra together: channels that share the signal, and nuisance parameters by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.fit import SIGNAL, Constraint, Effect, Effects, JoinedDesign, Problem, TemplateSpread
from gloam.scans.assembly import Assembled
from gloam.scans.grid import Grid
from gloam.scans.setup import Scan

__all__ = ["JointScan", "Key", "coefficient_keys", "first_channel", "join"]

Key = tuple[int | str, str, int]
"""Channel or "all", component, and which of its coefficients."""


@dataclass(frozen=True, slots=True, eq=False)
class JointScan:
    """Hypotheses that are fitted in several spectra at once.

    Hypothesis i expects s * share[c, i] signal events in channel c: the signal yield s is the one number that is
    fitted. Nuisance parameters of one name are one parameter in all channels.

    Attributes:
        names: of the channels.
        channels: their scans, each with as many hypotheses, which are the same particles.
        share: efficiency times branching fraction times luminosity of each channel, relative to the unit of s; 0 for
            control regions; shape (c, h).
        shared: components of the background whose yields are one parameter in all channels that have them.
    """

    names: tuple[str, ...]
    channels: tuple[Scan, ...]
    share: FloatArray
    shared: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        asked = "joint scan"
        if len(self.channels) != len(self.names) or not self.names or len(set(self.names)) < len(self.names):
            raise InputError(asked, f"{len(self.channels)} channels, names {self.names}", "one name each", "name them")
        sizes = {len(channel.grid) for channel in self.channels}
        if len(sizes) > 1:
            raise InputError(asked, f"{sorted(sizes)} hypotheses", "as many in all channels", "use one list of masses")
        share = np.broadcast_to(np.asarray(self.share, float), (len(self.channels), sizes.pop()))
        if not (np.isfinite(share).all() and (share >= 0).all() and (share.max(axis=0) > 0).all()):
            raise InputError(
                "shares of the signal",
                "negative, or 0 in all channels",
                "numbers >= 0, one of them > 0",
                "correct them",
            )
        object.__setattr__(self, "share", share)

    @property
    def grid(self) -> Grid:
        """The hypotheses, at their positions in the first channel."""
        return self.channels[0].grid

    def take(self, rows: IntArray) -> JointScan:
        """The same scan of some of the hypotheses."""
        channels = tuple(channel.take(rows) for channel in self.channels)
        return dataclasses.replace(self, channels=channels, share=self.share[:, rows])

    def without_nuisance(self, name: str) -> JointScan:
        """The same scan with one nuisance parameter fixed at 0."""
        return dataclasses.replace(self, channels=tuple(c.without_nuisance(name) for c in self.channels))

    @property
    def nuisance_names(self) -> tuple[str, ...]:
        """The names of the nuisance parameters of all channels."""
        return tuple(dict.fromkeys(name for channel in self.channels for name in channel.nuisance_names))


def first_channel(scan: Scan | JointScan) -> Scan:
    """The scan itself, or that of the first channel."""
    return scan.channels[0] if isinstance(scan, JointScan) else scan


def join(parts: Sequence[Assembled], share: FloatArray, shared: frozenset[str]) -> Problem:
    """The joint problem of the channels.

    Args:
        parts: their problems, all with the same nuisance parameters.
        share: of the signal yield, shape (c, b).
        shared: components whose coefficients are the same in all channels.
    """
    columns, k = _joint_columns([part.names for part in parts], shared)
    problems = [part.problem for part in parts]
    bins = tuple(problem.counts.shape[1] for problem in problems)
    signal = np.concatenate([w[:, None] * p.signal for p, w in zip(problems, share, strict=True)], axis=1)
    upward = np.zeros(k)
    for problem, at in zip(problems, columns, strict=True):
        upward[at] = np.maximum(upward[at], problem.rising)
    exposures = [p.exposure for p in problems]
    return Problem(
        np.concatenate([p.counts for p in problems], axis=1),
        JoinedDesign(tuple(p.design for p in problems), columns, bins, k),
        signal,
        _concatenated(exposures, problems, 1.0),
        offset=_concatenated([p.offset for p in problems], problems, 0.0),
        constraint=_joint_constraint(problems, columns, k),
        spread=_concatenated([p.spread for p in problems], problems, 0.0),
        upward=upward,
        effects=_joint_effects(problems, columns, k, share, signal),
    )


def coefficient_keys(names: Sequence[tuple[str, ...]], shared: frozenset[str]) -> list[tuple[Key, ...]]:
    """What tells a coefficient from all others, for those of each channel: its channel or "all", name, and number.

    Args:
        names: of the components that the coefficients of each channel belong to.
        shared: components whose coefficients are the same in all channels.
    """
    return [
        tuple(
            ("all" if name in shared else channel, name, of_channel[:position].count(name))
            for position, name in enumerate(of_channel)
        )
        for channel, of_channel in enumerate(names)
    ]


def _joint_columns(names: list[tuple[str, ...]], shared: frozenset[str]) -> tuple[tuple[IntArray, ...], int]:
    """Where the coefficients of each channel stand in the joint fit: in the order in which they are met."""
    known: dict[Key, int] = {}
    columns = [[known.setdefault(key, len(known)) for key in keys] for keys in coefficient_keys(names, shared)]
    return tuple(np.array(at, np.int64) for at in columns), len(known)


def _concatenated(values: list[FloatArray | None], problems: list[Problem], default: float) -> FloatArray | None:
    if all(value is None for value in values):
        return None
    return np.concatenate(
        [np.full(p.counts.shape, default) if v is None else v for v, p in zip(values, problems, strict=True)], axis=1
    )


def _joint_constraint(problems: list[Problem], columns: tuple[IntArray, ...], k: int) -> Constraint | None:
    if all(problem.constraint is None for problem in problems):
        return None
    n = max(problem.parameters - problem.design.parameters for problem in problems)
    origin, precision = np.zeros((problems[0].size, k + n)), np.zeros((k + n, k + n, problems[0].size))
    for problem, at in zip(problems, columns, strict=True):
        if problem.constraint is not None:
            # the same constraint may come from several channels: it is one measurement
            rows = np.concatenate([at, np.arange(k, k + n)])
            origin[:, rows] = problem.constraint.origin
            precision[np.ix_(rows, rows)] = np.maximum(precision[np.ix_(rows, rows)], problem.constraint.precision)
    return Constraint(origin, precision)


def _joint_effects(
    problems: list[Problem], columns: tuple[IntArray, ...], k: int, share: FloatArray, signal: FloatArray
) -> Effects | None:
    acting = [problem.effects for problem in problems if problem.effects is not None]
    if not acting:
        return None
    effects: list[Effect] = []
    spreads: list[TemplateSpread] = []
    templates: dict[int, FloatArray] = {}
    first, known = 0, k
    for problem, at, weight in zip(problems, columns, share, strict=True):
        bins = slice(first, first + problem.counts.shape[1])
        first = bins.stop
        if problem.effects is None:
            continue
        place = _Place(problem.effects, signal.shape, bins, at, known, weight)
        effects += place.effects()
        spreads += place.spreads()
        for column, template in place.templates().items():
            templates[column] = templates[column] + template if column in templates else template
        known += place.known_templates
    if any(effect.column == SIGNAL for effect in effects):
        templates[SIGNAL] = signal
    return Effects(max(own.nuisances for own in acting), k, tuple(effects), templates, tuple(spreads))


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where the effects of one channel act in the joint fit.

    Attributes:
        own: the effects in the channel.
        shape: of the joint expectation, (b, m).
        bins: those of the channel.
        columns: where its coefficients stand in the joint fit.
        known: where its known templates start.
        share: of the signal, shape (b,).
    """

    own: Effects
    shape: tuple[int, ...]
    bins: slice
    columns: IntArray
    known: int
    share: FloatArray

    @property
    def known_templates(self) -> int:
        """How many numbers its known templates take."""
        return 1 + max((c - self.own.floating for c in self.own.templates if self.own.is_known(c)), default=-1)

    def effects(self) -> list[Effect]:
        """Its effects, without any in the bins of other channels."""
        moved = []
        for effect in self.own.effects:
            scale = self.share[:, None] if effect.column == SIGNAL and not effect.is_factor else 1.0
            below = None if effect.change_below is None else self._padded(scale * effect.change_below)
            change = self._padded(scale * effect.change)
            column = self._column(effect.column)
            moved.append(dataclasses.replace(effect, column=column, change=change, change_below=below))
        return moved

    def spreads(self) -> list[TemplateSpread]:
        """The statistical errors of its templates."""
        return [TemplateSpread(self._column(each.column), self._padded(each.sigma)) for each in self.own.spreads]

    def templates(self) -> dict[int, FloatArray]:
        """The templates of its background that effects act on."""
        backgrounds = {column: t for column, t in self.own.templates.items() if column != SIGNAL}
        return {self._column(column): self._padded(template) for column, template in backgrounds.items()}

    def _column(self, column: int) -> int:
        if column == SIGNAL:
            return SIGNAL
        if self.own.is_known(column):
            return self.known + column - self.own.floating
        return int(self.columns[column])

    def _padded(self, values: FloatArray) -> FloatArray:
        whole = np.zeros(self.shape)
        whole[:, self.bins] = values
        return whole
