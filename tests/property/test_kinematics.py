"""What must hold for four-vectors whatever they are: Lorentz invariance, and maps that undo each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gloam.kinematics import (
    CrossingBeams,
    boost,
    boost_from_rest_frame,
    boost_to_rest_frame,
    direction,
    four_vector,
    kallen,
    mass_squared,
    minkowski_product,
    momentum,
    opening_angle,
    recoil_mass_squared,
    transverse_momentum,
    two_body_energy,
    two_body_momentum,
    velocity,
)

COMPONENT = st.floats(-10, 10)
MASS = st.floats(0.1, 10)
COSINE = st.floats(-1, 1)
AZIMUTH = st.floats(-np.pi, np.pi)


@st.composite
def particles(draw):
    return four_vector(draw(MASS), np.array([draw(COMPONENT) for _ in range(3)]))


@st.composite
def velocities(draw):
    return draw(st.floats(0, 0.99)) * direction(draw(COSINE), draw(AZIMUTH))


def scale(*vectors):
    return max(float(np.abs(vector).max()) for vector in vectors)


@given(particles(), particles(), velocities())
def test_products_do_not_know_the_frame(p, q, beta):
    gamma_squared = 1 / (1 - (beta**2).sum())
    error = 1e-13 * gamma_squared * scale(p, q) ** 2
    assert minkowski_product(boost(p, beta), boost(q, beta)) == pytest.approx(minkowski_product(p, q), abs=error)
    assert mass_squared(boost(p, beta)) == pytest.approx(mass_squared(p), abs=error)


@given(particles(), velocities())
def test_a_boost_and_its_reverse_undo_each_other(p, beta):
    gamma_squared = 1 / (1 - (beta**2).sum())
    np.testing.assert_allclose(boost(boost(p, beta), -beta), p, rtol=0, atol=1e-14 * gamma_squared * scale(p))


@given(particles(), particles())
def test_rest_frame_and_back(p, frame):
    gamma_squared = (frame[0] ** 2) / mass_squared(frame)
    back = boost_from_rest_frame(boost_to_rest_frame(p, frame), frame)
    np.testing.assert_allclose(back, p, rtol=0, atol=1e-14 * gamma_squared * scale(p))
    np.testing.assert_allclose(boost_to_rest_frame(p, frame), boost(p, -velocity(frame)), atol=1e-12 * gamma_squared)
    rest = boost_to_rest_frame(frame, frame)
    np.testing.assert_allclose(rest, [np.sqrt(mass_squared(frame)), 0, 0, 0], atol=1e-12 * frame[0])


@given(MASS, MASS, st.floats(1e-6, 10), COSINE, AZIMUTH)
def test_two_daughters_add_up_to_their_parent(first, second, above, cosine, azimuth):
    parent = first + second + above
    size = two_body_momentum(parent, first, second)
    pair = [
        four_vector(first, size * direction(cosine, azimuth)),
        four_vector(second, -size * direction(cosine, azimuth)),
    ]
    np.testing.assert_allclose(sum(pair), [parent, 0, 0, 0], atol=1e-13 * parent)
    assert pair[0][0] == pytest.approx(two_body_energy(parent, first, second), rel=1e-13)
    assert 4 * parent**2 * size**2 == pytest.approx(kallen(parent**2, first**2, second**2), abs=1e-13 * parent**4)


@given(MASS, MASS)
def test_at_threshold_nothing_moves_and_below_it_nothing_is_made(first, second):
    assert two_body_momentum(first + second, first, second) == 0
    assert np.isnan(two_body_momentum(0.99 * (first + second), first, second))


@given(st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0, 0.5), st.floats(0, 1), particles())
def test_laboratory_and_centre_of_mass(electron, positron, angle, share, p):
    beams = CrossingBeams(electron, positron, angle, share)
    gamma_squared = (beams.total[0] / beams.energy) ** 2
    back = beams.to_centre_of_mass(beams.to_laboratory(p))
    np.testing.assert_allclose(back, p, rtol=0, atol=3e-14 * gamma_squared * scale(p))
    half, error = beams.energy / 2, 3e-14 * gamma_squared * beams.total[0]
    np.testing.assert_allclose(beams.to_centre_of_mass(beams.electron), [half, 0, 0, half], atol=error)
    np.testing.assert_allclose(beams.to_centre_of_mass(beams.positron), [half, 0, 0, -half], atol=error)
    assert beams.energy**2 == pytest.approx(2 * electron * positron * (1 + np.cos(angle)), rel=1e-12)


@given(particles(), particles(), velocities())
def test_a_recoil_does_not_know_the_frame(p, q, beta):
    total = p + q + np.array([30.0, 0.0, 0.0, 0.0])
    error = 1e-12 / (1 - (beta**2).sum()) * total[0] ** 2
    found = recoil_mass_squared(boost(total, beta), boost(p, beta)[None])
    assert found == pytest.approx(recoil_mass_squared(total, p[None]), abs=error)
    assert found == pytest.approx(mass_squared(total - p), abs=error)


@given(particles(), COSINE, AZIMUTH, st.floats(0.1, 10))
def test_momentum_across_and_along_make_the_momentum(p, cosine, azimuth, length):
    axis = length * direction(cosine, azimuth)
    along = (p[1:] * axis).sum() / length
    across = transverse_momentum(p, axis)
    assert np.hypot(along, across) == pytest.approx(momentum(p), abs=1e-13 * p[0])


@given(st.floats(0, 3.1), MASS, MASS)
def test_an_opening_angle_is_the_angle_that_was_made(angle, first, second):
    p = np.array([first, 0.0, 0.0, first])
    q = second * np.array([1.0, np.sin(angle), 0.0, np.cos(angle)])
    assert opening_angle(p, q) == pytest.approx(angle, rel=1e-13)
