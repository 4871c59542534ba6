"""Several data sets as one: the events that a coupling of 1 would make at all centre-of-mass energies together."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of

__all__ = ["LuminosityKind", "events_at_unit_coupling"]

LuminosityKind = Literal["Born", "visible", "paper_eq8"]

_CORRECTED: dict[str, tuple[bool, bool]] = {"Born": (True, True), "visible": (False, False), "paper_eq8": (False, True)}
"""Whether (1 + delta) and the vacuum polarisation take part."""


def events_at_unit_coupling(
    luminosity: npt.ArrayLike,
    cross_section: npt.ArrayLike,
    efficiency: npt.ArrayLike,
    branching_fraction: npt.ArrayLike = 1.0,
    *,
    radiative: npt.ArrayLike | None = None,
    vacuum_polarisation: npt.ArrayLike | None = None,
    kind: LuminosityKind = "Born",
) -> FloatArray:
    r"""The expected number of signal events at coupling 1 of k data sets together, shape (h,).

    $$ N = B \sum_i \varepsilon_i \, (1 + \delta)_i \, VP_i \, \sigma_i \, L_i $$

    - "Born": as above; the efficiency is that with radiation off the initial state, and (1 + delta) refers to the same
      largest photon energy.
    - "visible": neither (1 + delta) nor VP; the efficiency is that without radiation.
    - "paper_eq8": as eq. 8 of arXiv:2109.08596 is printed, with VP and without (1 + delta).

    A limit on the yield over this number is one on the coupling to its power.

    Args:
        luminosity: of the data sets in fb^-1, shape (k,).
        cross_section: at coupling 1 and the energy of each set, in fb, shape (k, h) or (k, 1).
        efficiency: shape (k, h), or what broadcasts to it.
        branching_fraction: shape (h,), or a number.
        radiative: (1 + delta), shape (k, h), or what broadcasts to it; needed for "Born".
        vacuum_polarisation: what multiplies the Born cross section, 1 / |1 - Pi|^2 (about 1.08 at the Y(4S)); needed
            for "Born" and "paper_eq8".
        kind: one of these.

    Raises:
        InputError: for a kind that does not exist, a factor that is missing, or values that cannot be.

    Example:
        >>> one = {"radiative": 0.875, "vacuum_polarisation": 1.08}
        >>> sets, sigma = [711.0, 89.0], [[1000.0], [1010.0]]
        >>> events_at_unit_coupling(sets, sigma, 0.25, 0.5, **one).round(2)
        array([94605.13])
        >>> events_at_unit_coupling(sets, sigma, 0.25, 0.5, kind="visible")
        array([100111.25])
    """
    if kind not in get_args(LuminosityKind):
        raise InputError("kind of the effective luminosity", kind, one_of(get_args(LuminosityKind)), "choose one")
    weights = np.asarray(luminosity, float)
    if weights.ndim != 1 or weights.size == 0:
        raise InputError("luminosities", f"shape {weights.shape}", "one number for each data set", "list them")
    total = _factor("luminosity", weights[:, None], np.inf) * _factor("cross section", cross_section, np.inf)
    total = total * _factor("efficiency", efficiency, 1.0)
    with_delta, with_polarisation = _CORRECTED[kind]
    for name, given, wanted in (
        ("radiative factor", radiative, with_delta),
        ("vacuum polarisation", vacuum_polarisation, with_polarisation),
    ):
        if wanted and given is None:
            raise InputError(f"{name} of the data sets", "none", f"the factor, for kind {kind!r}", 'or use "visible"')
        if wanted and given is not None:
            total = total * _factor(name, given, 10.0)
    if total.shape[0] != weights.size:
        raise InputError("factors of the data sets", f"{total.shape[0]} rows", f"{weights.size} or 1", "align them")
    return np.asarray(_factor("branching fraction", branching_fraction, 1.0) * total.sum(axis=0))


def _factor(name: str, values: npt.ArrayLike, most: float) -> FloatArray:
    array = np.asarray(values, float)
    wrong = ~((array >= 0) & (array <= most) & np.isfinite(array))
    if wrong.any():
        allowed = "a finite number >= 0" + ("" if np.isinf(most) else f" and at most {most:g}")
        raise InputError(f"{name} of the data sets", f"{array[wrong].flat[0]:g}", allowed, "correct it")
    return array
