"""Several searches in one plane."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import Polygon, best_limits, combined_limit, excluded_by
from gloam.interpretation.exclusions import OURS, Band, Curve, Exclusion, Regions, Statement


def exclusion(content, name="x", level=0.90, quantity="g"):
    return Exclusion(name, "curve", quantity, "paper", level, "2020-01", OURS, content)


LOW = exclusion(Curve(np.array([1.0, 2.0]), np.array([1e-3, 1e-3]), 2), "low")
WIDE = exclusion(Curve(np.array([0.5, 5.0]), np.array([2e-3, 2e-3]), 2), "wide")
STRONG = exclusion(Curve(np.array([0.5, 5.0]), np.array([1e-4, 1e-4]), 2), "strong", level=0.95)
ISLAND = exclusion(Regions((Polygon(np.array([1.0, 2.0, 2.0, 1.0]), np.array([1e-6, 1e-6, 1e-5, 1e-5])),), 4))


def test_the_strongest_limit_of_one_level_at_each_mass():
    found = best_limits([WIDE, LOW, STRONG, ISLAND], [0.7, 1.5, 4.0, 9.0], 0.90)
    np.testing.assert_allclose(found.limit, [2e-3, 1e-3, 2e-3, np.nan])
    assert [found.exclusions[i].name if i >= 0 else None for i in found.by] == ["wide", "low", "wide", None]
    assert found.regions == (ISLAND,)
    assert best_limits([WIDE, STRONG], 1.0, 0.95).limit == pytest.approx(1e-4)


def test_levels_and_quantities_are_not_mixed():
    with pytest.raises(InputError, match=r"level of the limits to combine: got 0.68; allowed: 0.9, 0.95"):
        best_limits([WIDE, STRONG], 1.0, 0.68)
    with pytest.raises(InputError, match="quantities to combine: got g, h"):
        best_limits([WIDE, exclusion(LOW.content, quantity="h")], 1.0, 0.90)
    unknown = exclusion(WIDE.content, level=None)
    with pytest.raises(InputError, match="allowed: none"):
        best_limits([unknown], 1.0, 0.90)


def test_what_excludes_a_point():
    assert excluded_by(LOW, [1.5, 1.5, 3.0], [2e-3, 5e-4, 1.0]).tolist() == [True, False, False]
    assert excluded_by(ISLAND, 1.5, [5e-7, 5e-6, 5e-5]).tolist() == [False, True, False]
    band = Band(np.array([1.0, 2.0]), np.array([1e-3, 1e-3]), np.array([2e-3, 2e-3]))
    for content in (band, Statement("said", (1.0, 2.0))):
        assert not excluded_by(exclusion(content), 1.5, 1.5e-3)


def test_gaussian_searches_combine_as_their_weighted_mean():
    means, errors = np.array([1.0, -0.5, 2.0]), np.array([1.0, 0.5, 2.0])
    searches = [lambda s, m=m, e=e: ((s - m) / e) ** 2 for m, e in zip(means, errors, strict=True)]
    weight = 1 / errors**2
    mean, error = (weight * means).sum() / weight.sum(), weight.sum() ** -0.5
    found = combined_limit(searches, 1.2816**2, (-10.0, 30.0))
    assert found == pytest.approx(mean + 1.2816 * error, rel=1e-7)


def test_counts_of_two_experiments_combine_to_one_count():
    """Without background, n = 2 in L = 1 and n = 1 in L = 3 are n = 3 in L = 4."""

    def deviance(n, luminosity):
        return lambda s: 2 * (luminosity * s - n * np.log(s))

    rise, ends = 2.71, (1e-6, 50.0)
    together = combined_limit([deviance(2, 1.0), deviance(1, 3.0)], rise, ends)
    assert together == pytest.approx(combined_limit([deviance(3, 4.0)], rise, ends), rel=1e-7)


def test_a_limit_beyond_the_ends_is_refused():
    with pytest.raises(InputError, match="combined limit"):
        combined_limit([lambda s: s**2], 100.0, (0.0, 5.0))
    with pytest.raises(InputError, match="combined limit"):
        combined_limit([], 1.0, (0.0, 5.0))
