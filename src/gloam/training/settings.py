"""What a training is: the network, the loss and the optimiser."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from gloam.errors import InputError, one_of
from gloam.selection.networks import Activation
from gloam.statistics.figures_of_merit import POWER, SIGNIFICANCE, PunziForm, require_form

__all__ = ["Average", "LossKind", "LossSettings", "Training"]

LossKind: TypeAlias = Literal["punzi", "limit"]
Average: TypeAlias = Literal["mean", "geometric"]


@dataclass(frozen=True, slots=True)
class LossSettings:
    """What is minimised: the average over all hypotheses of a cross section in fb.

    Attributes:
        kind: "punzi": the smallest signal that is found; "limit": the expected upper limit.
        form: of the Punzi figure of merit, a closed one.
        significance: a of the figure of merit.
        power: b of the figure of merit.
        level: of the limit.
        background_error: relative, for the limit; the statistics of the simulation are added to it.
        floor: events added to every background, so that the slope without background stays finite.
        scaling: of signal and background alike, as an efficiency of the trigger.
        average: "mean" or "geometric".
    """

    kind: LossKind = "punzi"
    form: PunziForm = "poisson"
    significance: float = SIGNIFICANCE
    power: float = POWER
    level: float = 0.90
    background_error: float = 0.0
    floor: float = 1e-3
    scaling: float = 1.0
    average: Average = "mean"

    def __post_init__(self) -> None:
        require_form(self.significance, self.power, self.form)
        if self.form == "exact":
            remedy = "train with 'poisson', evaluate with 'exact'"
            raise InputError("form of the figure of merit in a training", "exact", "a smooth one", remedy)
        for name, value, allowed in (
            ("kind of loss", self.kind, get_args(LossKind)), ("average of the loss", self.average, get_args(Average)),
        ):  # fmt: skip
            if value not in allowed:
                raise InputError(name, value, one_of(allowed), "choose one of these")
        if not 0 < self.level < 1:
            raise InputError("level of the limit", self.level, "a fraction between 0 and 1", "write 0.90 for 90 %")
        for what, number in (("floor of the background", self.floor), ("background error", self.background_error)):
            if not 0 <= number < math.inf:
                raise InputError(what, number, "a number of 0 or more", "leave it out")
        if not 0 < self.scaling < math.inf:
            raise InputError("scaling of signal and background", self.scaling, "a number above 0", "leave it out")


@dataclass(frozen=True, slots=True)
class Training:
    """How a network is trained.

    Attributes:
        hidden: sizes of the hidden layers.
        activation: of the hidden layers.
        loss: of the second stage.
        starts: networks trained from different initial weights; the best on the validation sample is kept.
        pretraining: steps of L-BFGS on the cross entropy.
        steps: of L-BFGS on the loss.
        patience: steps without a better loss on the validation sample after which a stage ends.
        mass_input: whether the mass of the hypothesis is an input of the network.
    """

    hidden: tuple[int, ...] = (8, 4)
    activation: Activation = "tanh"
    loss: LossSettings = LossSettings()
    starts: int = 4
    pretraining: int = 200
    steps: int = 200
    patience: int = 50
    mass_input: bool = False

    def __post_init__(self) -> None:
        if any(size < 1 for size in self.hidden):
            raise InputError("sizes of the hidden layers", self.hidden, "whole numbers of 1 or more", "write 8,4")
        for name, value, least in (
            ("starts", self.starts, 1), ("steps of pre-training", self.pretraining, 1), ("steps", self.steps, 0),
            ("patience", self.patience, 1),
        ):  # fmt: skip
            if value < least:
                raise InputError(name, value, f"a whole number of {least} or more", "leave it out")
