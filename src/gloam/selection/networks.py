"""Neural networks as plain values, applied with NumPy alone: to use one takes no machine-learning library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of

__all__ = [
    "Activation",
    "Layer",
    "Network",
    "columns_of",
    "dense_network",
    "network_logits",
    "network_outputs",
    "sigmoid",
]

Activation: TypeAlias = Literal["tanh", "relu", "sigmoid", "linear"]

CHUNK = 65536
"""Events whose hidden layers are in memory together."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a network: activation(weights @ inputs + biases).

    Attributes:
        weights: shape (outputs, inputs).
        biases: shape (outputs,).
        activation: of the outputs.
    """

    weights: FloatArray
    biases: FloatArray
    activation: Activation

    def __post_init__(self) -> None:
        if self.activation not in get_args(Activation):
            raise InputError("activation of a layer", self.activation, one_of(get_args(Activation)), "choose one")
        if self.weights.ndim != 2 or self.biases.shape != self.weights.shape[:1] or self.weights.size == 0:
            shapes = f"weights {self.weights.shape}, biases {self.biases.shape}"
            raise InputError("layer of a network", shapes, "(outputs, inputs) and (outputs,)", "check the file")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.biases).all()):
            raise InputError("layer of a network", "numbers that are not finite", "finite ones", "train it again")


@dataclass(frozen=True, slots=True)
class Network:
    """A network with one output between 0 and 1, the larger the more like signal.

    The last layer is linear and gives the *logit* of the output. Cuts are made in the logit, in which outputs near 0
    and 1 stay apart that would be equal as rounded numbers.

    Attributes:
        inputs: names of the columns, in their order.
        offset: subtracted from the inputs, shape (inputs,).
        scale: the inputs are divided by it afterwards, shape (inputs,).
        layers: from the inputs on; the last is linear and has one output.
        mass_input: whether the last input is the mass of the hypothesis, in GeV, instead of a column.
    """

    inputs: tuple[str, ...]
    offset: FloatArray
    scale: FloatArray
    layers: tuple[Layer, ...]
    mass_input: bool = False

    def __post_init__(self) -> None:
        size = len(self.inputs)
        if size == 0 or self.offset.shape != (size,) or self.scale.shape != (size,):
            found = f"{size} names, shapes {self.offset.shape} and {self.scale.shape}"
            raise InputError("inputs of a network", found, "a name, an offset and a scale each", "check the file")
        if not (np.isfinite(self.offset).all() and np.isfinite(self.scale).all() and (self.scale != 0).all()):
            raise InputError(
                "scaling of a network", "0 or not finite", "finite offsets, scales not 0", "check the file"
            )
        for layer in self.layers:
            if layer.weights.shape[1] != size:
                found = f"{layer.weights.shape[1]} inputs after {size} outputs"
                raise InputError("layers of a network", found, "layers that fit each other", "check the file")
            size = layer.weights.shape[0]
        if not self.layers or size != 1 or self.layers[-1].activation != "linear":
            raise InputError("last layer of a network", size, "one output, linear: the logit", "check the file")

    @property
    def columns(self) -> tuple[str, ...]:
        """The inputs that are columns of the events."""
        return self.inputs[:-1] if self.mass_input else self.inputs


def dense_network(
    inputs: Sequence[str],
    parameters: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]],
    activation: Activation = "tanh",
    offset: npt.ArrayLike = 0.0,
    scale: npt.ArrayLike = 1.0,
    mass_input: bool = False,
) -> Network:
    """A network of these weights and biases with one activation for all hidden layers.

    Args:
        inputs: names of the inputs.
        parameters: weights (outputs, inputs) and biases (outputs,) of each layer, the last with one output.
        activation: of the hidden layers.
        offset: subtracted from the inputs; one or one for each.
        scale: divides them afterwards.
        mass_input: see `Network`.
    """
    last = len(parameters) - 1
    layers = tuple(
        Layer(np.asarray(weights, float), np.asarray(biases, float), "linear" if number == last else activation)
        for number, (weights, biases) in enumerate(parameters)
    )
    size = (len(inputs),)
    offsets, scales = (np.array(np.broadcast_to(np.asarray(each, float), size)) for each in (offset, scale))
    return Network(tuple(inputs), offsets, scales, layers, mass_input)


def network_logits(network: Network, features: npt.ArrayLike, mass: npt.ArrayLike | None = None) -> FloatArray:
    """The logit of the output for each event, shape (n,).

    Args:
        network: see `Network`.
        features: its columns, shape (n, columns).
        mass: of the hypothesis in GeV, one or one for each event; needed where the network has a mass input.

    Raises:
        InputError: another number of columns; a value that is not finite; a mass missing or superfluous.

    Example:
        >>> layer = Layer(np.array([[1.0, -2.0]]), np.array([0.5]), "linear")
        >>> network_logits(Network(("x", "y"), np.zeros(2), np.ones(2), (layer,)), [[1.0, 0.25], [0.0, 1.0]])
        array([ 1. , -1.5])
    """
    values = np.atleast_2d(np.asarray(features))
    _require_features(network, values, mass)
    masses = None if mass is None else np.broadcast_to(np.asarray(mass, float), len(values))
    logits = np.empty(len(values))
    for start in range(0, len(values), CHUNK):
        part = slice(start, start + CHUNK)
        logits[part] = _forward(network, values[part], None if masses is None else masses[part])
    return logits


def network_outputs(network: Network, features: npt.ArrayLike, mass: npt.ArrayLike | None = None) -> FloatArray:
    """The output for each event, between 0 and 1, shape (n,); arguments as of `network_logits`."""
    return sigmoid(network_logits(network, features, mass))


def sigmoid(logit: FloatArray) -> FloatArray:
    """1 / (1 + exp(-logit)), without overflow.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    small = np.exp(-np.abs(logit))
    return np.asarray(np.where(logit >= 0, 1.0, small) / (1.0 + small))


