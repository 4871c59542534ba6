"""Training of a network: several starts, cross entropy, hand-over, then the loss itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import GloamError, InputError
from gloam.execution import progress_bar, random_stream
from gloam.selection.networks import Network, dense_network, network_logits
from gloam.store import Artefacts
from gloam.training.blocks import Placed, pack, place, place_pairs
from gloam.training.handover import hand_over
from gloam.training.hypotheses import Hypotheses
from gloam.training.losses import Stage, compile_stage, compile_value, flatten, unflatten
from gloam.training.minimising import Minimised, minimise_watched
from gloam.training.settings import Training
from gloam.training.table import TrainingTable

__all__ = ["Method", "Start", "Trained", "even_edges", "train", "train_ranges"]

Method: TypeAlias = Literal["bce", "loss"]
"""Cross entropy alone, or followed by the loss of the settings."""


@dataclass(frozen=True, slots=True)
class Start:
    """What became of one start.

    Attributes:
        cross_entropy: on the validation sample, after pre-training.
        handed_over: loss on the training sample after the hand-over (NaN without).
        loss: of the last stage on the training sample.
        validation: the same on the validation sample: the smallest chooses the start.
        steps: of L-BFGS in all.
        history: of the last stage: rows of step, loss, validation loss.
    """

    cross_entropy: float
    handed_over: float
    loss: float
    validation: float
    steps: int
    history: FloatArray


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network and how it came about.

    Attributes:
        network: the best one on the validation sample.
        best: number of its start.
        starts: what became of each.
    """

    network: Network
    best: int
    starts: tuple[Start, ...]


@dataclass(frozen=True, slots=True)
class _Bench:
    """Everything that all starts share."""

    names: tuple[str, ...]
    offset: FloatArray
    scale: FloatArray
    placed: Placed
    training: Training
    sizes: tuple[int, ...]
    entropy: tuple[Stage, Callable[[FloatArray], float]]
    loss: tuple[Stage, Callable[[FloatArray], float]] | None

    def network(self, flat: FloatArray) -> Network:
        """The network of these parameters, all of them numbers of single precision."""
        parameters = unflatten(flat.astype(np.float32).astype(float), self.sizes)
        settings = self.training
        return dense_network(self.names, parameters, settings.activation, self.offset, self.scale, settings.mass_input)


def train(
    table: TrainingTable, validation: TrainingTable, hypotheses: Hypotheses, training: Training | None = None, *,
    method: Method = "loss", seed: int = 0, checkpoints: Path | None = None, quiet: bool = True,
) -> Trained:  # fmt: skip
    """The best network of several starts; the same for the same seed.

    Each start is trained on the weighted cross entropy, in which signal and background weigh the same. Two numbers are
    then fitted (`hand_over`) before all weights follow the loss. Without pre-training networks end in accepting
    everything.

    Args:
        table: the training sample.
        validation: an independent sample, on which steps and starts are chosen.
        hypotheses: masses and windows; signal of other masses is left aside.
        training: network, loss and optimiser.
        method: "loss" for all of it; "bce" puts the steps of the second stage into the cross entropy as well.
        seed: of the first weights.
        checkpoints: a folder in which finished starts are kept; they are taken from there if everything is the same.
        quiet: True draws no progress bar.

    Raises:
        InputError: JAX is missing; a window without signal.
        GloamError: no start ended with a finite loss.
    """
    training = training or Training()
    bench = _prepare(table, validation, hypotheses, training, method)
    recipe = {"training": training, "method": method, "seed": seed, "tables": [table, validation], "at": hypotheses}
    kept = None if checkpoints is None else Artefacts(checkpoints)
    steps = training.starts * (training.pretraining + training.steps)
    with progress_bar("training", steps, enabled=not quiet) as advance:
        outcomes = [
            _checkpointed(kept, recipe | {"start": number}, partial(_start, bench, seed, number, advance))
            for number in range(training.starts)
        ]
    starts = tuple(start for _, start in outcomes)
    finite = [start.validation if np.isfinite(start.validation) else np.inf for start in starts]
    best = int(np.argmin(finite))
    if not np.isfinite(finite[best]):
        raise GloamError("no start ended with a finite loss: look at the features, or train with more starts")
    return Trained(bench.network(outcomes[best][0]), best, starts)


def train_ranges(
    table: TrainingTable, validation: TrainingTable, hypotheses: Hypotheses, edges: FloatArray, training: Training,
    *, method: Method = "loss", seed: int = 0, checkpoints: Path | None = None, quiet: bool = True,
) -> tuple[Trained, ...]:  # fmt: skip
    """One network for each range of masses between these edges (in GeV), of the hypotheses in it; as `train`.

    Raises:
        InputError: a range without a hypothesis; and as `train`.
    """
    place = np.searchsorted(edges, hypotheses.mass, side="right")
    empty = np.setdiff1d(np.arange(edges.size + 1), place)
    if empty.size:
        remedy = "choose other edges, or fewer ranges"
        raise InputError("ranges of mass", f"edges {edges.tolist()}", "hypotheses in every range", remedy)
    return tuple(
        train(
            table, validation, hypotheses.rows(place == number), training, method=method, seed=seed + number,
            checkpoints=checkpoints, quiet=quiet,
        )
        for number in range(edges.size + 1)
    )  # fmt: skip


