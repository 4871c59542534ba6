"""Networks of a search: which cut is best, and that training leaves the events of the preparation alone."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.searches import load_search
from gloam.selection.networks import dense_network, network_logits
from gloam.statistics.figures_of_merit import punzi_sensitivity
from gloam.training.settings import Training
from gloam.training.table import training_table
from gloam.workflow.search_networks import best_working_point, train_search_networks


def table():
    """Signal of two masses around 1 and background around -1 in the only feature."""
    random = np.random.default_rng(3)
    signal, background = random.normal(1, 1, 4000), random.normal(-1, 1, 20_000)
    return training_table(
        {
            "label": np.repeat([1.0, 0.0], [4000, 20_000]),
            "mass_generated": np.concatenate([np.repeat([4.0, 5.0], 2000), np.full(20_000, -999.0)]),
            "weight": np.repeat([0.4 / 2000, 0.05], [4000, 20_000]),
            "recoil_mass2": np.full(24_000, 20.0),
            "x": np.concatenate([signal, background]),
        },
        luminosity=10.0,
    )


def test_the_working_point_is_better_than_its_neighbours():
    network = dense_network(["x"], [([[1.0]], [0.0])])
    part, masses, share = table(), np.array([4.0, 5.0]), np.array([0.1, 0.1])
    scored = network_logits(network, part.features.astype(float)), part
    cut = best_working_point(scored, masses, share, 10.0)

    def merit(at):
        kept = scored[0] > at
        efficiencies = [part.weight[kept & (part.mass_generated == mass)].sum() for mass in masses]
        background = part.weight[kept & ~part.is_signal].sum()
        return np.log(punzi_sensitivity(efficiencies, background * share, 10.0)).mean()

    assert 0.0 < cut < 2.0
    assert merit(cut) < merit(cut - 0.7)
    assert merit(cut) < merit(cut + 0.7)


def test_the_seed_of_the_preparation_is_refused():
    search = load_search("belle2_tautau_resonance")
    with pytest.raises(InputError, match="seed of the training: got 1; allowed: another one"):
        train_search_networks(search, ["E_fast"], Training(), seed=1)


def test_a_search_without_a_preparation_has_no_networks():
    with pytest.raises(InputError, match="networks of cms_dimuon: got no preparation"):
        train_search_networks(load_search("cms_dimuon"), ["x"], Training())
