"""Selections by networks as files: JSON, and ONNX for the software of experiments (extra `train`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gloam.errors import InputError
from gloam.selection.network_selection import NetworkSelection
from gloam.selection.networks import Layer, Network
from gloam.store import write_json

__all__ = ["network_selection_dict", "read_network_selection", "write_network_selection"]

KIND = "gloam network selection"


def write_network_selection(path: Path, selection: NetworkSelection) -> Path:
    """The path of a selection in a file, .json or .onnx by its suffix; read again it gives identical outputs.

    An ONNX file holds the networks, from raw inputs to outputs between 0 and 1, and the rest of the selection as
    metadata.

    Raises:
        InputError: another suffix; networks of different inputs in ONNX; ONNX is not installed.
    """
    require_network_file(path)
    if path.suffix.lower() == ".json":
        return write_json(path, network_selection_dict(selection))
    from gloam.selection import onnx_files

    return onnx_files.write(path, selection, _frame(selection))


def read_network_selection(path: Path | str) -> NetworkSelection:
    """The selection in a .json or .onnx file.

    Raises:
        InputError: no such file, another suffix, or content that is no selection.
    """
    path = Path(path)
    require_network_file(path)
    if not path.is_file():
        raise InputError(f"read the network {path}", "no such file", "a file written by gloam train", "check the name")
    if path.suffix.lower() == ".onnx":
        from gloam.selection import onnx_files

        return _selection(*onnx_files.read(path))
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["kind"] != KIND:
            raise KeyError("kind")
        return _selection(tuple(_network(each) for each in document["networks"]), document)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        found = f"content that is none ({type(fault).__name__}: {fault})"
        raise InputError(f"read the network {path}", found, "a file written by gloam train", "train again") from None


def require_network_file(path: Path) -> None:
    """Nothing if networks can be kept in a file of that name.

    Raises:
        InputError: a suffix that is neither .json nor .onnx.
    """
    if path.suffix.lower() not in (".json", ".onnx"):
        raise InputError("file of a network", path.name, "a name that ends in .json or .onnx", "name the file so")


def network_selection_dict(selection: NetworkSelection) -> dict[str, Any]:
    """Everything in a selection as JSON content; numbers keep all their digits."""
    networks = [
        {
            "inputs": list(network.inputs),
            "mass_input": network.mass_input,
            "offset": network.offset.tolist(),
            "scale": network.scale.tolist(),
            "layers": [
                {"activation": each.activation, "biases": each.biases.tolist(), "weights": each.weights.tolist()}
                for each in network.layers
            ],
        }
        for network in selection.networks
    ]
    return {"kind": KIND, **_frame(selection), "networks": networks}


def _frame(selection: NetworkSelection) -> dict[str, Any]:
    """All but the networks."""
    return {
        "edges": selection.edges.tolist(),
        "cut_mass": selection.cut_mass.tolist(),
        "cut_logit": selection.cut_logit.tolist(),
        "about": dict(selection.about),
    }


def _network(stored: Mapping[str, Any]) -> Network:
    layers = tuple(
        Layer(np.array(each["weights"], float), np.array(each["biases"], float), each["activation"])
        for each in stored["layers"]
    )
    offset, scale = (np.array(stored[name], float) for name in ("offset", "scale"))
    return Network(tuple(stored["inputs"]), offset, scale, layers, bool(stored["mass_input"]))


def _selection(networks: tuple[Network, ...], frame: Mapping[str, Any]) -> NetworkSelection:
    edges, mass, logit = (np.array(frame[name], float) for name in ("edges", "cut_mass", "cut_logit"))
    return NetworkSelection(networks, edges, mass, logit, frame["about"])
