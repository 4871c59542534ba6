"""Batches of array work over threads, with the linear-algebra library kept to one."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

import numpy as np

from gloam.errors import InputError

__all__ = ["default_threads", "keep_memory", "map_batches"]

T = TypeVar("T")


def default_threads() -> int:
    """The number of threads: `GLOAM_THREADS`, else one.

    One, because batches of small NumPy operations spend much of their time in the interpreter, which only one thread
    can use: two threads on two idle cores took 1.2 times as long as one.
    """
    if chosen := os.environ.get("GLOAM_THREADS"):
        if not chosen.isdecimal() or int(chosen) < 1:
            raise InputError("GLOAM_THREADS", repr(chosen), "a whole number >= 1", "correct it or leave it out")
        return int(chosen)
    return 1


def map_batches(work: Callable[[T], object], batches: Iterable[T], threads: int | None = None) -> None:
    """Apply `work`, which writes its own results, to every batch.

    Batches are made one after the other while others are worked on, never more than a few ahead, so that memory does
    not grow with their number. NumPy releases the interpreter inside its loops; a threaded BLAS under many small
    products would only get in its own way, so it is held to one thread. The first exception ends the work.
    """
    from threadpoolctl import threadpool_limits

    threads = default_threads() if threads is None else threads
    if threads < 1:
        raise InputError("number of threads", threads, "a whole number >= 1", "leave it out for one")
    keep_memory()
    with threadpool_limits(limits=1, user_api="blas"):
        if threads == 1:
            for batch in batches:
                work(batch)
            return
        from concurrent.futures import ThreadPoolExecutor

        remaining = iter(batches)
        with ThreadPoolExecutor(threads) as pool:
            pending = deque(pool.submit(work, batch) for batch in islice(remaining, 2 * threads))
            try:
                while pending:
                    pending.popleft().result()
                    pending.extend(pool.submit(work, batch) for batch in islice(remaining, 1))
            except BaseException:
                for future in pending:
                    future.cancel()
                raise


def keep_memory() -> None:
    """Let the allocator keep the memory of temporary arrays instead of returning it after every operation.

    The GNU allocator takes the size of the largest block freed so far (up to 32 MiB) as the measure of what is worth
    returning to the system. Without this a scan spends a tenth of its time on page faults. The block is never touched.
    """
    np.empty(31 * 2**20, np.uint8)
