"""Scans and counts at another luminosity: the same expectation with more events, and what becomes of uncertainties."""

from __future__ import annotations

import dataclasses
import math
import operator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.models import (
    Background,
    Component,
    Components,
    Nuisance,
    ShapeNuisance,
    SignalShape,
    TemplateBackground,
    YieldNuisance,
)
from gloam.models.parameter import combined
from gloam.scans import JointScan, Scan
from gloam.spectra import Spectrum
from gloam.statistics import Cells
from gloam.statistics.counting.spread import Binomial, Known, LogNormal, Measured, Normal, Spread

__all__ = ["Control", "Systematics", "scaled_cells", "scaled_scan"]

Systematics = Literal["fixed", "scaled", "none"]
Control = Literal["data", "simulation"]


@dataclass(frozen=True, slots=True)
class Morphed:
    """A shape part of the way, or further, from one to another.

    Attributes:
        nominal: at part 0.
        varied: at part 1.
        part: any number.
    """

    nominal: SignalShape
    varied: SignalShape
    part: float

    def resolution(self, position: FloatArray) -> FloatArray:
        """That of the nominal shape."""
        return self.nominal.resolution(position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        start = self.nominal.cumulative(x, position)
        return np.asarray(start + self.part * (self.varied.cumulative(x, position) - start))


def scaled_scan(scan: Scan | JointScan, factor: float, systematics: Systematics = "fixed") -> Scan | JointScan:
    """The scan of the same expectation with `factor` times the luminosity.

    The contents of the spectra are multiplied and become an Asimov set: they need not be whole numbers. Yields that
    are expected grow with them.

    Args:
        scan: of the data as they are.
        factor: new over old luminosity, > 0.
        systematics: "fixed": relative uncertainties stay; "scaled": they fall as 1 / sqrt(factor), as those do that
            are measured in data; "none": there are none, also not of the statistics of simulated templates.

    Raises:
        InputError: for a factor or a word that is not allowed, or an uncertainty of a background shape that is to be
            scaled.
    """
    _check(factor, systematics)
    if isinstance(scan, JointScan):
        channels = tuple(_scaled(channel, factor, systematics) for channel in scan.channels)
        return dataclasses.replace(scan, channels=channels)
    return _scaled(scan, factor, systematics)


def scaled_cells(
    cells: Cells, factor: float, systematics: Systematics = "fixed", control: Control = "simulation"
) -> Cells:
    """Counts with `factor` times the expected background, observing exactly that: the Asimov counts.

    Args:
        cells: as they are.
        factor: new over old luminosity, > 0.
        systematics: as in `scaled_scan`.
        control: what control regions are made of that measure a background: "data" grow with the luminosity,
            "simulation" stays as it is unless systematics are scaled.

    Raises:
        InputError: for a factor or a word that is not allowed.

    Example:
        >>> from gloam.statistics import on_off_cells
        >>> grown = scaled_cells(on_off_cells(3, 12, 6.0), 10.0, control="data")
        >>> grown.observed, grown.background[0].counts
        (array([20.]), array([120.]))
    """
    _check(factor, systematics)
    if control not in get_args(Control):
        raise InputError("control region", control, one_of(get_args(Control)), "choose one of these")
    first, *others = cells.background
    background = (
        _spread(first, factor, factor, systematics, control),
        *(_spread(each, 1.0, factor, systematics, control) for each in others),
    )
    grown = Cells(cells.observed, background, _spread(cells.efficiency, 1.0, factor, systematics, "simulation"))
    return grown.observing(grown.nominal_background)


def _check(factor: float, systematics: str) -> None:
    if not (math.isfinite(factor) and factor > 0):
        raise InputError("new over old luminosity", factor, "a number above 0", "give both luminosities")
    if systematics not in get_args(Systematics):
        raise InputError("systematics", systematics, one_of(get_args(Systematics)), "choose one of these")


def _scaled(scan: Scan, factor: float, systematics: Systematics) -> Scan:
    nuisances = (
        ()
        if systematics == "none"
        else tuple(_nuisance(each, scan.signal, factor) for each in scan.nuisances)
        if systematics == "scaled"
        else scan.nuisances
    )
    return dataclasses.replace(
        scan, spectrum=_spectrum(scan.spectrum, factor), nuisances=nuisances,
        background=_background(scan.background, factor, systematics),
    )  # fmt: skip


def _spectrum(spectrum: Spectrum, factor: float) -> Spectrum:
    weights = None if spectrum.sum_w2 is None else factor * spectrum.sum_w2
    return dataclasses.replace(spectrum, contents=factor * spectrum.contents, sum_w2=weights, asimov=True)


def _background(form: Background, factor: float, systematics: Systematics) -> Background:
    match form:
        case Components():
            return dataclasses.replace(form, parts=tuple(_component(part, factor, systematics) for part in form.parts))
        case TemplateBackground() if form.variances is not None and systematics != "fixed":
            variances = None if systematics == "none" else form.variances / factor
            return dataclasses.replace(form, variances=variances)
    return form


def _component(part: Component, factor: float, systematics: Systematics) -> Component:
    form = _background(part.form, factor, systematics)
    if part.expected is None:
        return dataclasses.replace(part, form=form)
    shrunk = {"fixed": 1.0, "scaled": 1 / math.sqrt(factor), "none": 0.0}[systematics]
    return dataclasses.replace(
        part, form=form, expected=combined(operator.mul, part.expected, factor),
        relative_error=combined(operator.mul, part.relative_error, shrunk) if shrunk else 0.0,
    )  # fmt: skip


def _nuisance(nuisance: Nuisance, signal: SignalShape, factor: float) -> Nuisance:
    """The nuisance parameter with an effect that is 1 / sqrt(factor) as large."""
    part = 1 / math.sqrt(factor)
    if isinstance(nuisance, YieldNuisance):
        return dataclasses.replace(nuisance, relative=combined(operator.mul, nuisance.relative, part))
    return _shape(nuisance, signal, part)


def _shape(nuisance: ShapeNuisance, signal: SignalShape, part: float) -> ShapeNuisance:
    shapes = [shape for shape in (nuisance.up, nuisance.down) if shape is not None]
    if nuisance.target != "signal" or not all(isinstance(shape, SignalShape) for shape in shapes):
        raise InputError(
            f"nuisance {nuisance.name!r} at another luminosity", f"a shape of {nuisance.target}", "one of the signal",
            "project with systematics fixed, or none",
        )  # fmt: skip
    up, *down = (Morphed(signal, shape, part) for shape in shapes if isinstance(shape, SignalShape))
    return dataclasses.replace(nuisance, up=up, down=down[0] if down else None)


def _spread(spread: Spread, grown: float, factor: float, systematics: Systematics, control: Control) -> Spread:
    """A background or an efficiency whose nominal value is `grown` times as large."""
    part = 1 / math.sqrt(factor) if systematics == "scaled" else 1.0
    if systematics == "none":
        return Known(grown * spread.nominal)
    match spread:
        case Known():
            return Known(grown * spread.nominal)
        case LogNormal():
            return dataclasses.replace(spread, nominal=grown * spread.nominal, log_k=part * spread.log_k)
        case Normal():
            return Normal(grown * spread.nominal, grown * part * spread.sigma)
        case Measured():
            more = factor if control == "data" or systematics == "scaled" else 1.0
            return dataclasses.replace(spread, counts=more * spread.counts, tau=more * spread.tau / grown)
        case Binomial():
            more = factor if systematics == "scaled" else 1.0
            return Binomial(more * spread.passed, more * spread.tried)
