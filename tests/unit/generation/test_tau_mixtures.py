"""Taus with several decays in one sample: their shares, their order, their cross section, in a file."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events.jagged import joined_jagged
from gloam.generation import TAU_MIXTURES, cross_section, make_process, stream_tau_mixture
from gloam.generation.tau_modes import MODES


def mixed(mixture, events, name="tautau", seed=1, **settings):
    def make(pair):
        return make_process(name, tau_decay=pair, **settings)

    batches = list(stream_tau_mixture(make, mixture, events, seed=seed))
    return joined_jagged([batch.events for batch in batches]), batches[-1].tally


def test_decays_have_their_shares_in_random_order():
    events, _ = mixed("one-prong", 10_000)
    np.testing.assert_allclose(total(events), np.tile([10.58, 0, 0, 0], (10_000, 1)), atol=1e-9)
    fractions = {name: float(mode.branching_fraction) for name, mode in MODES.items()}
    whole = sum(fractions.values())
    muons = np.array([events.sums((events.numbers == sign * 13).astype(float)) for sign in (1, -1)])
    share = fractions["mu"] / whole
    for found, expected in [(muons[0], share), (muons[1], share), (muons[0] * muons[1], share**2)]:
        assert abs(found.mean() - expected) < 4 * np.sqrt(expected / 10_000)
    pions = events.sums((events.numbers == 111).astype(float))
    assert abs(pions.mean() - 2 * fractions["rho"] / whole) < 4 * pions.std() / 100
    halves = [part.mean() for part in np.split(muons[0], 2)]
    assert abs(halves[0] - halves[1]) < 4 * np.sqrt(2 * share / 5000)


def total(events):
    return np.stack([events.sums(np.where(events.final, events.momenta[:, axis], 0)) for axis in range(4)], axis=1)


@pytest.mark.parametrize("mixture", TAU_MIXTURES)
def test_the_cross_section_has_all_branching_fractions(mixture):
    _, tally = mixed(mixture, 100)
    whole = sum(float(MODES[name].branching_fraction) for name in TAU_MIXTURES[mixture])
    assert tally.cross_section == pytest.approx(772074.45 * whole**2, rel=1e-6)
    assert tally.cross_section_error < 1e-9 * tally.cross_section


def test_the_cross_section_of_points_with_weights():
    _, tally = mixed("leptons", 3000, name="tautau-scalar", mass=2.0)
    bare = 0.3521**2
    expected = cross_section(make_process("tautau-scalar", mass=2.0), 300_000, seed=3)
    error = np.hypot(tally.cross_section_error / bare, expected.cross_section_error)
    assert abs(tally.cross_section / bare - expected.cross_section) < 4 * error
    assert 0 < tally.overweight_fraction < 0.02


def test_more_events_begin_with_the_same_ones():
    few, _ = mixed("leptons", 100)
    many, _ = mixed("leptons", 5000)
    np.testing.assert_array_equal(few.momenta, many[:100].momenta)
    other, _ = mixed("leptons", 100, seed=2)
    leptons = [part.momenta[np.isin(np.abs(part.numbers), [11, 13]), 0] for part in (few, other)]
    assert not np.isin(*leptons).any()


def test_what_is_refused():
    with pytest.raises(InputError, match="allowed: leptons or one-prong"):
        mixed("all", 5)
    with pytest.raises(InputError, match="got 0"):
        mixed("leptons", 0)
