"""Priors: what is allowed, and how they are told."""

import pytest

from gloam.errors import InputError
from gloam.statistics import Prior


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("uniform",), "prior: got uniform; allowed: flat, jeffreys, reference or logflat"),
        (("logflat",), "flat in ln s: got no range; allowed: 0 < LO < HI"),
        (("logflat", (0.0, 10.0)), "got 0 to 10; allowed: 0 < LO < HI"),
        (("logflat", (1.0, float("inf"))), "got 1 to inf; allowed: 0 < LO < HI"),
        (("flat", (3.0, 2.0)), "got 3 to 2; allowed: 0 <= LO < HI"),
        (("flat", (-1.0, 2.0)), "got -1 to 2; allowed: 0 <= LO < HI"),
        (("flat", (float("nan"), 2.0)), "allowed: 0 <= LO < HI"),
    ],
)
def test_priors_there_are_not(arguments, words):
    with pytest.raises(InputError, match=words):
        Prior(*arguments)


def test_in_words():
    assert Prior().in_words == "flat in s for s > 0"
    assert Prior("jeffreys", (0.0, 50.0)).in_words.endswith("for 0 < s < 50")
    assert "fitted background" in Prior("reference").in_words
