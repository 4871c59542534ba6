"""Shapes, backgrounds and widths as the command line writes them."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import (
    BreitWigner,
    CrystalBall,
    Gaussian,
    Polynomial,
    SimulatedSample,
    background_named,
    kernel_density,
    shape_named,
    width_named,
)


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


def test_a_natural_width():
    assert shape_named("breit-wigner:0.05", 0.01) == BreitWigner(Gaussian(0.01), 0.05)
    tenth = shape_named("breit-wigner:0.1m", 0.01)
    position = np.array([1.0, 4.0])
    np.testing.assert_allclose(tenth.gamma(position), [0.1, 0.4])
    assert tenth.shape == Gaussian(0.01)


@pytest.mark.parametrize("text", ["breit-wigner:-1", "breit-wigner:nan", "breit-wigner:-0.1m"])
def test_natural_widths_that_are_none(text):
    with pytest.raises(InputError, match=r"width of a Breit-Wigner: got .*; allowed: a number >= 0, such as 0.05 or"):
        shape_named(text, 0.01)


@pytest.mark.parametrize(
    "text", ["breit-wigner", "breit-wigner:", "breit-wigner:m", "template", "template:x.csv", "kernel-density:a,1"]
)
def test_shapes_that_lack_something(text):
    with pytest.raises(InputError, match=f"shape of the signal: got '{text}'"):
        shape_named(text, 0.01)


def test_a_template_in_a_file(tmp_path):
    path = tmp_path / "peak,wide.csv"
    path.write_text("low,high,counts\n0.9,1.0,1\n1.0,1.1,3\n")
    shape = shape_named(f"template:{path},1.0", lambda m: 0.1 * m)
    np.testing.assert_allclose(shape.cumulative(np.array([1.8, 2.0, 2.1, 2.2]), np.array([2.0])), [0, 0.25, 0.625, 1])
    with pytest.raises(InputError, match=r"absent.csv.*no such file"):
        shape_named(f"template:{tmp_path}/absent.csv,1.0", 0.1)
    with pytest.raises(InputError, match="numbers after the colon"):
        shape_named(f"template:{path},here", 0.1)


def test_a_plane_is_no_template(tmp_path):
    path = tmp_path / "plane.npz"
    np.savez(path, edges_x=np.arange(3.0), edges_y=np.arange(3.0), counts=np.ones((2, 2)))
    with pytest.raises(InputError, match="a histogram with two axes; allowed: one axis"):
        shape_named(f"template:{path},1.0", 0.1)


def test_simulated_events_in_a_file(tmp_path):
    path = tmp_path / "events.npz"
    events = np.random.default_rng(1).normal(1.0, 0.02, 200)
    np.savez(path, M=events)
    shape = shape_named(f"kernel-density:{path},M,1.0", 0.02)
    expected = kernel_density([SimulatedSample(1.0, events)], 0.02)
    x = np.linspace(1.9, 2.1, 21)
    np.testing.assert_array_equal(shape.cumulative(x, np.array([2.0])), expected.cumulative(x, np.array([2.0])))
