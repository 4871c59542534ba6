"""Cuts, one after the other, and the flow that they leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gloam.errors import InputError
from gloam.selection.cut_flow import CutFlow, count
from gloam.selection.cuts import Cut, passes
from gloam.selection.entries import Entries

__all__ = ["select"]


def select(entries: Entries, cuts: Sequence[Cut]) -> tuple[Entries, CutFlow]:
    """The entries that pass all cuts, and the numbers after each of them in the order given.

    Args:
        entries: rows of observables.
        cuts: in the order of the paper; each has a name of its own.

    Raises:
        InputError: two cuts of one name; a column that a cut needs is missing.

    Example:
        >>> from gloam.selection.cuts import above, outside
        >>> pairs = Entries({"M": np.array([1.0, 2.0, 3.0])}, np.array([0, 0, 1]), np.ones(3))
        >>> kept, flow = select(pairs, [above("M", 1.5), outside("M", 2.5, 3.5)])
        >>> kept.columns["M"], [after.events for after in flow.after]
        (array([2.]), [2, 1])
    """
    names = tuple(cut.name for cut in cuts)
    if len(set(names)) < len(names):
        raise InputError("names of cuts", names, "different names", "give each cut a name of its own")
    kept = np.ones(len(entries), np.bool_)
    after, alone = [], []
    for cut in cuts:
        passed = passes(cut, entries.columns)
        kept = kept & passed
        alone.append(count(entries, passed))
        after.append(count(entries, kept))
    return entries[kept], CutFlow(names, count(entries), tuple(after), tuple(alone))
