"""Nuisance parameters: named uncertainties of yields and shapes, each with a unit normal constraint."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.background import Background
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape
from gloam.systematic import Constraint

__all__ = ["SIGNAL", "Nuisance", "ShapeNuisance", "YieldNuisance", "names_of"]

SIGNAL = "signal"
"""The target of nuisance parameters that act on the signal."""


@dataclass(frozen=True, slots=True)
class YieldNuisance:
    """An uncertain factor on the yield of the signal or of a background component: efficiency, luminosity.

    "lognormal": the factor is (1 + relative)^alpha, never negative; "gaussian": 1 + relative * alpha.

    Attributes:
        name: nuisance parameters of one name are one parameter, in all channels and components.
        relative: one standard deviation over the nominal value; a number, a `Table` or a function of the position.
        target: "signal", or the name of a component.
        constraint: of the factor.
    """

    name: str
    relative: Parameter
    target: str = SIGNAL
    constraint: Constraint = "lognormal"

    def size(self, position: FloatArray) -> FloatArray:
        """The relative uncertainty at each position.

        Raises:
            InputError: if it is negative somewhere.
        """
        size = evaluate(self.relative, position, f"relative size of {self.name!r}")
        if size.size and size.min() < 0:
            raise InputError(f"relative size of {self.name!r}", float(size.min()), "numbers >= 0", "give its size")
        return size


@dataclass(frozen=True, slots=True)
class ShapeNuisance:
    """An uncertain shape: the template is its nominal form plus alpha times a change (a vertical morph).

    With both `up` and `down` the change is half their difference, or each side keeps its own if `kinked`. With `up`
    alone it is `up` minus the nominal shape. A width or a position is varied with `scaled_width` and `shifted`.

    Attributes:
        name: nuisance parameters of one name are one parameter.
        up: the shape at alpha = 1.
        down: the shape at alpha = -1, or None.
        target: "signal", or the name of a component.
        kinked: linear between `down`, nominal and `up` (HistFactory's interpolation code 0) instead of straight.
    """

    name: str
    up: SignalShape | Background
    down: SignalShape | Background | None = None
    target: str = SIGNAL
    kinked: bool = False

    def __post_init__(self) -> None:
        if self.kinked and self.down is None:
            raise InputError(f"nuisance {self.name!r}", "kinked without a shape for -1", "up and down", "give both")

    def changes(
        self, nominal: FloatArray, up: FloatArray, down: FloatArray | None
    ) -> tuple[FloatArray, FloatArray | None]:
        """The change of the template for one unit above 0 and, where it differs, below; from the templates."""
        if down is None:
            return up - nominal, None
        return (up - nominal, nominal - down) if self.kinked else (0.5 * (up - down), None)


Nuisance = YieldNuisance | ShapeNuisance


def names_of(nuisances: tuple[Nuisance, ...]) -> tuple[str, ...]:
    """The names of the parameters, each once, in order of appearance."""
    return tuple(dict.fromkeys(nuisance.name for nuisance in nuisances))
