"""Results of many pieces of work in their order, made by threads or workers, without an end known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from gloam.errors import InputError
from gloam.execution.batches import default_threads, keep_memory
from gloam.execution.pools import Pool, completed

__all__ = ["map_in_order"]

S = TypeVar("S")
T = TypeVar("T")


def map_in_order(
    work: Callable[[S], T], items: Iterable[S], threads: int | None = None, workers: Pool | None = None
) -> Iterator[T]:
    """The results of `work`, in the order of the items, which may never end.

    Only a few items are worked on ahead, so that memory does not grow; work begun in vain is dropped when the caller
    stops asking.

    Args:
        work: what is done with each item; it must not depend on the order, and be picklable for workers.
        items: as many as the caller will ask for, or more.
        threads: how many; None is `default_threads`.
        workers: who do it instead of threads, see `open_workers`; None: nobody.

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
    if workers is not None:
        return _in_order(workers, work, items)
    keep_memory()
    return map(work, items) if threads == 1 else _by_threads(work, items, threads)


def _by_threads(work: Callable[[S], T], items: Iterable[S], threads: int) -> Iterator[T]:
    from concurrent.futures import ThreadPoolExecutor

    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as executor:
        yield from _in_order(Pool(lambda: executor, lambda: 2 * threads, executor), work, items)


def _in_order(pool: Pool, work: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
    early: dict[int, Future[T]] = {}
    following = 0
    for number, _, future in completed(pool, work, items):
        early[number] = future
        while following in early:
            yield early.pop(following).result()
            following += 1
