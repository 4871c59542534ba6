"""From a process to events: chunks of points, unweighting, a stream that fits in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.events.batch import EventBatch, joined
from gloam.execution import Pool, map_in_order, random_stream
from gloam.generation.process import Process
from gloam.generation.statistics import Tally, tally

__all__ = ["SQRT_S", "GeneratedBatch", "cross_section", "generate", "largest_weight", "numbered", "stream"]

SQRT_S = 10.58
"""The energy of the Y(4S) in GeV, at which B factories run."""

CHUNK = 2048
"""Points of one random stream. Part of what a seed means: with another number the same seed gives other events."""

AT_ONCE = 8
"""Chunks that a worker makes at once."""

PILOT_CHUNKS = 32
SHARE_ABOVE = 2e-3
"""The part of the cross section carried by points above the weight at which a point becomes an event for sure."""


@dataclass(frozen=True, slots=True)
class GeneratedBatch:
    """Some events, and the sums over the points that were drawn since the batch before.

    Attributes:
        events: the events.
        tally: of the points; the last one counts whole chunks, also where not all of their events were asked for.
    """

    events: EventBatch
    tally: Tally


def generate(
    process: Process, events: int, *, seed: int, sqrt_s: float = SQRT_S, weighted: bool = False,
    threads: int | None = None,
) -> tuple[EventBatch, Tally]:  # fmt: skip
    """Events of a process in one batch, and what is known of its cross section.

    Args:
        process: see `make_process`.
        events: how many.
        seed: of the run; the same one gives the same events on any number of threads.
        sqrt_s: energy of the collision in GeV.
        weighted: True keeps every point that is allowed, with its weight in fb.
        threads: how many; None is the default of `gloam.execution`.

    Raises:
        InputError: an energy below threshold, a number of events below 1.

    Example:
        >>> from gloam.generation.registry import make_process
        >>> events, tally = generate(make_process("gamma-alp", mass=2.0, coupling=1e-3), 100, seed=1)
        >>> events.momenta.shape, tally.cross_section
        ((100, 4, 4), 106.149)
    """
    parts = list(stream(process, events, seed=seed, sqrt_s=sqrt_s, weighted=weighted, threads=threads))
    return joined([part.events for part in parts]), sum((part.tally for part in parts), Tally())


def stream(
    process: Process, events: int, *, seed: int, sqrt_s: float = SQRT_S, weighted: bool = False,
    threads: int | None = None, batch_size: int = 65536, workers: Pool | None = None,
) -> Iterator[GeneratedBatch]:  # fmt: skip
    """The same events in batches, so that memory does not grow with their number.

    Args:
        process: see `make_process`.
        events: how many in all.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        weighted: True keeps every point that is allowed, with its weight in fb.
        threads: how many; None is the default of `gloam.execution`.
        batch_size: events in each batch but the last; the events do not depend on it.
        workers: who generate instead, see `gloam.execution.open_workers`; nor on these.

    Raises:
        InputError: an energy below threshold, a number of events or a batch below 1, cuts that nothing passes.
    """
    _require(process, events, sqrt_s, batch_size)
    ceiling = None if weighted else largest_weight(process, sqrt_s)
    waiting: list[EventBatch] = []
    rows, made, drawn, sums = 0, 0, 0, Tally()
    for part in _chunks(_Chunks(process, seed, sqrt_s, ceiling), threads, workers):
        taken = part.events[: events - made]
        waiting.append(taken)
        rows, made, sums = rows + len(taken), made + len(taken), sums + part.tally
        drawn += part.tally.trials
        if rows >= batch_size or made == events:
            pool, whole = joined(waiting), rows if made == events else rows - rows % batch_size
            for start in range(0, whole, batch_size):
                yield GeneratedBatch(pool[start : min(start + batch_size, whole)], sums)
                sums = Tally()
            waiting, rows = [pool[whole:]], rows - whole
        if made == events:
            return
        _require_some(process, made > 0 or drawn < CHUNK * PILOT_CHUNKS)


def numbered(batches: Iterable[GeneratedBatch]) -> Iterator[tuple[int, GeneratedBatch]]:
    """Batches with the number of their first event."""
    first = 0
    for batch in batches:
        yield first, batch
        first += len(batch.events)


def cross_section(
    process: Process, points: int, *, seed: int, sqrt_s: float = SQRT_S, threads: int | None = None
) -> Tally:
    """The cross section from at least `points` weighted points, without keeping events; arguments as for `stream`.

    Example:
        >>> from gloam.generation.registry import make_process
        >>> cross_section(make_process("gamma-alp", mass=2.0, coupling=1e-3), 1000, seed=1).cross_section
        106.149
    """
    _require(process, points, sqrt_s, 1)
    chunks = -(-points // CHUNK)

    def work(chunk: int) -> Tally:
        return tally(_weights(process, seed, chunk, sqrt_s), None)

    return sum(map_in_order(work, range(chunks), threads), Tally())


def largest_weight(process: Process, sqrt_s: float = SQRT_S) -> float:
    """The weight in fb at which a point becomes an event for sure, from points that no run uses.

    Points that carry 0.2 % of the cross section are left above it: the true maximum is of no use where weights have a
    tail. They keep the ratio as their weight, so that no distribution is distorted.
    """
    drawn = map_in_order(lambda chunk: _weights(process, 0, chunk, sqrt_s, "pilot"), range(PILOT_CHUNKS), 1)
    weights = np.sort(np.concatenate(list(drawn)))[::-1]
    _require_some(process, weights[0] > 0)
    return float(weights[np.searchsorted(np.cumsum(weights), SHARE_ABOVE * weights.sum())])


def _require(process: Process, events: int, sqrt_s: float, batch_size: int) -> None:
    asked = f"events of {process.name}"
    if events < 1 or batch_size < 1:
        raise InputError(asked, min(events, batch_size), "a whole number above 0", "ask for at least one event")
    if not process.threshold < sqrt_s < np.inf:
        allowed = f"an energy above the threshold, {process.threshold:g} GeV"
        raise InputError(asked, f"sqrt(s) = {sqrt_s:g} GeV", allowed, "lower the mass or raise --sqrt-s")


def _require_some(process: Process, found: bool) -> None:
    """Nothing if some points are allowed: without any, a stream would never end."""
    if not found:
        value = f"none in {CHUNK * PILOT_CHUNKS} points"
        raise InputError(f"events of {process.name}", value, "cuts that some events pass", "loosen the cuts")


def _random(process: Process, seed: int, chunk: int, purpose: str) -> np.random.Generator:
    return random_stream(seed, f"generation {purpose} {process.name}", chunk)


def _weights(process: Process, seed: int, chunk: int, sqrt_s: float, purpose: str = "points") -> FloatArray:
    return process.sample(_random(process, seed, chunk, purpose), np.full(CHUNK, sqrt_s)).weights


@dataclass(frozen=True, slots=True)
class _Chunks:
    """What is made of the points of some neighbouring chunks."""

    process: Process
    seed: int
    sqrt_s: float
    ceiling: float | None

    def __call__(self, chunks: range) -> list[GeneratedBatch]:
        return [self._one(chunk) for chunk in chunks]

    def _one(self, chunk: int) -> GeneratedBatch:
        random = _random(self.process, self.seed, chunk, "points")
        draw = self.process.sample(random, np.full(CHUNK, self.sqrt_s))
        if self.ceiling is None:
            chosen, weights = draw.weights > 0, draw.weights
        else:
            weights = draw.weights / self.ceiling
            chosen = random.random(CHUNK) < weights
            weights = np.maximum(weights, 1.0)
        kept = weights[chosen]
        momenta = np.ascontiguousarray(draw.momenta[..., chosen].transpose(2, 0, 1))
        events = EventBatch(self.process.particles, momenta, kept)
        return GeneratedBatch(events, tally(draw.weights, None if self.ceiling is None else kept))


def _chunks(work: _Chunks, threads: int | None, workers: Pool | None) -> Iterator[GeneratedBatch]:
    """Chunk after chunk without an end, in their order whoever makes them."""
    size = 1 if workers is None else AT_ONCE
    pieces = (range(first, first + size) for first in count(0, size))
    return chain.from_iterable(map_in_order(work, pieces, threads, workers))
