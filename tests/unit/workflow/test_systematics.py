"""Systematic uncertainties as the command line writes them."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.systematic import Systematic
from gloam.workflow.systematics import check_sizes, systematic_named, without_repeats, yield_systematics

MASS = np.array([1.0, 2.0, 4.0])


def names(systematics):
    return [(each.name, each.target) for each in systematics]


@pytest.mark.parametrize(
    ("text", "name", "size", "target"),
    [
        ("luminosity=0.014:signal", "luminosity", 0.014, "signal"),
        ("muon ID=1.15e-2:signal", "muon ID", 0.0115, "signal"),
        ("yield=0:background", "yield", 0.0, "background"),
        ("yield=1:background", "yield", 1.0, "background"),
        ("all=10:signal", "all", 10.0, "signal"),
    ],
)
def test_as_it_is_written(text, name, size, target):
    found = systematic_named(text, "gaussian")
    assert isinstance(found, Systematic)
    assert (found.name, found.relative.value, found.target, found.constraint) == (name, size, target, "gaussian")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("luminosity", "allowed: NAME=RELATIVE:signal or NAME=RELATIVE:background"),
        ("luminosity=0.014", "Write for example tracking=0.014:signal"),
        ("luminosity=0.014:", "allowed: NAME=RELATIVE:signal"),
        ("luminosity=0.014:both", "allowed: NAME=RELATIVE:signal"),
        ("luminosity=0.014:Signal", "allowed: NAME=RELATIVE:signal"),
        ("=0.014:signal", "allowed: NAME=RELATIVE:signal"),
        (" =0.014:signal", "allowed: NAME=RELATIVE:signal"),
        ("luminosity=:signal", "as a fraction, 0.05 for 5 %"),
        ("luminosity=5%:signal", "as a fraction, 0.05 for 5 %"),
        ("luminosity=-0.01:signal", "got -0.01; allowed: a fraction from 0 to 10"),
        ("luminosity=nan:signal", "got nan; allowed: a fraction from 0 to 10"),
        ("luminosity=inf:signal", "got inf; allowed: a fraction from 0 to 10"),
        ("luminosity=14:signal", "got 14; allowed: a fraction from 0 to 10. Write 0.05 for 5 %"),
    ],
)
def test_what_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        systematic_named(text)


def test_one_name_is_one_source():
    once, again, other = (systematic_named(f"trigger=0.01:{t}") for t in ("signal", "signal", "background"))
    assert names(without_repeats([once, again, other])) == [("trigger", "signal"), ("trigger", "background")]
    with pytest.raises(InputError, match=r"systematic 'trigger': got sizes 0.01 and 0.02; allowed: one size"):
        without_repeats([once, systematic_named("trigger=0.02:background")])


def test_errors_of_the_efficiency_are_one_more():
    given = [systematic_named("luminosity=0.014:signal")]
    found = yield_systematics(given, lambda mass: 0.1 * mass, "gaussian")
    assert names(found) == [("luminosity", "signal"), ("efficiency", "signal")]
    np.testing.assert_allclose(found[1].at(MASS), [0.1, 0.2, 0.4])
    assert found[0].at(MASS).tolist() == [0.014] * 3
    assert [each.summary(MASS) for each in found] == [
        {"name": "luminosity", "target": "signal", "relative": 0.014, "constraint": "lognormal"},
        {"name": "efficiency", "target": "signal", "relative": [0.1, 0.4], "constraint": "gaussian"},
    ]
    assert names(yield_systematics(given, None, "gaussian")) == [("luminosity", "signal")]


def test_the_efficiency_has_one_uncertainty():
    with pytest.raises(InputError, match="Leave out the column error"):
        yield_systematics([systematic_named("efficiency=0.1:signal")], lambda mass: 0.1 * mass, "lognormal")


def test_sizes_are_checked_at_every_mass():
    found = yield_systematics([], lambda mass: 3.0 * mass, "lognormal")
    check_sizes(found, MASS[:2])
    with pytest.raises(InputError, match="efficiency at a mass of 4 GeV: got a relative error of 12; allowed: at most"):
        check_sizes(found, MASS)
