"""Upper limits on the signal yield of every hypothesis of a shape scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypedDict, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.fit import is_certified
from gloam.models import YieldNuisance
from gloam.scans import JointScan, ScanResult
from gloam.statistics.asymptotic import BANDS
from gloam.statistics.asymptotic_limits import AsymptoticMethod, asymptotic_limits
from gloam.statistics.bayesian import Marginalisation, bayesian_limits
from gloam.statistics.normal import quantile
from gloam.statistics.prior import FLAT, Prior
from gloam.statistics.toys import TOYS, ToyPlan, toy_limits

__all__ = ["LimitMethod", "LimitOptions", "UpperLimits", "check_level", "no_limits", "upper_limits"]

LimitMethod = Literal["cls", "profile", "bayes", "cls-toys", "clsb-toys"]


class LimitOptions(TypedDict, total=False):
    """What some methods need besides the level; keyword arguments of `upper_limits`."""

    prior: Prior
    marginalisation: Marginalisation
    toys: ToyPlan


@dataclass(frozen=True, slots=True, eq=False)
class UpperLimits:
    """Upper limits on the signal yield, observed and expected without a signal.

    NaN where the fit of the hypothesis is not certified or no limit was found.

    Attributes:
        observed: shape (h,).
        expected: quantiles Phi(-2), Phi(-1), 1/2, Phi(1), Phi(2) of the limit without a signal, shape (h, 5); NaN
            for methods that have none.
        level: confidence level, a fraction.
        method: how they were set.
        n_failed: hypotheses with a certified fit for which a limit was not found.
        error: numerical or Monte Carlo error of the observed limits, shape (h,); 0 for asymptotic ones.
        prior: of the yield, in words; empty where the method has none.
        toys: toy experiments that were fitted.
        n_toys_failed: those of them with a fit that is not certified.
    """

    observed: FloatArray
    expected: FloatArray
    level: float
    method: LimitMethod
    n_failed: int
    error: FloatArray = field(default_factory=lambda: np.zeros(()))
    prior: str = ""
    toys: int = 0
    n_toys_failed: int = 0

    def __post_init__(self) -> None:
        if self.error.ndim == 0:
            object.__setattr__(self, "error", np.full(self.observed.shape, self.error))

    @property
    def test_statistic(self) -> str:
        """The test statistic, in the notation of arXiv:1007.1727; "posterior" where there is none."""
        return "posterior" if self.method == "bayes" else "q_tilde"

    @property
    def sidedness(self) -> str:
        """One-sided: only yields above the fitted one are tested; the posterior is integrated from its lower end."""
        return "one-sided"


def upper_limits(
    result: ScanResult,
    level: float = 0.90,
    method: LimitMethod = "cls",
    *,
    bands: bool = True,
    prior: Prior = FLAT,
    marginalisation: Marginalisation = "laplace",
    toys: ToyPlan = TOYS,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> UpperLimits:
    """The upper limits on the yield of all hypotheses of a scan.

    The first two methods use q-tilde (arXiv:1007.1727 eq. 16), in which the best yield is bounded at 0.

    - "cls": asymptotic CLs; the Asimov set is the background fitted to the data without a signal. The expected
      limits are the quantiles Phi(0, +-1, +-2) of the same construction.
    - "profile": where q-tilde reaches the square of the normal quantile of the level (2.71 at 95 %), the one-sided
      profile-likelihood limit. Its expected limits are those of an estimate that fluctuates by N standard
      deviations around the Asimov set, with the same bound.
    - "bayes": the yield below which the posterior has the probability `level`, with the background integrated out. Its
      expected limit is that of the Asimov set, in the place of the median; there are no other quantiles.
    - "cls-toys", "clsb-toys": CLs with toys drawn at the tested yields in place of the asymptotic distributions, and
      CLs+b, the same without the division by CLb, which can exclude every yield. Observed limits only.

    Args:
        result: the fits.
        level: a fraction, 0.5 < level < 1.
        method: one of these.
        bands: whether to compute the expected limits too.
        prior: of the yield, for "bayes".
        marginalisation: "laplace" or "exact", for "bayes"; see `gloam.statistics.bayesian`.
        toys: how many, for the methods that use them.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of hypotheses finished, after each batch.

    Raises:
        InputError: for a level or method that is not allowed.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 31, 34, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> limits = gloam.upper_limits(result, 0.90)
        >>> limits.observed.round(1), limits.expected.round(1)
        (array([21.3]), array([[ 9.7, 13.4, 19.4, 28.7, 40.8]]))
    """
    check_level(level)
    if method not in get_args(LimitMethod):
        raise InputError("method of the limit", method, one_of(get_args(LimitMethod)), "choose one of these")
    check_signal_factors(result, level)
    match method:
        case "bayes":
            return _bayesian(result, level, prior, marginalisation, bands, threads, progress)
        case "cls-toys" | "clsb-toys":
            return _with_toys(result, level, method, toys, threads, progress)
        case "cls" | "profile":
            return _asymptotic(result, level, method, bands, threads, progress)


def _asymptotic(
    result: ScanResult,
    level: float,
    method: AsymptoticMethod,
    bands: bool,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> UpperLimits:
    observed, expected = asymptotic_limits(result, level, method, bands=bands, threads=threads, progress=progress)
    missing = np.isnan(observed) | (np.isnan(expected).any(axis=1) & bands)
    failed = int(np.count_nonzero(is_certified(result.status) & missing))
    return UpperLimits(observed, expected, level, method, failed, np.zeros(observed.size))


def _bayesian(
    result: ScanResult,
    level: float,
    prior: Prior,
    marginalisation: Marginalisation,
    bands: bool,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> UpperLimits:
    observed, error, median = bayesian_limits(
        result, level, prior, marginalisation, expected=bands, threads=threads, progress=progress
    )
    usable = is_certified(result.status)
    expected = np.where(np.array(BANDS) == 0, median[:, None], np.nan)
    missing = np.isnan(observed) | (np.isnan(median) & bands)
    failed = int(np.count_nonzero(usable & missing))
    return UpperLimits(observed, expected, level, "bayes", failed, error, prior.in_words)


def _with_toys(
    result: ScanResult,
    level: float,
    method: LimitMethod,
    plan: ToyPlan,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> UpperLimits:
    divided = method == "cls-toys"
    asymptotic: LimitMethod = "cls" if divided else "profile"
    here, beyond = (
        upper_limits(result, x, asymptotic, bands=False, threads=threads).observed for x in (level, 0.5 + 0.5 * level)
    )
    found = toy_limits(result, level, (here, beyond), plan, divided=divided, threads=threads, progress=progress)
    failed = int(np.count_nonzero(is_certified(result.status) & np.isnan(found.limit)))
    bands = np.full((found.limit.size, len(BANDS)), np.nan)
    return UpperLimits(found.limit, bands, level, method, failed, found.error, "", found.toys, found.failed)


def no_limits(hypotheses: int, level: float, method: LimitMethod) -> UpperLimits:
    """Limits that were not computed: NaN for every hypothesis."""
    h = hypotheses
    return UpperLimits(np.full(h, np.nan), np.full((h, len(BANDS)), np.nan), level, method, 0, np.full(h, np.nan))


def check_level(level: float) -> None:
    """Refuse a level that is no confidence level of an upper limit."""
    if not 0.5 < level < 1:
        raise InputError("level of the limit", level, "a fraction between 0.5 and 1", "write 0.90 for 90 %")


def check_signal_factors(result: ScanResult, level: float) -> None:
    """Refuse Gaussian uncertainties of the signal's yield that allow it to vanish within what the level excludes.

    1 + sum r_i alpha_i is 0 at a distance of 1 / sqrt(sum r_i^2) standard deviations. If that is no more than the
    quantile of the level, no yield is excluded: any number of signal events may be lost.
    """
    needed, mass = float(quantile(level)), result.mass
    channels = result.setup.channels if isinstance(result.setup, JointScan) else (result.setup,)
    for channel in channels:
        squares = [
            nuisance.size(mass) ** 2
            for nuisance in channel.nuisances
            if isinstance(nuisance, YieldNuisance) and nuisance.acts_on_signal and nuisance.constraint == "gaussian"
        ]
        total = np.sqrt(np.sum(squares, axis=0)) if squares else np.zeros(mass.size)
        if (total * needed >= 1).any():
            row = int(np.argmax(total))
            raise InputError(
                f"Gaussian uncertainty of the signal yield at a mass of {mass[row]:g} GeV",
                f"{total[row]:g}, which lets the signal vanish within {1 / total[row]:.2g} standard deviations",
                f"less than {1 / needed:.3g} at a level of {level:g}", "use a log-normal constraint",
            )  # fmt: skip
