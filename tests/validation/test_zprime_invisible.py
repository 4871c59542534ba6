"""belle2_zprime_invisible_2018 against what is public: resolution, efficiencies, tau suppression, limits on g'.

Resolution: weighted sigma of the squared recoil mass (GeV^2), github.com/feichtip/punzinet, commit d42e6f5,
examples/width.txt, MIT licence, Copyright (c) 2021 feichtip (every fourth row here, with the errors of the table).
"""

from dataclasses import replace

import numpy as np
import pytest

from gloam.calibration import simulated_pieces
from gloam.detector import BELLE2
from gloam.generation import make_process
from gloam.interpretation.exclusions import coupling_plane
from gloam.searches import load_search
from gloam.selection import lepton_pair_recoil
from gloam.workflow.comparison_counts import compare_counts, efficiency_ends, ranges_of
from gloam.workflow.counting_data import pseudo_counts
from gloam.workflow.prepared import prepared_counts, prepared_cut_flows
from gloam.workflow.run_counts import count_channel

pytestmark = pytest.mark.validation

SEARCH = load_search("belle2_zprime_invisible_2018").model_copy(update={"cross_checks": ()})
FOUND = prepared_counts(SEARCH)["mumu"]

WIDTHS = {
    0.5: (0.261568, 0.0121), 0.9: (0.296014, 0.0116), 1.7: (0.304088, 0.0123), 2.5: (0.301663, 0.0152),
    3.3: (0.297298, 0.0148), 4.1: (0.271074, 0.0135), 4.9: (0.257057, 0.0145), 5.7: (0.222904, 0.0130),
    6.5: (0.176748, 0.0086), 7.3: (0.139235, 0.0075), 8.1: (0.0971608, 0.0057), 8.9: (0.0669022, 0.0060),
}  # fmt: skip


def width(mass, detector, n=12_000):
    """The standard deviation of the squared recoil mass of two muons in the barrel, without radiation."""

    def observed(seen):
        c = lepton_pair_recoil(seen, 10.58, BELLE2.beams).columns
        kept = (c["tracks"] == 2) & (c["identified"] == 2) & (c["least_polar"] > 37) & (c["largest_polar"] < 120)
        return c["M2_recoil"][kept]

    process = make_process("mumu-zprime", mass=mass)
    values = np.concatenate([piece.found for piece in simulated_pieces(process, detector, observed, events=n, seed=3)])
    return values.std(), values.size


@pytest.fixture(scope="module")
def still():
    """Without the spread of the beams, as the published simulation."""
    return {mass: width(mass, replace(BELLE2, spread=False)) for mass in WIDTHS}


@pytest.mark.parametrize("mass", WIDTHS)
def test_the_resolution_is_the_published_one_within_fifteen_per_cent(still, mass):
    assert still[mass][0] == pytest.approx(WIDTHS[mass][0], rel=0.15)


@pytest.mark.parametrize("mass", [4.1, 7.3, 8.9])
def test_the_spread_of_the_beams_adds_what_kinematics_say(still, mass):
    """M^2 = s - 2 sqrt(s) E + M_mumu^2 moves by 2 E_rec = (s + M^2)/sqrt(s) for each GeV of sqrt(s)."""
    spread, number = width(mass, BELLE2)
    added = np.sqrt(spread**2 - still[mass][0] ** 2)
    expected = float(BELLE2.collider.energy_spread) * (10.58**2 + mass**2) / 10.58
    error = spread**2 / np.sqrt(number) / added
    assert added == pytest.approx(expected, abs=4 * error)


@pytest.fixture(scope="module")
def counted():
    return count_channel(SEARCH, SEARCH.channels[0], pseudo_counts(SEARCH, SEARCH.channels[0], 1, None))


def test_the_smallest_efficiency_below_seven_gev_is_the_published_one(counted):
    """2.6 to 4.9 % with all corrections: the smallest within 25 %."""
    assert efficiency_ends(SEARCH, [counted])[0] == pytest.approx(0.026, rel=0.25)


@pytest.mark.xfail(
    reason="few tau pairs are expected below 1.2 GeV: the tuned line is loose",
    strict=True,
)
def test_the_largest_efficiency_below_seven_gev_is_the_published_one(counted):
    assert efficiency_ends(SEARCH, [counted])[1] == pytest.approx(0.049, rel=0.25)


def test_the_tau_suppression_keeps_about_half_of_the_signal():
    """About 50 % published; 0.40 to 0.60 from 1.25 to 7.25 GeV. Below there is little to suppress."""
    mass = FOUND.mass[:, 0]
    inside = (mass >= 1.25) & (mass <= 7.25)
    assert FOUND.tuned_efficiency[inside].min() > 0.40
    assert FOUND.tuned_efficiency[inside].max() < 0.60


def test_expected_limits_are_within_a_factor_two_of_the_published_ones(counted):
    """35 observed limits; nothing is fitted to them: >= 33 within 2, median 0.60 to 1.67, rms of the rest <= 0.15."""
    found = compare_counts(SEARCH, [counted])
    assert found["points"] == 35
    assert found["within_a_factor_2"] >= 33
    assert 0.60 < found["median_ratio"] < 1.67
    assert found["rms_log_ratio_about_median"] < 0.15


def test_one_constant_of_the_published_efficiencies_brings_them_nearer(counted):
    """The ratio of the geometric means of the ends of both efficiency ranges, used in the comparison alone."""
    found = compare_counts(SEARCH, [counted])["with_one_constant"]
    low, high = found["efficiency"]["ours"]
    assert found["effective_normalisation"] == pytest.approx(np.sqrt(0.026 * 0.049 / (low * high)))
    assert 0.75 < found["median_ratio"] < 1.33


def test_published_windows_are_about_as_wide_as_ours():
    """The spacing of the 35 upper edges in M^2 against our four resolutions, both read as the width of windows."""
    published = next(e for e in coupling_plane("zprime").exclusions if e.name == SEARCH.compare_with)
    low, high, _ = ranges_of(published.content)
    ours = 4 * FOUND.resolution(0.5 * (low**2 + high**2)[:, None])[:, 0]
    assert np.median(ours / (high**2 - low**2)) == pytest.approx(1.0, abs=0.2)


def test_cut_flows_are_carried_for_signals_and_every_background():
    flows = prepared_cut_flows(SEARCH)["mumu"]
    assert {"mumugamma", "tautau mumu", "eemumu"} < set(flows)
    assert sum("mumu-zprime" in name for name in flows) == 3
