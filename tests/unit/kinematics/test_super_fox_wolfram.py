"""Modified Fox-Wolfram moments against a plain loop over particles."""

import numpy as np
import pytest
from scipy.special import eval_legendre

from gloam.kinematics import RestOfEvent, modified_fox_wolfram


def loop(inside, inside_charge, others, other_charge, order, energy):
    """The sum over pairs of candidate and rest."""
    total = 0.0
    for p, q in zip(inside, inside_charge, strict=True):
        for k, c in zip(others, other_charge, strict=True):
            if np.isnan(p).any() or np.isnan(k).any():
                continue
            cosine = p @ k / np.linalg.norm(p) / np.linalg.norm(k)
            sign = q * c if order % 2 else 1
            total += sign * np.linalg.norm(k) * eval_legendre(order, cosine)
    return total / energy


def drawn(seed=2):
    """One event: a candidate of four, a rest of five charged and three neutral, one place of each empty."""
    random = np.random.default_rng(seed)
    candidate, charged, neutral = (random.normal(size=(1, k, 3)) for k in (4, 5, 3))
    for each in (candidate, charged, neutral):
        each[0, -1] = np.nan
    inside, outside = np.array([[1.0, -1.0, 1.0, np.nan]]), np.array([[1.0, -1.0, -1.0, 1.0, np.nan]])
    return candidate, inside, RestOfEvent(charged, outside, neutral, random.normal(size=(1, 3)))


def test_moments_are_sums_over_pairs():
    """Charged, neutral and missing; the odd ones are signed by the charges."""
    candidate, charges, rest = drawn()
    found = modified_fox_wolfram(candidate, charges, rest, 5.29)
    for order in range(5):
        charged = loop(candidate[0], charges[0], rest.charged[0], rest.charges[0], order, 5.29)
        assert found[f"so_charged_{order}"] == pytest.approx([charged])
    for order in (0, 2, 4):
        neutral = loop(candidate[0], charges[0], rest.neutral[0], np.zeros(3), order, 5.29)
        missing = loop(candidate[0], charges[0], rest.missing, np.zeros(1), order, 5.29)
        assert found[f"so_neutral_{order}"] == pytest.approx([neutral])
        assert found[f"so_missing_{order}"] == pytest.approx([missing])


def test_moments_of_the_rest_count_each_pair_once():
    """And each particle with itself."""
    candidate, charges, rest = drawn()
    found = modified_fox_wolfram(candidate, charges, rest, 2.0)
    vectors = np.concatenate([rest.charged[0, :-1], rest.neutral[0, :-1]])
    signs = np.concatenate([rest.charges[0, :-1], np.zeros(2)])
    for order in range(5):
        total = 0.0
        for i in range(len(vectors)):
            for j in range(i, len(vectors)):
                sizes = np.linalg.norm(vectors[i]) * np.linalg.norm(vectors[j])
                sign = signs[i] * signs[j] if order % 2 else 1
                total += sign * sizes * eval_legendre(order, min(vectors[i] @ vectors[j] / sizes, 1))
        assert found[f"oo_{order}"] == pytest.approx([total / 4])


def test_there_are_sixteen_of_them():
    """5 + 3 + 3 with the candidate, 5 without."""
    assert len(modified_fox_wolfram(*drawn(), 5.29)) == 16
