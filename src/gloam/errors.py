"""The faults gloam can report, each saying what was asked, the value, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = [
    "DegenerateFitError",
    "GloamError",
    "InputError",
    "InterruptedRunError",
    "collected_refusals",
    "one_of",
    "refuse",
]


class GloamError(Exception):
    """A fault that gloam foresaw and can explain; the base of every exception it raises on purpose.

    Attributes:
        exit_code: exit status of the command line when this reaches it.
    """

    exit_code = 1


class InputError(GloamError):
    """Input that cannot be used; exit code 2.

    Args:
        asked: what was asked for, in the user's words ("read column 'M' of data.csv").
        value: the offending value or finding.
        allowed: what would have been accepted.
        remedy: what to do next, in the imperative.

    Example:
        >>> print(InputError("level of the limit", 1.5, "a fraction between 0 and 1", "write 0.90 for 90 %"))
        level of the limit: got 1.5; allowed: a fraction between 0 and 1. Write 0.90 for 90 %.
    """

    exit_code = 2

    def __init__(self, asked: str, value: object, allowed: str, remedy: str) -> None:
        self.asked, self.value, self.allowed, self.remedy = asked, value, allowed, remedy
        advice = remedy[:1].upper() + remedy[1:]
        super().__init__(f"{asked}: got {value}; allowed: {allowed}. {advice.rstrip('.')}.")

    def __reduce__(self) -> tuple[type[InputError], tuple[str, object, str, str]]:
        return type(self), (self.asked, self.value, self.allowed, self.remedy)


class DegenerateFitError(InputError):
    """A scan in which no hypothesis can be told from the background, whatever the data; exit code 2."""


class InterruptedRunError(GloamError):
    """Work stopped part-way by a signal; what was finished is kept; exit code 3."""

    exit_code = 3


_COLLECTED: ContextVar[list[tuple[object, InputError]] | None] = ContextVar("collected refusals", default=None)


def refuse(value: object, fault: InputError) -> None:
    """Nothing, after the fault of a declared value was raised; or kept, where all of a declaration's are collected."""
    collected = _COLLECTED.get()
    if collected is None:
        raise fault
    collected.append((value, fault))


@contextmanager
def collected_refusals() -> Iterator[list[tuple[object, InputError]]]:
    """Inside, `refuse` keeps faults in the list, with the value that each belongs to."""
    collected: list[tuple[object, InputError]] = []
    token = _COLLECTED.set(collected)
    try:
        yield collected
    finally:
        _COLLECTED.reset(token)


def one_of(options: Iterable[str]) -> str:
    """The options as a readable list: 'a, b or c'."""
    *first, last = options
    return f"{', '.join(first)} or {last}" if first else last
