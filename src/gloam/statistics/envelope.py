"""Discrete profiling: the choice of the background function as a nuisance parameter (arXiv:1408.6865).

Each function v, fitted to the same bins, has its own profile 2 NLL_v(s). The envelope is

    E(s) = min_v [2 NLL_v(s) + c k_v],    k_v the number of background coefficients of v,

and takes the place of a single profile: its minimum is the best fit, its rise gives intervals and limits. The
correction c per coefficient keeps a function with more of them from always winning. c = 1 follows from the p-value of a
goodness of fit, c = 2 is Akaike's; c = 0 is none.

Every 2 NLL_v is convex, so that E <= t is a union of intervals, one for each member that goes below t. Its ends are
crossings of single profiles: the envelope itself is never searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import map_batches
from gloam.fit import (
    Minimum,
    Point,
    Problem,
    crossing,
    is_certified,
    likelihood_difference,
    profile,
)
from gloam.fit.crossing import step_to_rise
from gloam.fit.mirror import mirrored
from gloam.scans import Batch, ScanResult, VariantResults, batches, signed_significance
from gloam.statistics.limits import check_level
from gloam.statistics.normal import quantile

__all__ = ["Envelope", "profile_envelope"]

START_TOLERANCE = 1e-9
NEGLIGIBLE = 1e-9
"""Room in 2 NLL below which a member adds nothing to an interval: it would reach 1e-4 standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """The fits of a scan with the background function profiled.

    NaN, and -1 for active members, where no member has a certified fit.

    Attributes:
        names: of the members.
        n_sig: yield at the minimum of the envelope, shape (h,).
        low, high: the ends of the region in which the envelope is at most 1 above its minimum (68.27 %), shape (h,).
            The region may have gaps; these are the ends of all of it.
        q0: the envelope at no signal minus its minimum, shape (h,).
        upper_limit: one-sided profile-likelihood limit, shape (h,).
        active: member at the minimum, shape (h,).
        active_background: member at no signal, shape (h,).
        active_limit: member at the limit, shape (h,).
        cost: minimum of each member, corrected, above that of the envelope; shape (v, h), NaN for failed fits.
        level: confidence level of the limit.
        correction: c, in 2 NLL for each coefficient.
        n_failed: hypotheses with a certified member for which an end or the limit was not found.
    """

    names: tuple[str, ...]
    n_sig: FloatArray
    low: FloatArray
    high: FloatArray
    q0: FloatArray
    upper_limit: FloatArray
    active: IntArray
    active_background: IntArray
    active_limit: IntArray
    cost: FloatArray
    level: float
    correction: float
    n_failed: int

    @property
    def z_local(self) -> FloatArray:
        """Signed local significance sign(n_sig) sqrt(q0), shape (h,)."""
        return signed_significance(self.n_sig, self.q0)


