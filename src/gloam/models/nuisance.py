"""Nuisance parameters: named uncertainties of yields and shapes, each with a unit normal constraint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.background import Background
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape
from gloam.models.variation import scaled_width, shifted
from gloam.systematic import Constraint

__all__ = [
    "SIGNAL",
    "Nuisance",
    "ShapeNuisance",
    "YieldNuisance",
    "mass_scale_nuisance",
    "names_of",
    "resolution_nuisance",
]

SIGNAL = "signal"
"""The target of nuisance parameters that act on the signal."""


Interpolation = Literal["average", "smooth", "kinked"]


@dataclass(frozen=True, slots=True)
class YieldNuisance:
    """An uncertain factor on the yield of the signal or of a background component: efficiency, luminosity.

    "lognormal": the factor is (1 + relative)^alpha, never negative; "gaussian": 1 + relative * alpha.

    Attributes:
        name: nuisance parameters of one name are one parameter, in all channels and components.
        relative: one standard deviation over the nominal value; a number, a `Table` or a function of the mass.
        target: "signal", or the name of a component.
        constraint: of the factor.
    """

    name: str
    relative: Parameter
    target: str = SIGNAL
    constraint: Constraint = "lognormal"

    @property
    def acts_on_signal(self) -> bool:
        """Whether it scales the signal."""
        return self.target == SIGNAL

    def size(self, mass: FloatArray) -> FloatArray:
        """The relative uncertainty at each mass.

        Raises:
            InputError: if it is negative somewhere.
        """
        size = evaluate(self.relative, mass, f"relative size of {self.name!r}")
        if size.size and size.min() < 0:
            raise InputError(f"relative size of {self.name!r}", float(size.min()), "numbers >= 0", "give its size")
        return size


@dataclass(frozen=True, slots=True)
class ShapeNuisance:
    """An uncertain shape: the template is its nominal form plus alpha times a change (a vertical morph).

    With `up` alone the change is `up` minus the nominal shape. With both `up` and `down` it depends on `interpolation`:
    "average": half their difference; "smooth": each side keeps its own, joined by a polynomial between -1 and 1
    (HistFactory's code 4p); "kinked": each side keeps its own (code 0). A width or a position is varied with
    `scaled_width` and `shifted`.

    Attributes:
        name: nuisance parameters of one name are one parameter.
        up: the shape at alpha = 1.
        down: the shape at alpha = -1, or None.
        target: "signal", or the name of a component.
        interpolation: between the shapes.
    """

    name: str
    up: SignalShape | Background
    down: SignalShape | Background | None = None
    target: str = SIGNAL
    interpolation: Interpolation = "average"

    def __post_init__(self) -> None:
        if self.interpolation != "average" and self.down is None:
            found = f"{self.interpolation} interpolation without a shape for -1"
            raise InputError(f"nuisance {self.name!r}", found, "up and down", "give both")

    def changes(
        self, nominal: FloatArray, up: FloatArray, down: FloatArray | None
    ) -> tuple[FloatArray, FloatArray | None]:
        """The change of the template for one unit above 0 and, where it differs, below; from the templates."""
        if down is None:
            return up - nominal, None
        return (up - nominal, nominal - down) if self.interpolation != "average" else (0.5 * (up - down), None)


Nuisance = YieldNuisance | ShapeNuisance


def names_of(nuisances: tuple[Nuisance, ...]) -> tuple[str, ...]:
    """The names of the parameters, each once, in order of appearance."""
    return tuple(dict.fromkeys(nuisance.name for nuisance in nuisances))


def resolution_nuisance(name: str, shape: SignalShape, relative: float) -> ShapeNuisance:
    """An uncertain resolution: the width of the core of a signal shape is known to a relative error.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> resolution_nuisance("resolution", Gaussian(0.01), 0.1).up
        Gaussian(width=0.011)
    """
    if not 0 < relative < 1:
        raise InputError(f"relative error of the resolution {name!r}", relative, "0 to 1", "write 0.05 for 5 %")
    return ShapeNuisance(name, scaled_width(shape, 1 + relative), scaled_width(shape, 1 - relative))


def mass_scale_nuisance(name: str, shape: SignalShape, error: float) -> ShapeNuisance:
    """An uncertain position: the mass scale is known to an absolute error, in the unit of the observable.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> mass_scale_nuisance("scale", Gaussian(0.01), 0.002).name
        'scale'
    """
    if not error > 0:
        raise InputError(f"error of the mass scale {name!r}", error, "a number > 0", "give it in GeV")
    return ShapeNuisance(name, shifted(shape, error), shifted(shape, -error))
