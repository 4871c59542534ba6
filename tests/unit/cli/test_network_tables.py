"""`gloam train punzi` on awkward tables, and an ensemble in ranges of mass: a clear refusal or the right answer."""

import re

import numpy as np
import pytest

from gloam.selection.network_files import read_network_selection
from gloam.selection.network_selection import cut_at, network_at
from gloam.selection.networks import network_logits
from gloam.statistics.figures_of_merit import punzi_sensitivity

QUICK = (
    "--generated", 1000, "--starts", 1, "--pretraining", 6, "--epochs", 3, "--no-baseline", "--no-figures",
)  # fmt: skip


def columns_of(masses, signal=400, background=4000, features=2, width=0.2):
    """Signal of these masses and a flat background; the first feature tells them apart, the others do not."""
    random = np.random.default_rng(1)
    mass = np.repeat(masses, signal)
    flat = random.uniform(np.min(masses) ** 2 - 1, np.max(masses) ** 2 + 1, background)
    label = np.repeat([1, 0], [mass.size, background])
    found = {
        "label": label, "mass_generated": np.concatenate([mass, np.full(background, -999.0)]),
        "weight": np.where(label, 1.0, 0.5),
        "recoil_mass2": np.concatenate([mass**2 + random.normal(0, width, mass.size), flat]),
    }  # fmt: skip
    return found | {f"x{each}": random.normal(2.0 * label * (each == 0), 1) for each in range(features)}


@pytest.fixture
def train(gloam, tmp_path):
    """Trains on these columns, with more options."""

    def call(columns, *options, out="net.json"):
        np.savez(tmp_path / "table.npz", **columns)
        return gloam(
            "train", "punzi", "--events", tmp_path / "table.npz", *QUICK, *options, "--out", tmp_path / out, "--json"
        )

    return call


TWO = columns_of([2.0, 3.0])
IS_SIGNAL = TWO["label"] == 1
IS_THREE = TWO["mass_generated"] == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x1": np.where(np.arange(IS_SIGNAL.size) == 7, np.nan, 0.0)}, "column 'x1'.*not finite"),
        ({"label": np.ones(IS_SIGNAL.size)}, "no background event"),
        ({"label": np.zeros(IS_SIGNAL.size)}, "no signal event"),
        ({"weight": np.where(IS_SIGNAL, 1.0, 0.0)}, "weights of the background: got 0 in all"),
        ({"weight": np.where(IS_THREE, 0.0, TWO["weight"])}, "signal in the windows of 3 GeV"),
        ({"weight": -TWO["weight"]}, "weight of a training event"),
        ({"recoil_mass2": TWO["recoil_mass2"] + 50.0 * IS_SIGNAL * IS_THREE}, "signal in the windows of 3 GeV"),
        ({"recoil_mass2": TWO["recoil_mass2"] + 50.0 * ~IS_SIGNAL}, "background in the windows"),
    ],
    ids=["NaN", "no background", "no signal", "weights 0", "weights 0 of a mass", "negative", "empty window", "far"],
)
def test_what_cannot_be_trained_on_is_said_in_one_message(train, tmp_path, changes, said):
    (tmp_path / "width.csv").write_text("mass,sigma\n1,0.2\n4,0.2\n")
    done = train(TWO | changes, "--width", tmp_path / "width.csv")
    assert done.code == 2
    assert "Traceback" not in done.err
    assert re.search(said, done.err), done.err
    assert not (tmp_path / "net.json").exists()


def numbers_in(document):
    """All numbers of a document, nested ones too."""
    if isinstance(document, dict):
        return [number for each in document.values() for number in numbers_in(each)]
    if isinstance(document, list):
        return [number for each in document for number in numbers_in(each)]
    return [document] if isinstance(document, int | float) else []


