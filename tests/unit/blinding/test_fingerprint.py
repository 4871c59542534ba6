"""Content is known again under another name, in another order, format and precision; other content is not."""

import numpy as np
import pytest

from gloam.blinding import column_mark, histogram_mark, is_same_column

RANDOM = np.random.default_rng(8)
VALUES = RANDOM.normal(9.46, 0.2, 3000)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(VALUES[::-1], id="order"),
        pytest.param(VALUES.astype(np.float32).astype(float), id="single precision"),
        pytest.param(np.round(VALUES, 6), id="printed with six digits"),
        pytest.param(VALUES + RANDOM.uniform(-2e-6, 2e-6, VALUES.size), id="a fifth of a cell"),
    ],
)
def test_a_column_is_known_again(changed):
    assert is_same_column(column_mark(VALUES), changed)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(RANDOM.normal(9.46, 0.2, 3000), id="another sample of the same size"),
        pytest.param(VALUES[1:], id="one event less"),
        pytest.param(VALUES + 0.001, id="another calibration"),
        pytest.param(np.where(VALUES > 9.5, np.nan, VALUES), id="holes"),
    ],
)
def test_another_column_is_another_one(other):
    assert not is_same_column(column_mark(VALUES), other)


@pytest.mark.parametrize("values", [[], [3.1], [2.0, 2.0, 2.0], [0.0, 0.0]], ids=str)
def test_small_and_constant_columns_have_marks(values):
    values = np.array(values)
    assert is_same_column(column_mark(values), values)
    assert not is_same_column(column_mark(values), np.append(values, 1.0))


def test_a_mark_says_neither_values_nor_how_many_there_are():
    text = " ".join(column_mark(VALUES))
    assert "3000" not in text
    assert not {f"{value:.4f}" for value in VALUES[:100]} & set(text.split())


def test_histograms_are_known_by_their_contents():
    counts = np.array([[3.0, 4.0], [0.0, 1.0]])
    assert histogram_mark(counts) == histogram_mark(counts.astype(np.float32))
    assert histogram_mark(counts) != histogram_mark(counts.ravel())
    assert histogram_mark(counts) != histogram_mark(counts.T)
