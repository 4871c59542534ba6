"""A selection made by networks: which network at which mass, and where it cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.selection.entries import Entries
from gloam.selection.networks import Network, columns_of, network_logits

__all__ = ["NetworkSelection", "cut_at", "network_at", "selected", "with_network_columns"]


@dataclass(frozen=True, slots=True)
class NetworkSelection:
    """One network for all masses or one in each range of masses, with a cut that is linear in mass between knots.

    Attributes:
        networks: in rising order of their ranges.
        edges: masses in GeV between the ranges, one fewer than networks.
        cut_mass: of the knots in GeV, rising; one knot is one cut for all masses.
        cut_logit: the cut at each knot, in the logit of the output.
        about: what is known of the training, as plain JSON content.
    """

    networks: tuple[Network, ...]
    edges: FloatArray
    cut_mass: FloatArray
    cut_logit: FloatArray
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.networks or self.edges.shape != (len(self.networks) - 1,) or (np.diff(self.edges) <= 0).any():
            found = f"{len(self.networks)} networks, edges {self.edges.tolist()}"
            raise InputError("networks of a selection", found, "one more than rising edges", "check the file")
        if (
            self.cut_mass.size == 0
            or self.cut_mass.shape != self.cut_logit.shape
            or (np.diff(self.cut_mass) <= 0).any()
        ):
            found = f"{self.cut_mass.size} masses, {self.cut_logit.size} cuts"
            raise InputError("cuts of a selection", found, "a cut for each of rising masses", "check the file")


def network_at(selection: NetworkSelection, mass: float) -> Network:
    """The network of the range that this mass in GeV lies in; on an edge the upper one."""
    return selection.networks[int(np.searchsorted(selection.edges, mass, side="right"))]


def cut_at(selection: NetworkSelection, mass: npt.ArrayLike) -> FloatArray:
    """The cut in the logit at these masses in GeV; outside the knots that of the nearest.

    Example:
        >>> from gloam.selection.networks import dense_network
        >>> network = dense_network(["x"], [([[1.0]], [0.0])])
        >>> chosen = NetworkSelection((network,), np.empty(0), np.array([1.0, 3.0]), np.array([0.0, 2.0]))
        >>> cut_at(chosen, [0.5, 2.0])
        array([0., 1.])
    """
    return np.asarray(np.interp(np.asarray(mass, float), selection.cut_mass, selection.cut_logit))


def selected(selection: NetworkSelection, columns: Mapping[str, npt.ArrayLike], mass: float) -> BoolArray:
    """Whether each event is kept for the hypothesis of this mass in GeV, shape (n,).

    Raises:
        InputError: a column is missing or not finite.
    """
    network = network_at(selection, mass)
    logit = network_logits(network, columns_of(network, columns), mass if network.mass_input else None)
    return np.asarray(logit >= cut_at(selection, mass))


def with_network_columns(entries: Entries, selection: NetworkSelection) -> Entries:
    """The entries with the logits of all networks as columns network_1, network_2 ..., NaN where an input is none.

    Raises:
        InputError: a column is missing, or a network that takes the mass of a hypothesis.
    """
    added = {}
    for number, network in enumerate(selection.networks, 1):
        values = columns_of(network, entries.columns)
        known = np.isfinite(values).all(axis=1)
        logit = np.full(len(entries), np.nan)
        logit[known] = network_logits(network, values[known])
        added[f"network_{number}"] = logit
    return Entries({**entries.columns, **added}, entries.event, entries.weights)
