"""Files of limits as others write them."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation.exclusions import Curve, gauge_coupling, kinetic_mixing, parse

AXIONLIMITS = "# title\n# Mass [eV]  g [GeV^-1]\n1e8 1\n1e8 1e-3\n2e8\t2e-3\n3e8 1e3\n4e8 5e-3\n5e8 4e-3\n5e8 1\n"


def test_axionlimits_has_masses_in_ev_and_closes_its_polygons():
    curve = parse(AXIONLIMITS, "axionlimits")
    assert curve.points == 4
    np.testing.assert_allclose(curve.at([0.1, 0.2, 0.3, 0.4, 0.5]), [1e-3, 2e-3, np.nan, 5e-3, 4e-3], rtol=1e-12)


def test_a_region_keeps_the_corners_that_a_curve_drops():
    region = parse("1e-20 1e-4\n1e7 1e-4\n1e6 1\n", "axionlimits", region=True)
    assert region.points == 3
    np.testing.assert_allclose(region.polygons[0].mass, [1e-15, 1e-2, 1e-3])


def test_alpaca_has_ranges_of_mass():
    curve = parse("0.2\t0.4\t0.5\n0.4\t0.5\t0.1\n", "alpaca", scale=1000.0)
    assert curve.points == 2
    np.testing.assert_allclose(curve.at([0.3, 0.399, 0.401, 0.6]), [500, 500, 100, np.nan])


def test_equal_edges_are_points():
    curve = parse("0.2 0.2 1e-6\n0.4 0.4 4e-6\n", "alpaca")
    np.testing.assert_allclose(curve.at(np.sqrt(0.08)), 2e-6)


def test_darkcast_has_lower_and_upper_ends():
    text = "#      mass       lower       upper\n 1.0e-03  2.0e-06  1.0e-03\n 2.0e-03  3.0e-06  1.0e-04\n"
    polygon = parse(text, "darkcast", region=True).polygons[0]
    assert polygon.mass.tolist() == [1e-3, 2e-3, 2e-3, 1e-3]
    assert polygon.coupling.tolist() == [2e-6, 3e-6, 1e-4, 1e-3]


def test_darkcast_writes_no_limit_as_a_large_number():
    curve = parse("# mass lower\n0.1 1e5\n0.2 1e-3\n0.3 1.0e+05\n0.4 4e-3\n0.5 4e-3\n", "darkcast")
    assert curve.points == 3
    assert np.isnan(curve.at([0.15, 0.25, 0.35])).all()
    assert curve.at(0.45) == pytest.approx(4e-3)


def test_foresee_has_masses_in_gev():
    curve = parse("0.02 10\n0.02 0.01\n0.03\t0.009\n", "foresee")
    assert (curve.points, float(curve.at(0.03))) == (2, 0.009)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("mass,limit\n1,1e-3\n2,1e-3\n3,\n4,1e-3\n5,1e-3\n", [1.5, 4.5], [2.5, 3.5]),
        ("mass_low,mass_high,limit\n0,2,1e-3\n3,5,1e-3\n", [0.0, 1.0, 4.0], [2.5, 6.0]),
    ],
)
def test_our_own_tables(text, inside, outside):
    curve = parse(text, "csv")
    np.testing.assert_allclose(curve.at(inside), 1e-3, rtol=1e-12)
    assert np.isnan(curve.at(outside)).all()


def test_our_own_regions():
    region = parse("mass,low,high\n1,1e-6,1e-4\n2,1e-6,1e-5\n", "csv", region=True)
    assert region.points == 4


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        ("1e8 x\n", "axionlimits", "line 1 of a curve: got '1e8 x'; allowed: 2 numbers"),
        ("1e8 1e-3\n1e8\n", "axionlimits", "line 2"),
        ("1e8 1e-3 4\n", "axionlimits", "line 1"),
        ("1 2\n", "alpaca", "3 numbers"),
        ("1 2\n1 2 3\n", "darkcast", "line 2"),
        ("# nothing\n", "foresee", "no numbers"),
        ("m,g\n1,2\n", "csv", "columns of a curve: got 'm,g'"),
        ("1 1\n", "hepdata", "form of a curve: got hepdata"),
        ("1e8 1\n2e8 1\n", "axionlimits", "masses and limits, some of them known"),
        ("-1 1e-3\n", "foresee", "a negative mass"),
        ("1 -1e-3\n", "foresee", "a limit that is not positive"),
    ],
)
def test_what_is_no_such_file(text, form, words):
    with pytest.raises(InputError, match=words):
        parse(text, form)


@pytest.mark.parametrize(
    ("text", "form"), [("1 2 3\n", "alpaca"), ("mass,limit\n1,1\n", "csv"), ("1 2\n2 3\n", "darkcast")]
)
def test_limits_at_masses_are_no_region(text, form):
    with pytest.raises(InputError, match="region in a curve"):
        parse(text, form, region=True)


def test_a_curve_that_turns_back_counts_with_its_lowest_limit():
    curve = Curve(np.array([1.0, 3.0, 2.0, 4.0]), np.array([1e-2, 1e-2, 1e-3, 1e-3]), 4)
    assert curve.at(2.0) == pytest.approx(1e-3)
    assert curve.at(1.5) == pytest.approx(1e-2)


def test_couplings_and_kinetic_mixings_are_inverse():
    assert gauge_coupling(1.0) == pytest.approx(0.302822, abs=5e-7)
    np.testing.assert_allclose(kinetic_mixing(gauge_coupling(np.array([1e-3, 2e-2]))), [1e-3, 2e-2], rtol=1e-15)
    with pytest.raises(InputError, match="fine-structure constant"):
        gauge_coupling(1.0, alpha=137.036)
