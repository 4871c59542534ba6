"""belle_b0_dark_photons: five final states on pseudo-data, their products, and all of them together."""

import numpy as np
import pytest

from gloam.searches import load_search
from gloam.theory.b_dark_photons import final_states, predict
from gloam.workflow import load_run, run, summary, write_run
from gloam.workflow.on_off import decay_coupling, pseudo_decays
from gloam.workflow.prepare_dark_photons import mass_window
from gloam.workflow.prepared import decay_counts
from gloam.workflow.pseudo_data import Injection

SEARCH = load_search("belle_b0_dark_photons")


CHANNELS = tuple(
    channel.model_copy(update={"masses": tuple(m for m in channel.masses if round(50 * m) % 10 == 1)})
    for channel in SEARCH.channels
)
FEW = SEARCH.model_copy(update={"channels": CHANNELS})
"""Every tenth mass, which is faster."""


@pytest.fixture(scope="module")
def few():
    return run(FEW, seed=1)


def test_the_scan_is_the_published_one():
    """0.02 to 2.62 GeV in steps of 20 MeV, each final state from its threshold on."""
    masses = SEARCH.channels[0].masses
    np.testing.assert_allclose(masses, np.arange(1, 132) * 0.02, atol=1e-12)
    first = {channel.name: channel.masses[0] for channel in SEARCH.channels}
    assert first == {"4e": 0.02, "2e2mu": 0.22, "4mu": 0.22, "2e2pi": 0.28, "2mu2pi": 0.28}


@pytest.mark.parametrize(
    ("name", "mass", "window"), [("4e", 1.0, 0.09), ("2e2mu", 1.0, 0.04), ("4mu", 1.0, 0.02), ("4e", 0.1, 0.02),
                                 ("2mu2pi", 2.0, 0.03)],
)  # fmt: skip
def test_windows_are_the_published_ones(name, mass, window):
    """arXiv:2012.02538."""
    mode = next(each for each in SEARCH.preparation.modes if each.name == name)
    assert mass_window(SEARCH.preparation, mode, np.array([mass]))[0] == pytest.approx(window)


def test_no_limit_fails(few):
    numbers = summary(few)
    assert numbers["n_failed"] == numbers["limit"]["n_failed"] == 0
    assert numbers["n_hypotheses"] == sum(each.result.mass.size for each in few.channels) > 50


def test_no_portal_coupling_is_made_up(few):
    """The coupling is the branching fraction; that none of the Higgs portal follows is said with the results."""
    numbers = summary(few)
    assert numbers["limit"]["coupling"] == "B(B0 -> A' A')"
    assert any("No limit on a Higgs-portal coupling" in note for note in numbers["notes"])
    assert any("no formula for it in terms of the portal coupling" in note for note in predict(1.0, 1e-6).notes)


def test_products_are_of_the_published_order(few):
    """1e-8 (arXiv:2012.02538): expected limits on B(B0 -> A'A') times the final state between 0.3 and 10 of these."""
    unit = decay_coupling("b-dark-photons").at_one(np.array([1.0]))[0]
    for channel in few.channels:
        product = channel.cross_section.expected[:, 2] / unit
        assert (product > 3e-9).all()
        assert (product < 1e-7).all()


def test_mixed_pairs_have_their_factor_of_two(few):
    """B(A'A' -> ee mumu) = 2 B_ee B_mumu: the coupling's limit is the product's over that."""
    channel = next(each for each in few.channels if each.name == "2e2mu")
    row = 3
    mass = float(channel.result.mass[row])
    unit = decay_coupling("b-dark-photons").at_one(np.array([1.0]))[0]
    share = final_states(mass)["ee mumu"]
    found = channel.coupling_limits.observed[row]
    assert found == pytest.approx(channel.cross_section.observed[row] / unit / share, rel=1e-9)
    assert share == pytest.approx(2 * np.sqrt(final_states(mass)["ee ee"] * final_states(mass)["mumu mumu"]), rel=1e-9)


def test_together_they_are_better_than_the_best_of_them(few):
    """At every mass; where only one is open, as good."""
    combined = few.combined
    ratio = combined.expected[:, 2] / combined.best
    assert (ratio < 1.001).all()
    assert np.median(ratio) < 0.8
    assert (combined.expected[:, 2] > 1e-9).all()
    assert (combined.expected[:, 2] < 1e-5).all()


def test_closed_decays_have_no_limit_on_the_branching_fraction(few):
    """Above 1.8 GeV the model has no pi pi: the limit on the product stays."""
    channel = next(each for each in few.channels if each.name == "2e2pi")
    heavy = channel.result.mass > 2.0
    assert np.isnan(channel.coupling_limits.observed[heavy]).all()
    assert np.isfinite(channel.cross_section.observed[heavy]).all()


def test_an_injected_signal_is_shared_by_the_final_states():
    """Events in each channel as branching fractions and efficiencies say."""
    prepared, mass = decay_counts(SEARCH), np.array([0.5])
    for channel in SEARCH.channels[:3]:
        counts = pseudo_decays(SEARCH, channel, prepared[channel.name], 1, Injection(0.5, 1e-5)).values()
        without = pseudo_decays(SEARCH, channel, prepared[channel.name], 1, None).values()
        share = final_states(0.5)[channel.share]
        expected = 1e-5 * 2 * 772e6 * 0.486 * share * prepared[channel.name].at("efficiency", mass)[0]
        added = (counts - without).sum()
        assert abs(added - expected) < 5 * np.sqrt(expected) + 0.06 * expected  # beyond the window there is some more


def test_a_combination_has_a_file(few, tmp_path):
    numbers = write_run(few, tmp_path, figures=False)
    header = (tmp_path / "combined.csv").read_text().splitlines()[0]
    assert header.startswith("mass,coupling_ul,coupling_ul_exp_m2")
    assert numbers["combined"]["masses"] == few.combined.mass.size
    again = load_run(tmp_path, FEW).combined
    np.testing.assert_array_equal(again.expected, few.combined.expected)
