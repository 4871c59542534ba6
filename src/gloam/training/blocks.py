"""Events packed into blocks that lie in the same windows: sums over windows become sums over blocks.

All events in the same windows have the same share in every background and every efficiency. Sorted by that and padded
to blocks of one size, each block is summed once, and two small matrices give all sums: no sparse matrix, no scatter,
exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.training.hypotheses import Hypotheses
from gloam.training.table import TrainingTable

__all__ = ["BLOCK", "Blocks", "Placed", "pack", "place", "place_pairs"]

BLOCK = 1024

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows that lie in windows, each with a group; the groups say which windows.

    Attributes:
        features: shape (n, features), float32.
        weight: shape (n,).
        is_signal: shape (n,).
        group: shape (n,); background groups come first.
        windows_of_background: shape (h, groups): whether a group counts in the background of a window.
        windows_of_signal: shape (h, groups): the same for its efficiency.
        hypotheses: h of them.
        luminosity: of the weights, in fb^-1.
        row: of the table, shape (n,).
    """

    features: npt.NDArray[np.float32]
    weight: FloatArray
    is_signal: npt.NDArray[np.bool_]
    group: IntArray
    windows_of_background: Matrix
    windows_of_signal: Matrix
    hypotheses: Hypotheses
    luminosity: float
    row: IntArray


@dataclass(frozen=True, slots=True)
class Blocks:
    """Events ready for sums.

    Attributes:
        features: shape (blocks, features, block): features first, so that a layer is one product of matrices.
        weight: shape (blocks, block); 0 in padding.
        label: 1 or 0 for each block, shape (blocks,).
        background: shape (h, blocks); expected background of the windows = background @ sums of blocks.
        efficiency: shape (h, blocks), the same for efficiencies.
        balance: factor on the weights that makes both classes equally heavy in the cross entropy, shape (blocks,).
        luminosity: in fb^-1.
    """

    features: Matrix
    weight: Matrix
    label: Matrix
    background: Matrix
    efficiency: Matrix
    balance: Matrix
    luminosity: float

    @property
    def arrays(self) -> dict[str, Any]:
        """What a compiled function takes."""
        return {
            name: getattr(self, name) for name in ("features", "weight", "label", "background", "efficiency", "balance")
        }


def place(table: TrainingTable, hypotheses: Hypotheses) -> Placed:
    """The events of a table that lie in windows: background in any, signal in that of its own mass.

    Raises:
        InputError: no signal in the window of a hypothesis, or no background in any.
    """
    interval = hypotheses.interval(table.recoil_mass2)
    covered = hypotheses.covered()
    own = hypotheses.own(table.mass_generated)
    count = covered.shape[1]
    group = np.where(table.is_signal, count + own, interval)
    inside = (interval >= 0) & ((own >= 0) | ~table.is_signal)
    inside &= np.where(table.is_signal, covered[own, interval], np.asarray(covered.any(axis=0))[interval])
    rows = np.flatnonzero(inside)
    found = Placed(
        table.features[rows], table.weight[rows], table.is_signal[rows], group[rows],
        np.pad(covered.astype(np.float32), ((0, 0), (0, len(hypotheses)))),
        np.pad(np.eye(len(hypotheses), dtype=np.float32), ((0, 0), (count, 0))), hypotheses, table.luminosity, rows,
    )  # fmt: skip
    _require_events(found)
    return found


def place_pairs(table: TrainingTable, hypotheses: Hypotheses) -> Placed:
    """The events once for each window that they lie in, with its mass as one more feature.

    For networks that take the mass of the hypothesis: one event has another output in each of its windows.

    Raises:
        InputError: as `place`.
    """
    single = place(table, hypotheses)
    count = len(hypotheses)
    windows = np.concatenate([single.windows_of_background.T, single.windows_of_signal.T], axis=1)
    row, column = np.nonzero(windows[single.group])
    mass = hypotheses.mass[column % count].astype(np.float32)
    unit = np.eye(count, dtype=np.float32)
    return replace(
        single, features=np.column_stack([single.features[row], mass]), weight=single.weight[row],
        is_signal=single.is_signal[row], group=column, windows_of_background=np.pad(unit, ((0, 0), (0, count))),
        windows_of_signal=np.pad(unit, ((0, 0), (count, 0))), row=single.row[row],
    )  # fmt: skip


def pack(placed: Placed, block: int = BLOCK) -> Blocks:
    """The blocks of placed events.

    The order of events and the size of the blocks change sums by rounding alone.

    Args:
        placed: see `place`.
        block: events in a block; 1024 keeps one in the fast memory of a processor.
    """
    order = np.argsort(placed.group, kind="stable")
    count = np.bincount(placed.group, minlength=placed.windows_of_background.shape[1])
    blocks = -(-count // block)  # rounded up
    first_slot = np.concatenate([[0], np.cumsum(blocks)[:-1]]) * block
    first_row = np.concatenate([[0], np.cumsum(count)[:-1]])
    groups = placed.group[order]
    slot = first_slot[groups] + np.arange(order.size) - first_row[groups]
    total, features = int(blocks.sum()), placed.features.shape[1]
    packed = np.zeros((total * block, features), np.float32)
    weight = np.zeros(total * block, np.float32)
    packed[slot], weight[slot] = placed.features[order], placed.weight[order]
    of_block = np.repeat(np.arange(count.size), blocks)
    label = np.asarray(placed.windows_of_signal[:, of_block].any(axis=0))
    heavy = placed.weight[~placed.is_signal].sum() / placed.weight[placed.is_signal].sum()
    balance = np.array(np.where(label, heavy, 1.0), np.float32)
    return Blocks(
        np.ascontiguousarray(packed.reshape(total, block, features).transpose(0, 2, 1)),
        weight.reshape(total, block), label.astype(np.float32), placed.windows_of_background[:, of_block],
        placed.windows_of_signal[:, of_block], balance, placed.luminosity,
    )  # fmt: skip


def _require_events(placed: Placed) -> None:
    sums = np.bincount(placed.group, placed.weight, placed.windows_of_signal.shape[1])
    empty = placed.windows_of_signal @ sums == 0
    if empty.any():
        masses = ", ".join(f"{mass:g}" for mass in placed.hypotheses.mass[empty][:5])
        raise InputError(
            f"signal in the windows of {masses} GeV", "no event, or none with a weight", "signal for every hypothesis",
            "leave these masses out, or simulate them",
        )  # fmt: skip
    if not (placed.windows_of_background @ sums).any():
        remedy = "simulate more, or check the recoil masses"
        raise InputError("background in the windows", "no event", "background in some window", remedy)
