"""Times of several programs, taken in turns so that they see the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

__all__ = ["Timing", "alternate", "least"]


@dataclass(frozen=True, slots=True)
class Timing:
    """What a task took.

    Attributes:
        cpu: median over the rounds of the processor time of this process, all threads together, in seconds.
        wall: median of the time passed, in seconds.
        rounds: how often it ran, without the first time, which warms up.
        result: what the last run returned.
    """

    cpu: float
    wall: float
    rounds: int
    result: Any


def alternate(
    ours: Callable[[], object], others: Mapping[str, Callable[[], object]], rounds: int = 3
) -> tuple[Timing, dict[str, Timing]]:
    """The times of our task and of others, run in turns: ours, the first other, ours, the second, ... in each round.

    Each task runs once before, untimed: compilation and caches are done then.

    Args:
        ours: runs before each of the others, or alone if there are none.
        others: the others by name.
        rounds: how often to go around.

    Example:
        >>> mine, theirs = alternate(lambda: 1, {"peer": lambda: 2}, rounds=2)
        >>> mine.rounds, theirs["peer"].rounds, theirs["peer"].result
        (2, 2, 2)
    """
    for task in (ours, *others.values()):
        task()
    own: list[tuple[float, float, object]] = []
    taken: dict[str, list[tuple[float, float, object]]] = {name: [] for name in others}
    for _ in range(rounds):
        if not others:
            own.append(_timed(ours))
        for name, task in others.items():
            own.append(_timed(ours))
            taken[name].append(_timed(task))
    return _summary(own), {name: _summary(runs) for name, runs in taken.items()}


def least(task: Callable[[], object], rounds: int = 5, *, wall: bool = False) -> float:
    """The least of the seconds that a task took in some rounds, after one untimed: of the processor, or on the wall."""
    task()
    return min(on_wall if wall else cpu for cpu, on_wall, _ in (_timed(task) for _ in range(rounds)))


def _timed(task: Callable[[], object]) -> tuple[float, float, object]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = task()
    return time.process_time() - cpu, time.perf_counter() - wall, result


def _summary(runs: list[tuple[float, float, object]]) -> Timing:
    return Timing(median(r[0] for r in runs), median(r[1] for r in runs), len(runs), runs[-1][2])
