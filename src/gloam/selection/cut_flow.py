"""What cuts leave over: raw and weighted numbers with their errors, cut after cut and each alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gloam.arrays import BoolArray
from gloam.errors import InputError
from gloam.selection.entries import Entries

__all__ = ["Count", "CutFlow", "count", "cut_flow_dict", "cut_flow_table", "efficiency"]


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of a set of entries; of different events they add up.

    Attributes:
        entries: raw number.
        events: number of different events.
        weight: sum of the weights of these events, each once, however many entries it has.
        weight_squared: sum of the squared weights of the events.

    Example:
        >>> Count(3, 2, 1.5, 1.25).error
        1.118
    """

    entries: int = 0
    events: int = 0
    weight: float = 0.0
    weight_squared: float = 0.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.entries + other.entries, self.events + other.events, self.weight + other.weight,
            self.weight_squared + other.weight_squared,
        )  # fmt: skip

    def scaled(self, factor: float) -> Count:
        """The same with all weights times `factor`."""
        return Count(self.entries, self.events, self.weight * factor, self.weight_squared * factor**2)

    @property
    def error(self) -> float:
        """The standard error of the sum of the weights."""
        return float(np.sqrt(self.weight_squared))


@dataclass(frozen=True, slots=True)
class CutFlow:
    """Counts after each cut; flows of different events under the same cuts add up.

    Attributes:
        names: of the cuts, in their order.
        before: before any cut.
        after: after each cut and all before it.
        alone: after each cut alone.
    """

    names: tuple[str, ...]
    before: Count
    after: tuple[Count, ...]
    alone: tuple[Count, ...]

    def __add__(self, other: CutFlow) -> CutFlow:
        if self.names != other.names:
            raise InputError("sum of cut flows", f"cuts {other.names}", f"cuts {self.names}", "add flows of one list")
        return CutFlow(
            self.names, self.before + other.before,
            tuple(one + two for one, two in zip(self.after, other.after, strict=True)),
            tuple(one + two for one, two in zip(self.alone, other.alone, strict=True)),
        )  # fmt: skip

    def scaled(self, factor: float) -> CutFlow:
        """The same with all weights times `factor`, as from events to fb."""
        after, alone = (tuple(each.scaled(factor) for each in counts) for counts in (self.after, self.alone))
        return CutFlow(self.names, self.before.scaled(factor), after, alone)


def count(entries: Entries, kept: BoolArray | None = None) -> Count:
    """The numbers of entries, of all or of those where `kept` is true."""
    chosen = entries if kept is None else Entries({}, entries.event[kept], entries.weights[kept])
    weights = chosen.weights[chosen.first_of_event]
    return Count(len(chosen), weights.size, float(weights.sum()), float(np.square(weights).sum()))


def efficiency(passed: Count, total: Count) -> tuple[float | None, float | None]:
    """The weighted part of the events that passed, and its standard error; None of nothing.

    Events that passed and those that did not are independent sums; with weights of 1 the error is the binomial one. It
    is 0 where all or none passed.

    Example:
        >>> efficiency(Count(25, 25, 25.0, 25.0), Count(100, 100, 100.0, 100.0))
        (0.25, 0.043301)
    """
    if total.weight == 0:
        return None, None
    part = passed.weight / total.weight
    variance = (1 - 2 * part) * passed.weight_squared + part**2 * total.weight_squared
    return part, float(np.sqrt(max(variance, 0.0)) / abs(total.weight))


def cut_flow_dict(flow: CutFlow) -> dict[str, Any]:
    """The cut flow for JSON: before, then for each cut the numbers after it, its efficiencies, and it alone.

    `efficiency` is relative to the cut before, `total_efficiency` and `alone_efficiency` to no cut; each with `_error`,
    null where there was nothing to pass.
    """
    rows, before = [], flow.before
    for name, after, alone in zip(flow.names, flow.after, flow.alone, strict=True):
        row: dict[str, Any] = {"cut": name, **_numbers(after), "alone": _numbers(alone)}
        row["efficiency"], row["efficiency_error"] = efficiency(after, before)
        row["total_efficiency"], row["total_efficiency_error"] = efficiency(after, flow.before)
        row["alone_efficiency"], row["alone_efficiency_error"] = efficiency(alone, flow.before)
        rows.append(row)
        before = after
    return {"before": _numbers(flow.before), "cuts": rows}


def cut_flow_table(flow: CutFlow) -> str:
    """The cut flow as lines of text.

    Example:
        >>> flow = CutFlow(("E > 1 GeV",), Count(4, 4, 4.0, 4.0), (Count(1, 1, 1.0, 1.0),), (Count(1, 1, 1.0, 1.0),))
        >>> print(cut_flow_table(flow))
        cut            entries    events      weighted     error  of the last    of all    alone
        no cut               4         4             4         2
        E > 1 GeV            1         1             1         1       25.00%    25.00%   25.00%
    """
    width = max(len(name) for name in ("no cut", *flow.names))
    head = f"{'cut':{width}}  {'entries':>10}{'events':>10}{'weighted':>14}{'error':>10}"
    lines = [f"{head}  of the last    of all    alone", _line("no cut", width, flow.before)]
    before = flow.before
    for name, after, alone in zip(flow.names, flow.after, flow.alone, strict=True):
        parts = (efficiency(after, before), efficiency(after, flow.before), efficiency(alone, flow.before))
        shares = ["-" if part is None else f"{part:.2%}" for part, _ in parts]
        lines.append(f"{_line(name, width, after)}{shares[0]:>13}{shares[1]:>10}{shares[2]:>9}")
        before = after
    return "\n".join(lines)


def _numbers(counted: Count) -> dict[str, Any]:
    return {
        "entries": counted.entries, "events": counted.events, "weight": counted.weight, "weight_error": counted.error
    }  # fmt: skip


def _line(name: str, width: int, counted: Count) -> str:
    return f"{name:{width}}  {counted.entries:>10}{counted.events:>10}{counted.weight:>14.6g}{counted.error:>10.4g}"
