"""Published exclusions: short declarations, the data that licences allow to carry, and readers for files of others."""

from gloam.interpretation.exclusions.content import Band, Content, Curve, Regions, Statement
from gloam.interpretation.exclusions.conversions import gauge_coupling, kinetic_mixing
from gloam.interpretation.exclusions.darkcast import DarkcastDeclaration, read_declaration
from gloam.interpretation.exclusions.declaration import CALCULATED, OURS, Exclusion, Kind, Plane, preferred_band
from gloam.interpretation.exclusions.formats import Form, parse
from gloam.interpretation.exclusions.registry import coupling_plane, exclusions, models

__all__ = [
    "CALCULATED",
    "OURS",
    "Band",
    "Content",
    "Curve",
    "DarkcastDeclaration",
    "Exclusion",
    "Form",
    "Kind",
    "Plane",
    "Regions",
    "Statement",
    "coupling_plane",
    "exclusions",
    "gauge_coupling",
    "kinetic_mixing",
    "models",
    "parse",
    "preferred_band",
    "read_declaration",
]
