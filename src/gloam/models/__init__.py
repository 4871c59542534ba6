"""What a spectrum is expected to look like: signal shapes and backgrounds, linear in their yields."""

from gloam.models.background import Background
from gloam.models.components import Component, Components
from gloam.models.crystal_ball import CrystalBall
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.exponential import Exponential
from gloam.models.gaussian import Gaussian
from gloam.models.mixture import Mixture
from gloam.models.naming import background_named, shape_named, width_named
from gloam.models.nuisance import Nuisance, ShapeNuisance, YieldNuisance, names_of
from gloam.models.parameter import Parameter, Table, evaluate, read_table
from gloam.models.polynomial import Polynomial, Steps
from gloam.models.signal import SignalShape, expected_fractions
from gloam.models.template_background import Peak, TemplateBackground
from gloam.models.terms import StructuredBackground, Terms, background_terms, parameter_names
from gloam.models.truncated import Truncated

__all__ = [
    "Background",
    "Component",
    "Components",
    "CrystalBall",
    "DoubleCrystalBall",
    "Exponential",
    "Gaussian",
    "Mixture",
    "Nuisance",
    "Parameter",
    "Peak",
    "Polynomial",
    "ShapeNuisance",
    "SignalShape",
    "Steps",
    "StructuredBackground",
    "Table",
    "TemplateBackground",
    "Terms",
    "Truncated",
    "YieldNuisance",
    "background_named",
    "background_terms",
    "evaluate",
    "expected_fractions",
    "names_of",
    "parameter_names",
    "read_table",
    "shape_named",
    "width_named",
]
