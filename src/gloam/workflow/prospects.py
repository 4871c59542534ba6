"""Prospects: searches at luminosities to come, those of one model in one plane of mass and coupling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gloam.errors import InputError
from gloam.interpretation.exclusions import OURS, Curve, Exclusion, Plane, coupling_plane
from gloam.workflow.exclusions import coupling_figure_content
from gloam.workflow.results import Run

__all__ = ["prospect_planes", "searches_with_luminosity"]


def searches_with_luminosity() -> list[str]:
    """The names of all searches that can be projected: those that declare a luminosity."""
    from gloam.searches import load_search, search_names

    return [name for name in search_names() if load_search(name).luminosity is not None]


def prospect_planes(
    runs: Sequence[Run], projections: Sequence[dict[str, Any]]
) -> dict[str, tuple[Plane, tuple[Exclusion, ...]]]:
    """For each model its plane, with the limits of its runs today and projected, by the name of the model.

    Args:
        runs: the results; those without a model are left out.
        projections: of them, as `project_run` gives them, any number for each run.

    Raises:
        InputError: if no run has limits on a coupling.
    """
    planes: dict[str, tuple[Plane, tuple[Exclusion, ...]]] = {}
    for run in runs:
        content = coupling_figure_content(run)
        if run.model is None or content is None:
            continue
        plane, today = content
        later = tuple(filter(None, (_projected(run, plane, each) for each in projections)))
        known = planes.get(run.model, (plane, ()))[1]
        planes[run.model] = (coupling_plane(run.model), (*known, *today, *later))
    if not planes:
        names = ", ".join(run.name for run in runs)
        raise InputError(
            f"figures of the prospects of {names}", "no limits on a coupling", "runs of searches with a model",
            "leave out --figures",
        )  # fmt: skip
    return planes


def _projected(run: Run, plane: Plane, projection: dict[str, Any]) -> Exclusion | None:
    """The limits of a projection as a curve; None for one of another run, or without limits."""
    rows = [row for row in projection["limits"] if row.get("coupling_ul_exp_0") is not None]
    if projection["search"] != run.name or not rows:
        return None
    mass = np.array([row["mass"] for row in rows], float)
    limit = np.array([row["coupling_ul_exp_0"] for row in rows], float)
    order = np.argsort(mass, kind="stable")
    name = f"gloam {run.name}, projected to {_in_words(projection['luminosity'])}"
    return Exclusion(
        name, "curve", plane.quantity, run.title, projection["limit"]["level"], None, OURS,
        Curve(mass[order], limit[order], mass.size), run.name,
        note=f"Systematic uncertainties: {projection['systematics']}.",
    )  # fmt: skip


def _in_words(luminosity: float) -> str:
    """A luminosity in fb^-1 as physicists say it.

    Example:
        >>> _in_words(50_000.0), _in_words(445.0)
        ('50 ab^-1', '445 fb^-1')
    """
    return f"{luminosity / 1000:g} ab^-1" if luminosity >= 1000 else f"{luminosity:g} fb^-1"
