"""belle_dark_higgsstrahlung: thirteen planes of two masses, and one limit on epsilon^2 alpha_D along lines in them."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.searches import load_search
from gloam.searches.counting import CombinedLines
from gloam.theory.dark_higgsstrahlung import cross_section, shares_of_three
from gloam.workflow import load_run, run, summary, write_run
from gloam.workflow.combined_counts import contributions
from gloam.workflow.counting_data import expected_signal, pseudo_counts
from gloam.workflow.declaring_counts import channel_windows, counted_hypotheses, expected_backgrounds
from gloam.workflow.prepared import prepared_counts
from gloam.workflow.pseudo_data import Injection

FULL = load_search("belle_dark_higgsstrahlung")
NAMES = ("ee_mumu_pipi", "mumu_pipi_pipi", "mumu_mumu_x")
SEARCH = FULL.model_copy(
    update={
        "channels": tuple(
            each.model_copy(update={"step": 40.0}) for each in FULL.channels if each.name in NAMES
        ),
        "combination": CombinedLines(at=((1.5,), (4.0,)), along=((0.5, 1.2, 1.5, 1.8), (4.0, 6.0, 8.0))),
    }
)  # fmt: skip
"""Three of the thirteen, with fewer windows and points: the same steps in a fraction of the time."""


@pytest.fixture(scope="module")
def result():
    return run(SEARCH, seed=3)


def test_ten_final_states_of_three_pairs_and_three_with_something_missing():
    shares = shares_of_three(1.5)
    assert [each.share for each in FULL.channels] == list(shares)
    assert len(FULL.channels) == 13


def test_windows_of_one_channel_overlap_and_cover_the_plane_above_twice_the_mass():
    """Every simulated hypothesis is in some window, at least three quarters of the way to its border."""
    channel = FULL.channels[4]
    windows, found = channel_windows(FULL, channel), prepared_counts(FULL)[channel.spectrum]
    assert (windows.mass2 > 2 * windows.mass).all()
    assert counted_hypotheses(FULL) > 15_000
    inside = found.mass[np.array([1, 5, 9, 13])]
    distance = [
        ((windows.position - mass) / windows.half_width) ** 2 + ((windows.position2 - mass2) / windows.half_width2) ** 2
        for mass, mass2 in inside.tolist()
    ]
    assert np.min(distance, axis=1).max() < 1


def test_pions_are_the_background_and_leptons_have_next_to_none():
    sums = {
        each.name: sum(part.sum() for part in expected_backgrounds(FULL, each).values()) for each in FULL.channels
    }  # fmt: skip
    assert max(sums, key=sums.get) == "pipi_pipi_pipi"
    assert sums["pipi_pipi_pipi"] > 100
    assert sums["ee_ee_ee"] < 1
    assert min(sums.values()) > 0  # the assumed rate


def test_no_hypothesis_fails_and_the_summary_has_the_combination(result):
    numbers = summary(result)
    assert numbers["n_failed"] == 0
    assert numbers["combined"]["masses"] == result.combined.mass.size
    assert result.origin.kind == "pseudo"
    assert all(np.isfinite(each.limits.observed).all() for each in result.channels)


def test_a_limit_on_the_coupling_is_that_on_the_cross_section_over_theory(result):
    channel = result.channels[0]
    counts, couplings = channel.result, channel.coupling_limits
    share = np.array([shares_of_three(mass)["ee mumu pipi"] for mass in counts.mass.tolist()])
    good = np.isfinite(couplings.observed)
    unit = (cross_section(counts.mass, counts.mass2) * share)[good]
    np.testing.assert_allclose(couplings.observed[good], channel.cross_section.observed[good] / unit, rtol=1e-9)


def test_the_combination_is_better_than_its_best_channel(result):
    found = result.combined
    assert (found.expected[:, 2] < 1.02 * found.best).all()
    assert (np.diff(found.expected, axis=1) >= 0).all()
    assert found.mass.shape == found.mass2.shape == found.observed.shape


def test_without_events_the_combination_is_that_of_the_sum_of_signals(result):
    """No event anywhere: 2.3 over the sum, with a few per cent for the error of the efficiencies."""
    spectra = {each.name: each.result.spectrum for each in result.channels}
    points = np.stack([result.combined.mass, result.combined.mass2], axis=1)
    parts = [contributions(SEARCH, each, spectra[each.name], points) for each in SEARCH.channels]
    empty = np.sum([each.observed for each in parts], axis=0) == 0
    assert empty.any()
    signal = np.sum([each.signal for each in parts], axis=0)
    np.testing.assert_allclose((result.combined.observed * signal)[empty], np.log(10), rtol=0.03)


def test_an_injected_signal_is_found():
    """At the centre of a window of one channel; in the combination, at the next point of its lines."""
    windows = channel_windows(SEARCH, SEARCH.channels[0])
    row = int(np.argmin(np.hypot(windows.mass - 1.5, windows.mass2 - 4.0)))
    mass, mass2 = float(windows.mass[row]), float(windows.mass2[row])
    found = run(SEARCH, seed=1, inject=(mass, mass2, 3e-7))
    assert int(np.argmax(found.channels[0].z_local)) == row
    assert found.channels[0].z_local[row] > 5
    assert f"a signal of {mass:g} and {mass2:g} GeV" in summary(found)["data"]["source"]


def test_the_combination_sees_a_signal_on_one_of_its_lines():
    found = run(SEARCH, seed=1, inject=(1.5, 4.0, 3e-7)).combined
    at = np.flatnonzero((found.mass == 1.5) & (found.mass2 == 4.0))
    assert found.observed[at] > 3 * found.expected[at, 2]


def test_an_injection_expects_the_events_of_theory():
    channel = SEARCH.channels[1]
    injected, found = Injection(0.5, 1e-6, 3.0), prepared_counts(SEARCH)[channel.spectrum]
    mass = np.array([[0.5, 3.0]])
    efficiency, radiation = (float(found.at_masses(name, mass)[0]) for name in ("efficiency", "radiative_factor"))
    whole = 977 * 1e-6 * float(cross_section(0.5, 3.0)) * shares_of_three(0.5)["mumu pipi pipi"] * radiation
    inside = channel_windows(SEARCH, channel)
    added = expected_signal(SEARCH, channel, injected)
    assert added.sum() == pytest.approx(whole * efficiency, rel=0.12)  # a window of ten resolutions holds most
    assert inside.shape == added.shape
    without, with_one = (pseudo_counts(SEARCH, channel, 4, each).values() for each in (None, injected))
    assert (with_one >= without).all()


def test_a_channel_that_does_not_cover_the_masses_has_no_signal():
    """The third dark photon is sought as missing above 1.1 GeV alone."""
    added = expected_signal(SEARCH, SEARCH.channels[2], Injection(0.5, 1.0, 3.0))
    assert added.sum() == 0


def test_a_channel_that_covers_no_point_says_nothing(result):
    """Below 1.1 GeV nothing is sought as missing."""
    channel, data = SEARCH.channels[2], result.channels[2].result.spectrum
    found = contributions(SEARCH, channel, data, np.array([[0.5, 3.0]]))
    assert found.signal.tolist() == found.observed.tolist() == [0.0]
    assert np.isinf(found.alone).all()


@pytest.mark.parametrize(
    ("signal", "words"),
    [((1.5, 1e-6), "two masses"), ((1.5, 2.0, 1e-6), "between simulated"), ((5.0, 9.0, 1e-6), "0.1 to 3.4")],
)
def test_signals_outside_the_plane_are_refused(signal, words):
    with pytest.raises(InputError, match=words):
        run(SEARCH, inject=signal)


def test_what_is_written_is_read_back(result, tmp_path):
    write_run(result, tmp_path, figures=False)
    text = (tmp_path / "combined.csv").read_text().splitlines()
    assert text[0].startswith("mass,mass2,coupling_ul,")
    assert len(text) == result.combined.mass.size + 1


def test_a_run_comes_back_with_its_combination(tmp_path):
    """Of the search as it ships, since a directory names it; one channel is enough for that."""
    one = FULL.model_copy(update={"channels": FULL.channels[:2], "combination": SEARCH.combination})
    found = run(one, seed=2)
    write_run(found, tmp_path, figures=False)
    back = load_run(tmp_path, search=one)
    np.testing.assert_array_equal(back.combined.observed, found.combined.observed)
    np.testing.assert_array_equal(back.combined.mass2, found.combined.mass2)
