"""Shapes, backgrounds and widths as the command line writes them."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import CrystalBall, Gaussian, Polynomial, background_named, shape_named, width_named


def test_names():
    assert shape_named("gaussian", 0.01) == Gaussian(0.01)
    assert shape_named("crystal-ball:-1.5,3e1", 0.01) == CrystalBall(0.01, -1.5, 30.0)
    assert background_named("polynomial:0") == Polynomial(0)
    assert width_named("1.2e-2") == 0.012


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gauss",
        "Gaussian",
        "gaussian:1",
        "crystal-ball",
        "crystal-ball:1.5",
        "crystal-ball:1,2,3",
        "crystal-ball:a,b",
    ],
)
def test_shapes_that_are_none(text):
    with pytest.raises(InputError, match=f"shape of the signal: got '{text}'; allowed: .*"):
        shape_named(text, 0.01)


@pytest.mark.parametrize(
    "text", ["", "polynomial", "polynomial:", "polynomial:-1", "polynomial:1.5", "pol:2", "polynomial:²"]
)
def test_backgrounds_that_are_none(text):
    with pytest.raises(InputError, match=rf"background: got '{text}'; allowed: polynomial:N .* polynomial:3"):
        background_named(text)


def test_an_order_too_high():
    with pytest.raises(InputError, match=r"got 11; allowed: 0 to 10\. Choose the lowest order"):
        background_named("polynomial:11")


@pytest.mark.parametrize("text", ["0", "-0.1", "nan", "inf"])
def test_widths_that_are_none(text):
    with pytest.raises(InputError, match=f"width of the signal: got {text}; allowed: sigma > 0 in GeV"):
        width_named(text)


def test_a_table_of_widths(tmp_path):
    path = tmp_path / "sigma.csv"
    path.write_text("mass,sigma\n1,0.01\n3,0.03\n")
    assert width_named(str(path))(np.array([2.0])) == pytest.approx(0.02)
    path.write_text("mass,sigma\n1,0.01\n3,0\n")
    with pytest.raises(InputError, match=r"sigma in .*sigma.csv: got 0; allowed: numbers > 0"):
        width_named(str(path))
    with pytest.raises(InputError, match=r"absent.csv.*no such file"):
        width_named(str(tmp_path / "absent.csv"))
