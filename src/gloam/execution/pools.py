"""Who does the shards of long work: this process, processes beside it, or the workers of a cluster."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from gloam.errors import GloamError, InputError

__all__ = ["finished"]

S = TypeVar("S")
Work = Callable[[S], Mapping[str, Any]]

PATIENCE = "30s"
"""How long a scheduler is waited for."""


def finished(
    work: Work[S], items: Sequence[S], workers: int = 1, scheduler: str | None = None
) -> Iterator[tuple[S, Mapping[str, Any]]]:
    """The items with what the work made of them, as they are finished.

    Args:
        work: must be picklable for more than one worker or a scheduler.
        items: what to do.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler, as tcp://host:8786; its workers take the place of processes. A worker
            that is lost loses no result: its items go to others.

    Raises:
        InputError: without the extra `cluster`, or where no scheduler answers.
        GloamError: a worker that ended before its work did.
    """
    if not items:
        return iter(())
    if scheduler is not None:
        return _on_cluster(work, items, scheduler)
    if workers <= 1:
        return ((item, work(item)) for item in items)
    return _on_processes(work, items, workers)


def _on_processes(work: Work[S], items: Sequence[S], workers: int) -> Iterator[tuple[S, Mapping[str, Any]]]:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin)
    try:
        futures = {pool.submit(work, item): item for item in items}
        for future in as_completed(futures):
            yield futures[future], future.result()
        pool.shutdown()
    except BrokenProcessPool:
        message = "a worker ended before its work did, perhaps for want of memory: take fewer --workers."
        raise GloamError(message) from None
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise


def _on_cluster(work: Work[S], items: Sequence[S], address: str) -> Iterator[tuple[S, Mapping[str, Any]]]:
    asked = f"--scheduler {address}"
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError:
        raise InputError(
            asked, "no Dask on this machine", "the extra cluster", 'pip install "gloam[cluster]"'
        ) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as fault:
        raise InputError(
            asked, f"no answer ({str(fault) or type(fault).__name__})", "the address of a Dask scheduler that runs",
            "start one with `dask scheduler`, or use --workers",
        ) from None  # fmt: skip
    with client, client.as_current():
        futures = client.map(_with_one_thread, [(work, item) for item in items], pure=False)
        places = {future.key: item for future, item in zip(futures, items, strict=True)}
        try:
            for future in as_completed(futures):
                yield places[future.key], future.result()
                future.release()
        except KilledWorker as fault:
            raise GloamError(f"workers that took a shard ended again and again: {fault}") from None
        except BaseException:
            client.cancel(futures)
            raise


def _with_one_thread(task: tuple[Work[S], S]) -> Mapping[str, Any]:
    """The work on an item, with the linear algebra on one thread as everywhere: digits must not depend on machines."""
    from threadpoolctl import threadpool_limits

    work, item = task
    with threadpool_limits(limits=1, user_api="blas"):
        return work(item)


def _begin() -> None:
    """Make a process a worker: interruptions are for the one that started it."""
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(limits=1, user_api="blas")
