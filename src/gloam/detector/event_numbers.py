"""Random numbers that belong to the number of an event in its run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.execution import random_stream

__all__ = ["CHUNK", "EventNumbers", "chunks"]

CHUNK = 2048
"""Events of one random stream. Part of what a seed means: with another number the same seed gives other events."""


@dataclass(frozen=True, slots=True)
class EventNumbers:
    """The random numbers of neighbouring events of one chunk; the last axis of each array is the events.

    Attributes:
        seed: of the run.
        name: of the sample.
        chunk: which.
        inside: which events of the chunk.
    """

    seed: int
    name: str
    chunk: int
    inside: slice

    def normal(self, purpose: str, shape: tuple[int, ...]) -> FloatArray:
        """Standard normal numbers, of the given shape for each event."""
        return self._stream(purpose).standard_normal((*shape, CHUNK))[..., self.inside]

    def uniform(self, purpose: str, shape: tuple[int, ...]) -> FloatArray:
        """Uniform numbers from 0 to 1, of the given shape for each event."""
        return self._stream(purpose).random((*shape, CHUNK))[..., self.inside]

    def _stream(self, purpose: str) -> np.random.Generator:
        return random_stream(self.seed, f"detector {purpose} {self.name}", self.chunk)


def chunks(first: int, count: int) -> Iterator[tuple[slice, int, slice]]:
    """Rows of a batch that begins with event `first` of a run, the chunk they belong to, and where in it they are.

    A batch without events has one part without rows.

    Example:
        >>> list(chunks(2000, 100))
        [(slice(0, 48, None), 0, slice(2000, 2048, None)), (slice(48, 100, None), 1, slice(0, 52, None))]
    """
    start = 0
    while start < count or start == 0:
        chunk, offset = divmod(first + start, CHUNK)
        taken = min(CHUNK - offset, count - start)
        yield slice(start, start + taken), chunk, slice(offset, offset + taken)
        start += max(taken, 1)
