import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import (
    BreitWigner,
    CrystalBall,
    Displaced,
    ExponentialTail,
    Gaussian,
    RadiativeTail,
    SimulatedSample,
    Stretched,
    Table,
    Truncated,
    WithCombinatorial,
    fraction_within,
    kernel_density,
    scaled_width,
    shifted,
)

AT = np.array([2.0])
X = np.linspace(1.8, 2.2, 81)


@pytest.mark.parametrize("wrap", [float, lambda k: lambda m: k + 0 * m, lambda k: Table([0.0, 5.0], [k, k])])
def test_a_width_in_any_form_times_a_factor_in_any_form(wrap):
    wide = Gaussian(0.03).cumulative(X, AT)
    for width in (0.02, lambda m: 0.01 * m, Table([0.0, 5.0], [0.02, 0.02])):
        np.testing.assert_allclose(scaled_width(Gaussian(width), wrap(1.5)).cumulative(X, AT), wide, atol=1e-14)


def test_what_is_no_resolution_stays():
    core, wide = CrystalBall(0.02, 1.5, 3.0), CrystalBall(0.03, 1.5, 3.0)
    broad = Gaussian(0.3)
    for shape, expected in (
        (Truncated(core, 1.95), Truncated(wide, 1.95)),
        (BreitWigner(core, 0.01), BreitWigner(wide, 0.01)),
        (RadiativeTail(core, 0.1, 1.0), RadiativeTail(wide, 0.1, 1.0)),
        (ExponentialTail(core, 0.1), ExponentialTail(wide, 0.1)),
        (Displaced(core, 0.1), Displaced(wide, 0.1)),
        (Stretched(core, 2.0), Stretched(core, 3.0)),
        (WithCombinatorial(core, broad, 0.3), WithCombinatorial(wide, broad, 0.3)),
    ):
        assert scaled_width(shape, 1.5) == expected


def test_a_shape_of_another_kind_is_stretched():
    class Box:
        def resolution(self, position):
            return 0.1 + 0 * position

        def cumulative(self, x, position):
            return np.clip((x - position) / 0.2 + 0.5, 0, 1)

    np.testing.assert_allclose(
        scaled_width(Box(), 2.0).cumulative(X, AT), np.clip((X - AT) / 0.4 + 0.5, 0, 1), atol=1e-14
    )
    assert scaled_width(Box(), 2.0).resolution(AT) == pytest.approx(0.2)


def test_simulated_events_are_smeared_about_the_position():
    shape = kernel_density([SimulatedSample(2.0, np.random.default_rng(1).normal(2, 0.02, 99))], 0.02)
    np.testing.assert_allclose(
        scaled_width(shape, 1.5).cumulative(2 + 1.5 * (X - 2), AT), shape.cumulative(X, AT), atol=1e-12
    )


def test_the_mass_scale_moves_the_peak_and_not_the_edge():
    assert shifted(Displaced(Gaussian(0.02), 0.1), 0.05) == Displaced(Gaussian(0.02), pytest.approx(0.15))
    edge = shifted(Truncated(Gaussian(0.02), low=1.99), 0.01)
    assert edge == Truncated(Displaced(Gaussian(0.02), 0.01), low=1.99)
    assert edge.cumulative(np.array([1.99]), AT) == 0.0
    scale = shifted(CrystalBall(0.02, 1.5, 3.0), lambda m: 1e-3 * m)
    np.testing.assert_allclose(
        scale.cumulative(X, AT), CrystalBall(0.02, 1.5, 3.0).cumulative(X - 0.002, AT), atol=1e-12
    )


def test_the_knots_of_a_moved_shape_move_with_it():
    by_hand = CrystalBall(0.02, 1.5, 3.0).knots(AT)[0]
    assert shifted(CrystalBall(0.02, 1.5, 3.0), 0.01).knots(AT)[0] == pytest.approx(by_hand + 0.01)
    folded = BreitWigner(shifted(CrystalBall(0.02, 1.5, 3.0), 0.01), 0.001).cumulative(X + 0.01, AT)
    np.testing.assert_allclose(folded, BreitWigner(CrystalBall(0.02, 1.5, 3.0), 0.001).cumulative(X, AT), atol=1e-9)
    wider = BreitWigner(Stretched(CrystalBall(0.02, 1.5, 3.0), 1.5), 0.001).cumulative(X, AT)
    np.testing.assert_allclose(wider, BreitWigner(CrystalBall(0.03, 1.5, 3.0), 0.001).cumulative(X, AT), atol=2e-9)


def test_a_factor_that_is_none():
    with pytest.raises(InputError, match="width of the signal"):
        scaled_width(Gaussian(0.02), -1.0).cumulative(X, AT)


def test_the_fraction_within():
    k = np.array([1.0, 2.0, 3.0])
    found = [fraction_within(Gaussian(0.02), np.array([1.0, 2.0]), float(n))[1] for n in k]
    np.testing.assert_allclose(found, [0.6826894921, 0.9544997361, 0.9973002039], atol=1e-10)
    with pytest.raises(InputError, match="got 0; allowed: a number > 0"):
        fraction_within(Gaussian(0.02), AT, 0)
