"""Numbers that know their source."""

import dataclasses
import math

import pytest

from gloam.errors import InputError
from gloam.sourced import Sourced, assumed, published, recalled, simulated


@pytest.mark.parametrize("make", [published, simulated, assumed, recalled])
def test_the_maker_gives_the_standing(make):
    number = make(2.5, 0.1, "GeV", "somewhere")
    assert number == Sourced(2.5, 0.1, "GeV", make.__name__, "somewhere")
    assert float(number) == 2.5


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (published(1.019461, 0.000016, "GeV", "PDG"), "1.019461 +- 1.6e-05 GeV [published: PDG]"),
        (assumed(3, 0, "", "a choice"), "3 [assumed: a choice]"),
        (recalled(50, 2, "%", "memory"), "50 +- 2 % [recalled: memory]"),
    ],
)
def test_as_text(number, text):
    assert str(number) == text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((math.nan, 0, "GeV", "published", "x"), "sourced number nan GeV: got nan; allowed: a finite value"),
        ((math.inf, 0, "", "published", "x"), "sourced number inf: got inf"),
        ((1, -1, "GeV", "published", "x"), "error of sourced number 1 GeV: got -1; allowed: a finite error >= 0"),
        ((1, math.nan, "GeV", "published", "x"), "error of .*: got nan"),
        ((1, math.inf, "GeV", "published", "x"), "error of .*: got inf"),
        ((1, 0, "GeV", "measured", "x"), "got measured; allowed: published, simulated, assumed or recalled"),
        ((1, 0, "GeV", "published", "  "), "reference of .*: got nothing; .* Name the paper"),
    ],
)
def test_refusals(arguments, words):
    with pytest.raises(InputError, match=words):
        Sourced(*arguments)


def test_it_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        published(1, 0, "", "x").value = 2