def even_edges(hypotheses: Hypotheses, ranges: int) -> FloatArray:
    """Masses in GeV between ranges of equally many hypotheses, ranges - 1 of them.

    Raises:
        InputError: more ranges than hypotheses.
    """
    if not 1 <= ranges <= len(hypotheses):
        raise InputError("ranges of mass", ranges, f"1 to {len(hypotheses)}, the number of hypotheses", "take fewer")
    first = np.linspace(0, len(hypotheses), ranges + 1).round().astype(int)[1:-1]
    return np.asarray((hypotheses.mass[first] + hypotheses.mass[first - 1]) / 2)


def _prepare(
    table: TrainingTable, validation: TrainingTable, hypotheses: Hypotheses, training: Training, method: Method
) -> _Bench:
    put = place_pairs if training.mass_input else place
    placed, watched = put(table, hypotheses), put(validation, hypotheses)
    mean, spread = (each(placed.features.astype(float), axis=0) for each in (np.mean, np.std))
    scale = np.where(spread > 1e-6 * np.maximum(np.abs(mean), 1e-30), spread, 1.0)  # a constant stays a constant
    offset, scale = (each.astype(np.float32).astype(float) for each in (mean, scale))
    sizes = (placed.features.shape[1], *training.hidden, 1)
    blocks, others = (pack(_scaled(each, offset, scale)) for each in (placed, watched))

    def both(loss: Any) -> tuple[Stage, Callable[[FloatArray], float]]:
        return (
            compile_stage(blocks, sizes, training.activation, loss),
            compile_value(others, sizes, training.activation, loss),
        )

    names = (*table.names, "mass") if training.mass_input else table.names
    second = None if method == "bce" else both(training.loss)
    return _Bench(names, offset, scale, placed, training, sizes, both(None), second)


def _scaled(placed: Placed, offset: FloatArray, scale: FloatArray) -> Placed:
    features = ((placed.features - offset.astype(np.float32)) / scale.astype(np.float32)).astype(np.float32)
    return replace(placed, features=features)


def _start(bench: _Bench, seed: int, number: int, advance: Callable[[int], None]) -> tuple[FloatArray, Start]:
    """Final parameters of one start."""
    settings = bench.training
    flat = _first_weights(bench.sizes, random_stream(seed, "first weights of a network", number))
    first_steps = settings.pretraining + (settings.steps if bench.loss is None else 0)
    entropy = minimise_watched(*bench.entropy, flat, first_steps, settings.patience, advance)
    if bench.loss is None:
        return entropy.flat, _outcome(entropy.validation, np.nan, entropy, 0)
    flat, loss = _handed_over(bench, entropy.flat)
    final = minimise_watched(*bench.loss, flat, settings.steps, settings.patience, advance)
    return final.flat, _outcome(entropy.validation, loss, final, entropy.steps)


def _outcome(cross_entropy: float, handed_over: float, last: Minimised, before: int) -> Start:
    return Start(cross_entropy, handed_over, last.loss, last.validation, before + last.steps, last.history)


def _first_weights(sizes: tuple[int, ...], random: np.random.Generator) -> FloatArray:
    """Weights of variance 2 / inputs (He et al., arXiv:1502.01852), biases of variance 1."""
    layers = [
        (random.normal(0.0, np.sqrt(2 / inputs), (outputs, inputs)), random.normal(size=outputs))
        for inputs, outputs in pairwise(sizes)
    ]
    return flatten(layers)


def _handed_over(bench: _Bench, flat: FloatArray) -> tuple[FloatArray, float]:
    """Parameters whose logit is k (z - z0) of those given."""
    placed, network = bench.placed, bench.network(flat)
    columns = placed.features[:, :-1] if network.mass_input else placed.features
    mass = placed.features[:, -1] if network.mass_input else None
    slope, shift, loss = hand_over(network_logits(network, columns, mass), placed, bench.training.loss)
    layers = unflatten(flat, bench.sizes)
    weights, biases = layers[-1]
    layers[-1] = slope * weights, slope * (biases - shift)
    return flatten(layers), loss


def _checkpointed(
    kept: Artefacts | None, recipe: dict[str, Any], make: Callable[[], tuple[FloatArray, Start]]
) -> tuple[FloatArray, Start]:
    """What was made before by the same recipe, or is made and kept now."""
    if kept is None:
        return make()
    found = kept.find(recipe)
    if found is not None:
        return found["flat"], Start(
            float(found["cross_entropy"]), float(found["handed_over"]), float(found["loss"]),
            float(found["validation"]), int(found["steps"]), found["history"],
        )  # fmt: skip
    flat, start = make()
    stored = {name: np.asarray(getattr(start, name)) for name in Start.__slots__}
    kept.store(recipe, stored | {"flat": flat})
    return flat, start
