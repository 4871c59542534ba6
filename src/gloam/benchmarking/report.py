"""The table of times for the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Table"]


@dataclass(slots=True)
class Table:
    """Times of programs doing one thing.

    Example:
        >>> table = Table("two fits")
        >>> table.add("gloam", 1000, 5e-5, None, "")
        >>> table.add("iminuit", 100, 4e-4, 8.0, "max |dz| 1e-6")
        >>> print(table)
        two fits
          gloam                            1000 hypotheses    0.0500 ms each
          iminuit                           100 hypotheses    0.4000 ms each       8 x  max |dz| 1e-6
    """

    title: str
    _lines: list[str] = field(default_factory=list)

    def add(self, name: str, hypotheses: int, seconds: float, ratio: float | None, remark: str) -> None:
        """Add a line: a program, how many hypotheses it did, what each took, and how many times our time that is."""
        times = "" if ratio is None else f"{ratio:8.3g} x"
        line = f"  {name:32s}{hypotheses:5d} hypotheses {1e3 * seconds:9.4f} ms each{times}  {remark}"
        self._lines.append(line.rstrip())

    def __str__(self) -> str:
        return "\n".join([self.title, *self._lines])
