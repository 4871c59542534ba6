"""What a scan of one spectrum is made of."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, IntArray
from gloam.errors import InputError
from gloam.models import Background, Nuisance, SignalShape, YieldNuisance, names_of, parameter_names
from gloam.models.nuisance import SIGNAL
from gloam.scans.grid import Grid
from gloam.scans.windows import Windows
from gloam.spectra import Spectrum

__all__ = ["Scan"]


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """The hypotheses, windows and model of a scan over one spectrum.

    Attributes:
        spectrum: counts in one dimension.
        signal: shape of the signal.
        background: form of the background.
        grid: the hypotheses.
        windows: the bins each of them is fitted in.
        vetoes: ranges of the observable that are left out: their bins are not fitted; masses whose peak they take away
            are not scanned.
        nuisances: uncertainties of yields and shapes.
    """

    spectrum: Spectrum
    signal: SignalShape
    background: Background
    grid: Grid
    windows: Windows
    vetoes: tuple[tuple[float, float], ...] = ()
    nuisances: tuple[Nuisance, ...] = ()

    def __post_init__(self) -> None:
        if len(self.spectrum.axes) != 1:
            raise InputError("scan of a spectrum", f"{len(self.spectrum.axes)} dimensions", "one", "project it first")
        for low, high in self.vetoes:
            if not low < high:
                raise InputError("veto", f"{low:g} to {high:g}", "LO < HI", "give the lower end first")
        edges = self.spectrum.axes[0].edges
        outside = (self.grid.position < edges[0]) | (self.grid.position > edges[-1])
        if outside.any():
            raise InputError(
                f"hypothesis at {self.grid.position[outside][0]:g}",
                f"a spectrum from {edges[0]:g} to {edges[-1]:g}",
                "hypotheses inside the spectrum",
                "shorten the grid or read a longer range",
            )

    def take(self, rows: IntArray) -> Scan:
        """The same scan of some of the hypotheses."""
        grid = Grid(self.grid.mass[rows], self.grid.position[rows])
        return dataclasses.replace(self, grid=grid, windows=self.windows.take(rows))

    def without_nuisance(self, name: str) -> Scan:
        """The same scan with one nuisance parameter fixed at 0."""
        return dataclasses.replace(self, nuisances=tuple(each for each in self.nuisances if each.name != name))

    def without_yield_nuisances(self) -> Scan:
        """The same scan without nuisance parameters that only multiply the yield of the signal.

        Where the yield floats with both signs, the best fit and the one without a signal have them where their control
        measurements are, and the likelihood ratio of the two does not know of them. Limits do. None is left out if one
        changes the shape of the signal: Gaussian factors and changes of the shape are added, not multiplied.
        """
        others = [each for each in self.nuisances if not (isinstance(each, YieldNuisance) and each.acts_on_signal)]
        if any(each.target == SIGNAL for each in others):
            return self
        kept = {*names_of(tuple(others)), *parameter_names(self.background)}
        return dataclasses.replace(self, nuisances=tuple(each for each in self.nuisances if each.name in kept))

    @property
    def nuisance_names(self) -> tuple[str, ...]:
        """The names of the nuisance parameters: those of the scan, then those that the background brings along."""
        return tuple(dict.fromkeys((*names_of(self.nuisances), *parameter_names(self.background))))

    @property
    def inside_excluded(self) -> BoolArray:
        """Which hypotheses lie in a vetoed or hidden range, shape (h,)."""
        position = self.grid.position
        inside = np.zeros(position.shape, np.bool_)
        for low, high in self.vetoes:
            inside |= (position > low) & (position < high)
        visible = self.spectrum.visible
        if visible is not None:
            edges = self.spectrum.axes[0].edges
            bins = (edges.searchsorted(position, side="right") - 1).clip(0, edges.size - 2)
            inside |= ~visible[bins]
        return inside

    @property
    def excluded(self) -> tuple[tuple[float, float], ...]:
        """The ranges that are not fitted: vetoes and hidden ones."""
        visible = self.spectrum.visible
        if visible is None:
            return self.vetoes
        steps = np.flatnonzero(np.diff(~visible, prepend=False, append=False)).reshape(-1, 2)
        edges = self.spectrum.axes[0].edges
        return (*self.vetoes, *((float(edges[first]), float(edges[end])) for first, end in steps))
