"""One significance and one limit from the variants of the background model: the most cautious of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.scans import VariantResults
from gloam.statistics.asymptotic import BANDS
from gloam.statistics.limits import LimitMethod, LimitOptions, UpperLimits, upper_limits

__all__ = ["VariantSummary", "combine_variants", "least_stringent", "variant_limits"]


@dataclass(frozen=True, slots=True, eq=False)
class VariantSummary:
    """What the variants of a scan come down to, for each hypothesis.

    NaN, and -1 for the active variant, where no variant has an answer.

    Attributes:
        names: of the variants, the nominal one first.
        z_local: signed local significance of the variant in which it is smallest in size, shape (h,).
        observed: the largest of the observed upper limits, shape (h,).
        expected: for each quantile the largest of the expected limits, shape (h, 5).
        active_z: the variant that gives `z_local`, shape (h,).
        active_limit: the variant that gives `observed`, shape (h,).
        n_failed: for each variant the hypotheses, vetoed ones apart, for which it has no certified fit or no observed
            limit and was therefore not taken into account, shape (v,).
    """

    names: tuple[str, ...]
    z_local: FloatArray
    observed: FloatArray
    expected: FloatArray
    active_z: IntArray
    active_limit: IntArray
    n_failed: IntArray


def combine_variants(results: VariantResults, limits: Sequence[UpperLimits] | None = None) -> VariantSummary:
    """The smallest significance and the least stringent limit over the variants (as in arXiv:2007.13071).

    The smallest significance is the signed z of the variant with the smallest |z|: an excess is quoted as the least
    significant of the variants that see it, and a deficit in the same way. No variant is less significant than what is
    quoted. (The smallest signed number would be the same for excesses, but would exaggerate deficits.)

    The least stringent limit is the largest observed one. Expected limits are the largest of the variants for each
    quantile: exactly the quantiles of the largest limit if the limits of all variants rise and fall together, as they
    nearly do, being fits to the same data; in general a lower bound on them. The bands of the nominal variant alone
    are those of its own limits.

    The smallest of several significances does not follow a normal distribution: a global p-value belongs to the nominal
    variant, or needs toys in which all variants are fitted.

    Args:
        results: the fits, v variants of h hypotheses.
        limits: the limits of each variant, in the same order; None if they were not computed.

    Raises:
        InputError: if there are not as many limits as variants, or their levels or methods differ.

    Example:
        >>> import gloam
        >>> from gloam.scans import background_variants, fit_variants
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 60, 58, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> nominal = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> found = fit_variants(background_variants(nominal.setup, order=1))
        >>> summary = combine_variants(found, variant_limits(found, 0.90))
        >>> summary.names, found.z_local[:, 0].round(1)
        (('nominal', 'order-1', 'order+1'), array([5.3, 5.3, 4.6]))
        >>> summary.z_local.round(1), summary.names[summary.active_limit[0]]
        (array([4.6]), 'order+1')
    """
    z = results.z_local
    smallest, active_z = _chosen(z, -np.abs(z))
    answered = np.isfinite(z)
    observed, expected = np.full(z.shape, np.nan), [np.full((z.shape[1], len(BANDS)), np.nan)]
    if limits is not None:
        _check_limits(results, limits)
        observed, expected = np.stack([each.observed for each in limits]), [each.expected for each in limits]
        answered &= np.isfinite(observed)
    largest, active_limit = _chosen(observed, observed)
    vetoed = results.status == FitStatus.VETOED.value
    return VariantSummary(
        names=results.names,
        z_local=smallest,
        observed=largest,
        expected=np.fmax.reduce(expected),
        active_z=active_z,
        active_limit=active_limit,
        n_failed=np.count_nonzero(~answered & ~vetoed, axis=1),
    )


def variant_limits(
    results: VariantResults,
    level: float = 0.90,
    method: LimitMethod = "cls",
    *,
    nominal: UpperLimits | None = None,
    bands: bool = True,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
    **options: Unpack[LimitOptions],
) -> tuple[UpperLimits, ...]:
    """The upper limits of each variant.

    Args:
        results: the fits.
        level: as for `upper_limits`, like what follows.
        method: one of those of `upper_limits`.
        nominal: the limits of the nominal variant, where they are made already.
        bands: whether to compute the expected limits too.
        threads: how many to use.
        progress: called with the number of hypotheses finished.
        **options: prior, marginalisation and toys, for the methods that take them.
    """
    made = () if nominal is None else (nominal,)
    return made + tuple(
        upper_limits(result, level, method, bands=bands, threads=threads, progress=progress, **options)
        for result in results.results[len(made) :]
    )


def least_stringent(summary: VariantSummary, nominal: UpperLimits) -> UpperLimits:
    """The limits of the combination, in the form of those of one scan.

    Args:
        summary: the combination.
        nominal: limits of the nominal variant, for level and method.
    """
    failed = int(np.count_nonzero(np.isfinite(summary.z_local) & np.isnan(summary.observed)))
    return dataclasses.replace(nominal, observed=summary.observed, expected=summary.expected, n_failed=failed)


def _check_limits(results: VariantResults, limits: Sequence[UpperLimits]) -> None:
    kinds = {(each.level, each.method, each.observed.shape) for each in limits}
    if len(limits) != len(results.names) or len(kinds) != 1 or results.nominal.n_sig.shape not in next(iter(kinds)):
        raise InputError(
            "limits of variants", f"{len(limits)} limits for {len(results.names)} variants",
            "one of each variant and hypothesis, at one level and by one method", "compute them with variant_limits",
        )  # fmt: skip


def _chosen(values: FloatArray, merit: FloatArray) -> tuple[FloatArray, IntArray]:
    """The value with the largest merit in each column, and its row; NaN and -1 where there is none; shapes (h,)."""
    known: BoolArray = np.isfinite(merit)
    row = np.where(known, merit, -np.inf).argmax(axis=0)
    some = known.any(axis=0)
    value = np.take_along_axis(values, row[None], axis=0)[0]
    return np.where(some, value, np.nan), np.where(some, row, -1)
