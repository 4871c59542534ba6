"""The hand-over from cross entropy to a loss of windows: two numbers, found before the weights are freed."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.selection.networks import sigmoid
from gloam.training.blocks import Placed
from gloam.training.losses import loss_of_sums
from gloam.training.settings import LossSettings

__all__ = ["hand_over"]

BINS = 4000
"""Of the logits, each with equally many events."""

SLOPES = np.geomspace(0.1, 100, 31)
SHIFTS = np.linspace(0, 1, 41)
ROUNDS = 8
"""Finer grids of z0, each half as wide as the one before."""

NEARLY = 0.05
"""Part of the loss that is given up for a gentle slope."""


def hand_over(logit: FloatArray, placed: Placed, loss: LossSettings) -> tuple[float, float, float]:
    """The k and z0 whose new logit k (z - z0) has the smallest loss, and that loss.

    A network trained to tell classes has its boundary at equal odds, far from where a search cuts, and the loss of
    windows is flat there. These two numbers repair most of that. The logits are counted in fine bins first, so that a
    grid is cheap.

    Args:
        logit: of each placed event, shape (n,).
        placed: the events.
        loss: see `LossSettings`.
    """
    centers, counted = _binned(logit, placed)

    def scan(slopes: FloatArray, shifts: FloatArray) -> FloatArray:
        found = np.empty((slopes.size, shifts.size))
        for row, slope in enumerate(slopes):
            y = sigmoid(slope * (centers[:, None] - shifts))
            found[row] = _losses(counted, y, loss, placed.luminosity)
        return found

    shifts = np.quantile(centers, SHIFTS)
    values = scan(SLOPES, shifts)
    # the gentlest slope that is nearly as good as any: from a steep one, which is a plain cut, no weight can move
    row = int(np.argmax(values.min(axis=1) <= (1 + NEARLY) * values.min()))
    slope, shift, least = SLOPES[row], shifts[values[row].argmin()], values[row].min()
    width = 2 * (shifts[-1] - shifts[0]) / shifts.size
    for _ in range(ROUNDS):
        shifts = shift + width * np.linspace(-1, 1, 17)
        found = scan(np.array([slope]), shifts)[0]
        if found.min() <= least:
            shift, least = shifts[found.argmin()], found.min()
        width /= 2
    return float(slope), float(shift), float(least)


Counted = tuple[FloatArray, FloatArray, FloatArray]


def _binned(logit: FloatArray, placed: Placed) -> tuple[FloatArray, Counted]:
    """Mean logits of the bins; weights of background and signal and squares of the former, windows by bins."""
    edges = np.unique(np.quantile(logit, np.linspace(0, 1, BINS + 1)))
    size = max(edges.size - 1, 1)
    place = np.clip(np.searchsorted(edges, logit, side="right") - 1, 0, size - 1)
    count = np.bincount(place, minlength=size)
    centers = np.bincount(place, logit, size) / np.maximum(count, 1)
    groups = placed.windows_of_background.shape[1]
    cell = placed.group * size + place
    one, two = (np.bincount(cell, placed.weight**power, groups * size).reshape(groups, size) for power in (1, 2))
    background, signal = (each.astype(float) for each in (placed.windows_of_background, placed.windows_of_signal))
    return centers, (background @ one, signal @ one, background @ two)


def _losses(counted: Counted, y: FloatArray, loss: LossSettings, luminosity: float) -> FloatArray:
    background, signal, squares = counted
    return np.asarray(loss_of_sums(background @ y, signal @ y, squares @ y**2, loss, luminosity), float)
