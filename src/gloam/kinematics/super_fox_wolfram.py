"""Modified Fox-Wolfram moments: a B candidate, the rest of the event, and the sum over both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.kinematics.event_shapes import legendre_polynomials, sizes_and_units

__all__ = ["RestOfEvent", "modified_fox_wolfram"]

ORDER = 4


@dataclass(frozen=True, slots=True)
class RestOfEvent:
    """What an event holds beside a B candidate, in the centre of mass; NaN where there is no particle.

    Attributes:
        charged: momenta of charged particles, shape (n, k, 3).
        charges: of these, shape (n, k).
        neutral: momenta of photons, shape (n, j, 3).
        missing: missing momentum of the event, shape (n, 3).
    """

    charged: FloatArray
    charges: FloatArray
    neutral: FloatArray
    missing: FloatArray


def modified_fox_wolfram(
    candidate: FloatArray, candidate_charges: FloatArray, rest: RestOfEvent, energy: FloatArray | float
) -> dict[str, FloatArray]:
    r"""The moments between the particles of a B candidate (s) and of the rest (o), by name, shape (n,) each.

    $$ so_{x,l} = \sum_{i \in s,\, j \in x} |p_j| P_l(\cos\theta_{ij}) / E, \qquad
       oo_l = \sum_{j \le k \in o} |p_j| |p_k| P_l(\cos\theta_{jk}) / E^2 $$

    x is charged, neutral or missing. For odd l each term has the product of the two charges, so that neutral and
    missing ones vanish and are left out: 11 and 5 moments (Belle, PRL 91 (2003) 261801). The sums are divided by a
    power of the energy to be free of units; a Fisher discriminant does not depend on such factors.

    Args:
        candidate: momenta of its particles, shape (n, s, 3).
        candidate_charges: of these, shape (n, s).
        rest: of the event.
        energy: E in GeV, that of a beam; a number or shape (n,).

    Example:
        >>> none = np.full((1, 1, 3), np.nan)
        >>> rest = RestOfEvent(np.array([[[0.0, 0.0, 2.0]]]), np.ones((1, 1)), none, np.zeros((1, 3)))
        >>> found = modified_fox_wolfram(np.array([[[0.0, 0.0, -1.0]]]), np.ones((1, 1)), rest, 4.0)
        >>> len(found), found["so_charged_0"], found["so_charged_1"], found["oo_2"]
        (16, array([0.5]), array([-0.5]), array([0.25]))
    """
    inside, charges = sizes_and_units(_filled(candidate))[1], _filled(candidate_charges)
    present = np.any(inside != 0, axis=-1).astype(float)
    found = {}
    for name, vectors, other in (
        ("charged", rest.charged, rest.charges), ("neutral", rest.neutral, None),
        ("missing", rest.missing[:, None], None),
    ):  # fmt: skip
        size, unit = sizes_and_units(_filled(vectors))
        legendre = legendre_polynomials(np.einsum("nic,njc->nij", inside, unit), ORDER)
        for order in range(ORDER + 1):
            if order % 2 == 0:
                found[f"so_{name}_{order}"] = np.einsum("nij,ni,nj->n", legendre[order], present, size) / energy
            elif other is not None:
                signed = size * _filled(other)
                found[f"so_{name}_{order}"] = np.einsum("nij,ni,nj->n", legendre[order], charges, signed) / energy
    return found | _among_the_rest(rest, energy)


def _among_the_rest(rest: RestOfEvent, energy: FloatArray | float) -> dict[str, FloatArray]:
    """The moments oo_l."""
    neutral = np.zeros(rest.neutral.shape[:2])
    charges = np.concatenate([_filled(rest.charges), neutral], axis=1)
    size, unit = sizes_and_units(_filled(np.concatenate([rest.charged, rest.neutral], axis=1)))
    legendre = legendre_polynomials(np.einsum("nic,njc->nij", unit, unit), ORDER)
    found = {}
    for order in range(ORDER + 1):
        weight = size if order % 2 == 0 else size * charges
        both = np.einsum("nij,ni,nj->n", legendre[order], weight, weight)
        found[f"oo_{order}"] = 0.5 * (both + np.square(weight).sum(-1)) / np.square(energy)
    return found


def _filled(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isnan(values), 0.0, values))
