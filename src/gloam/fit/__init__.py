"""The fit engine: batches of convex Poisson fits, each with a certificate."""

from gloam.fit.constraint import Constraint
from gloam.fit.covariance import covariance
from gloam.fit.crossing import Crossing, crossing
from gloam.fit.design import Design, JoinedDesign, RowDesign, SharedDesign
from gloam.fit.effects import KINK, SIGNAL, Effect, Effects, TemplateSpread
from gloam.fit.likelihood import Point, likelihood_difference
from gloam.fit.linear import information, is_distinct
from gloam.fit.minimum import Minimum
from gloam.fit.pairs import Pair, fit_pair, fit_pair_in_spectra, in_spectra, yield_errors
from gloam.fit.problem import Problem
from gloam.fit.profiling import first_step, minimise, profile, projected_start
from gloam.fit.status import FitStatus, is_certified
from gloam.fit.tangent import point_at, tangent_problem

__all__ = [
    "KINK",
    "SIGNAL",
    "Constraint",
    "Crossing",
    "Design",
    "Effect",
    "Effects",
    "FitStatus",
    "JoinedDesign",
    "Minimum",
    "Pair",
    "Point",
    "Problem",
    "RowDesign",
    "SharedDesign",
    "TemplateSpread",
    "covariance",
    "crossing",
    "first_step",
    "fit_pair",
    "fit_pair_in_spectra",
    "in_spectra",
    "information",
    "is_certified",
    "is_distinct",
    "likelihood_difference",
    "minimise",
    "point_at",
    "profile",
    "projected_start",
    "tangent_problem",
    "yield_errors",
]
