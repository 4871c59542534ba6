"""Taus that decay after they were drawn, and taus with three tracks."""

import numpy as np
import pytest

from gloam.calibration import simulated_pieces
from gloam.detector import BELLE2
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.generation import TAU_MIXTURES, decayed_parts, generate, make_process, mixture_fraction
from gloam.generation.processes.tau_three_prongs import three_pions
from gloam.kinematics import boost_to_rest_frame, mass_squared


def test_parts_of_a_mixture_have_the_shares_of_their_branching_fractions():
    process = make_process("tautau")
    batch, _ = generate(process, 20_000, seed=1)
    parts = decayed_parts(process, batch, "one-prong", random_stream(1, "mixture"))
    assert len(parts) == 16
    assert sum(len(part) for part in parts.values()) == 20_000
    expected = 20_000 * 0.1739 * 0.1782 / mixture_fraction("one-prong")
    assert len(parts["mue"]) == pytest.approx(expected, abs=4 * np.sqrt(expected))
    for part in parts.values():
        final = [place for place, particle in enumerate(part.particles) if particle.final]
        np.testing.assert_allclose(part.momenta[:, final].sum(1)[:, 0], 10.58, rtol=1e-9)


def test_decayed_parts_keep_the_correlation_of_spins():
    """Pions of a scalar's taus fly apart: along the axis n of tau- and n' of tau+ the mean of n.n' is -1/3 x (-1)."""
    process = make_process("mumu-scalar", mass=3.6, decay="tautau")  # taus almost at rest in the scalar
    batch, _ = generate(process, 40_000, seed=1)
    part = decayed_parts(process, batch, "one-prong", random_stream(1, "spins"))["pipi"]
    unpolarised = decayed_parts(make_process("4mu"), batch, "one-prong", random_stream(1, "spins"))["pipi"]
    places = [place for place, particle in enumerate(part.particles) if particle.name in ("pi-", "pi+")]

    def product(events):
        axes = [boost_to_rest_frame(events.momenta[:, pion], events.momenta[:, tau])[:, 1:]
                for pion, tau in zip(places, (3, 4), strict=True)]  # fmt: skip
        axes = [axis / np.linalg.norm(axis, axis=1, keepdims=True) for axis in axes]
        return (axes[0] * axes[1]).sum(1)

    error = 1 / np.sqrt(3 * len(part))
    assert abs(product(unpolarised).mean()) < 4 * error
    assert abs(product(part).mean()) > 5 * error


def test_an_unknown_mixture_is_refused():
    with pytest.raises(InputError, match="mixture of tau decays: got three; allowed: leptons or one-prong"):
        mixture_fraction("three")
    assert set(TAU_MIXTURES) == {"leptons", "one-prong"}


def test_pieces_of_a_mixture_have_its_cross_section():
    process = make_process("tautau")
    pieces = list(simulated_pieces(process, BELLE2, len, events=3000, seed=1, tau_decays="leptons", threads=1))
    assert sum(piece.events for piece in pieces) == 3000
    whole = make_process("tautau", tau_decay="emu").sample(random_stream(1, "x"), np.full(10, 10.58)).weights[0]
    found = sum((piece.tally for piece in pieces[1:]), pieces[0].tally).cross_section
    assert found == pytest.approx(whole / (0.1782 * 0.1739) * mixture_fraction("leptons"), rel=1e-9)


def test_three_pions_are_those_of_a_tau():
    tau = np.zeros((4, 5000))
    tau[0], tau[3] = 5.29, np.sqrt(5.29**2 - 1.77686**2)
    products = three_pions(random_stream(1, "three"), tau)
    np.testing.assert_allclose(products.sum(0), tau, atol=1e-9)
    momenta = products.transpose(2, 0, 1)
    np.testing.assert_allclose(mass_squared(momenta[:, :3]), 0.13957**2, atol=1e-4)
    np.testing.assert_allclose(mass_squared(momenta[:, 3]), 0.0, atol=1e-6)
    hadrons = np.sqrt(mass_squared(momenta[:, :3].sum(1)))
    assert 1.0 < np.median(hadrons) < 1.3  # an a1, cut off by the mass of the tau


def test_three_tracks_on_either_side_are_in_the_cross_section():
    energy = np.full(10, 10.58)
    one = make_process("tautau-1x3", decay="pi").sample(random_stream(1, "x"), energy).weights[0]
    pairs = make_process("tautau").sample(random_stream(1, "x"), energy).weights[0]
    assert one == pytest.approx(pairs * 2 * 0.152 * 0.1082)
    with pytest.raises(InputError, match="--decay of tautau-1x3: got a1; allowed: e, mu, pi or rho"):
        make_process("tautau-1x3", decay="a1")
