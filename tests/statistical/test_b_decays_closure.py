"""Decays of B mesons: limits cover what they should, and injected signals come out as large as they went in."""

import numpy as np
import pytest

from gloam.searches import load_search
from gloam.statistics import counting_limits, on_off_cells
from gloam.statistics.counting import CombinedCounts, combined_upper
from gloam.workflow import run
from gloam.workflow.on_off import decay_coupling, pseudo_decays
from gloam.workflow.prepared import decay_counts
from gloam.workflow.pseudo_data import Injection

pytestmark = pytest.mark.statistical

TOYS = 3000


@pytest.mark.parametrize("signal", [1.5, 4.0])
@pytest.mark.parametrize("background", [0.1, 0.7, 3.0])
def test_limits_of_the_dark_baryon_search_cover(signal, background):
    """90 %, uncertainties drawn as they are declared: never less than it says, by three Monte Carlo errors."""
    result = run("belle_b0_lambda_dark_baryon", seed=1).channels[0].result
    of_background, of_signal = float(result.relative_error[0]), float(result.efficiency_error[0])
    random = np.random.default_rng(int(100 * signal + 10 * background))
    off = random.poisson(6 * background, TOYS)
    factor = np.exp(np.log1p(of_background) * random.standard_normal(TOYS))
    efficiency = np.exp(np.log1p(of_signal) * random.standard_normal(TOYS))
    on = random.poisson(signal * efficiency + factor * background)
    pairs, which = np.unique(np.stack([on, off]), axis=1, return_inverse=True)
    cells = on_off_cells(*pairs, 6.0, of_background, 1.0, of_signal)
    covered = (counting_limits(cells, 0.90, "bayes", expected=False).upper[which.ravel()] > signal).mean()
    assert covered > 0.90 - 3 * np.sqrt(0.09 / TOYS)


def test_limits_of_combined_final_states_cover():
    """Five channels with the signals and off counts of the search at 1.48 GeV, three events in all."""
    channels = run("belle_b0_dark_photons", seed=1).channels
    rows = [np.flatnonzero(each.result.mass == 1.48)[0] for each in channels]
    tau = np.array([each.result.tau[row] for each, row in zip(channels, rows, strict=True)])
    background = np.array([0.02, 0.02, 0.02, 0.6, 0.3])
    weight = np.array([each.factors.at("efficiency", np.array([1.48]))[0] for each in channels])
    random = np.random.default_rng(3)
    strength = 3 / weight.sum()
    number, covered = 300, 0
    for _ in range(number):
        off = random.poisson(tau * background)
        counts = CombinedCounts(weight, off.astype(float), tau, np.full(5, 0.3), 0.056)
        factor = np.exp(np.log1p(0.3) * random.standard_normal(5))
        efficiency = np.exp(np.log1p(0.056) * random.standard_normal())
        on = random.poisson(strength * weight * efficiency + factor * background)
        covered += combined_upper(counts, on, 0.90) > strength
    assert covered / number > 0.90 - 3 * np.sqrt(0.09 / number)


@pytest.mark.parametrize("name", ["belle_b0_lambda_dark_baryon", "belle_b0_dark_photons"])
def test_injected_signals_come_out(name):
    """Mean of 300 sets of pseudo-data in the window over what efficiency and branching fraction say."""
    search = load_search(name)
    channel, mass = search.channels[0], 1.5
    prepared = decay_counts(search)[channel.name]
    share = channel.branching_fraction.value if channel.share is None else 1.0
    unit = decay_coupling(search.model, channel.share).at_one(np.array([mass]))[0] * 711.0
    at_one = unit * share * prepared.at("efficiency", np.array([mass]))[0]
    half = prepared.at("half_width", np.array([mass]))[0]
    centre = 0.5 * (prepared.edges[1:] + prepared.edges[:-1])
    inside = np.abs(centre - mass) < half
    strength = 20 / at_one
    drawn = [
        pseudo_decays(search, channel, prepared, seed, Injection(mass, strength)).values()[inside].sum()
        for seed in range(300)
    ]
    expected = 20 + prepared.expected[inside].sum()
    assert abs(np.mean(drawn) - expected) < 3 * np.sqrt(expected / 300) + 0.01 * expected  # bins end beside the window
