"""The simulations behind the searches for decays of B mesons, at a small scale. Pythia is an extra."""

from dataclasses import fields

import numpy as np
import pytest

from gloam.searches import load_search
from gloam.workflow.prepare_dark_photons import prepare_pairs
from gloam.workflow.prepare_on_off import decays_to_simulate, in_numbers, prepare_tagged
from gloam.workflow.prepared import decay_counts
from gloam.workflow.spreading import spread_out

pytest.importorskip("pythia8mc")

TAGGED = load_search("belle_b0_lambda_dark_baryon")
PAIRS = load_search("belle_b0_dark_photons")


@pytest.fixture(scope="module")
def tagged():
    """Two masses, 2000 events each, and 2000 of background."""
    declared = TAGGED.preparation.model_copy(update={"simulated_masses": (1.0, 3.9)})
    return prepare_tagged(declared, scale=1e-3, seed=TAGGED.preparation.seed)


@pytest.fixture(scope="module")
def pairs():
    """One final state at two masses."""
    changes = {"simulated_masses": (0.4, 2.2), "modes": PAIRS.preparation.modes[3:4]}
    return prepare_pairs(PAIRS.preparation.model_copy(update=changes), scale=0.02, seed=5)["2e2pi"]


def test_a_small_simulation_agrees_with_the_artefact(tagged):
    """Efficiencies within their errors, resolutions within a tenth."""
    shipped = decay_counts(TAGGED)["lambda"]
    for row, place in ((0, 0), (1, -1)):
        error = np.hypot(tagged.efficiency_error[row], shipped.efficiency_error[place])
        assert abs(tagged.efficiency[row] - shipped.efficiency[place]) < 4 * error
        assert tagged.resolution[row] == pytest.approx(shipped.resolution[place], rel=0.1)


def test_windows_are_multiples_of_the_resolution(tagged):
    np.testing.assert_allclose(tagged.half_width, 2.5 * tagged.resolution)


def test_what_is_said_of_it(tagged):
    numbers = in_numbers(tagged)
    assert numbers["masses"] == 2
    assert numbers["efficiency"][0] <= numbers["efficiency"][1]
    assert decays_to_simulate(TAGGED) == 8 * 40_000 + 1_200_000 + 600_000
    assert decays_to_simulate(PAIRS) == 68_000


def test_light_quarks_reach_masses_that_b_decays_do_not():
    """A Lambda from b -> c is slow; every window stands on a few simulated events."""
    shipped = decay_counts(TAGGED)["lambda"]
    centres = 0.5 * (shipped.edges[1:] + shipped.edges[:-1])
    assert 0.3 < shipped.expected[centres < 2.0].sum() < 1.0
    assert (shipped.effective > 5).all()


def test_the_discriminant_keeps_what_it_should(pairs):
    """85 % of the signal, and 10 to 30 % of the light quarks, in the half that did not train it; few events here."""
    for point in pairs.points:
        assert point.signal == pytest.approx(0.85, abs=0.05)
        assert 0.03 < point.background < 0.45


def test_efficiencies_of_a_small_simulation(pairs):
    shipped = decay_counts(PAIRS)["2e2pi"]
    for row, mass in enumerate((0.4, 2.2)):
        expected = shipped.at("efficiency", np.array([mass]))[0]
        assert abs(pairs.counts.efficiency[row] - expected) < 5 * pairs.counts.efficiency_error[row]


def test_artefacts_hold_what_they_should():
    """Arrays of one length for each channel, the background not negative."""
    for search in (TAGGED, PAIRS):
        for channel in search.channels:
            found = decay_counts(search)[channel.name]
            sizes = {getattr(found, each.name).size for each in fields(found) if each.name not in ("edges", "expected")}
            assert sizes == {found.mass.size}
            assert (found.expected >= 0).all()
            assert found.edges.size == found.expected.size + 1


def test_events_that_are_spread_out_keep_their_weight():
    """Far from the ends of the axis."""
    edges = np.linspace(0.0, 10.0, 101)
    found = spread_out(np.array([4.0, 6.0]), edges, 0.3, np.array([1.0, 2.5]))
    assert found.sum() == pytest.approx(3.5, rel=1e-9)
    assert spread_out(np.empty(0), edges, 0.3).sum() == 0
