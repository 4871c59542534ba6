"""All the ways to choose candidates among identical particles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.kinematics.four_vectors import mass

__all__ = ["index_pairs", "opposite_sign_pairs", "pair_masses", "partitions_into_pairs"]


def index_pairs(particles: int) -> IntArray:
    """All pairs of `particles` identical particles, shape (pairs, 2), each pair once.

    Example:
        >>> index_pairs(3)  # the three photon pairs of e+e- -> 3 gamma
        array([[0, 1],
               [0, 2],
               [1, 2]])
    """
    return np.array(list(combinations(range(particles), 2)), dtype=np.int64).reshape(-1, 2)


def opposite_sign_pairs(charges: Sequence[int]) -> IntArray:
    """All pairs of opposite charge as indices (negative, positive), shape (pairs, 2).

    Args:
        charges: of the particles, in their order; neutral ones are in no pair.

    Example:
        >>> opposite_sign_pairs([-1, 1, -1, 1])
        array([[0, 1],
               [0, 3],
               [2, 1],
               [2, 3]])
    """
    negative = [index for index, charge in enumerate(charges) if charge < 0]
    positive = [index for index, charge in enumerate(charges) if charge > 0]
    return np.array([(minus, plus) for minus in negative for plus in positive], dtype=np.int64).reshape(-1, 2)


def partitions_into_pairs(charges: Sequence[int]) -> IntArray:
    """All ways to put charged particles into pairs of opposite sign, shape (ways, pairs, 2).

    Args:
        charges: of the particles, as many negative as positive.

    Raises:
        InputError: not as many negative as positive charges.

    Example:
        >>> partitions_into_pairs([-1, 1, -1, 1])  # the two ways of four muons
        array([[[0, 1],
                [2, 3]],
        <BLANKLINE>
               [[0, 3],
                [2, 1]]])
    """
    negative = [index for index, charge in enumerate(charges) if charge < 0]
    positive = [index for index, charge in enumerate(charges) if charge > 0]
    if len(negative) != len(positive):
        found = f"{len(negative)} negative and {len(positive)} positive"
        raise InputError("pairs of opposite charge", found, "as many of one as of the other", "leave some out")
    ways = [list(zip(negative, order, strict=True)) for order in permutations(positive)]
    return np.array(ways, dtype=np.int64).reshape(len(ways), -1, 2)


def pair_masses(particles: FloatArray, pairs: IntArray) -> FloatArray:
    """The invariant masses of pairs, shape (..., pairs), in GeV.

    Args:
        particles: four-vectors, shape (..., k, 4).
        pairs: indices along k, shape (pairs, 2).

    Example:
        >>> photons = np.array([[3.0, 0.0, 0.0, 3.0], [3.0, 0.0, 0.0, -3.0], [4.0, 4.0, 0.0, 0.0]])
        >>> pair_masses(photons, index_pairs(3))
        array([6.  , 4.9, 4.9])
    """
    return mass(particles[..., pairs, :].sum(-2))
