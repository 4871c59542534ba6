"""Networks and selections of networks whose parts do not fit together are refused when they are made."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.selection.network_files import read_network_selection
from gloam.selection.network_selection import NetworkSelection
from gloam.selection.networks import Layer, Network

HIDDEN = Layer(np.ones((3, 2)), np.zeros(3), "tanh")
LAST = Layer(np.ones((1, 3)), np.zeros(1), "linear")
NETWORK = Network(("a", "b"), np.zeros(2), np.ones(2), (HIDDEN, LAST))
NONE = np.empty(0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Layer(np.ones((3, 2)), np.zeros(3), "step"), "activation of a layer"),
        (lambda: Layer(np.ones((3, 2)), np.zeros(2), "tanh"), r"weights \(3, 2\), biases \(2,\)"),
        (lambda: Layer(np.full((1, 1), np.nan), np.zeros(1), "tanh"), "numbers that are not finite"),
        (lambda: Network(("a",), np.zeros(2), np.ones(2), (HIDDEN, LAST)), "a name, an offset and a scale each"),
        (lambda: Network(("a", "b"), np.zeros(2), np.zeros(2), (HIDDEN, LAST)), "scales not 0"),
        (lambda: Network(("a", "b"), np.zeros(2), np.ones(2), (HIDDEN, HIDDEN)), "2 inputs after 3 outputs"),
        (lambda: Network(("a", "b"), np.zeros(2), np.ones(2), (HIDDEN,)), "one output, linear: the logit"),
        (lambda: NetworkSelection((NETWORK,), np.ones(1), np.ones(1), np.ones(1)), "one more than rising edges"),
        (lambda: NetworkSelection((NETWORK,), NONE, np.ones(2), np.ones(1)), "a cut for each of rising masses"),
    ],
)
def test_parts_that_do_not_fit(make, words):
    with pytest.raises(InputError, match=words):
        make()
    assert NetworkSelection((NETWORK,), NONE, np.ones(1), np.ones(1)).networks == (NETWORK,)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="a file written by gloam train"):
        read_network_selection(tmp_path / "absent.json")
