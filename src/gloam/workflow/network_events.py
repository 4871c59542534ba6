"""Where the events come from that networks are trained and assessed on: a file, or our toy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.training.hypotheses import Hypotheses, hypotheses, hypotheses_of_signal
from gloam.training.table import TrainingTable, read_training_table, split_table
from gloam.training.toy import TOY_LUMINOSITY, toy_hypotheses, toy_table

__all__ = ["TableSource"]

SHARES = (0.5, 0.25, 0.25)
"""Of the events of a file: training, validation, test."""

SAMPLES = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where events come from and how their windows are made.

    Attributes:
        events: a file of events, or "toy".
        luminosity: that the weights are scaled to, in fb^-1.
        generated: sum of weights of the generated signal of each mass; None: weights are divided by it.
        features: columns that networks see; None: all that are left.
        widths: masses in GeV and resolutions in GeV^2; None: found in the signal itself.
        half_width: of the windows, in resolutions.
        toy_size: of the toy's samples; 1 gives about 470,000 events.
    """

    events: str
    luminosity: float = TOY_LUMINOSITY
    generated: float | None = None
    features: tuple[str, ...] | None = None
    widths: tuple[FloatArray, FloatArray] | None = None
    half_width: float = 2.0
    toy_size: float = 1.0

    @property
    def is_toy(self) -> bool:
        """Whether the events are those of our toy."""
        return self.events == "toy"

    def tables(self, seed: int) -> dict[str, TrainingTable]:
        """Independent samples for training, validation and test."""
        if self.is_toy:
            signal = max(round(3000 * self.toy_size), 50)
            made = [toy_table(seed, name, signal=signal, background=self.toy_size) for name in SAMPLES]
        else:
            return dict(zip(SAMPLES, split_table(self.whole(), SHARES, seed), strict=True))
        return {name: table.at_luminosity(self.luminosity) for name, table in zip(SAMPLES, made, strict=True)}

    def whole(self) -> TrainingTable:
        """All events of a file."""
        return read_training_table(
            Path(self.events), luminosity=self.luminosity, generated=self.generated, features=self.features
        )

    def hypotheses(self, table: TrainingTable) -> Hypotheses:
        """Hypotheses of the generated masses, with their windows."""
        if self.widths is None:
            return toy_hypotheses() if self.is_toy else hypotheses_of_signal(table, self.half_width)
        masses = np.unique(table.mass_generated[table.is_signal])
        given, sigma = self.widths
        if masses[0] < given[0] or masses[-1] > given[-1]:
            found = f"{masses[0]:g} to {masses[-1]:g} GeV"
            allowed = f"{given[0]:g} to {given[-1]:g} GeV, the range of the table of widths"
            raise InputError("generated masses", found, allowed, "extend the table of widths")
        return hypotheses(masses, np.interp(masses, given, sigma), self.half_width)
