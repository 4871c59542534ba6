"""What a spectrum is expected to look like: signal shapes and backgrounds, linear in their yields."""

from gloam.models.background import Background
from gloam.models.breit_wigner import BreitWigner
from gloam.models.combinatorial import WithCombinatorial
from gloam.models.crystal_ball import CrystalBall
from gloam.models.displaced import Displaced, Stretched
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.gaussian import Gaussian
from gloam.models.kernel_density import KernelDensity, SimulatedSample, kernel_density
from gloam.models.mixture import Mixture
from gloam.models.naming import background_named, shape_named, width_named
from gloam.models.parameter import Parameter, Table, evaluate, read_table
from gloam.models.polynomial import Polynomial, Steps
from gloam.models.radiative import ExponentialTail, RadiativeTail
from gloam.models.signal import SignalShape, expected_fractions, fraction_within
from gloam.models.template import Template, TemplateHistogram, template
from gloam.models.truncated import Truncated
from gloam.models.two_dimensional import Product, SignalShape2D, Template2D, expected_fractions_2d
from gloam.models.variation import scaled_width, shifted

__all__ = [
    "Background",
    "BreitWigner",
    "CrystalBall",
    "Displaced",
    "DoubleCrystalBall",
    "ExponentialTail",
    "Gaussian",
    "KernelDensity",
    "Mixture",
    "Parameter",
    "Polynomial",
    "Product",
    "RadiativeTail",
    "SignalShape",
    "SignalShape2D",
    "SimulatedSample",
    "Steps",
    "Stretched",
    "Table",
    "Template",
    "Template2D",
    "TemplateHistogram",
    "Truncated",
    "WithCombinatorial",
    "background_named",
    "evaluate",
    "expected_fractions",
    "expected_fractions_2d",
    "fraction_within",
    "kernel_density",
    "read_table",
    "scaled_width",
    "shape_named",
    "shifted",
    "template",
    "width_named",
]
