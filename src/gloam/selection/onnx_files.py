"""Networks as ONNX graphs: (x - offset) / scale, layers, sigmoid; several side by side in one graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.selection.network_selection import NetworkSelection
from gloam.selection.networks import Activation, Layer, Network
from gloam.store import SCHEMA_VERSION, write_atomically

__all__ = ["read", "write"]

OPSET = 17
"""Version of the operators: read by every runtime since 2022."""

OPERATOR = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid", "linear": "Identity"}


def write(path: Path, selection: NetworkSelection, frame: Mapping[str, Any]) -> Path:
    """The path of the networks as one graph, and the rest of the selection as metadata.

    The graph takes `features` and gives `output`, or `output_1`, `output_2` ... of several networks. Numbers are of
    single precision where that loses nothing (all that `train` makes), else of double precision.

    Raises:
        InputError: networks of different inputs; ONNX is not installed.
    """
    onnx = _onnx()
    first = selection.networks[0]
    if any((each.inputs, each.mass_input) != (first.inputs, first.mass_input) for each in selection.networks):
        found = "networks of different inputs"
        raise InputError(f"write {path.name}", found, "the same inputs in an ONNX file", "write a .json file")
    graph = _graph(onnx, selection.networks)
    model = onnx.helper.make_model(
        graph, producer_name="gloam", opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=8
    )
    described = {"schema_version": SCHEMA_VERSION, "inputs": first.inputs, "mass_input": first.mass_input, **frame}
    onnx.helper.set_model_props(model, {"gloam": json.dumps(described)})
    onnx.checker.check_model(model)
    return write_atomically(path, lambda stream: stream.write(model.SerializeToString(deterministic=True)))


def read(path: Path) -> tuple[tuple[Network, ...], Mapping[str, Any]]:
    """The networks in a file written by `write`, and the rest of the selection.

    Raises:
        InputError: another graph; ONNX is not installed.
    """
    onnx = _onnx()
    try:
        model = onnx.load(path)
        described = json.loads(next(each.value for each in model.metadata_props if each.key == "gloam"))
        values = {each.name: onnx.numpy_helper.to_array(each).astype(float) for each in model.graph.initializer}
        operators = {node.output[0]: node.op_type for node in model.graph.node}
        networks = tuple(
            _network(prefix, values, operators, described) for prefix in _prefixes(len(model.graph.output))
        )
    except (KeyError, StopIteration, ValueError, OSError, onnx.onnx_cpp2py_export.checker.ValidationError) as fault:
        found = str(fault) or "no description of the network"
        raise InputError(f"read {path}", found, "a network written by gloam", "train or export it again") from None
    except Exception as fault:  # google.protobuf.message.DecodeError, whose package we do not import
        if type(fault).__name__ == "DecodeError":
            raise InputError(f"read {path}", "no ONNX", "a network written by gloam", "check the file") from None
        raise
    return networks, described


def _prefixes(number: int) -> list[str]:
    """Of the names in the graph that belong to each network."""
    return [""] if number == 1 else [f"network_{each}_" for each in range(1, number + 1)]


def _network(
    prefix: str, values: Mapping[str, FloatArray], operators: Mapping[str, str], described: Mapping[str, Any]
) -> Network:
    names: dict[str, Activation] = {"Tanh": "tanh", "Relu": "relu", "Sigmoid": "sigmoid", "Identity": "linear"}
    layers: list[Layer] = []
    while (weights := values.get(f"{prefix}weights_{len(layers)}")) is not None:
        biases = values[f"{prefix}biases_{len(layers)}"]
        layers.append(Layer(weights, biases, names[operators[f"{prefix}hidden_{len(layers) + 1}"]]))
    offset, scale = values[f"{prefix}offset"], values[f"{prefix}scale"]
    return Network(tuple(described["inputs"]), offset, scale, tuple(layers), described["mass_input"])


def _graph(onnx: Any, networks: Sequence[Network]) -> Any:
    helper = onnx.helper
    exact = all(
        np.array_equal(part.astype(np.float32).astype(float), part) for each in networks for part in _numbers(each)
    )
    kind, dtype = (onnx.TensorProto.FLOAT, np.float32) if exact else (onnx.TensorProto.DOUBLE, np.float64)
    nodes, values, outputs = [], [], []
    for number, (prefix, network) in enumerate(zip(_prefixes(len(networks)), networks, strict=True), 1):
        output = "output" if len(networks) == 1 else f"output_{number}"
        nodes += _nodes(helper, prefix, network, output)
        for name, each in zip(_names(prefix, network), _numbers(network), strict=True):
            values.append(onnx.numpy_helper.from_array(np.ascontiguousarray(each, dtype), name))
        outputs.append(helper.make_tensor_value_info(output, kind, ["events", 1]))
    features = helper.make_tensor_value_info("features", kind, ["events", len(networks[0].inputs)])
    return helper.make_graph(nodes, "network", [features], outputs, values)


def _numbers(network: Network) -> list[FloatArray]:
    layers = [part for each in network.layers for part in (each.weights, each.biases)]
    return [network.offset, network.scale, *layers]


def _names(prefix: str, network: Network) -> list[str]:
    """Of the numbers, in their order."""
    layers = [f"{prefix}{part}_{each}" for each in range(len(network.layers)) for part in ("weights", "biases")]
    return [f"{prefix}offset", f"{prefix}scale", *layers]


def _nodes(helper: Any, prefix: str, network: Network, output: str) -> list[Any]:
    nodes = [
        helper.make_node("Sub", ["features", f"{prefix}offset"], [f"{prefix}centred"]),
        helper.make_node("Div", [f"{prefix}centred", f"{prefix}scale"], [f"{prefix}hidden_0"]),
    ]
    for number, layer in enumerate(network.layers):
        names = [f"{prefix}{part}_{number}" for part in ("hidden", "weights", "biases")]
        after = f"{prefix}hidden_{number + 1}"
        nodes.append(helper.make_node("Gemm", names, [f"{prefix}sum_{number}"], transB=1))
        nodes.append(helper.make_node(OPERATOR[layer.activation], [f"{prefix}sum_{number}"], [after]))
    return [*nodes, helper.make_node("Sigmoid", [f"{prefix}hidden_{len(network.layers)}"], [output])]


def _onnx() -> Any:
    try:
        import onnx
        import onnx.numpy_helper
    except ImportError:
        raise InputError(
            "a network in ONNX", "onnx is not installed", "an environment with the extra 'train'",
            "pip install 'gloam[train]', or use a .json file",
        ) from None  # fmt: skip
    return onnx
