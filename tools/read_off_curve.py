"""Read at most 40 points off a curve that is published under a licence which does not let us carry it.

    python tools/read_off_curve.py TABLE OUT.csv [--points 40] [--region] [--factor F]

TABLE has the columns mass [GeV], lower [, upper], as DARKCAST writes its limits (1e5: no limit). What goes into OUT is
read off it as from a figure: the masses are cut into as many ranges of equal width in ln(mass) as points are wanted; of
each range the point with the median limit is kept, so that a curve which goes up and down is neither drawn too strong
nor too weak. A range without a limit inside the curve is a row without a limit. A region takes two points at each mass.
"""

import argparse
from pathlib import Path

import numpy as np

MOST = 40
NO_LIMIT = 1e4


def read_off(mass: np.ndarray, limit: np.ndarray, points: int) -> np.ndarray:
    """The rows to keep, with one for each gap inside the curve."""
    known = np.flatnonzero((limit < NO_LIMIT) & (mass > 0))
    gaps = np.setdiff1d(np.arange(known[0], known[-1]), known)
    gaps = gaps[np.diff(gaps, prepend=-2) > 1]
    points -= gaps.size
    position = np.log(mass[known] / mass[known].min()) / np.log(mass[known].max() / mass[known].min())
    part = np.minimum((position * points).astype(int), points - 1)
    groups = (known[part == number] for number in np.unique(part))
    kept = [group[np.argsort(limit[group])[(group.size - 1) // 2]] for group in groups]
    return np.sort(np.concatenate([kept, gaps]).astype(int))


def rows_of_region(mass: np.ndarray, points: int) -> np.ndarray:
    """The rows to keep: evenly spread, with both ends."""
    return np.unique(np.linspace(0, mass.size - 1, min(points, mass.size)).round().astype(int))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--points", type=int, default=MOST)
    parser.add_argument("--region", action="store_true", help="keep the upper ends too, half as many masses")
    parser.add_argument("--factor", type=float, default=1.0, help="to multiply limits by")
    asked = parser.parse_args()
    table = np.loadtxt(asked.table)
    most = min(asked.points, MOST)
    rows = rows_of_region(table[:, 0], most // 2) if asked.region else read_off(table[:, 0], table[:, 1], most)
    columns = [table[rows, 0], *(asked.factor * table[rows, 1 : 3 if asked.region else 2].T)]
    names = "mass,low,high" if asked.region else "mass,limit"
    lines = [",".join(f"{x:.5g}" if x < NO_LIMIT else "" for x in row) for row in zip(*columns, strict=True)]
    asked.out.write_text("\n".join([names, *lines]) + "\n")


if __name__ == "__main__":
    main()
