"""Regions that long-lived particles are excluded in."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import Polygon, decay_length, decay_probability, excluded_region, long_lived_yield

MASS = np.geomspace(0.05, 1.0, 25)


def beam_dump(near=100.0, far=200.0, events=1e11):
    """A dump: many particles, decays seen behind a shield; c tau falls as mass^-4."""
    return long_lived_yield(np.full(MASS.size, events), 1e-9 * MASS**-4, near, far)


def test_probabilities_to_decay():
    assert decay_probability(0.0, 0.0, 5.0) == 1.0
    assert decay_probability(0.0, 1.0, 5.0) == 0.0
    assert decay_probability(np.inf, 0.0, 5.0) == 0.0
    np.testing.assert_allclose(decay_probability(3.0, 1.0, 5.0), np.exp(-1 / 3) - np.exp(-5 / 3), rtol=1e-15)
    np.testing.assert_allclose(decay_probability(3.0, 1.0, np.inf), np.exp(-1 / 3), rtol=1e-15)


def test_a_probability_keeps_its_digits_where_nothing_decays():
    np.testing.assert_allclose(decay_probability(1e12, 1.0, 3.0), 2e-12, rtol=1e-11)


def test_shells_add_up():
    inner, outer = decay_probability(2.0, 0.0, 1.0), decay_probability(2.0, 1.0, np.inf)
    np.testing.assert_allclose(inner + outer, 1.0, rtol=1e-15)


@pytest.mark.parametrize("arguments", [(-1.0, 0.0, 1.0), (1.0, 2.0, 1.0), (1.0, -1.0, 1.0)])
def test_distances_that_cannot_be(arguments):
    with pytest.raises(InputError, match="decay probability"):
        decay_probability(*arguments)


def test_boost():
    assert decay_length(0.5, 2.0, 3.0) == 12.0


def test_a_beam_dump_excludes_an_island():
    region = excluded_region(beam_dump(), np.full(MASS.size, 2.3), MASS, (1e-9, 1e-1))
    (island,) = region.polygons
    assert island.open_sides == ("low mass",)
    column = 3
    ((low, high),) = region.intervals[column]
    inside, below, above = np.sqrt(low * high), low / 1.01, high * 1.01
    assert island.contains(MASS[column], [inside, below, above]).tolist() == [True, False, False]
    # closed by a point beyond the last excluded mass
    assert MASS[len([1 for at in region.intervals if at]) - 1] < island.mass.max() < MASS[-1]


def test_both_ends_are_where_the_yield_is_the_limit():
    expected, limit = beam_dump(), np.linspace(2.0, 4.0, MASS.size)
    region = excluded_region(expected, limit, MASS, (1e-9, 1e-1))
    for row, found in enumerate(region.intervals):
        for end in (end for interval in found for end in interval):
            value = expected(np.full((MASS.size, 1), end), np.broadcast_to(MASS[:, None], (MASS.size, 1)))[row, 0]
            np.testing.assert_allclose(value, limit[row], rtol=1e-9)


def test_a_prompt_search_is_open_towards_large_couplings():
    region = excluded_region(beam_dump(near=0.0, events=1e16), np.full(MASS.size, 2.3), MASS, (1e-9, 1e-1))
    (polygon,) = region.polygons
    assert polygon.open_sides == ("low mass", "high mass", "high coupling")
    assert all(found[0].high == pytest.approx(1e-1, rel=1e-12) for found in region.intervals)


def test_without_a_limit_nothing_is_excluded():
    limit = np.full(MASS.size, 2.3)
    limit[10:13] = np.nan
    region = excluded_region(beam_dump(events=1e17), limit, MASS, (1e-9, 1e-1))
    assert [len(found) for found in region.intervals[9:14]] == [1, 0, 0, 0, 1]
    assert len(region.polygons) == 2
    assert not region.contains(MASS[11], np.geomspace(1e-9, 1e-1, 300)).any()


def test_two_intervals_at_one_mass_are_two_polygons():
    """A search that is blind to decays at medium distances."""

    def expected(g, mass):
        return 10.0 * (np.abs(np.log10(g / 1e-6)) < 0.5) + 10.0 * (np.abs(np.log10(g / 1e-3)) < 0.5) + 0.0 * mass + 1e-9

    region = excluded_region(expected, np.full(MASS.size, 2.3), MASS, (1e-9, 1e-1))
    assert {len(found) for found in region.intervals} == {2}
    assert len(region.polygons) == 2
    assert region.contains(0.3, [1e-6, 3e-5, 1e-3]).tolist() == [True, False, True]


def test_a_region_that_forks_leaves_no_mass_out():
    def expected(g, mass):
        split = 0.8 * (mass > 0.3)
        return 10.0 * (np.abs(np.abs(np.log10(g / 1e-5)) - split) < 0.5) + 1e-9

    region = excluded_region(expected, np.full(MASS.size, 2.3), MASS, (1e-9, 1e-1))
    assert len(region.polygons) == 3
    assert region.contains(0.1, 1e-5)
    assert region.contains(0.8, [1e-5, 10**-5.8, 10**-4.2]).tolist() == [False, True, True]


def test_nothing_excluded_is_no_polygon():
    region = excluded_region(beam_dump(events=1.0), np.full(MASS.size, 2.3), MASS, (1e-9, 1e-1))
    assert region.polygons == ()
    assert not region.contains(0.1, 1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mass": MASS[::-1]}, "increasing masses"),
        ({"ends": (0.0, 1.0)}, "0 < LO < HI"),
        ({"expected": lambda g, m: g * m * np.nan}, "expected yield: got NaN"),
    ],
)
def test_what_is_no_region(change, words):
    given = {"expected": beam_dump(), "limit": np.full(MASS.size, 2.3), "mass": MASS, "ends": (1e-9, 1e-1)} | change
    with pytest.raises(InputError, match=words):
        excluded_region(**given)


@pytest.mark.parametrize(("mass", "coupling"), [([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0, 0.0], [1.0, 2.0, 3.0])])
def test_polygons_that_are_none(mass, coupling):
    with pytest.raises(InputError, match="polygon"):
        Polygon(np.array(mass), np.array(coupling))
