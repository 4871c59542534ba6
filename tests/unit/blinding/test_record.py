"""What a record lets through: side bands, or a random fraction that is the same in any order."""

from dataclasses import replace

import numpy as np
import pytest

from gloam.blinding import BlindRecord, Opening, hidden_in_words
from gloam.errors import InputError

BANDS = BlindRecord("x.csv", "00", ("a",), None, "M", ((9.4, 9.5),))
TENTH = replace(BANDS, fraction=0.1, seed=3)


def test_side_bands_are_what_lies_outside():
    assert BANDS.visible_rows(np.array([9.39, 9.4, 9.499, 9.5])).tolist() == [True, False, False, True]
    assert not replace(BANDS, ranges=()).visible_rows(np.array([1.0, 20.0])).any()


def test_a_fraction_is_a_fraction_everywhere():
    values = np.linspace(9.0, 10.0, 20_000)
    shown = TENTH.visible_rows(values)
    inside = (values >= 9.4) & (values < 9.5)
    for part in (inside, ~inside):
        expected, error = 0.1 * part.sum(), np.sqrt(0.09 * part.sum())
        assert abs(shown[part].sum() - expected) < 5 * error


def test_the_fraction_does_not_depend_on_the_order_and_grows_by_more_events():
    values = np.random.default_rng(1).normal(size=4000)
    order = np.random.default_rng(2).permutation(values.size)
    chosen = set(values[TENTH.visible_rows(values)])
    assert set(values[order][TENTH.visible_rows(values[order])]) == chosen
    third = replace(TENTH, openings=(Opening("a", "b", "c", None, 0.3),))
    assert chosen < set(values[third.visible_rows(values)])
    assert set(values[replace(TENTH, seed=4).visible_rows(values)]) != chosen


def test_the_fraction_of_a_histogram_is_a_part_of_its_counts():
    counts = np.array([[1000.0, 0.0], [3.0, 500.0]])
    shown, half = TENTH.visible_counts(counts), replace(TENTH, fraction=0.5).visible_counts(counts)
    assert (shown <= half).all()
    assert (half <= counts).all()
    assert shown[0, 0] == pytest.approx(100, abs=50)
    with pytest.raises(InputError, match="sums of weights"):
        TENTH.visible_counts(np.array([0.5]))


def test_a_record_comes_back_from_json():
    record = replace(TENTH, looks=("12",), openings=(Opening("a", "b", "c", "12", 0.2), Opening("a", "b", "c")))
    assert BlindRecord.from_document(record.as_document()) == record
    assert record.identity == TENTH.identity
    assert record.is_open
    assert not TENTH.is_open


def test_words():
    assert hidden_in_words(BANDS) == "M from 9.4 to 9.5"
    assert hidden_in_words(replace(BANDS, column=None)) == "the first axis from 9.4 to 9.5"
    assert hidden_in_words(replace(BANDS, ranges=())) == "all of it"
    assert "random 10 % of the events (seed 3)" in hidden_in_words(TENTH)
