"""Losses in JAX: derivatives, invariances, and no NaN where the reference had one."""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.selection.networks import dense_network, network_logits
from gloam.statistics.figures_of_merit import punzi_yield
from gloam.training.blocks import pack, place
from gloam.training.expected_limit import expected_limit
from gloam.training.losses import compile_stage, compile_value, flatten, unflatten
from gloam.training.settings import LossSettings
from gloam.training.toy import toy_hypotheses, toy_table

SIZES = (4, 3, 1)
LOSSES = {
    "cross entropy": None,
    "punzi": LossSettings(),
    "gaussian, geometric": LossSettings(form="gaussian", average="geometric", significance=5.0, power=1.64),
    "limit": LossSettings(kind="limit", background_error=0.1),
}


@pytest.fixture(scope="module")
def table():
    return toy_table(2, "train", signal=100, background=0.02)


@pytest.fixture(scope="module")
def flat():
    return random_stream(1, "weights of a test").normal(size=flatten(unflatten(np.zeros(19), SIZES)).size)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_gradients_are_finite_differences(table, flat, loss):
    stage = compile_stage(pack(place(table, toy_hypotheses())), SIZES, "tanh", loss)
    gradient = stage(flat)[1]
    direction = gradient / np.linalg.norm(gradient)
    step = 0.02
    # fourth order in the step, which must be large for single precision
    near, far = (stage(flat + k * step * direction)[0] - stage(flat - k * step * direction)[0] for k in (1, 2))
    assert (8 * near - far) / (12 * step) == pytest.approx(np.linalg.norm(gradient), rel=3e-3)


@pytest.mark.parametrize("name", ["punzi", "limit"])
def test_the_loss_is_that_of_the_sums(table, flat, name):
    loss, windows = LOSSES[name], toy_hypotheses()
    placed = place(table, windows)
    (w1, b1), (w2, b2) = unflatten(flat, SIZES)
    y = 1 / (1 + np.exp(-(np.tanh(placed.features @ w1.T + b1) @ w2.T + b2)[:, 0]))
    groups = placed.windows_of_background.shape[1]
    sums, squares = (np.bincount(placed.group, (placed.weight * y) ** power, groups) for power in (1, 2))
    background = placed.windows_of_background @ sums + loss.floor
    if name == "punzi":
        needed = punzi_yield(background)
    else:
        needed = expected_limit(background, placed.windows_of_background @ squares + (0.1 * background) ** 2)
    expected = np.mean(needed / (placed.windows_of_signal @ sums)) / 50
    assert compile_value(pack(placed), SIZES, "tanh", loss)(flat) == pytest.approx(expected, rel=1e-5)


def test_the_loss_does_not_depend_on_order_and_blocks_nor_on_half_of_the_events_with_twice_the_weights(table, flat):
    windows, loss = toy_hypotheses(), LOSSES["punzi"]
    twice = table.rows(np.concatenate([np.arange(len(table))] * 2)).reweighted(0.5)
    shuffled = table.rows(random_stream(5, "order").permutation(len(table)))
    expected = compile_value(pack(place(table, windows)), SIZES, "tanh", loss)(flat)
    for each, block in ((shuffled, 1024), (table, 100), (twice, 1024)):
        assert compile_value(pack(place(each, windows), block), SIZES, "tanh", loss)(flat) == pytest.approx(
            expected, rel=2e-6
        )


def test_the_luminosity_means_the_same_to_the_loss_and_to_the_figure_of_merit(table, flat):
    """The reference evaluated at 50 fb^-1 whatever it was trained for."""
    from gloam.training.assessment import choose_cuts, reached, score

    windows, loss = toy_hypotheses(), LossSettings(scaling=0.9)
    network = dense_network(table.names, unflatten(flat, SIZES))
    for luminosity in (10.0, 400.0):
        scaled = table.at_luminosity(luminosity)
        scored = score(lambda _: network, scaled, windows)
        soft = reached(scored, choose_cuts(scored, loss), loss).soft
        trained = compile_value(pack(place(scaled, windows)), SIZES, "tanh", loss)(flat)
        assert soft.mean() == pytest.approx(trained, rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_outputs_that_underflow_give_a_large_loss_but_no_nan(table, loss):
    """In the reference the gradient became NaN, and the network with it."""
    layers = unflatten(np.zeros(19), SIZES)
    stage = compile_stage(pack(place(table, toy_hypotheses())), SIZES, "tanh", loss)
    for bias in (-20.0, -40.0, -60.0, -120.0, 60.0):
        value, gradient = stage(flatten([layers[0], (layers[1][0], np.array([bias]))]))
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize(("activation", "sizes"), [("relu", (4, 3, 1)), ("sigmoid", (4, 2, 2, 1)), ("tanh", (4, 1))])
def test_networks_of_any_layers_are_those_of_numpy(table, activation, sizes):
    parameters = unflatten(random_stream(2, "other weights").normal(size=100), sizes)
    placed = place(table, toy_hypotheses())
    logit = network_logits(dense_network(table.names, parameters, activation), placed.features)
    heavy = placed.weight[~placed.is_signal].sum() / placed.weight[placed.is_signal].sum()
    weight = placed.weight * np.where(placed.is_signal, heavy, 1.0)
    expected = np.average(np.logaddexp(0, logit) - placed.is_signal * logit, weights=weight)
    assert compile_value(pack(placed), sizes, activation, None)(flatten(parameters)) == pytest.approx(
        expected, rel=1e-5
    )
