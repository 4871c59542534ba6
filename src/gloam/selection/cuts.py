"""Named cuts on the columns of entries; a NaN passes none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError, one_of

__all__ = ["Cut", "above", "below", "between", "outside", "passes"]

Columns = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Cut:
    """A condition with the name that a paper gives it.

    Attributes:
        name: as it stands in the cut flow.
        condition: from columns, shape (m,) each, to where they pass, shape (m,).
        needs: the columns that it uses.

    Example:
        >>> cut = Cut("more energy than mass", lambda c: c["E"] > c["M"], ("E", "M"))
        >>> passes(cut, {"E": np.array([1.0, 3.0, np.nan]), "M": np.array([2.0, 2.0, 2.0])})
        array([False,  True, False])
    """

    name: str
    condition: Callable[[Columns], BoolArray]
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("name of a cut", "nothing", "a name", "say what is cut on")


def passes(cut: Cut, columns: Columns) -> BoolArray:
    """Where the cut is passed, shape (m,).

    Raises:
        InputError: a column that it needs is not there, or its condition does not give one truth value for each row.
    """
    for name in cut.needs:
        if name not in columns:
            raise InputError(f"cut {cut.name!r}", f"no column {name!r}", one_of(columns), "compute it before the cut")
    found = np.asarray(cut.condition(columns))
    rows = {column.shape for column in columns.values()}
    if found.dtype != np.bool_ or found.shape not in rows:
        got = f"{found.dtype} of shape {found.shape}"
        raise InputError(f"cut {cut.name!r}", got, "one truth value for each row", "correct its condition")
    return found


def above(column: str, value: float, name: str = "", unit: str = "") -> Cut:
    """The cut column > value.

    Example:
        >>> above("E", 0.5, unit="GeV").name
        'E > 0.5 GeV'
    """
    return _one(column, lambda x: x > value, name or _text(f"{column} > {value:g}", unit))


def below(column: str, value: float, name: str = "", unit: str = "") -> Cut:
    """The cut column < value."""
    return _one(column, lambda x: x < value, name or _text(f"{column} < {value:g}", unit))


def between(column: str, low: float, high: float, name: str = "", unit: str = "") -> Cut:
    """The cut low < column < high."""
    _require_order(column, low, high)
    return _one(column, lambda x: (x > low) & (x < high), name or _text(f"{low:g} < {column} < {high:g}", unit))


def outside(column: str, low: float, high: float, name: str = "", unit: str = "") -> Cut:
    """The veto: column < low or column > high.

    Example:
        >>> veto = outside("m_R", 3.05, 3.13, unit="GeV")
        >>> veto.name, passes(veto, {"m_R": np.array([3.0, 3.1, 3.2, np.nan])})
        ('m_R < 3.05 or > 3.13 GeV', array([ True, False,  True, False]))
    """
    _require_order(column, low, high)
    text = _text(f"{column} < {low:g} or > {high:g}", unit)
    return _one(column, lambda x: (x < low) | (x > high), name or text)


def _one(column: str, condition: Callable[[FloatArray], BoolArray], name: str) -> Cut:
    return Cut(name, lambda columns: condition(columns[column]), (column,))


def _text(text: str, unit: str) -> str:
    return f"{text} {unit}".rstrip()


def _require_order(column: str, low: float, high: float) -> None:
    if not low < high:
        raise InputError(f"limits of a cut on {column}", (low, high), "low < high", "give the smaller one first")
