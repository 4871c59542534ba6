"""Networks as ONNX graphs: (x - offset) / scale, layers, sigmoid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.errors import InputError
from gloam.selection.network_selection import NetworkSelection
from gloam.selection.networks import Activation, Layer, Network
from gloam.store import SCHEMA_VERSION, write_atomically

__all__ = ["read", "write"]

OPSET = 17
"""Version of the operators: read by every runtime since 2022."""

OPERATOR = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid", "linear": "Identity"}


def write(path: Path, selection: NetworkSelection, frame: Mapping[str, Any]) -> Path:
    """The path of the network as a graph, and the rest of the selection as metadata.

    Numbers are of single precision where that loses nothing (all that `train` makes), else of double precision.

    Raises:
        InputError: several networks; ONNX is not installed.
    """
    onnx = _onnx()
    if len(selection.networks) != 1:
        found = f"{len(selection.networks)} networks"
        raise InputError(f"write {path.name}", found, "one network in an ONNX file", "write a .json file")
    (network,) = selection.networks
    graph = _graph(onnx, network)
    model = onnx.helper.make_model(
        graph, producer_name="gloam", opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=8
    )
    described = {"schema_version": SCHEMA_VERSION, "inputs": network.inputs, "mass_input": network.mass_input, **frame}
    onnx.helper.set_model_props(model, {"gloam": json.dumps(described)})
    onnx.checker.check_model(model)
    return write_atomically(path, lambda stream: stream.write(model.SerializeToString(deterministic=True)))


def read(path: Path) -> tuple[Network, Mapping[str, Any]]:
    """The network in a file written by `write`, and the rest of the selection.

    Raises:
        InputError: another graph; ONNX is not installed.
    """
    onnx = _onnx()
    try:
        model = onnx.load(path)
        described = json.loads(next(each.value for each in model.metadata_props if each.key == "gloam"))
        values = {each.name: onnx.numpy_helper.to_array(each).astype(float) for each in model.graph.initializer}
        operators = [node.op_type for node in model.graph.node if node.op_type not in ("Sub", "Div", "Gemm")][:-1]
        names: dict[str, Activation] = {"Tanh": "tanh", "Relu": "relu", "Sigmoid": "sigmoid", "Identity": "linear"}
        layers = tuple(
            Layer(values[f"weights_{number}"], values[f"biases_{number}"], names[operator])
            for number, operator in enumerate(operators)
        )
        network = Network(
            tuple(described["inputs"]), values["offset"], values["scale"], layers, described["mass_input"]
        )
    except (KeyError, StopIteration, ValueError, OSError, onnx.onnx_cpp2py_export.checker.ValidationError) as fault:
        found = str(fault) or "no description of the network"
        raise InputError(f"read {path}", found, "a network written by gloam", "train or export it again") from None
    except Exception as fault:  # google.protobuf.message.DecodeError, whose package we do not import
        if type(fault).__name__ == "DecodeError":
            raise InputError(f"read {path}", "no ONNX", "a network written by gloam", "check the file") from None
        raise
    return network, described


def _graph(onnx: Any, network: Network) -> Any:
    helper = onnx.helper
    numbers = [
        network.offset,
        network.scale,
        *(part for each in network.layers for part in (each.weights, each.biases)),
    ]
    exact = all(np.array_equal(each.astype(np.float32).astype(float), each) for each in numbers)
    kind, dtype = (onnx.TensorProto.FLOAT, np.float32) if exact else (onnx.TensorProto.DOUBLE, np.float64)

    def constant(values: npt.NDArray[np.float64], name: str) -> Any:
        return onnx.numpy_helper.from_array(np.ascontiguousarray(values, dtype), name)

    values = [constant(network.offset, "offset"), constant(network.scale, "scale")]
    nodes = [
        helper.make_node("Sub", ["features", "offset"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["hidden_0"]),
    ]
    for number, layer in enumerate(network.layers):
        names = [f"weights_{number}", f"biases_{number}"]
        values += [constant(layer.weights, names[0]), constant(layer.biases, names[1])]
        nodes.append(helper.make_node("Gemm", [f"hidden_{number}", *names], [f"sum_{number}"], transB=1))
        nodes.append(helper.make_node(OPERATOR[layer.activation], [f"sum_{number}"], [f"hidden_{number + 1}"]))
    nodes.append(helper.make_node("Sigmoid", [f"hidden_{len(network.layers)}"], ["output"]))
    features = helper.make_tensor_value_info("features", kind, ["events", len(network.inputs)])
    output = helper.make_tensor_value_info("output", kind, ["events", 1])
    return helper.make_graph(nodes, "network", [features], [output], values)


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
