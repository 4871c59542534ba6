"""The training table: simulated events with label, generated mass, weight, squared recoil mass and features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.events import column_names, read_columns
from gloam.execution import random_stream

__all__ = ["BACKGROUND_MASS", "TrainingTable", "read_training_table", "split_table", "training_table"]

BACKGROUND_MASS = -999.0
"""What stands for the generated mass of a background event."""

NOT_FEATURES = ("process", "label", "mass_generated", "weight", "recoil_mass2")


@dataclass(frozen=True, slots=True)
class TrainingTable:
    """Simulated events of signals of many masses and of backgrounds.

    Attributes:
        names: of the features.
        features: shape (n, features), float32: networks are trained in that precision.
        is_signal: shape (n,).
        mass_generated: of signal events, in GeV, shape (n,); of background events -999.
        weight: shape (n,), 0 or more. Of the background: expected events at the luminosity of the table. Of a signal of
            one mass: such that the sum over all *generated* events is 1, so that sums are efficiencies.
        recoil_mass2: squared recoil mass in GeV^2, or whatever the windows are in, shape (n,).
        luminosity: that the background is scaled to, in fb^-1.
    """

    names: tuple[str, ...]
    features: npt.NDArray[np.float32]
    is_signal: BoolArray
    mass_generated: FloatArray
    weight: FloatArray
    recoil_mass2: FloatArray
    luminosity: float

    def __len__(self) -> int:
        return self.weight.size

    def rows(self, chosen: IntArray | BoolArray) -> TrainingTable:
        """The table of these events, with the weights that they have here."""
        return replace(
            self, features=self.features[chosen], is_signal=self.is_signal[chosen],
            mass_generated=self.mass_generated[chosen], weight=self.weight[chosen],
            recoil_mass2=self.recoil_mass2[chosen],
        )  # fmt: skip

    def reweighted(self, factor: FloatArray | float) -> TrainingTable:
        """The table with all weights multiplied by this."""
        return replace(self, weight=self.weight * factor)

    def at_luminosity(self, luminosity: float) -> TrainingTable:
        """The table with the background scaled to another luminosity, in fb^-1."""
        _require_luminosity(luminosity)
        factor = np.where(self.is_signal, 1.0, luminosity / self.luminosity)
        return replace(self.reweighted(factor), luminosity=luminosity)


def training_table(
    columns: Mapping[str, npt.ArrayLike],
    *,
    luminosity: float,
    generated: float | None = None,
    features: Sequence[str] | None = None,
) -> TrainingTable:
    """The training table of these columns.

    Args:
        columns: `label` (1 signal, 0 background), `mass_generated` (GeV; -999 for background), `weight`, `recoil_mass2`
            (GeV^2), and the features by name; a column `process` is left aside.
        luminosity: at which the weights of the background are expected events, in fb^-1.
        generated: sum of the weights of all generated signal events of a mass, also those that were not selected; None:
            the weights are divided by it already.
        features: names of the columns that networks see; None: all others.

    Raises:
        InputError: a column is missing or not finite, no feature, a label that is neither 0 nor 1, a negative weight, a
            class missing or without weight, an efficiency above 1.

    Example:
        >>> columns = {
        ...     "label": [1, 0],
        ...     "mass_generated": [2.0, -999.0],
        ...     "weight": [1.0, 3.0],
        ...     "recoil_mass2": [4.1, 3.9],
        ...     "pT": [0.2, 0.7],
        ... }
        >>> table = training_table(columns, luminosity=50.0, generated=4)
        >>> table.names, table.weight
        (('pT',), array([0.25, 3.  ]))
    """
    _require_luminosity(luminosity)
    names = tuple(features) if features is not None else tuple(name for name in columns if name not in NOT_FEATURES)
    if not names:
        raise InputError("features of the training table", "none", "at least one more column", "add the features")
    read = {name: _column(columns, name) for name in (*NOT_FEATURES[1:], *names)}
    is_signal = _labels(read["label"])
    weight = _weights(read["weight"], is_signal, read["mass_generated"], generated)
    with np.errstate(over="ignore"):
        matrix = np.stack([read[name] for name in names], axis=1).astype(np.float32)
    if not np.isfinite(matrix).all():
        raise InputError("features of the training table", "values above 3e38", "single precision", "scale the feature")
    return TrainingTable(
        names, matrix, is_signal, np.where(is_signal, read["mass_generated"], BACKGROUND_MASS), weight,
        read["recoil_mass2"], float(luminosity),
    )  # fmt: skip


def read_training_table(
    path: Path, *, luminosity: float, generated: float | None = None, features: Sequence[str] | None = None
) -> TrainingTable:
    """The training table in a file of events; arguments as of `training_table`, the file as of `read_columns`."""
    present = column_names(path)
    others = [name for name in present if name not in NOT_FEATURES] if features is None else [*features]
    missing = [name for name in (*NOT_FEATURES[1:], *others) if name not in present]
    if missing:
        raise InputError(f"columns of {path}", f"no {', '.join(missing)}", ", ".join(present), "write these columns")
    columns = read_columns(path, [*NOT_FEATURES[1:], *others])
    return training_table(columns, luminosity=luminosity, generated=generated, features=others)


def split_table(table: TrainingTable, parts: Sequence[float], seed: int) -> list[TrainingTable]:
    """The table cut at random into parts, each scaled up to stand for the whole.

    Signals of each mass and the background are cut separately, so that each part has its share of each.

    Args:
        table: what to cut.
        parts: shares of the events, adding up to 1.
        seed: of the random order.
    """
    order = random_stream(seed, "split of the training table").permutation(len(table))
    kind = np.unique(table.mass_generated[order], return_inverse=True)[1]
    by_kind = order[np.argsort(kind, kind="stable")]
    count = np.bincount(kind)
    position = np.concatenate([(np.arange(number) + 0.5) / number for number in count])
    part = np.minimum(np.searchsorted(np.cumsum(parts), position, side="right"), len(parts) - 1)
    whole, places = _sums_by_kind(table, by_kind, count), np.repeat(np.arange(count.size), count)
    tables = []
    for number in range(len(parts)):
        chosen = part == number
        own = np.bincount(places[chosen], table.weight[by_kind[chosen]], count.size)
        factor = np.divide(whole, own, out=np.ones_like(whole), where=own > 0)
        tables.append(table.rows(by_kind[chosen]).reweighted(factor[places[chosen]]))
    return tables


def _sums_by_kind(table: TrainingTable, by_kind: IntArray, count: IntArray) -> FloatArray:
    return np.bincount(np.repeat(np.arange(count.size), count), table.weight[by_kind], count.size).astype(float)


def _column(columns: Mapping[str, npt.ArrayLike], name: str) -> FloatArray:
    asked = f"column '{name}' of the training table"
    if name not in columns:
        raise InputError(asked, "none", f"the columns {', '.join(NOT_FEATURES)} and features", "add the column")
    values = np.asarray(columns[name], float)
    if values.ndim != 1 or values.size == 0:
        raise InputError(asked, f"shape {values.shape}", "one number for each event", "check how it was made")
    if not np.isfinite(values).all():
        found = f"{np.count_nonzero(~np.isfinite(values))} values that are not finite"
        raise InputError(asked, found, "finite numbers", "drop these events, or replace what they lack by a number")
    return values


def _labels(label: FloatArray) -> BoolArray:
    if not np.isin(label, (0.0, 1.0)).all():
        found = label[~np.isin(label, (0.0, 1.0))][0]
        raise InputError("label of a training event", found, "1 for signal, 0 for background", "correct the column")
    is_signal: BoolArray = label == 1
    for kind, chosen in (("signal", is_signal), ("background", ~is_signal)):
        if not chosen.any():
            raise InputError("training table", f"no {kind} event", "events of both kinds", f"add the {kind}")
    return is_signal


def _weights(weight: FloatArray, is_signal: BoolArray, mass: FloatArray, generated: float | None) -> FloatArray:
    if (weight < 0).any():
        remedy = "the figure of merit takes sums of weights under any cut: use events of weight 0 or more"
        raise InputError("weight of a training event", weight.min(), "0 or more", remedy)
    if generated is not None and not 0 < generated < np.inf:
        raise InputError(
            "generated signal events of a mass", generated, "a number above 0", "give the number generated"
        )
    scaled = np.where(is_signal, weight / (generated or 1.0), weight)
    if scaled[~is_signal].sum() == 0:
        raise InputError("weights of the background", "0 in all", "some above 0", "give expected events")
    places = np.unique(mass[is_signal], return_inverse=True)
    sums = np.bincount(places[1], scaled[is_signal])
    if sums.max() > 1 + 1e-9:
        found = f"a sum of {sums.max():g} at {places[0][sums.argmax()]:g} GeV"
        raise InputError(
            "weights of the signal", found, "efficiencies, whose sum is at most 1 for each mass",
            "say how many events of each mass were generated: --generated N",
        )  # fmt: skip
    return scaled


def _require_luminosity(luminosity: float) -> None:
    if not 0 < luminosity < np.inf:
        raise InputError("luminosity", luminosity, "a number above 0, in fb^-1", "say what the weights are scaled to")
