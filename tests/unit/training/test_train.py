"""Training: repeatable, kept in checkpoints, better than its start, and clear where it cannot be."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from gloam.errors import GloamError, InputError
from gloam.selection.networks import network_logits, network_outputs, sigmoid
from gloam.training.assessment import choose_cuts, importance, ratio_interval, reached, score
from gloam.training.blocks import place
from gloam.training.handover import hand_over
from gloam.training.losses import loss_of_sums
from gloam.training.minimising import minimise_watched
from gloam.training.settings import LossSettings, Training
from gloam.training.toy import toy_hypotheses, toy_table
from gloam.training.train import even_edges, train, train_ranges

FEW = Training(hidden=(4,), starts=2, pretraining=30, steps=15)


@pytest.fixture(scope="module")
def windows():
    return toy_hypotheses().rows(np.arange(5, 40, 6))


@pytest.fixture(scope="module")
def tables():
    return [toy_table(1, name, signal=200, background=0.03) for name in ("train", "validation", "test")]


@pytest.fixture(scope="module")
def trained(tables, windows):
    return train(*tables[:2], windows, FEW, seed=3)


def test_the_same_seed_gives_the_same_network_and_other_starts_others(tables, windows, trained):
    again = train(*tables[:2], windows, FEW, seed=3)
    events = tables[2].features[:100]
    np.testing.assert_array_equal(network_logits(again.network, events), network_logits(trained.network, events))
    assert trained.starts[0].validation != trained.starts[1].validation
    other = train(*tables[:2], windows, replace(FEW, pretraining=1, steps=0), seed=4)
    assert other.starts[0].cross_entropy != trained.starts[0].cross_entropy


def test_the_kept_start_is_the_best_on_the_validation_sample_and_better_than_its_beginning(trained):
    kept = trained.starts[trained.best]
    assert kept.validation == min(start.validation for start in trained.starts)
    for start in trained.starts:
        assert start.validation == start.history[:, 2].min()
        assert start.loss <= 1.0001 * start.handed_over
        assert start.steps <= FEW.pretraining + FEW.steps


def test_finished_starts_are_taken_from_checkpoints(tables, windows, trained, tmp_path, monkeypatch):
    first = train(*tables[:2], windows, FEW, seed=3, checkpoints=tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == FEW.starts
    monkeypatch.setattr("gloam.training.train.minimise_watched", lambda *_: pytest.fail("trained again"))
    again = train(*tables[:2], windows, FEW, seed=3, checkpoints=tmp_path)
    assert [start.validation for start in again.starts] == [start.validation for start in trained.starts]
    events = tables[2].features[:100]
    np.testing.assert_array_equal(network_logits(again.network, events), network_logits(first.network, events))
    monkeypatch.undo()
    monkeypatch.setattr("gloam.training.train.minimise_watched", lambda *_: (_ for _ in ()).throw(KeyError("new")))
    with pytest.raises(KeyError, match="new"):
        train(*tables[:2], windows, replace(FEW, steps=16), seed=3, checkpoints=tmp_path)


def test_the_hand_over_is_the_loss_that_it_says_and_not_far_from_the_best_of_a_fine_grid(tables, windows, trained):
    placed = place(tables[0], windows)
    logit = 0.3 * network_logits(trained.network, placed.features) - 2.0
    loss = LossSettings()
    slope, shift, least = hand_over(logit, placed, loss)
    groups = placed.windows_of_background.shape[1]

    def by_hand(slope, shift):
        y = sigmoid(slope * (logit - shift))
        one, two = (np.bincount(placed.group, (placed.weight * y) ** power, groups) for power in (1, 2))
        background, signal = placed.windows_of_background, placed.windows_of_signal
        return float(loss_of_sums(background @ one, signal @ one, background @ two, loss, 50.0))

    assert by_hand(slope, shift) == pytest.approx(least, rel=2e-3)
    grid = [by_hand(k, z) for k in np.geomspace(0.1, 100, 20) for z in np.quantile(logit, np.linspace(0, 1, 30))]
    assert least < 1.06 * min(grid)
    assert least < 0.9 * by_hand(1.0, 0.0)


def test_a_constant_feature_changes_nothing_else(tables, windows):
    def constant(table):
        return replace(
            table,
            names=(*table.names, "one"),
            features=np.column_stack([table.features, np.ones(len(table), np.float32)]),
        )

    few = replace(FEW, starts=1)
    found = train(constant(tables[0]), constant(tables[1]), windows, few, seed=3)
    outputs = network_outputs(found.network, constant(tables[2]).features)
    assert np.isfinite(outputs).all()
    assert found.starts[0].validation < found.starts[0].history[0, 2]


@pytest.mark.parametrize("kind", ["bce", "limit", "mass input"])
def test_other_ways_to_train(tables, windows, kind):
    loss = LossSettings(kind="limit", background_error=0.1) if kind == "limit" else LossSettings()
    training = replace(FEW, starts=1, loss=loss, mass_input=kind == "mass input")
    found = train(*tables[:2], windows, training, method="bce" if kind == "bce" else "loss", seed=1)
    assert found.network.mass_input is (kind == "mass input")
    scored = score(lambda _: found.network, tables[2], windows)
    made = reached(scored, choose_cuts(scored, loss), loss)
    trivial = reached(scored, replace(choose_cuts(scored, loss), single=-1e9), loss)
    assert made.each.mean() < 0.7 * trivial.single.mean()
    assert np.isnan(found.starts[0].handed_over) == (kind == "bce")


def test_ranges_of_mass_have_their_networks(tables, windows, monkeypatch):
    edges = even_edges(windows, 2)
    assert np.searchsorted(edges, windows.mass).tolist() == [0, 0, 0, 1, 1, 1]
    monkeypatch.setattr("gloam.training.train.train", lambda *given, seed, **_: (given[2].mass.tolist(), seed))
    found = train_ranges(*tables[:2], windows, edges, FEW, seed=1)
    assert found == ((windows.mass[:3].tolist(), 1), (windows.mass[3:].tolist(), 2))
    with pytest.raises(InputError, match="hypotheses in every range"):
        train_ranges(*tables[:2], windows, np.array([0.01]), FEW)
    with pytest.raises(InputError, match="1 to 6"):
        even_edges(windows, 7)


def test_a_feature_of_noise_is_unimportant(tables, windows, trained):
    scored = score(lambda _: trained.network, tables[2], windows)
    cuts = choose_cuts(scored, FEW.loss)
    shares = importance(lambda _: trained.network, scored, cuts.smooth, FEW.loss, seed=1)
    assert shares.shape == (4,)
    assert shares.max() > 1.3
    muted = replace(trained.network, scale=trained.network.scale * [1, 1, 1, 1e9])
    scored = score(lambda _: muted, tables[2], windows)
    assert importance(lambda _: muted, scored, cuts.smooth, FEW.loss, seed=1)[3] == pytest.approx(1.0)


def test_a_ratio_to_itself_is_exactly_one_and_to_a_worse_cut_above(tables, windows, trained):
    scored = score(lambda _: trained.network, tables[2], windows)
    cuts = choose_cuts(scored, FEW.loss)
    one = scored, cuts.smooth
    same = ratio_interval(one, one, FEW.loss, seed=1)
    assert same.mean == same.largest == (1.0, 1.0, 1.0)
    found = ratio_interval((scored, np.full(len(windows), -1e9)), one, FEW.loss, seed=1)
    for value, low, high in (found.mean, found.largest):
        assert 1.0 < low < value < high
    assert found.largest[0] > found.mean[0]


def test_a_stage_keeps_the_best_it_saw_on_the_validation_sample_and_stops_when_that_gets_worse():
    """A quadratic whose validation sample has its minimum elsewhere."""

    def stage(x):
        return float((x**2).sum()), 2 * x

    def watch(x):
        return float(((x - 1.0) ** 2).sum())

    found = minimise_watched(stage, watch, np.array([3.0, 3.0]), 50, patience=10)
    assert found.validation == min(found.history[:, 2])
    assert watch(found.flat) == found.validation


def test_a_loss_that_is_no_number_at_the_start_is_a_clear_error():
    with pytest.raises(GloamError, match="features and weights"):
        minimise_watched(lambda x: (np.nan, x), lambda _: np.nan, np.zeros(2), 10, 5)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hidden": (0,)}, "hidden layers"), ({"starts": 0}, "starts"), ({"steps": -1}, "steps"),
        ({"patience": 0}, "patience"), ({"pretraining": 0}, "pre-training"),
    ],
)  # fmt: skip
def test_what_is_no_training(settings, said):
    with pytest.raises(InputError, match=said):
        Training(**settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"form": "exact"}, "train with|Train with"), ({"kind": "bce"}, "kind of loss"), ({"level": 1.0}, "level"),
        ({"floor": -1.0}, "floor"), ({"background_error": np.nan}, "background error"), ({"scaling": 0.0}, "scaling"),
        ({"average": "median"}, "average"), ({"significance": -3.0}, "significance"),
    ],
)  # fmt: skip
def test_what_is_no_loss(settings, said):
    with pytest.raises(InputError, match=said):
        LossSettings(**settings)


def test_jax_is_imported_by_a_training_and_by_nothing_else(monkeypatch, tables, windows):
    code = (
        "import sys, pkgutil, importlib, gloam\n"
        "for each in pkgutil.walk_packages(gloam.__path__, 'gloam.'):\n"
        "    if not each.name.startswith(('gloam.benchmarking.peers', 'gloam.__main__', 'gloam.kernel.lib')):\n"
        "        importlib.import_module(each.name)\n"
        "print([name for name in ('jax', 'onnx', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(InputError, match=r"gloam\[train\]"):
        train(*tables[:2], windows, FEW)
