"""The training of networks against the training rule of the public reference, on fresh events of the toy."""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.selection.networks import dense_network
from gloam.statistics.cut_scans import averaged
from gloam.training.assessment import choose_cuts, reached, score
from gloam.training.blocks import pack, place
from gloam.training.losses import compile_stage, unflatten
from gloam.training.minimising import minimise_watched
from gloam.training.reference_rule import descend
from gloam.training.settings import LossSettings, Training
from gloam.training.toy import TOY_FEATURES, toy_hypotheses, toy_table
from gloam.training.train import train

pytestmark = pytest.mark.statistical

LOSS = LossSettings(power=1.28155)
SIZES = (4, 8, 4, 1)


@pytest.mark.parametrize("seed", [201, 202])
def test_a_single_cut_beats_the_reference_rule_by_five_per_cent_and_the_cross_entropy(seed):
    """Tables of a fifth of the size; the single cuts are chosen on validation events, compared on others."""
    windows = toy_hypotheses()
    sizes = {"train": 0.2, "validation": 0.2, "test": 1.0}
    tables = [toy_table(seed, name, signal=round(3000 * size), background=size) for name, size in sizes.items()]
    placed = pack(place(tables[0], windows))
    entropy = compile_stage(placed, SIZES, "tanh", None)
    first = random_stream(seed, "first weights").normal(size=81)
    first = minimise_watched(entropy, lambda flat: entropy(flat)[0], first, 100, 100).flat
    _, flat = descend(compile_stage(placed, SIZES, "tanh", LOSS), first, 500)
    networks = [dense_network(TOY_FEATURES, unflatten(flat, SIZES))]
    training = Training(loss=LOSS, starts=3, pretraining=100, steps=100)
    networks += [train(*tables[:2], windows, training, method=method, seed=seed).network for method in ("loss", "bce")]
    found = []
    for network in networks:
        validation, test = (score(lambda _, network=network: network, table, windows) for table in tables[1:])
        found.append(averaged(reached(test, choose_cuts(validation, LOSS), LOSS).single, "mean"))
    reference, ours, cross_entropy = found
    assert ours < 0.95 * reference
    assert ours < cross_entropy
    assert np.isfinite(found).all()