def profile_envelope(
    results: VariantResults,
    level: float = 0.90,
    *,
    correction: float = 1.0,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Envelope:
    """The best fit, interval, significance and upper limit of all hypotheses with the background function profiled.

    The limit is the largest yield at which the envelope exceeds its minimum over yields >= 0 by the square of the
    normal quantile of the level (2.71 at 95 %): with one member it is the limit `method="profile"`.

    Args:
        results: fits of several backgrounds to the same bins, such as `background_variants(scan, order=1)`.
        level: of the limit, a fraction, 0.5 < level < 1.
        correction: c, added to 2 NLL for each background coefficient, >= 0.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of hypotheses finished, after each batch.

    Raises:
        InputError: if the members are not fits to the same bins, or the level or correction is not allowed.

    Example:
        >>> import gloam
        >>> from gloam.scans import background_variants, fit_variants
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 60, 58, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> nominal = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> found = profile_envelope(fit_variants(background_variants(nominal.setup, order=1)))
        >>> found.names[found.active[0]], found.z_local.round(1), found.upper_limit.round(0)
        ('nominal', array([4.7]), array([94.]))
    """
    check_level(level)
    if not (np.isfinite(correction) and correction >= 0):
        raise InputError("correction of the envelope", correction, "a number >= 0", "1 per coefficient is usual")
    members = results.results
    v, h = len(members), len(results.nominal.setup.grid)
    found = {name: np.full(h, np.nan) for name in ("n_sig", "low", "high", "q0", "upper_limit")}
    active = {name: np.full(h, -1) for name in ("active", "active_background", "active_limit")}
    cost = np.full((v, h), np.nan)
    usable = np.stack([is_certified(result.status) for result in members])

    def work(batch: Batch) -> None:
        for rows, problems in _aligned(batch.rows, results):
            fits = _Members.of(problems, members, rows, usable[:, rows], correction)
            values, chosen = fits.answers(float(quantile(level)) ** 2)
            for name, value in values.items():
                found[name][rows] = value
            for name, which in chosen.items():
                active[name][rows] = which
            cost[:, rows] = fits.cost
            if progress is not None:
                progress(rows.size)

    map_batches(work, batches(results.nominal.setup, np.flatnonzero(usable.any(axis=0))), threads)
    wanted = np.stack(list(found.values()))[:, usable.any(axis=0)]
    failed = int(np.count_nonzero(np.isnan(wanted).any(axis=0)))
    return Envelope(
        names=results.names, **found, **active, cost=cost, level=level, correction=correction, n_failed=failed
    )


def _other_bins(name: str) -> InputError:
    return InputError(
        f"envelope with {name!r}", "fits to other bins or with another signal", "one window, spectrum and signal",
        "vary only the background, not the window",
    )  # fmt: skip


def _aligned(rows: IntArray, results: VariantResults) -> list[tuple[IntArray, list[Problem]]]:
    """The hypotheses of a batch in groups in which each member has one form, and the problems of all members."""
    forms = np.stack([_form_numbers(each, rows) for each in results.results])
    groups = []
    for form in np.unique(forms, axis=1).T:
        group = rows[(forms == form[:, None]).all(axis=0)]
        problems = [next(batches(each.setup, group, group.size)).problem() for each in results.results]
        for name, problem in zip(results.names, problems, strict=True):
            if not (
                np.array_equal(problem.counts, problems[0].counts)
                and np.array_equal(problem.signal, problems[0].signal)
                and np.array_equal(problem.weight, problems[0].weight)
            ):
                raise _other_bins(name)
        groups.append((group, problems))
    return groups


def _form_numbers(result: ScanResult, rows: IntArray) -> IntArray:
    """Which of the fits of a member have one form, as numbers; shape (b,)."""
    number = np.empty(rows.size, np.int64)
    for count, batch in enumerate(batches(result.setup, rows, rows.size)):
        number[np.searchsorted(rows, batch.rows)] = count
    return number


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    """The profile of one member in the hypotheses where it has a certified fit.

    Attributes:
        rows: these hypotheses, within the group, shape (b',).
        problem: their fits.
        free: the minimum, with its second-order model.
        bounded: the same with the yield bounded at 0.
        at_free, at_bounded: 2 NLL + correction at both, relative to the reference of the group, shapes (b',).
        at_none: the same without a signal.
    """

    rows: IntArray
    problem: Problem
    free: Minimum
    bounded: Minimum
    at_free: FloatArray
    at_bounded: FloatArray
    at_none: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Members:
    """All members for a group of b hypotheses."""

    size: int
    members: list[_Member]

    @classmethod
    def of(
        cls,
        problems: Sequence[Problem],
        results: Sequence[ScanResult],
        rows: IntArray,
        usable: BoolArray,
        correction: float,
    ) -> _Members:
        reference = Point(np.ones_like(problems[0].counts), np.zeros(rows.size))
        unset = np.ones(rows.size, bool)
        members = []
        for problem, result, known in zip(problems, results, usable, strict=True):
            where = np.flatnonzero(known)
            part, at = problem.take(where), rows[where]
            k, s = problem.parameters, result.n_sig[at]
            free = profile(part, result.theta[at, :k], s, START_TOLERANCE)
            positive = s > 0
            start = np.where(positive[:, None], free.theta, result.theta_background[at, :k])
            bounded = profile(part, start, np.maximum(s, 0.0), START_TOLERANCE)
            # members differ by a few units: they are compared with the first of them, not by their large sums
            new = unset[where]
            reference.expected[where[new]], reference.penalty[where[new]] = free.expected[new], free.penalty[new]
            unset[where] = False
            penalty = correction * problem.design.parameters
            at_free = 2 * likelihood_difference(part, free, reference.take(where)) + penalty
            at_none = at_free + result.q0[at]
            at_bounded = np.where(positive, at_free, at_none)
            members.append(_Member(where, part, free, bounded, at_free, at_bounded, at_none))
        return cls(rows.size, members)

    @property
    def cost(self) -> FloatArray:
        """The minimum of each member above the smallest, shape (v, b)."""
        values = self._spread([member.at_free for member in self.members])
        return np.asarray(values - np.fmin.reduce(values))

    def answers(self, height: float) -> tuple[dict[str, FloatArray], dict[str, IntArray]]:
        """The results of an `Envelope`, by name; `height` is how far the envelope rises up to the limit."""
        minimum = self._spread([member.at_free for member in self.members])
        none = self._spread([member.at_none for member in self.members])
        bounded = self._spread([member.at_bounded for member in self.members])
        active, without = _lowest(minimum), _lowest(none)
        n_sig = self._spread([member.free.s for member in self.members])
        lowest = np.fmin.reduce(minimum)
        above = self._ends(lowest + 1.0, upwards=True)
        below = self._ends(lowest + 1.0, upwards=False)
        limit = self._ends(np.fmin.reduce(bounded) + height, upwards=True, bounded=True)
        values = {
            "n_sig": np.take_along_axis(n_sig, active[None], axis=0)[0],
            "low": _reduced(below, np.fmin),
            "high": _reduced(above, np.fmax),
            "q0": np.maximum(np.fmin.reduce(none) - lowest, 0.0),
            "upper_limit": _reduced(limit, np.fmax),
        }
        last = np.where(np.isnan(limit), -np.inf, limit).argmax(axis=0)
        return values, {"active": active, "active_background": without, "active_limit": last}

    def _spread(self, values: Sequence[FloatArray]) -> FloatArray:
        """One value for each member and hypothesis, NaN where the member has no fit; shape (v, b)."""
        out = np.full((len(self.members), self.size), np.nan)
        for row, member, value in zip(out, self.members, values, strict=True):
            row[member.rows] = value
        return out

    def _ends(self, height: FloatArray, *, upwards: bool, bounded: bool = False) -> FloatArray:
        """Where each member leaves the region below a height, shape (v, b).

        NaN for members that are not below it, infinite in the direction of the search where the end was not found.
        """
        sign = 1.0 if upwards else -1.0
        out = np.full((len(self.members), self.size), np.nan)
        for row, member in zip(out, self.members, strict=True):
            rise = 0.5 * (height[member.rows] - (member.at_bounded if bounded else member.at_free))
            inside = np.flatnonzero(rise > NEGLIGIBLE)
            if inside.size:
                start = member.bounded if bounded else member.free
                row[member.rows[inside]] = sign * _crossing(member.problem, start, inside, rise[inside], sign)
        return out


def _crossing(problem: Problem, start: Minimum, rows: IntArray, rise: FloatArray, sign: float) -> FloatArray:
    """Where the profile of some rows has risen by `rise` above the start, in the yield times the sign."""
    part = problem.take(rows)
    part = part if sign > 0 else mirrored(part)
    s, ridge = sign * start.s[rows], sign * start.ridge[rows]
    per_event = 1 / np.maximum(np.abs(part.signal).sum(axis=1), 1e-3)
    with np.errstate(all="ignore"):
        step = step_to_rise(sign * start.slope[rows], start.curvature[rows], rise)
    most = 1e3 * per_event * np.sqrt(1 + part.counts.sum(axis=1))
    step = np.where((step > 1e-6 * per_event) & (step < most), step, per_event)
    found = crossing(part, start.theta[rows], s, Point.of(start).take(rows), rise, guess=s + step, ridge=ridge)
    return np.asarray(np.where(found.found, found.s, np.inf))


def _lowest(values: FloatArray) -> IntArray:
    return np.asarray(np.where(np.isnan(values), np.inf, values).argmin(axis=0))


def _reduced(ends: FloatArray, extreme: np.ufunc) -> FloatArray:
    """The outermost of the ends; NaN where one was not found."""
    outermost: FloatArray = np.asarray(extreme.reduce(ends), float)
    return np.where(np.isfinite(outermost), outermost, np.nan)
