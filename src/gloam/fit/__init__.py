"""The fit engine: batches of convex Poisson fits, each with a certificate."""

from gloam.fit.covariance import covariance
from gloam.fit.crossing import Crossing, crossing
from gloam.fit.design import Design, RowDesign, SharedDesign
from gloam.fit.likelihood import likelihood_difference
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.fit.profiling import is_distinct, minimise, profile, projected_start
from gloam.fit.status import FitStatus, is_certified

__all__ = [
    "Crossing",
    "Design",
    "FitStatus",
    "Minimum",
    "Problem",
    "RowDesign",
    "SharedDesign",
    "covariance",
    "crossing",
    "is_certified",
    "is_distinct",
    "likelihood_difference",
    "minimise",
    "profile",
    "projected_start",
]
