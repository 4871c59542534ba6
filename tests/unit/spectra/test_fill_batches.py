"""A spectrum filled batch after batch is the one filled at once."""

from itertools import pairwise

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.spectra import Axis, fill, fill_batches

AXIS = Axis(np.linspace(-1.0, 1.0, 21))
VALUES = random_stream(1, "batches").normal(size=(2, 500))
WEIGHTS = random_stream(1, "weights").random(500)


@pytest.mark.parametrize("axes", [1, 2])
def test_batches_leave_no_trace(axes):
    values = VALUES[:axes]
    edges = [0, 0, 3, 400, 500]
    batches = [(values[:, low:high], WEIGHTS[low:high]) for low, high in pairwise(edges)]
    found = fill_batches(batches, [AXIS] * axes)
    expected = fill(tuple(values) if axes == 2 else values[0], [AXIS] * axes, weights=WEIGHTS)
    np.testing.assert_allclose(found.contents, expected.contents, rtol=1e-12)
    np.testing.assert_allclose(found.variances(flow=True), expected.variances(flow=True), rtol=1e-12)


def test_weights_of_one_make_counts():
    found = fill_batches([(VALUES[:1], np.ones(500))], AXIS)
    assert not found.is_weighted


def test_no_batch_and_batches_outside_are_answered():
    assert fill_batches([], AXIS).contents.sum() == 0
    found = fill_batches([([np.array([5.0])], np.ones(1))], AXIS)
    assert (found.overflow, found.entries) == (1.0, 0.0)


@pytest.mark.parametrize("place", [0, 1])
def test_what_is_not_a_number_is_refused(place):
    batch = [np.zeros(3), np.ones(3)]
    batch[place][1] = np.nan
    with pytest.raises(InputError, match="1 of 3 values NaN or infinite, the first in row 1"):
        fill_batches([([batch[0]], batch[1])], AXIS)
