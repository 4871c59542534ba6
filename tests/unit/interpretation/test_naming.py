"""Efficiencies and other factors as the command line writes them."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import efficiency_named, factor_named


@pytest.fixture
def write(tmp_path):
    def written(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return written


def test_numbers():
    assert factor_named("0.945", "radiative_factor") == 0.945
    assert efficiency_named("1e-3") == (1e-3, None)


def test_tables_are_linear_in_between(write):
    found = factor_named(write("mass,radiative_factor\n1,0.8\n3,1.0\n"), "radiative_factor")
    np.testing.assert_allclose(found(np.array([1.0, 1.5, 2.0, 3.0])), [0.8, 0.85, 0.9, 1.0], rtol=1e-15)


def test_errors_of_an_efficiency_are_absolute_and_relative_to_the_efficiency_at_the_mass(write):
    efficiency, error = efficiency_named(write("error,mass,efficiency\n0.01,1,0.1\n0.03,3,0.5\n"))
    mass = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(efficiency(mass), [0.1, 0.3, 0.5], rtol=1e-15)
    np.testing.assert_allclose(error(mass), [0.1, 0.02 / 0.3, 0.06], rtol=1e-14)


def test_a_table_without_errors(write):
    efficiency, error = efficiency_named(write("mass,efficiency\n1,0.1\n3,0.5\n"))
    assert error is None
    assert efficiency(np.array([2.0])) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mass,efficiency,error\n1,0.1,0.01\n3,0.5,-0.01\n", "error of the efficiency at a mass of 3 GeV: got -0.01"),
        ("mass,efficiency,error\n1,0.1,nan\n3,0.5,0.01\n", "error of table.csv: got a number that is not finite"),
        ("mass,efficiency\n1,0.1\n1,0.5\n", "increasing masses"),
        ("mass,eff\n1,0.1\n", "'efficiency'"),
    ],
)
def test_tables_that_are_none(write, text, words):
    with pytest.raises(InputError, match=words):
        efficiency_named(write(text))


@pytest.mark.parametrize("text", ["5%", "high", "", "0,12"])
def test_texts_that_are_neither_number_nor_table(text):
    with pytest.raises(InputError, match=r"--efficiency: got '.*'; allowed: a number, or a table with columns"):
        efficiency_named(text)


def test_a_table_that_is_not_there():
    with pytest.raises(InputError, match="no such file"):
        factor_named("absent.csv", "branching_fraction")
