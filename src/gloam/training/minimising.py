"""L-BFGS on all events, watched on a validation sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import GloamError
from gloam.training.losses import Stage

__all__ = ["Minimised", "minimise_watched"]

WATCH_EVERY = 5
"""Steps between two looks at the validation sample."""

LARGE = 1e30
"""Stands for a loss that is not finite, from which the line search turns back."""


@dataclass(frozen=True, slots=True)
class Minimised:
    """Parameters with the smallest loss on the validation sample.

    Attributes:
        flat: the parameters.
        loss: on the training sample.
        validation: on the validation sample.
        steps: of L-BFGS that were made.
        history: rows of step, loss, validation loss.
    """

    flat: FloatArray
    loss: float
    validation: float
    steps: int
    history: FloatArray


def minimise_watched(
    stage: Stage, watch: Callable[[FloatArray], float], flat: FloatArray, steps: int, patience: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Minimised:  # fmt: skip
    """The best parameters on the way down from `flat`.

    Args:
        stage: loss and gradient on the training sample.
        watch: loss on the validation sample.
        flat: first parameters; they are among the candidates.
        steps: of L-BFGS at most.
        patience: steps without a better validation loss after which it ends.
        advance: told the number of steps done.

    Raises:
        GloamError: the loss is not finite at the first parameters.
    """
    from scipy.optimize import minimize

    watched = _Watched(stage, watch, patience, advance)
    watched.look(flat)
    if not math.isfinite(watched.history[0][1]):
        raise GloamError("the loss of the first network is not a number: look at the features and weights")
    while watched.steps < steps:
        before = watched.steps
        options = {"maxiter": steps - before, "maxfun": 20 * steps, "maxcor": 20, "ftol": 1e-9, "gtol": 1e-8}
        found = minimize(
            watched.value, watched.last, jac=True, method="L-BFGS-B", callback=watched.step, options=options
        )
        # single precision can end a line search early: it goes on with fresh curvature where steps were made
        if watched.tired or found.success or watched.steps - before < WATCH_EVERY:
            break
    watched.look(watched.last)
    advance(steps - watched.steps)
    return watched.best()


class _Watched:
    """What is remembered between the steps of a minimisation."""

    def __init__(
        self, stage: Stage, watch: Callable[[FloatArray], float], patience: int, advance: Callable[[int], None]
    ) -> None:
        self.stage, self.watch, self.patience, self.advance = stage, watch, patience, advance
        self.history: list[tuple[int, float, float]] = []
        self.chosen = self.last = np.empty(0)
        self.steps, self.tired = 0, False

    def value(self, flat: FloatArray) -> tuple[float, FloatArray]:
        loss, gradient = self.stage(flat)
        good = math.isfinite(loss) and bool(np.isfinite(gradient).all())
        return (loss, gradient) if good else (LARGE, np.zeros_like(flat))

    def look(self, flat: FloatArray) -> None:
        row = self.steps, self.stage(flat)[0], self.watch(flat)
        if not self.history or row[2] < self._least()[2]:
            self.chosen = flat.copy()
        self.history.append(row)
        self.last = flat.copy()
        self.tired = self.steps - self._least()[0] >= self.patience

    def _least(self) -> tuple[int, float, float]:
        return min(self.history, key=lambda row: row[2] if math.isfinite(row[2]) else math.inf)

    def step(self, flat: FloatArray) -> None:
        self.steps += 1
        self.advance(1)
        self.last = flat.copy()
        if self.steps % WATCH_EVERY == 0:
            self.look(flat)
            if self.tired:
                raise StopIteration

    def best(self) -> Minimised:
        _, loss, validation = self._least()
        return Minimised(self.chosen, loss, validation, self.steps, np.array(self.history))
