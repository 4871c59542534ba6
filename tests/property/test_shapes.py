"""What holds for every signal shape: it rises from 0 to 1, and knows neither units nor an origin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gloam.models import (
    BreitWigner,
    CrystalBall,
    Displaced,
    DoubleCrystalBall,
    ExponentialTail,
    Gaussian,
    Mixture,
    RadiativeTail,
    SignalShape,
    SimulatedSample,
    Stretched,
    TemplateHistogram,
    Truncated,
    kernel_density,
    scaled_width,
    shifted,
    template,
)

quick = settings(max_examples=6, deadline=None)
alphas, powers = st.floats(0.2, 4), st.floats(1.2, 50)
ratios = st.floats(-4, 2).map(lambda exponent: 10.0**exponent)

# each takes a unit of length and parameters without one
PLAIN = {
    "gaussian": lambda unit, _: Gaussian(unit),
    "crystal ball": lambda unit, p: CrystalBall(unit, p[0], p[1]),
    "double crystal ball": lambda unit, p: DoubleCrystalBall(unit, p[0], p[1], p[2], p[3]),
    "mixture": lambda unit, p: Mixture((Gaussian(unit), CrystalBall(p[0] * unit, -p[0], p[1])), (0.7,)),
    "voigt": lambda unit, p: BreitWigner(Gaussian(unit), p[4] * unit),
    "breit-wigner": lambda unit, p: BreitWigner(CrystalBall(unit, lambda m: p[0] + 0 * m, p[1]), p[4] * unit),
    "tabulated": lambda unit, p: BreitWigner(DoubleCrystalBall(unit, 1.5, 3.0, 1.2, 9.0), (1 + p[0] / 20) * unit),
    "radiative": lambda unit, p: RadiativeTail(Gaussian(unit), 0.1 * p[0], 10 * p[4] * unit),
    "exponential": lambda unit, p: ExponentialTail(CrystalBall(unit, p[0], p[1]), -p[4] * unit),
    "displaced": lambda unit, p: Displaced(Stretched(Gaussian(unit), p[0]), p[2] * unit),
    "kernels": lambda unit, p: kernel_density(
        [SimulatedSample(unit, unit + unit * np.array([-p[0], 0.0, p[2], 1.0])), SimulatedSample(
            9 * unit, 9 * unit + unit * np.array([-p[2], 0.3, p[0]]))], unit, interpolate=True),
    "template": lambda unit, p: template(
        [TemplateHistogram(unit, unit * np.array([0.0, 1.0, 3.0]), np.array([p[0], p[2]])),
         TemplateHistogram(9 * unit, unit * np.array([5.0, 9.0, 12.0]), np.array([0.0, 1.0]))], unit),
    "truncated": lambda unit, p: Truncated(CrystalBall(unit, p[0], p[1]), low=0.0),
}  # fmt: skip
parameters = st.tuples(alphas, powers, alphas, powers, ratios)
every = pytest.mark.parametrize("kind", PLAIN)
Z = np.concatenate([-np.geomspace(300, 0.05, 16), np.linspace(-4.5, 4.5, 25), np.geomspace(0.05, 300, 16)])
Z.sort()
POSITIONS = np.array([[1.5], [4.0], [8.9]])
# the error of folded shapes, by quadrature or from tables, which differs from one x to the next
ROUNDING = 2e-9


@every
@quick
@given(parameters)
def test_it_rises_from_0_to_1(kind, p):
    shape = PLAIN[kind](1.0, p)
    assert isinstance(shape, SignalShape)
    below = shape.cumulative(POSITIONS + Z, POSITIONS)
    assert below.shape == (3, Z.size)
    assert np.diff(below, axis=1).min() > -ROUNDING
    assert -ROUNDING < below.min() <= below.max() < 1 + ROUNDING


@every
@quick
@given(parameters, st.floats(-6, 6))
def test_it_knows_no_unit(kind, p, exponent):
    unit = 2.0 ** round(exponent)  # a power of two changes no digit
    one, other = PLAIN[kind](1.0, p), PLAIN[kind](unit, p)
    x = POSITIONS + Z
    np.testing.assert_allclose(other.cumulative(unit * x, unit * POSITIONS), one.cumulative(x, POSITIONS), atol=1e-9)
    np.testing.assert_allclose(other.resolution(unit * POSITIONS), unit * one.resolution(POSITIONS), rtol=1e-14)


@pytest.mark.parametrize("kind", sorted(set(PLAIN) - {"truncated", "kernels", "template"}))
@quick
@given(parameters, st.floats(-50, 50))
def test_it_knows_no_origin(kind, p, by):
    shape = PLAIN[kind](1.0, p)
    here = shape.cumulative(POSITIONS + Z, POSITIONS)
    there = shape.cumulative(POSITIONS + by + Z, POSITIONS + by)
    # x - position is rounded to 1e-14 of a width
    np.testing.assert_allclose(there, here, atol=1e-9)


@every
@quick
@given(parameters, st.floats(0.5, 2), st.floats(-0.3, 0.3))
def test_variations_of_nothing_and_back(kind, p, factor, delta):
    shape = PLAIN[kind](1.0, p)
    x = POSITIONS + Z
    plain = shape.cumulative(x, POSITIONS)
    np.testing.assert_allclose(scaled_width(shape, 1.0).cumulative(x, POSITIONS), plain, atol=1e-13)
    np.testing.assert_allclose(shifted(shape, 0.0).cumulative(x, POSITIONS), plain, atol=1e-13)
    back = scaled_width(scaled_width(shape, factor), 1 / factor)
    np.testing.assert_allclose(back.cumulative(x, POSITIONS), plain, atol=1e-9)
    back = shifted(shifted(shape, delta), -delta)
    np.testing.assert_allclose(back.cumulative(x, POSITIONS), plain, atol=1e-9)


@quick
@given(parameters, st.floats(0.5, 2))
def test_a_wider_resolution_is_the_same_shape_on_another_scale(p, factor):
    for kind in ("gaussian", "crystal ball", "double crystal ball", "mixture"):
        shape = PLAIN[kind](1.0, p)
        wider = scaled_width(shape, factor).cumulative(POSITIONS + factor * Z, POSITIONS)
        np.testing.assert_allclose(wider, shape.cumulative(POSITIONS + Z, POSITIONS), atol=1e-11)
        np.testing.assert_allclose(wider, Stretched(shape, factor).cumulative(POSITIONS + factor * Z, POSITIONS),
                                   atol=1e-11)  # fmt: skip
