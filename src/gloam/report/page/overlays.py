"""What the page shows of the whole run: the plane of mass and coupling, and the largest significances of toys."""

from __future__ import annotations

from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.interpretation.exclusions import OURS, Band, Curve, Exclusion, Plane, Regions, Statement
from gloam.report.page.labels import without_mathematics

__all__ = ["plane_content", "toys_content"]

BINS = 60
"""Of the distribution of toys."""


def plane_content(plane: Plane) -> dict[str, Any]:
    """The published exclusions of the quantity of a plane, in the order in which they are listed."""
    shown = [each for each in plane.exclusions if each.quantity == plane.quantity and each.licence != OURS]
    return {
        "title": without_mathematics(plane.title),
        "label": without_mathematics(plane.label),
        "mass": list(plane.mass),
        "value": list(plane.value),
        "exclusions": [_exclusion(each) for each in shown],
    }


def _exclusion(each: Exclusion) -> dict[str, Any]:
    said = {"label": each.label, "kind": each.kind, "source": each.source, "note": each.note, "date": each.date}
    match each.content:
        case Curve(mass=mass, limit=limit):
            lines = [[_short(mass), _short(limit)]]
        case Regions(polygons=polygons):
            lines = [[_short(polygon.mass), _short(polygon.coupling)] for polygon in polygons]
        case Band(mass=mass, low=low, high=high):
            lines = [[_short(np.concatenate([mass, mass[::-1]])), _short(np.concatenate([low, high[::-1]]))]]
        case Statement(text=text, mass=ends):
            return said | {"text": text, "lines": [[_short(np.array(ends)), []]]}
    return said | {"lines": lines}


def _short(values: FloatArray) -> list[float | None]:
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values.tolist()]


def toys_content(largest: FloatArray, observed: float | None) -> dict[str, Any] | None:
    """The distribution of the largest significance of toys without a signal, and where the data are.

    Args:
        largest: of each toy, toys with failed fits left out, shape (t,).
        observed: the largest significance in the data; None if there is none.
    """
    known = largest[np.isfinite(largest)]
    if known.size == 0:
        return None
    ends = [float(known.min()), float(known.max()), *([] if observed is None else [observed])]
    pad = 0.02 * (max(ends) - min(ends)) + 0.05
    counts, edges = np.histogram(known, bins=BINS, range=(min(ends) - pad, max(ends) + pad))
    return {"edges": _short(edges), "counts": counts.tolist(), "toys": int(known.size), "observed": observed}
