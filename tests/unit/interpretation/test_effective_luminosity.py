"""Several data sets as one."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import events_at_unit_coupling

SETS = {"luminosity": [700.0, 100.0], "cross_section": [[100.0, 50.0], [120.0, 40.0]], "efficiency": 0.2}
FACTORS = {"radiative": [[0.9, 0.8], [0.95, 0.85]], "vacuum_polarisation": [[1.08], [0.92]]}


def test_born_by_hand():
    found = events_at_unit_coupling(**SETS, branching_fraction=[0.5, 0.25], **FACTORS)
    by_hand = [
        0.5 * 0.2 * (700 * 100 * 0.9 * 1.08 + 100 * 120 * 0.95 * 0.92),
        0.25 * 0.2 * (700 * 50 * 0.8 * 1.08 + 100 * 40 * 0.85 * 0.92),
    ]
    np.testing.assert_allclose(found, by_hand, rtol=1e-14)


def test_the_visible_number_has_neither_correction():
    found = events_at_unit_coupling(**SETS, **FACTORS, kind="visible")
    np.testing.assert_allclose(found, 0.2 * np.array([700 * 100 + 100 * 120, 700 * 50 + 100 * 40]), rtol=1e-14)


def test_the_equation_as_printed_leaves_out_the_radiative_factor():
    born = events_at_unit_coupling(**SETS, radiative=1.0, vacuum_polarisation=FACTORS["vacuum_polarisation"])
    printed = events_at_unit_coupling(**SETS, **FACTORS, kind="paper_eq8")
    np.testing.assert_allclose(printed, born, rtol=1e-15)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "dressed"}, "kind of the effective luminosity: got dressed"),
        ({"radiative": None}, "radiative factor of the data sets: got none"),
        ({"efficiency": 1.5}, "efficiency of the data sets: got 1.5"),
        ({"luminosity": [-1.0, 2.0]}, "luminosity of the data sets: got -1"),
        ({"vacuum_polarisation": np.nan}, "vacuum polarisation of the data sets: got nan"),
        ({"luminosity": 5.0}, "one number for each data set"),
        ({"luminosity": [5.0]}, "factors of the data sets: got 2 rows"),
    ],
)
def test_what_cannot_be(change, words):
    with pytest.raises(InputError, match=words):
        events_at_unit_coupling(**SETS | FACTORS | change)
