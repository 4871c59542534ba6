"""Who does long work: threads, processes beside this one, or the workers of a cluster; a lost worker loses nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from gloam.errors import GloamError, InputError
from gloam.kernel import chosen_engine

__all__ = ["Pool", "completed", "open_workers"]

S = TypeVar("S")
T = TypeVar("T")

PATIENCE = "30s"
"""How long a scheduler is waited for."""

LIVES = 3
"""How often processes of this machine that ended before their work are replaced."""

LEAST_AHEAD = 8
"""Items that wait on a cluster at least: one that grows with its work has something to grow for."""


@dataclass(slots=True, eq=False)
class Pool:
    """Those who do work: opened once, for everything that a command does.

    Attributes:
        begin: makes the executor; called again where its workers were lost.
        ahead: how many items are given out at most, counted from the oldest that is not finished.
        executor: that does the work now.
        lives: how often it may still be replaced.
    """

    begin: Callable[[], Executor]
    ahead: Callable[[], int]
    executor: Executor
    lives: int = 0

    def submit(self, work: Callable[[S], T], item: S) -> Future[T]:
        """The future of the work on an item.

        Raises:
            GloamError: if workers ended again and again.
        """
        while True:
            try:
                return self.executor.submit(work, item)
            except BrokenExecutor:
                if self.lives == 0:
                    message = "workers ended before their work did, perhaps for want of memory: take fewer --workers."
                    raise GloamError(message) from None
                self.lives -= 1
                self.executor = self.begin()


def completed(pool: Pool, work: Callable[[S], T], items: Iterable[S]) -> Iterator[tuple[int, S, Future[T]]]:
    """The items with their numbers and finished futures, as they are finished.

    Items may be without an end: never more than `pool.ahead` are given out beyond the oldest that is not finished, so
    that memory does not grow. What lost workers had is given out again. Work begun in vain is dropped when the caller
    stops asking.
    """
    from concurrent.futures import FIRST_COMPLETED, wait

    coming, sent = enumerate(items), 0
    held: dict[int, S] = {}  # in the order of the numbers: given out, and not finished
    futures: dict[Future[T], int] = {}
    try:
        while True:
            room = next(iter(held), sent) + pool.ahead() - sent
            for number, item in islice(coming, max(room, 0)):
                held[number], sent = item, number + 1
                futures[pool.submit(work, item)] = number
            if not held:
                return
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                number = futures.pop(future)
                if isinstance(future.exception(), BrokenExecutor):
                    futures[pool.submit(work, held[number])] = number
                else:
                    yield number, held.pop(number), future
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def open_workers(workers: int = 1, scheduler: str | None = None) -> Iterator[Pool | None]:
    """Processes of this machine, or the workers of a cluster, while the context lasts; None for this process alone.

    What they are given must be picklable: functions of modules, or objects of classes of modules. The engine that runs
    here runs there, and linear algebra has one thread, so that the answer is the same.

    Args:
        workers: processes of this machine.
        scheduler: address of a Dask scheduler, as tcp://host:8786; its workers take the place of processes.

    Raises:
        InputError: for fewer workers than one, without the extra `cluster`, or where no scheduler answers.
        GloamError: if workers end again and again before their work does.

    Example:
        >>> from operator import neg
        >>> with open_workers(2) as pool:
        ...     sorted(future.result() for _, _, future in completed(pool, neg, range(4)))
        [-3, -2, -1, 0]
    """
    if workers < 1:
        raise InputError("--workers", workers, "a whole number >= 1", "leave it out for one")
    if scheduler is not None:
        with _on_cluster(scheduler) as pool:
            yield pool
    elif workers > 1:
        with _on_processes(workers) as pool:
            yield pool
    else:
        yield None


@contextmanager
def _on_processes(workers: int) -> Iterator[Pool]:
    from concurrent.futures import ProcessPoolExecutor

    def begin() -> Executor:
        return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (chosen_engine().name,))

    others = set(multiprocessing.active_children())
    pool = Pool(begin, lambda: 2 * workers, begin(), LIVES)
    try:
        yield pool
        pool.executor.shutdown(cancel_futures=True)
    except BaseException:
        pool.executor.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise


@contextmanager
def _on_cluster(address: str) -> Iterator[Pool]:
    asked = f"--scheduler {address}"
    try:
        import dask
        from distributed import Client, KilledWorker
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
    # a batch of events is a large task, and meant to be
    with client, client.as_current(), dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"}):
        executor = _OnCluster(client.get_executor(pure=False), chosen_engine().name)
        try:
            yield Pool(lambda: executor, lambda: max(2 * sum(client.nthreads().values()), LEAST_AHEAD), executor)
        except KilledWorker as fault:
            raise GloamError(f"workers that took the same work ended again and again: {fault}") from None
        finally:
            executor.shutdown(wait=False)


@dataclass(frozen=True, slots=True)
class _Task(Generic[S, T]):
    """Work for a worker of a cluster, which nobody prepared for it."""

    engine: str
    work: Callable[[S], T]

    def __call__(self, item: S) -> T:
        from threadpoolctl import threadpool_limits

        os.environ["GLOAM_ENGINE"] = self.engine
        with threadpool_limits(limits=1, user_api="blas"):
            return self.work(item)


class _OnCluster(Executor):
    """The executor of a Dask client, for work that expects a process of this machine."""

    def __init__(self, executor: Executor, engine: str) -> None:
        self._executor, self._engine = executor, engine

    def submit(self, work: Callable[..., T], /, *items: Any, **_: Any) -> Future[T]:
        return self._executor.submit(_Task(self._engine, work), *items)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        del cancel_futures
        self._executor.shutdown(wait=wait)


def _begin(engine: str) -> None:
    """Make a process a worker: interruptions are for the one that started it, and it ends with that."""
    from threadpoolctl import threadpool_limits

    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["GLOAM_ENGINE"] = engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(limits=1, user_api="blas")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # it was killed: nobody waits for results any more
