"""Networks and Punzi loss against an independent implementation of the public reference."""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.selection.networks import dense_network, network_outputs
from gloam.training.blocks import pack, place
from gloam.training.losses import compile_stage, flatten, unflatten
from gloam.training.minimising import minimise_watched
from gloam.training.reference_rule import descend
from gloam.training.settings import LossSettings
from gloam.training.toy import TOY_FEATURES, toy_hypotheses, toy_table

from . import punzinet

pytestmark = pytest.mark.validation

SIZES = (4, 8, 4, 1)
REFERENCE = LossSettings(floor=0.0, power=1.28155)
GENERATED = 300


@pytest.fixture(scope="module")
def table():
    return toy_table(5, "train", signal=GENERATED, background=0.03)


@pytest.fixture(scope="module")
def reference(table):
    windows = toy_hypotheses()
    sigma = (windows.high - windows.low) / 4
    return punzinet.reference_of(table, windows.mass, sigma, GENERATED, table.luminosity)


@pytest.fixture(scope="module")
def stage(table):
    return compile_stage(pack(place(table, toy_hypotheses())), SIZES, "tanh", REFERENCE)


@pytest.mark.parametrize("name", ["bce", "punzi"])
def test_published_networks_give_the_outputs_of_their_formula(name, table):
    parameters = punzinet.published_parameters(name)
    network = dense_network(TOY_FEATURES, parameters)
    expected = punzinet.outputs(parameters, table.features.astype(float))[0]
    assert expected.min() < 0.1
    assert expected.max() > 0.8
    np.testing.assert_allclose(network_outputs(network, table.features), expected, atol=1e-12)


@pytest.mark.parametrize("name", ["bce", "punzi"])
def test_loss_and_gradient_are_those_of_the_reference(name, reference, stage):
    parameters = punzinet.published_parameters(name)
    loss, gradient = stage(flatten(parameters))
    expected, expected_gradient = reference.loss_and_gradient(parameters)
    assert loss == pytest.approx(expected, rel=1e-5)
    flat = flatten(expected_gradient)
    np.testing.assert_allclose(gradient, flat, atol=1e-3 * np.abs(flat).max())
    np.testing.assert_allclose(gradient, flat, rtol=1e-2, atol=1e-4 * np.abs(flat).max())


def test_500_steps_of_its_training_rule_follow_the_same_trajectory(table, reference, stage):
    """At the rate that its function has by default, from a network that tells signal from background.

    At five times that rate, which its example sets, the loss passes spikes in which rounding grows a millionfold: there
    runs in single and double precision part, of any program.
    """
    windows = toy_hypotheses()
    entropy = compile_stage(pack(place(table, windows)), SIZES, "tanh", None)
    start = random_stream(2, "first weights").normal(size=81)
    start = minimise_watched(entropy, lambda flat: entropy(flat)[0], start, 60, 60).flat
    losses, flat = descend(stage, start, 500, rate=0.01)
    expected, parameters = punzinet.train(reference, unflatten(start, SIZES), 500, rate=0.01)
    assert losses[-1] < 0.8 * losses[0]
    np.testing.assert_allclose(losses, expected, rtol=1e-3)
    np.testing.assert_allclose(flat, flatten(parameters), atol=1e-3)
