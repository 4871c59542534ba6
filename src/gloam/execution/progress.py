"""A progress bar, on a terminal and for work that lasts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["progress_bar"]

PATIENCE = 0.7  # seconds without a bar: short work shows none


@contextmanager
def progress_bar(label: str, total: int, enabled: bool = True) -> Iterator[Callable[[int], None]]:
    """A function that is called with the number of items finished; it draws on standard error, if that is a terminal.

    Args:
        label: what is being done.
        total: how many items there are.
        enabled: False draws nothing anywhere (quiet, or machine-readable output).
    """
    if not (enabled and sys.stderr.isatty()):
        yield lambda _: None
        return
    start, done = time.monotonic(), 0
    bar: Any = None

    def advance(items: int) -> None:
        nonlocal done, bar
        done += items
        if bar is None and time.monotonic() - start > PATIENCE:
            bar = _open(label, total)
        if bar is not None:
            bar.update(bar.task_ids[0], completed=done)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()


def _open(label: str, total: int) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task(label, total=total)
    bar.start()
    return bar