def test_a_constant_feature_and_background_events_without_weight_do_no_harm(train):
    some = np.where(np.arange(IS_SIGNAL.size) % 3 == 0, 0.0, TWO["weight"])
    done = train(TWO | {"x1": np.full(IS_SIGNAL.size, 3.0), "weight": np.where(IS_SIGNAL, TWO["weight"], some)})
    assert done.code == 0, done.err
    assert np.isfinite(numbers_in(done.document)).all()
    assert done.document["importance"]["x0"] > 1.2
    assert done.document["importance"]["x1"] == pytest.approx(1.0)


def test_events_and_masses_in_any_order_give_masses_in_rising_order(train):
    order = np.random.default_rng(2).permutation(IS_SIGNAL.size)
    done = train({name: values[order] for name, values in TWO.items()})
    assert done.code == 0, done.err
    assert done.document["per_mass"]["mass"] == done.document["smooth_cut"]["mass"] == [2.0, 3.0]
    assert np.isfinite(numbers_in(done.document)).all()


def test_an_event_in_300_windows_counts_in_all_of_them(gloam, train, tmp_path):
    """The public reference counted it in 44: a byte held the number of the window."""
    masses = np.round(np.linspace(2.0, 2.3, 300), 6)
    columns = columns_of(masses, signal=12, background=200, width=0.01)
    inside = columns["label"] == 0
    columns["recoil_mass2"][inside] = np.random.default_rng(3).uniform(3.5, 6.0, 200)
    (tmp_path / "width.csv").write_text("mass,sigma\n1,2\n4,2\n")
    done = train(columns, "--width", tmp_path / "width.csv")
    assert done.code == 0, done.err
    again = gloam(
        "evaluate", tmp_path / "net.json", "--events", tmp_path / "table.npz", "--generated", 1000, "--width",
        tmp_path / "width.csv", "--json",
    )  # fmt: skip
    selection = read_network_selection(tmp_path / "net.json")
    logit = network_logits(selection.networks[0], np.column_stack([columns["x0"], columns["x1"]]).astype(np.float32))
    cut = again.document["single_cut"]["value"]
    background = 0.5 * np.count_nonzero(inside & (logit >= cut))
    efficiency = [np.count_nonzero((columns["mass_generated"] == mass) & (logit >= cut)) / 1000 for mass in masses]
    expected = punzi_sensitivity(efficiency, background, 50.0, floor=1e-3)
    assert again.document["per_mass"]["mass"] == masses.tolist()
    np.testing.assert_allclose(again.document["per_mass"]["single_cut"], expected, rtol=1e-6)


def test_eight_networks_in_ranges_of_mass_are_the_same_in_json_and_onnx(gloam, train, tmp_path):
    """14 inputs and 15 hidden units, as in the search for resonances in pairs of taus; trained twice, read twice."""
    columns = columns_of(np.arange(1.0, 17.0), signal=60, features=14)
    found = {}
    for out in ("nets.json", "nets.onnx"):
        done = train(columns, "--ranges", 8, "--hidden", 15, out=out)
        assert done.code == 0, done.err
        evaluated = gloam("evaluate", tmp_path / out, "--events", tmp_path / "table.npz", "--generated", 1000, "--json")
        found[out] = read_network_selection(tmp_path / out), done.document, evaluated.document
    (nets, trained, assessed), (others, again, reassessed) = found.values()
    assert nets.about == others.about
    assert len(nets.networks) == 8
    np.testing.assert_allclose(nets.edges, np.arange(2.5, 16, 2))
    events = np.column_stack([columns[f"x{each}"] for each in range(14)])
    for mass in (1.0, 2.0, 3.0, 15.4, 16.0):
        one, other = network_at(nets, mass), network_at(others, mass)
        assert [each.weights.shape for each in one.layers] == [(15, 14), (1, 15)]
        np.testing.assert_array_equal(network_logits(one, events), network_logits(other, events))
        assert cut_at(nets, mass) == cut_at(others, mass)
    assert len({network_logits(each, events)[0] for each in nets.networks}) == 8
    for key in ("soft_loss", "single_cut", "smooth_cut", "per_mass", "importance"):
        assert trained[key] == again[key]
        assert assessed[key] == reassessed[key]
    assert np.isfinite(numbers_in(assessed)).all()
