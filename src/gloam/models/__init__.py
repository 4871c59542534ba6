"""What a spectrum is expected to look like: signal shapes and backgrounds, linear in their yields."""

from gloam.models.background import Background
from gloam.models.breit_wigner import BreitWigner
from gloam.models.broad import Broad, line_below
from gloam.models.combinatorial import WithCombinatorial
from gloam.models.components import Component, Components
from gloam.models.crystal_ball import CrystalBall
from gloam.models.displaced import Displaced, Stretched
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.exponential import Exponential
from gloam.models.gaussian import Gaussian
from gloam.models.kernel_density import KernelDensity, SimulatedSample, kernel_density
from gloam.models.mixture import Mixture
from gloam.models.naming import background_named, shape_named, width_named
from gloam.models.nuisance import (
    Nuisance,
    ShapeNuisance,
    YieldNuisance,
    mass_scale_nuisance,
    names_of,
    resolution_nuisance,
)
from gloam.models.parameter import Parameter, Table, evaluate, read_table
from gloam.models.polynomial import Polynomial, Steps
from gloam.models.radiative import ExponentialTail, RadiativeTail
from gloam.models.signal import SignalShape, expected_fractions, fraction_within
from gloam.models.tabulated import Tabulated
from gloam.models.template import Template, TemplateHistogram, template
from gloam.models.template_background import Peak, TemplateBackground
from gloam.models.terms import StructuredBackground, Terms, background_terms, parameter_names
from gloam.models.truncated import Truncated
from gloam.models.two_dimensional import Product, SignalShape2D, Template2D, expected_fractions_2d
from gloam.models.unrolled import Unrolled
from gloam.models.variation import scaled_width, shifted

__all__ = [
    "Background",
    "BreitWigner",
    "Broad",
    "Component",
    "Components",
    "CrystalBall",
    "Displaced",
    "DoubleCrystalBall",
    "Exponential",
    "ExponentialTail",
    "Gaussian",
    "KernelDensity",
    "Mixture",
    "Nuisance",
    "Parameter",
    "Peak",
    "Polynomial",
    "Product",
    "RadiativeTail",
    "ShapeNuisance",
    "SignalShape",
    "SignalShape2D",
    "SimulatedSample",
    "Steps",
    "Stretched",
    "StructuredBackground",
    "Table",
    "Tabulated",
    "Template",
    "Template2D",
    "TemplateBackground",
    "TemplateHistogram",
    "Terms",
    "Truncated",
    "Unrolled",
    "WithCombinatorial",
    "YieldNuisance",
    "background_named",
    "background_terms",
    "evaluate",
    "expected_fractions",
    "expected_fractions_2d",
    "fraction_within",
    "kernel_density",
    "line_below",
    "mass_scale_nuisance",
    "names_of",
    "parameter_names",
    "read_table",
    "resolution_nuisance",
    "scaled_width",
    "shape_named",
    "shifted",
    "template",
    "width_named",
]
