"""What stays of a column or of a histogram when its file is renamed, copied, sorted or written in another format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["column_mark", "has_rows", "histogram_mark", "is_same_column"]

PLACES = 15
"""Order statistics that are compared, from the smallest value to the largest."""

CELL = 1e-4
"""Of the spread of a column: values that are printed with fewer digits are other values."""


def column_mark(values: FloatArray) -> tuple[str, ...]:
    """Hashes of a column that its order, its name and a loss of digits leave as they are.

    The first one is that of the number of rows, the second the cell in which values count as equal. Then come two for
    each of some order statistics, in cells that are shifted by a half: a value close to the border of one is well
    inside the other. Hashes, because a registry is read by people who must not know how many events there are.

    Args:
        values: shape (rows,), finite.

    Example:
        >>> mark = column_mark(np.array([3.1, 9.46, 9.45]))
        >>> is_same_column(mark, np.array([9.450004, 3.1, 9.46]))
        True
        >>> is_same_column(mark, np.array([9.44, 3.1, 9.46]))
        False
    """
    cell = _cell(values)
    statistics = _order_statistics(values)
    return (
        _hashed("rows", values.size),
        cell.hex(),
        *(each for grid in _cells(values.size, statistics, cell) for each in grid),
    )


def is_same_column(mark: Sequence[str], values: FloatArray) -> bool:
    """Whether a column is the one of which the mark was taken."""
    if len(mark) < 2 or not has_rows(mark, values.size) or not np.isfinite(values).all():
        return False
    found = _cells(values.size, _order_statistics(values), float.fromhex(mark[1]))
    pairs = zip(mark[2::2], mark[3::2], strict=True)
    return all(kept[0] == new[0] or kept[1] == new[1] for kept, new in zip(pairs, found, strict=True))


def has_rows(mark: Sequence[str], rows: int) -> bool:
    """Whether a column of this length can be the one of which the mark was taken."""
    return bool(mark) and mark[0] == _hashed("rows", rows)


def histogram_mark(contents: FloatArray) -> tuple[str, ...]:
    """The hash of the contents of a histogram, without under- and overflow, whatever its axes are called.

    Example:
        >>> histogram_mark(np.array([3.0, 4.0])) == histogram_mark(np.array([4.0, 3.0]))
        False
    """
    return (_hashed(contents.shape, np.ascontiguousarray(contents, np.float64).tobytes()),)


def _cell(values: FloatArray) -> float:
    """A power of ten, so that a registry does not say how wide the column is."""
    low, high = np.quantile(values, (0.1, 0.9)) if values.size else (0.0, 0.0)
    spread = float(high - low) or float(np.abs(values).max(initial=0.0)) or 1.0
    return float(CELL * 10.0 ** np.floor(np.log10(spread)))


def _order_statistics(values: FloatArray) -> list[float]:
    if not values.size:
        return []
    places = np.unique(np.linspace(0, values.size - 1, PLACES).round().astype(np.int64))
    found: list[float] = np.partition(values, places)[places].tolist()
    return found


def _cells(rows: int, statistics: list[float], cell: float) -> list[tuple[str, str]]:
    """For each value its cells on two grids, as hashes."""
    return [
        (
            _hashed(rows, number, 0, int(np.floor(value / cell))),
            _hashed(rows, number, 1, int(np.floor(value / cell + 0.5))),
        )
        for number, value in enumerate(statistics)
    ]


def _hashed(*parts: object) -> str:
    return hashlib.sha256("|".join(map(repr, parts)).encode()).hexdigest()[:16]
