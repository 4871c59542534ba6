"""The training rule of the public reference: gradient descent on all events, slower once the loss stops to fall.

For comparison with what was published; `train` does better in less time.
"""

from __future__ import annotations

import math

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import GloamError
from gloam.training.losses import Stage

__all__ = ["descend"]


def descend(
    stage: Stage, flat: FloatArray, steps: int, *, rate: float = 0.05, factor: float = 0.5, patience: int = 20
) -> tuple[FloatArray, FloatArray]:
    """The losses before each step and the last parameters (github.com/feichtip/punzinet, commit d42e6f5).

    Args:
        stage: loss and gradient, see `compile_stage`.
        flat: the first parameters.
        steps: how many.
        rate: first learning rate.
        factor: on the rate, after more than `patience` steps in a row whose loss is not 1e-4 (relative) below the best.
        patience: see there.

    Raises:
        GloamError: the loss or its gradient is not finite any more.
    """
    losses, best, bad = np.empty(steps), math.inf, 0
    for step in range(steps):
        losses[step], gradient = stage(flat)
        if not (math.isfinite(losses[step]) and np.isfinite(gradient).all()):
            raise GloamError(
                f"the loss stopped to be a number in step {step}: start from other weights, or with a floor"
            )
        flat = flat - rate * gradient
        best, bad = (float(losses[step]), 0) if losses[step] < best * (1 - 1e-4) else (best, bad + 1)
        if bad > patience:
            rate, bad = rate * factor, 0
    return losses, flat
