"""Networks in NumPy, in JSON and in ONNX."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.selection.network_files import read_network_selection, write_network_selection
from gloam.selection.network_selection import NetworkSelection, cut_at, network_at, selected
from gloam.selection.networks import Layer, dense_network, network_logits, network_outputs, sigmoid


def some_network(activation="tanh", hidden=(5, 3), inputs=("pT", "angle"), single=True, mass_input=False):
    random = random_stream(1, f"network {activation}")
    sizes = (len(inputs), *hidden, 1)
    kind = np.float32 if single else np.float64
    parameters = [
        (random.normal(size=(b, a)).astype(kind), random.normal(size=b).astype(kind)) for a, b in pairwise(sizes)
    ]
    return dense_network(inputs, parameters, activation, [0.5] * len(inputs), [2.0] * len(inputs), mass_input)


def selection_of(*networks, edges=()):
    return NetworkSelection(
        networks, np.array(edges, float), np.array([1.0, 3.0]), np.array([0.25, 1 / 3]), {"seed": 4}
    )


EVENTS = random_stream(2, "events").normal(size=(50, 2))


def test_logits_follow_the_formula():
    network = some_network()
    hidden = (EVENTS - 0.5) / 2
    for layer in network.layers[:-1]:
        hidden = np.tanh(hidden @ layer.weights.T + layer.biases)
    expected = (hidden @ network.layers[-1].weights.T + network.layers[-1].biases)[:, 0]
    np.testing.assert_allclose(network_logits(network, EVENTS), expected, rtol=1e-14)
    np.testing.assert_allclose(network_outputs(network, EVENTS), 1 / (1 + np.exp(-expected)), rtol=1e-14)


def test_outputs_do_not_overflow():
    np.testing.assert_array_equal(sigmoid(np.array([-1e4, 1e4])), [0.0, 1.0])


@pytest.mark.parametrize("suffix", ["json", "onnx"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
@pytest.mark.parametrize("single", [True, False])
def test_a_file_gives_identical_outputs_back(tmp_path, suffix, activation, single):
    network = some_network(activation, single=single)
    kept = selection_of(network)
    found = read_network_selection(write_network_selection(tmp_path / f"net.{suffix}", kept))
    np.testing.assert_array_equal(network_outputs(found.networks[0], EVENTS), network_outputs(network, EVENTS))
    assert found.networks[0].inputs == ("pT", "angle")
    np.testing.assert_array_equal(found.cut_logit, kept.cut_logit)
    assert found.about == {"seed": 4}


@pytest.mark.parametrize("single", [True, False])
def test_another_program_computes_the_same_from_the_onnx_file(tmp_path, single):
    from onnx.reference import ReferenceEvaluator

    network = some_network(single=single)
    path = write_network_selection(tmp_path / "net.onnx", selection_of(network))
    (found,) = ReferenceEvaluator(str(path)).run(None, {"features": EVENTS.astype(np.float32 if single else float)})
    assert found.shape == (50, 1)
    np.testing.assert_allclose(found[:, 0], network_outputs(network, EVENTS), atol=1e-6 if single else 1e-14)


@pytest.mark.parametrize("suffix", ["json", "onnx"])
def test_networks_of_mass_ranges(tmp_path, suffix):
    low, high = some_network("tanh"), some_network("relu", hidden=(4,))
    kept = selection_of(low, high, edges=[2.0])
    found = read_network_selection(write_network_selection(tmp_path / f"net.{suffix}", kept))
    for mass, network in ((1.9, low), (2.0, high)):
        there = network_at(found, mass)
        assert [each.activation for each in there.layers] == [each.activation for each in network.layers]
        np.testing.assert_array_equal(network_outputs(there, EVENTS), network_outputs(network, EVENTS))


def test_another_program_computes_all_networks_of_an_onnx_file(tmp_path):
    from onnx.reference import ReferenceEvaluator

    networks = some_network("tanh"), some_network("relu", hidden=(4,))
    path = write_network_selection(tmp_path / "net.onnx", selection_of(*networks, edges=[2.0]))
    found = ReferenceEvaluator(str(path)).run(["output_1", "output_2"], {"features": EVENTS.astype(np.float32)})
    for outputs, network in zip(found, networks, strict=True):
        np.testing.assert_allclose(outputs[:, 0], network_outputs(network, EVENTS), atol=1e-6)


def test_networks_of_different_inputs_need_a_json_file(tmp_path):
    kept = selection_of(some_network(), some_network(inputs=("pT", "momentum")), edges=[2.0])
    with pytest.raises(InputError, match=r"rite a \.json file"):
        write_network_selection(tmp_path / "net.onnx", kept)
    assert len(read_network_selection(write_network_selection(tmp_path / "net.json", kept)).networks) == 2


def test_the_cut_is_linear_in_mass_and_constant_outside():
    np.testing.assert_allclose(cut_at(selection_of(some_network()), [0.1, 2.0, 9.0]), [0.25, 7 / 24, 1 / 3])


def test_events_are_kept_at_and_above_the_cut():
    chosen = replace(selection_of(dense_network(["x"], [([[1.0]], [0.0])])), cut_logit=np.array([0.5, 0.5]))
    assert selected(chosen, {"x": [0.4, 0.5, 2.0], "other": [1, 2, 3]}, 2.0).tolist() == [False, True, True]
    with pytest.raises(InputError, match="no x"):
        selected(chosen, {"y": [1.0]}, 2.0)


def test_a_mass_input_is_the_last_input():
    network = some_network(inputs=("pT", "mass"), mass_input=True)
    plain = replace(network, mass_input=False)
    np.testing.assert_array_equal(
        network_logits(network, EVENTS[:, :1], 3.0),
        network_logits(plain, np.column_stack([EVENTS[:, 0], np.full(50, 3.0)])),
    )
    with pytest.raises(InputError, match="the mass of the hypothesis"):
        network_logits(network, EVENTS[:, :1])
    with pytest.raises(InputError, match="does not take one"):
        network_logits(plain, EVENTS, 3.0)


def test_features_that_are_not_finite_are_named():
    with pytest.raises(InputError, match="features angle"):
        network_logits(some_network(), [[1.0, np.nan]])
    with pytest.raises(InputError, match=r"\(events, 2\)"):
        network_logits(some_network(), [[1.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[1]", '{"kind": "gloam network selection"}', '{"kind": "gloam network selection", "networks": [{}]}'],
)
def test_a_file_that_is_no_selection(tmp_path, content):
    path = tmp_path / "net.json"
    path.write_text(content)
    with pytest.raises(InputError, match="Train again"):
        read_network_selection(path)


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_a_file_that_is_no_onnx(tmp_path, content):
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="network written by gloam"):
        read_network_selection(path)


@pytest.mark.parametrize("name", ["net.pt", "net"])
def test_other_formats_are_refused(tmp_path, name):
    for act in (lambda path: write_network_selection(path, selection_of(some_network())), read_network_selection):
        with pytest.raises(InputError, match=r"\.json or \.onnx"):
            act(tmp_path / name)


def test_weights_that_are_not_finite_are_no_network(tmp_path):
    with pytest.raises(InputError, match="not finite"):
        Layer(np.array([[np.nan]]), np.zeros(1), "linear")
    path = write_network_selection(tmp_path / "net.json", selection_of(some_network()))
    document = json.loads(path.read_text())
    document["networks"][0]["layers"][0]["weights"][0][0] = None
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="not finite"):
        read_network_selection(path)


def test_a_network_is_applied_without_jax_and_onnx(tmp_path):
    path = write_network_selection(tmp_path / "net.json", selection_of(some_network()))
    code = (
        "import sys; sys.modules['jax'] = sys.modules['onnx'] = None\n"
        "from gloam.selection.network_files import read_network_selection\n"
        "from gloam.selection.network_selection import selected\n"
        f"print(selected(read_network_selection({str(path)!r}), {{'pT': [1.0], 'angle': [0.5]}}, 2.0).size)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_without_onnx_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r"gloam\[train\]"):
        write_network_selection(tmp_path / "net.onnx", selection_of(some_network()))
