"""What a spectrum is expected to look like: signal shapes and backgrounds, linear in their yields."""

from gloam.models.background import Background
from gloam.models.crystal_ball import CrystalBall
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.gaussian import Gaussian
from gloam.models.mixture import Mixture
from gloam.models.naming import background_named, shape_named, width_named
from gloam.models.parameter import Parameter, Table, evaluate, read_table
from gloam.models.polynomial import Polynomial, Steps
from gloam.models.signal import SignalShape, expected_fractions
from gloam.models.truncated import Truncated

__all__ = [
    "Background",
    "CrystalBall",
    "DoubleCrystalBall",
    "Gaussian",
    "Mixture",
    "Parameter",
    "Polynomial",
    "SignalShape",
    "Steps",
    "Table",
    "Truncated",
    "background_named",
    "evaluate",
    "expected_fractions",
    "read_table",
    "shape_named",
    "width_named",
]
