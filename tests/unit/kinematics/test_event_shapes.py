"""Thrust, sphericity and Fox-Wolfram moments, against brute force, closed forms and their symmetries."""

import itertools

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.kinematics import cosine_between_axes, fox_wolfram_moments, sphericity, thrust
from gloam.kinematics.event_shapes import legendre_polynomials


def events(number, places, seed=1, missing=0.0):
    """Massless particles in random directions, some places empty."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(number, places, 3)) * random.exponential(size=(number, places, 1))
    p = np.concatenate([np.sqrt(np.square(vectors).sum(-1, keepdims=True)), vectors], axis=-1)
    p[random.random((number, places)) < missing] = np.nan
    return p


def brute_thrust(p):
    """Every assignment of particles to two halves, by a plain loop."""
    vectors = p[~np.isnan(p[:, 0]), 1:]
    signs = itertools.product((1, -1), repeat=len(vectors))
    return max(np.linalg.norm(np.dot(s, vectors)) for s in signs) / np.linalg.norm(vectors, axis=1).sum()


def rotated(p, seed=3):
    """The same events in another direction."""
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return np.concatenate([p[..., :1], p[..., 1:] @ turn], axis=-1)


def test_thrust_of_few_particles_is_that_of_all_divisions():
    """Up to nine places."""
    for places in (2, 4, 7, 9):
        p = events(20, places, seed=places)
        assert thrust(p).value == pytest.approx([brute_thrust(event) for event in p], rel=1e-12)


def test_thrust_of_many_particles_is_found_from_several_starts():
    """Twelve particles, for which all 4096 divisions can still be tried: 200 events, none worse."""
    p = events(200, 12, seed=5, missing=0.1)
    assert thrust(p).value == pytest.approx([brute_thrust(event) for event in p], rel=1e-12)


def test_the_axis_of_the_thrust_gives_its_value():
    """The sum of momenta along the axis is the thrust."""
    for places in (5, 14):
        p = events(50, places, missing=0.2)
        found = thrust(p)
        along = np.nansum(np.abs(np.einsum("nkc,nc->nk", np.nan_to_num(p[..., 1:]), found.axis)), axis=1)
        assert along / np.nansum(p[..., 0], axis=1) == pytest.approx(found.value, rel=1e-12)


def test_padding_changes_nothing():
    """NaN or zeros after the particles."""
    p = events(30, 6)
    for filler in (np.nan, 0.0):
        padded = np.concatenate([p, np.full((30, 2, 4), filler)], axis=1)
        assert thrust(padded).value == pytest.approx(thrust(p).value, rel=1e-12)
        assert sphericity(padded).value == pytest.approx(sphericity(p).value, rel=1e-12)
        assert fox_wolfram_moments(padded) == pytest.approx(fox_wolfram_moments(p), rel=1e-12)


def test_shapes_do_not_depend_on_the_direction_of_the_event():
    """A rotation, under which axes turn along."""
    p = events(30, 12)
    assert thrust(rotated(p)).value == pytest.approx(thrust(p).value, rel=1e-12)
    assert sphericity(rotated(p)).value == pytest.approx(sphericity(p).value, rel=1e-10)
    assert fox_wolfram_moments(rotated(p)) == pytest.approx(fox_wolfram_moments(p), abs=1e-12)


def test_events_without_particles_have_no_shape():
    """NaN, without a warning."""
    nothing = np.full((2, 12, 4), np.nan)
    assert np.isnan(thrust(nothing).value).all()
    assert np.isnan(sphericity(nothing).value).all()
    assert np.isnan(fox_wolfram_moments(nothing)).all()


def test_a_sphere_and_two_jets():
    """Closed forms: six directions of a cube have S = 1, T = 1/sqrt(3), R_2 = 0; two jets S = 0, T = 1, R_2 = 1."""
    cube = np.concatenate([np.ones((6, 1)), np.concatenate([np.eye(3), -np.eye(3)])], axis=1)[None]
    assert sphericity(cube).value == pytest.approx([1.0])
    assert thrust(cube).value == pytest.approx([1 / np.sqrt(3)])
    assert fox_wolfram_moments(cube)[0, :4] == pytest.approx([1, 0, 0, 0], abs=1e-12)
    jets = np.array([[[2.0, 0.0, 0.0, 2.0], [1.0, 0.0, 0.0, -1.0], [1.0, 0.0, 0.0, -1.0]]])
    assert sphericity(jets).value == pytest.approx([0.0], abs=1e-12)
    assert thrust(jets).value == pytest.approx([1.0])
    assert fox_wolfram_moments(jets)[0] == pytest.approx([1, 0, 1, 0, 1], abs=1e-12)


def test_moments_of_one_direction_in_spherical_harmonics():
    """H_l = 4 pi / (2 l + 1) sum_m |sum_i Y_lm p_i|^2, with the harmonics of scipy."""
    from scipy.special import sph_harm_y

    p = events(3, 5)
    polar = np.arccos(p[..., 3] / p[..., 0])
    around = np.arctan2(p[..., 2], p[..., 1])
    moments = [
        4 * np.pi / (2 * order + 1) * sum(
            np.abs((sph_harm_y(order, m, polar, around) * p[..., 0]).sum(1)) ** 2 for m in range(-order, order + 1)
        )
        for order in range(5)
    ]  # fmt: skip
    assert fox_wolfram_moments(p) == pytest.approx(np.array(moments).T / moments[0][:, None], rel=1e-10)


def test_axes_have_no_sign():
    """Opposite directions are the same axis; rounding does not take the cosine past 1."""
    axis = np.array([[0.6, 0.0, 0.8]])
    assert cosine_between_axes(axis, -axis) == pytest.approx([1.0])
    assert cosine_between_axes(axis * (1 + 1e-15), axis)[0] <= 1


def test_flat_arrays_are_refused():
    """Events are (n, k, 4)."""
    with pytest.raises(InputError, match="Pad events"):
        thrust(np.ones((5, 4)))
    with pytest.raises(InputError, match="0 or more"):
        legendre_polynomials(np.zeros(1), -1)
