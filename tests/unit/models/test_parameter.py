"""Tables of parameters: linear inside, refused outside."""

from pathlib import Path

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import Table, evaluate, read_table

MASS, SIGMA = np.array([1.0, 2.0, 4.0]), np.array([0.01, 0.03, 0.02])


def test_linear_in_between_and_exact_at_the_rows():
    table = Table(MASS, SIGMA)
    np.testing.assert_array_equal(table(MASS), SIGMA)
    np.testing.assert_allclose(table(np.array([[1.5], [3.5]])), [[0.02], [0.0225]], rtol=1e-14)


@pytest.mark.parametrize("mass", [0.999, 4.001, np.nan, np.inf])
def test_outside_is_refused(mass):
    with pytest.raises(InputError, match=r"sigma for masses from .*: got a table from 1 to 4; .* Extend the table"):
        Table(MASS, SIGMA, "sigma")(np.array([2.0, mass]))


@pytest.mark.parametrize(
    ("mass", "value", "words"),
    [
        ([1, 2], [1], "two columns of one length"),
        ([], [], "shapes"),
        ([[1, 2]], [[1, 2]], "shapes"),
        ([1, np.nan], [1, 2], "not finite"),
        ([1, 2], [1, np.inf], "not finite"),
        ([1, 3, 2], [1, 2, 3], "mass 2 in row 3; allowed: increasing masses"),
        ([1, 1], [1, 2], "mass 1 in row 2"),
    ],
)
def test_tables_that_are_none(mass, value, words):
    with pytest.raises(InputError, match=words):
        Table(np.array(mass), np.array(value))


def test_a_table_keeps_its_numbers():
    mass = MASS.copy()
    table = Table(mass, SIGMA)
    mass[0] = 3
    assert table.mass[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        table.value[0] = 5


def test_evaluation_of_numbers_tables_and_functions():
    mass = np.array([[1.0], [3.0]])
    for parameter, expected in ((0.5, [[0.5], [0.5]]), (Table(MASS, SIGMA), [[0.01], [0.025]]), (lambda m: m, mass)):
        found = evaluate(parameter, mass, "width")
        assert found.shape == mass.shape
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (lambda mass: mass[:-1], r"width as a function of the mass: got shape \(2,\); allowed: shape \(3,\)"),
        (lambda mass: np.where(mass > 1, mass, np.nan), "width: got a value that is not finite"),
    ],
)
def test_functions_that_cannot_be_used(parameter, words):
    with pytest.raises(InputError, match=words):
        evaluate(parameter, MASS, "width")


class TestFile:
    def write(self, folder, text) -> Path:
        path = folder / "sigma.csv"
        path.write_text(text)
        return path

    def test_reading(self, tmp_path):
        table = read_table(self.write(tmp_path, "alpha,mass,sigma\n1,1.0,0.01\n1,2.0,0.02\n"), "sigma")
        assert table(np.array([1.5])) == pytest.approx(0.015)
        assert table.name == "sigma of sigma.csv"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("mass,width\n1,0.1\n", "column 'sigma'"),
            ("mass,sigma\n", "no rows"),
            ("mass,sigma\n1,x\n", "'x'"),
            ("mass,sigma\n2,0.1\n1,0.1\n", "mass 1 in row 2"),
        ],
    )
    def test_refusals(self, tmp_path, text, words):
        with pytest.raises(InputError, match=words):
            read_table(self.write(tmp_path, text), "sigma")
