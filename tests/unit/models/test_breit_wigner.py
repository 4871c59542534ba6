import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import BreitWigner, CrystalBall, ExponentialTail, Gaussian, Mixture, RadiativeTail, Truncated

AT = np.array([2.0])
X = AT + 0.02 * np.linspace(-30, 30, 41)
RESOLUTIONS = [
    Gaussian(0.02),
    CrystalBall(0.02, 1.5, 3.0),
    CrystalBall(lambda m: 0.01 * m, lambda m: 0.75 * m, 3.0),
    Mixture((Gaussian(0.02), CrystalBall(0.03, -1.0, 4.0)), (0.5,)),
    Truncated(CrystalBall(0.02, 1.5, 3.0), low=1.99),
]
every = pytest.mark.parametrize("shape", RESOLUTIONS, ids=lambda shape: type(shape).__name__)


@every
@pytest.mark.parametrize("gamma", [0.0, 1e-12])
def test_without_a_width_it_is_the_resolution(shape, gamma):
    found = BreitWigner(shape, gamma).cumulative(X, AT)
    np.testing.assert_allclose(found, shape.cumulative(X, AT), rtol=0, atol=1e-9)


@every
def test_far_wider_than_the_resolution_it_is_the_line(shape):
    """The resolution then adds its variance: (sigma / gamma)^2 at most, and the mean of its tail."""
    found = BreitWigner(shape, 2e6).cumulative(AT + 1e6 * np.linspace(-3, 3, 7), AT)
    np.testing.assert_allclose(found, 0.5 + np.arctan(np.linspace(-3, 3, 7)) / np.pi, rtol=0, atol=1e-7)


def test_widths_add():
    """A line of a line: the sum of two Cauchy variables has the sum of their widths."""
    once = BreitWigner(Gaussian(0.02), 0.05).cumulative(X, AT)
    twice = BreitWigner(BreitWigner(Gaussian(0.02), 0.03), 0.02).cumulative(X, AT)
    np.testing.assert_allclose(twice, once, rtol=0, atol=1e-9)


def test_a_width_in_proportion_to_the_mass_and_shapes_of_the_result():
    position = np.array([[1.0], [4.0]])
    shape = BreitWigner(CrystalBall(lambda m: 0.01 * m, 1.5, 3.0), lambda m: 0.1 * m)
    x = position * np.linspace(0.8, 1.2, 9)
    found = shape.cumulative(x, position)
    assert found.shape == (2, 9)
    np.testing.assert_allclose(found[0], found[1], atol=1e-12)
    np.testing.assert_allclose(shape.resolution(position), position * np.hypot(0.01, 0.05), rtol=1e-14)


def test_blocks_change_nothing(monkeypatch):
    shape = BreitWigner(CrystalBall(0.02, 1.5, 3.0), 0.03)
    whole = shape.cumulative(X, AT)
    monkeypatch.setattr("gloam.models.folding.ELEMENTS", 1)
    np.testing.assert_array_equal(shape.cumulative(X, AT), whole)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (BreitWigner(Gaussian(1.0), -0.1), "width of a Breit-Wigner: got -0.1; allowed: a number >= 0"),
        (BreitWigner(Gaussian(1.0), np.nan), "width of a Breit-Wigner: got a value that is not finite"),
        (RadiativeTail(Gaussian(1.0), 0.0, 1.0), "power b of a radiative tail: got 0 to 0; allowed: 0 < b <= 1"),
        (RadiativeTail(Gaussian(1.0), 1.5, 1.0), "0 < b <= 1"),
        (RadiativeTail(Gaussian(1.0), 0.1, 0.0), "reach of a radiative tail: got 0"),
        (ExponentialTail(Gaussian(1.0), 0.0), "exponential tail: got 0; allowed: a number other than 0"),
    ],
)
def test_what_cannot_be_is_refused(shape, words):
    with pytest.raises(InputError, match=words):
        shape.cumulative(X, AT)


def test_a_radiative_tail_of_little_reach_is_no_tail():
    plain = CrystalBall(0.02, 1.5, 3.0)
    for tail in (RadiativeTail(plain, 0.0877, 1e-12), ExponentialTail(plain, -1e-13)):
        np.testing.assert_allclose(tail.cumulative(X, AT), plain.cumulative(X, AT), rtol=0, atol=1e-9)
        assert tail.resolution(AT) == 0.02
