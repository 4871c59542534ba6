"""Results of many pieces of work in their order, made by threads, without an end known beforehand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from gloam.errors import InputError
from gloam.execution.batches import default_threads, keep_memory

__all__ = ["map_in_order"]

S = TypeVar("S")
T = TypeVar("T")


def map_in_order(work: Callable[[S], T], items: Iterable[S], threads: int | None = None) -> Iterator[T]:
    """The results of `work`, in the order of the items, which may never end.

    Only a few items are worked on ahead, so that memory does not grow; work begun in vain is dropped when the caller
    stops asking.

    Args:
        work: what is done with each item; it must not depend on the order.
        items: as many as the caller will ask for, or more.
        threads: how many; None is `default_threads`.

    Raises:
        InputError: a number of threads below 1.

    Example:
        >>> from itertools import count, islice
        >>> list(islice(map_in_order(lambda n: n * n, count(), threads=2), 4))
        [0, 1, 4, 9]
    """
    threads = default_threads() if threads is None else threads
    if threads < 1:
        raise InputError("number of threads", threads, "a whole number >= 1", "leave it out for one")
    keep_memory()
    return map(work, items) if threads == 1 else _by_threads(work, items, threads)


def _by_threads(work: Callable[[S], T], items: Iterable[S], threads: int) -> Iterator[T]:
    from concurrent.futures import ThreadPoolExecutor

    remaining = iter(items)
    with ThreadPoolExecutor(threads) as pool:
        pending = deque(pool.submit(work, item) for item in islice(remaining, 2 * threads))
        try:
            while pending:
                yield pending.popleft().result()
                pending.extend(pool.submit(work, item) for item in islice(remaining, 1))
        finally:
            for future in pending:
                future.cancel()
