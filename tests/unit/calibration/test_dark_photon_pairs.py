"""Candidates for B0 -> A'A': made in whole events, measured, and looked for in others. No generator is needed."""

from dataclasses import replace

import numpy as np
import pytest

from gloam.calibration.dark_photon_pairs import (
    SHAPES,
    background_candidates,
    signal_candidates,
    with_dark_photons,
)
from gloam.detector import BELLE, perfect
from gloam.events.jagged import JaggedEvents, jagged
from gloam.execution import random_stream
from gloam.generation import generate, make_process

SQRT_S = 10.58


@pytest.fixture(scope="module")
def pairs():
    """B0 pairs, the second of which decays to Lambda and something unseen."""
    batch, _ = generate(make_process("b-dark-baryon", mass=1.0), 300, seed=1)
    events = jagged(batch)
    # the meson that decays comes second, so that the first is free
    order = np.array([1, 0, 2, 3, 4, 5])
    rows = (6 * np.arange(300)[:, None] + order).ravel()
    parents = np.tile([-1, -1, 1, 1, 2, 2], 300)
    return JaggedEvents(events.offsets, events.numbers[rows], events.final[rows], parents, events.masses[rows],
                        events.momenta[rows], events.weights)  # fmt: skip


def made(pairs, modes=("ee", "mumu"), mass=1.0):
    return with_dark_photons(pairs, mass, modes, random_stream(1, "test"))


def test_the_first_meson_decays_to_four_tracks_of_two_masses(pairs):
    """Energy and momentum are those of the B0, and pairs have the mass of the A'."""
    events = made(pairs)
    assert len(events) == 300
    tracks = events.momenta[events.offsets[1:, None] + np.arange(-4, 0)]
    np.testing.assert_allclose(tracks.sum(axis=1), events.momenta[events.offsets[:-1]], atol=1e-9)
    for half in (tracks[:, :2], tracks[:, 2:]):
        total = half.sum(axis=1)
        assert total[:, 0] ** 2 - np.square(total[:, 1:]).sum(1) == pytest.approx(1.0, rel=1e-6)
    np.testing.assert_array_equal(events.numbers[events.offsets[1:, None] + np.arange(-4, 0)][0], [11, -11, 13, -13])


def test_the_other_meson_keeps_its_decay(pairs):
    """Two hadrons of the Lambda and the unseen particle stay."""
    events = made(pairs)
    assert events.counts.tolist() == [10] * 300
    np.testing.assert_array_equal(events.ancestors[events.offsets[1:] - 1], events.offsets[:-1])


def test_charged_pairs_are_left_out(pairs):
    charged = replace(pairs, numbers=np.where(np.abs(pairs.numbers) == 511, 521, pairs.numbers))
    assert len(made(charged)) == 0


def test_exact_candidates_are_a_b_meson(pairs):
    """M_bc is the mass of the B0, and Delta E is 0, without resolution; the energy of the psi is missing."""
    events = made(pairs)
    found = signal_candidates(events, perfect(BELLE), ("ee", "mumu"), SQRT_S, seed=1, sample="s")
    assert len(found) > 100
    assert found.m_bc == pytest.approx(5.27966, abs=1e-4)
    assert found.delta_e == pytest.approx(0.0, abs=1e-4)
    assert found.first == pytest.approx(1.0, abs=1e-5)
    assert found.second == pytest.approx(1.0, abs=1e-5)
    assert (found.missing > 1).all()


def test_there_are_sixteen_finite_shapes(pairs):
    found = signal_candidates(made(pairs), BELLE, ("ee", "mumu"), SQRT_S, seed=1, sample="s")
    assert len(SHAPES) == 16 == len(found.shapes)
    assert all(np.isfinite(column).all() for column in found.shapes.values())
    assert (found.shapes["cos_B"] <= 1 + 1e-12).all()


def test_the_signal_is_among_the_ways_to_take_four_tracks(pairs):
    """With perfect identification: one way for each event whose tracks are all found, of weight 0.9^4."""
    events = made(pairs, ("mumu", "pipi"))
    fakes = {"mumu": {13: 0.9}, "pipi": {211: 0.9}}
    found = background_candidates(
        events, perfect(BELLE), ("mumu", "pipi"), fakes, SQRT_S, seed=1, sample="s", loosest=(5.27, 0.02, 0.02)
    )
    own = signal_candidates(events, perfect(BELLE), ("mumu", "pipi"), SQRT_S, seed=1, sample="s")
    assert found.weight == pytest.approx(0.9**4)
    assert set(own.event) <= set(found.event)


def test_equal_pairs_are_taken_once(pairs):
    """Four muons have two ways to be paired, and the mass chooses."""
    events = made(pairs, ("mumu", "mumu"))
    found = background_candidates(
        events, perfect(BELLE), ("mumu", "mumu"), {"mumu": {13: 1.0}}, SQRT_S, seed=1, sample="s",
        loosest=(5.27, 0.02, 0.001),
    )  # fmt: skip
    assert found.first[:100] == pytest.approx(1.0, abs=0.3)
    assert len(found) <= 1.1 * len(np.unique(found.event))


def test_tracks_that_cannot_be_mistaken_make_no_background(pairs):
    events = made(pairs, ("pipi", "pipi"))
    found = background_candidates(
        events, perfect(BELLE), ("ee", "ee"), {"ee": {11: 0.9}}, SQRT_S, seed=1, sample="s", loosest=(5.2, 0.5, 0.5)
    )
    assert len(found) == 0
