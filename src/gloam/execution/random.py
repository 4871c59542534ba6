"""Random streams that are named, not shared: nothing global is seeded."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from gloam.errors import InputError

__all__ = ["philox_state", "random_stream"]


def random_stream(seed: int, stream: str, index: int = 0) -> np.random.Generator:
    """A generator of its own for one purpose: Philox with key (seed, stream) and counter index.

    The same arguments give the same numbers, whatever else was drawn before and on any number of workers.

    Args:
        seed: the run's seed, 0 to 2^64 - 1.
        stream: what the numbers are for ("toys", "pseudo-data", ...).
        index: which toy or shard; streams of different indices do not overlap (each has 2^128 numbers).

    Example:
        >>> random_stream(1, "toys", 7).poisson(3.0, 4)
        array([4, 3, 3, 1])
    """
    key, counter = philox_state(seed, stream, index)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def philox_state(seed: int, stream: str, index: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """The key, shape (2,), and the counter, shape (4,), that a stream starts from."""
    if not 0 <= seed < 2**64:
        raise InputError("seed", seed, "a whole number from 0 to 2^64 - 1", "choose another --seed")
    name = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "little")
    return np.array([seed, name], np.uint64), np.array([0, 0, index % 2**64, index >> 64], np.uint64)
