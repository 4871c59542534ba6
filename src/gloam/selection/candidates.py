"""All ways to choose a candidate among the particles of an event, kept side by side as entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.selection.entries import Entries

__all__ = ["Candidates", "choose", "observe", "order_by_energy"]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Events with their particles split into chosen ones and the rest, one entry for each way to choose.

    Attributes:
        chosen: four-vectors in the order of the choice, shape (m, r, 4).
        rest: the other particles, shape (m, k - r, 4).
        choice: which way, shape (m,).
        event: number of the event, shape (m,).
        weights: of the event, shape (m,).
    """

    chosen: FloatArray
    rest: FloatArray
    choice: IntArray
    event: IntArray
    weights: FloatArray

    def __len__(self) -> int:
        return self.event.size


def choose(momenta: FloatArray, choices: npt.ArrayLike, *, event: IntArray, weights: FloatArray) -> Candidates:
    """All candidates of events, n times the number of choices; those of one event are neighbours.

    Args:
        momenta: of the particles that are chosen from, shape (n, k, 4).
        choices: indices of the chosen particles, shape (ways, r): `index_pairs(3)` for the pairs of three photons,
            `opposite_sign_pairs` for muons, [[0, 1]] where there is nothing to choose.
        event: number of each event, shape (n,).
        weights: of each event, shape (n,).

    Raises:
        InputError: an index outside 0 to k - 1, or twice in one choice.

    Example:
        >>> from gloam.kinematics import index_pairs
        >>> photons = np.arange(24.0).reshape(2, 3, 4)
        >>> pairs = choose(photons, index_pairs(3), event=np.arange(2), weights=np.ones(2))
        >>> pairs.chosen.shape, pairs.rest.shape, pairs.event
        ((6, 2, 4), (6, 1, 4), array([0, 0, 0, 1, 1, 1]))
    """
    ways = np.asarray(choices, dtype=np.int64)
    number = momenta.shape[1]
    _require_choices(ways, number)
    others = np.array([[place for place in range(number) if place not in way] for way in ways.tolist()], np.int64)
    return Candidates(
        momenta[:, ways].reshape(-1, ways.shape[1], 4),
        momenta[:, others].reshape(len(momenta) * len(ways), number - ways.shape[1], 4),
        np.tile(np.arange(len(ways)), len(momenta)),
        np.repeat(event, len(ways)),
        np.repeat(weights, len(ways)),
    )


def observe(candidates: Candidates, observables: Mapping[str, Callable[[Candidates], FloatArray]]) -> Entries:
    """The entries whose columns are observables of the candidates.

    Args:
        candidates: see `choose`.
        observables: by name, each a function of the candidates that gives shape (m,).

    Example:
        >>> from gloam.kinematics import index_pairs, invariant_mass
        >>> photons = np.array([[[3.0, 0.0, 0.0, 3.0], [3.0, 0.0, 0.0, -3.0], [4.0, 4.0, 0.0, 0.0]]])
        >>> pairs = choose(photons, index_pairs(3), event=np.arange(1), weights=np.ones(1))
        >>> observe(pairs, {"M": lambda pair: invariant_mass(pair.chosen)}).columns["M"]
        array([6.  , 4.9, 4.9])
    """
    columns = {name: np.asarray(function(candidates), np.float64) for name, function in observables.items()}
    return Entries(columns, candidates.event, candidates.weights)


def order_by_energy(momenta: FloatArray) -> FloatArray:
    """The particles of each event in the order of falling energy, shape (n, k, 4); those that were not found last.

    Generated particles come in the order of the process, which an analysis cannot know.
    """
    order = np.argsort(-momenta[..., 0], axis=1, kind="stable")
    return np.take_along_axis(momenta, order[..., None], axis=1)


def _require_choices(ways: IntArray, number: int) -> None:
    asked, allowed = "choices of particles", f"rows of different indices from 0 to {number - 1}"
    if ways.ndim != 2 or ways.size == 0:
        raise InputError(asked, f"shape {ways.shape}", allowed, "write [[0, 1]] for one pair")
    if ways.min() < 0 or ways.max() >= number or any(len(set(way)) < len(way) for way in ways.tolist()):
        raise InputError(asked, ways.tolist(), allowed, "an event has no other particles")
