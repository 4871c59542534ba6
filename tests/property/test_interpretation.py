"""What must hold for couplings, regions and projections, whatever the model is."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gloam.interpretation import (
    Coupling,
    Missing,
    coupling_limits,
    decay_probability,
    excluded_region,
    general_coupling_limits,
    long_lived_yield,
    project_counts,
    projected_couplings,
)
from gloam.interpretation.exclusions import Curve, parse
from gloam.statistics import counting_cells

POSITIVE = st.floats(1e-6, 1e6)
FRACTION = st.floats(1e-6, 1.0)


def lists(values, size):
    return st.lists(values, min_size=size, max_size=size).map(np.array)


@given(lists(POSITIVE, 3), lists(POSITIVE, 3), FRACTION, st.floats(0.5, 4.0), st.floats(0.0, 2.0))
def test_a_coupling_to_its_power_times_the_cross_section_is_the_limit(limit, sigma, branching, power, error):
    mass = np.array([1.0, 2.0, 3.0])
    model = Coupling("g", lambda m: np.interp(m, mass, sigma), branching, error, power)
    found = coupling_limits(limit, limit[:, None] * np.ones(5), mass, model)
    np.testing.assert_allclose(found.observed**power * sigma * branching, limit, rtol=1e-12)
    np.testing.assert_allclose(found.expected[:, 2], found.observed, rtol=1e-14)
    assert (found.low <= found.observed).all()
    assert (found.observed <= found.high).all()
    np.testing.assert_allclose(found.low * found.high, found.observed**2, rtol=1e-12)
    assert (found.reason == Missing.NOTHING).all()


@given(lists(st.floats(1e-3, 1e3), 2), st.floats(0.1, 6.0), st.floats(0.0, 3.0))
def test_a_relation_at_its_inverse_is_the_limit(limit, power, bend):
    def relation(g, mass):
        return g**power * (1 + bend * g / (1 + g)) * mass

    mass = np.array([0.5, 2.0])
    found = general_coupling_limits(limit, None, mass, relation, (1e-12, 1e12), Coupling("g", 1.0)).observed
    inside = (relation(1e-12, mass) <= limit) & (limit <= relation(1e12, mass))
    np.testing.assert_array_equal(np.isfinite(found), inside)
    np.testing.assert_allclose(relation(found, mass)[inside], limit[inside], rtol=1e-10)


@given(st.floats(1e-6, 1e6), st.floats(0.0, 1e3), st.floats(0.0, 1e3), st.floats(0.0, 1e3))
def test_probabilities_of_shells_add_up_to_at_most_one(length, first, second, third):
    a, b, c = sorted((first, second, third))
    parts = decay_probability(length, a, b), decay_probability(length, b, c)
    np.testing.assert_allclose(sum(parts), decay_probability(length, a, c), rtol=1e-9, atol=1e-15)
    assert all(0 <= part <= 1 for part in parts)


@given(st.floats(4, 20), st.floats(-14, -4), st.floats(0.0, 100.0), st.floats(1.0, 300.0), st.integers(0, 9))
def test_the_intervals_of_a_region_are_where_more_is_expected_than_allowed(events, length, near, thickness, row):
    mass = np.geomspace(0.1, 1.0, 10)
    expected = long_lived_yield(np.full(10, 10**events), 10**length * mass**-4, near, near + thickness)
    region = excluded_region(expected, np.full(10, 2.3), mass, (1e-8, 1.0))
    grid = np.geomspace(1e-8, 1.0, 1000)
    value = expected(np.tile(grid, (10, 1)), np.tile(mass[:, None], (1, 1000)))[row]
    inside = np.zeros(1000, bool)
    edge = np.zeros(1000, bool)
    for low, high in region.intervals[row]:
        inside |= (low <= grid) & (grid <= high)
        edge |= (np.abs(grid / low - 1) < 1e-9) | (np.abs(grid / high - 1) < 1e-9)
    wrong = (value > 2.3) != inside
    # regions narrower than the spacing of the search, a fortieth of a decade, may be missed
    assert not (wrong & ~edge).any() or np.count_nonzero(wrong) * np.log10(grid[1] / grid[0]) < 2 / 40


@settings(max_examples=30)
@given(st.floats(0.0, 1e4), st.floats(0.0, 0.5), st.sampled_from(["fixed", "scaled", "none"]), st.floats(0.5, 0.95))
def test_more_luminosity_never_expects_a_weaker_limit(background, relative, systematics, level):
    cells = counting_cells(0, background, relative * background)
    found = project_counts(cells, 1.0, [1.0, 3.0, 30.0], level, systematics=systematics)
    assert (np.diff(found.median, axis=0) <= 1e-9 * found.median[:-1]).all()
    assert (found.exponent >= -1 - 1e-6).all()
    assert (found.exponent <= 1e-6).all()
    _, exponent = projected_couplings(found, np.array([1.0]), np.array([0.1]), Coupling("g", 1.0))
    np.testing.assert_allclose(2 * exponent, found.exponent)


@given(st.lists(st.tuples(st.floats(1e-3, 1e2), st.floats(1e-9, 1e-1)), min_size=2, max_size=8), st.floats(1e-3, 1e2))
def test_a_curve_stays_between_its_points(points, mass):
    x, y = np.array(points).T
    limit = Curve(x, y, x.size).at(mass)
    if x.min() <= mass <= x.max():
        assert y.min() * (1 - 1e-9) <= limit <= y.max() * (1 + 1e-9)
    else:
        assert np.isnan(limit)


@given(st.lists(st.tuples(st.floats(1e-3, 1e2), st.floats(1e-9, 0.9)), min_size=1, max_size=8))
def test_the_forms_of_others_say_the_same(points):
    texts = {
        "axionlimits": "".join(f"{m * 1e9!r} {g!r}\n" for m, g in points),
        "foresee": "".join(f"{m!r}\t{g!r}\n" for m, g in points),
        "darkcast": "# mass lower\n" + "".join(f" {m!r}  {g!r}\n" for m, g in points),
        "alpaca": "".join(f"{m!r}\t{m!r}\t{g!r}\n" for m, g in points),
        "csv": "mass,limit\n" + "".join(f"{m!r},{g!r}\n" for m, g in points),
    }
    for form, text in texts.items():
        curve = parse(text, form)
        np.testing.assert_allclose(curve.mass, [m for m, _ in points], rtol=1e-15)
        np.testing.assert_array_equal(curve.limit, [g for _, g in points])
