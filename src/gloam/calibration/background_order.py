"""The order of a background polynomial, chosen in side bands before the signal region is fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.fit import Problem, SharedDesign, profile, projected_start
from gloam.models import Polynomial
from gloam.spectra import Spectrum, poisson_counts

__all__ = ["OrderChoice", "select_order"]


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """The chosen order and the tests that led to it.

    Attributes:
        order: the lowest order that neither of the next two improves significantly.
        orders: the orders that were fitted.
        chi2: Pearson's chi^2 in the side bands for each.
        ndf: degrees of freedom for each.
        p_next: p-value of the F-test against one order more; None where there is none.
        p_next_two: the same against two orders more.
    """

    order: int
    orders: tuple[int, ...]
    chi2: tuple[float, ...]
    ndf: tuple[int, ...]
    p_next: tuple[float | None, ...]
    p_next_two: tuple[float | None, ...]


def select_order(
    spectrum: Spectrum,
    signal_region: tuple[float, float],
    *,
    least: int = 0,
    highest: int = 7,
    threshold: float = 0.05,
) -> OrderChoice:
    """The polynomial order for a spectrum from F-tests on its side bands.

    Each order is fitted (Poisson likelihood) to the bins outside the signal region. The F-test compares nested
    polynomials: F = [(chi2_a - chi2_b) / (b - a)] / (chi2_b / ndf_b) follows F(b - a, ndf_b) if order a suffices.

    Args:
        spectrum: one dimension, bins with enough counts for chi^2 (about ten).
        signal_region: range whose bins are not looked at.
        least: lowest order allowed: side bands cannot see a curvature under the peak.
        highest: highest order fitted.
        threshold: p-value below which an improvement is significant.

    Raises:
        InputError: if the side bands have too few bins, or no order is sufficient.
    """
    axis = spectrum.axis
    counts, exposure = poisson_counts(spectrum)
    edges = axis.edges
    used = (edges[1:] <= signal_region[0]) | (edges[:-1] >= signal_region[1])
    if np.count_nonzero(used) < highest + 2:
        raise InputError(
            "order of the background from side bands", f"{np.count_nonzero(used)} bins outside the signal region",
            f"at least {highest + 2} for order {highest}", "use finer bins or a shorter signal region",
        )  # fmt: skip
    weight = np.where(used, 1.0 if exposure is None else exposure, 0.0)
    orders = tuple(range(least, highest + 1))
    chi2 = tuple(_chi_squared(counts, weight, used, edges, order) for order in orders)
    ndf = tuple(int(np.count_nonzero(used)) - order - 1 for order in orders)
    p_next = tuple(_f_test(chi2, ndf, i, i + 1) for i in range(len(orders)))
    p_next_two = tuple(_f_test(chi2, ndf, i, i + 2) for i in range(len(orders)))
    for order, one, two in zip(orders, p_next, p_next_two, strict=True):
        if one is not None and two is not None and min(one, two) > threshold:
            return OrderChoice(order, orders, chi2, ndf, p_next, p_next_two)
    raise InputError(
        "order of the background from side bands", f"no order up to {highest - 2} is sufficient",
        "a polynomial that describes the side bands", "shorten the range or describe known peaks in it",
    )  # fmt: skip


def _chi_squared(counts: FloatArray, weight: FloatArray, used: BoolArray, edges: FloatArray, order: int) -> float:
    low, high = np.array(edges[0]), np.array(edges[-1])
    design = SharedDesign(Polynomial(order).basis(edges, low, high, order))
    data = np.where(used, counts, 0.0)[None]
    problem = Problem(data, design, np.zeros_like(data), weight[None])
    expected = (profile(problem, projected_start(problem), np.zeros(1)).expected[0] * weight)[used]
    return float(((counts[used] - expected) ** 2 / expected).sum())


def _f_test(chi2: tuple[float, ...], ndf: tuple[int, ...], a: int, b: int) -> float | None:
    if b >= len(chi2):
        return None
    from scipy.special import fdtrc

    ratio = max(chi2[a] - chi2[b], 0.0) / (b - a) / (chi2[b] / ndf[b])
    return float(fdtrc(b - a, ndf[b], ratio))