def columns_of(network: Network, columns: Mapping[str, npt.ArrayLike]) -> FloatArray:
    """The columns that a network takes, in its order, shape (n, columns).

    Raises:
        InputError: a column is missing.
    """
    missing = [name for name in network.columns if name not in columns]
    if missing:
        raise InputError("columns of a network", f"no {', '.join(missing)}", ", ".join(columns), "add these columns")
    return np.stack([np.asarray(columns[name], float) for name in network.columns], axis=1)


def _forward(network: Network, values: FloatArray, mass: FloatArray | None) -> FloatArray:
    inputs = values.astype(float) if mass is None else np.column_stack([values, mass])
    hidden = (inputs - network.offset) / network.scale
    for layer in network.layers:
        hidden = _activated(layer.activation, hidden @ layer.weights.T + layer.biases)
    return hidden[:, 0]


def _require_features(network: Network, values: npt.NDArray[np.float64], mass: npt.ArrayLike | None) -> None:
    wanted = len(network.columns)
    if values.ndim != 2 or values.shape[1] != wanted:
        raise InputError("features of a network", f"shape {values.shape}", f"(events, {wanted})", "check the columns")
    if network.mass_input is (mass is None):
        said = "none" if mass is None else mass
        need = "the mass of the hypothesis" if network.mass_input else "none: the network does not take one"
        raise InputError("mass input of a network", said, need, "check which network this is")
    good = np.isfinite(values)
    if not good.all():
        names = ", ".join(name for name, fine in zip(network.columns, good.T, strict=True) if not fine.all())
        raise InputError(f"features {names}", "values that are not finite", "finite numbers", "drop these events")


def _activated(activation: Activation, values: FloatArray) -> FloatArray:
    match activation:
        case "tanh":
            return np.tanh(values)
        case "relu":
            return np.maximum(values, 0.0)
        case "sigmoid":
            return sigmoid(values)
    return values
