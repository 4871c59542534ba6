"""Systematic uncertainties: one name is one source."""

import math

import pytest

from gloam.errors import InputError
from gloam.sourced import assumed
from gloam.systematic import Systematic, in_quadrature


def systematic(name="trigger", size=0.03, target="signal", constraint="lognormal"):
    return Systematic(name, assumed(size, 0, "", "test"), target, constraint)


def test_independent_sources_add_in_quadrature():
    assert in_quadrature([systematic("a", 0.03), systematic("b", 0.04)]) == pytest.approx(0.05, rel=1e-15)
    assert in_quadrature([]) == 0


def test_a_name_counts_once():
    sources = [systematic("a", 0.03), systematic("b", 0.04), systematic("a", 0.03, "background")]
    assert in_quadrature(sources) == pytest.approx(0.05, rel=1e-15)


def test_one_name_with_two_sizes_is_refused():
    with pytest.raises(InputError, match=r"'a': got sizes 0.03 and 0.04; allowed: one size .* different names"):
        in_quadrature([systematic("a", 0.03), systematic("a", 0.04)])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": " "}, "name of a systematic: got nothing"),
        ({"size": -0.1}, r"systematic 'trigger': got -0.1; allowed: a size >= 0. Give its absolute value"),
        ({"target": "both"}, "target of systematic 'trigger': got both; allowed: signal, background or resolution"),
        ({"constraint": "flat"}, "constraint of systematic 'trigger': got flat; allowed: lognormal or gaussian"),
    ],
)
def test_refusals(arguments, words):
    with pytest.raises(InputError, match=words):
        systematic(**arguments)


def test_a_size_that_is_no_number_cannot_be_declared():
    with pytest.raises(InputError, match="finite"):
        systematic(size=math.nan)
