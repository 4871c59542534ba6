"""A run recast to another model: its limits read, divided again, and written in the same form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gloam.constants import SQRT_S
from gloam.interpretation import Coupling, Recast, StoredLimits, read_limits, recast, result_of_run
from gloam.interpretation.exclusions import coupling_plane
from gloam.interpretation.stored import QUANTILES
from gloam.models import Parameter
from gloam.store import content_hash, file_hash, provenance, write_json, write_table

__all__ = ["energy_of_run", "recast_run", "write_recast"]


def energy_of_run(directory: Path) -> float:
    """The energy in GeV at which the model of a run was asked; that of the Upsilon(4S) for a run without a model."""
    return float(read_limits(directory).summary["limit"].get("sqrt_s", SQRT_S))


def recast_run(
    directory: Path,
    model: str,
    coupling: Coupling,
    efficiency: Parameter | None = None,
    radiative_factor: Parameter | None = None,
) -> tuple[StoredLimits, Recast, dict[str, Any]]:
    """The limits of a run, what they mean for a model, and that as a JSON document.

    Raises:
        InputError: for a directory without limits on a cross section, or factors that cannot be.
    """
    stored = read_limits(directory)
    found = recast(result_of_run(stored), coupling, efficiency, radiative_factor)
    document = {
        "model": model,
        "coupling": coupling_plane(model).quantity,
        "run": str(directory),
        "data": stored.summary.get("data"),
        "limit": {"method": stored.method, "level": stored.level},
        "n_limits": int(np.isfinite(found.limits.observed).sum()),
        "limits": _rows(stored, found),
        "notes": list(found.notes),
    }
    return stored, found, document


def write_recast(stored: StoredLimits, found: Recast, document: dict[str, Any], directory: Path) -> None:
    """Writes `limits.csv`, `summary.json` and `provenance.json`, as a run does, with the limits of the recast."""
    first = {"channel": stored.channel, "mass": stored.mass}
    columns = first | dict(stored.columns) | _limited(found) | {"method": stored.method, "level": stored.level}
    write_table(directory / "limits.csv", columns)
    limit = dict(stored.summary["limit"]) | {"coupling": document["coupling"]}
    notes = [f"recast of {stored.directory} to the model {document['model']}", *found.notes]
    title = f"{stored.title}, recast to {document['model']}"
    write_json(
        directory / "summary.json",
        {**stored.summary, "title": title, "limit": limit, "model": document["model"], "notes": notes},
    )
    hashes = {"limits": file_hash(stored.directory / "limits.csv"), "recast": content_hash(document["model"])}
    write_json(directory / "provenance.json", provenance(hashes=hashes))


def _rows(stored: StoredLimits, found: Recast) -> list[dict[str, Any]]:
    """One entry for each row of the table; what is not known is None."""
    named = _limited(found) | {"coupling_ul_theory_low": found.limits.low, "coupling_ul_theory_high": found.limits.high}
    rows = []
    for row, (channel, mass) in enumerate(zip(stored.channel.tolist(), stored.mass.tolist(), strict=True)):
        values = {name: _known(column[row]) for name, column in named.items()}
        rows.append({"channel": channel, "mass": mass} | values)
    return rows


def _limited(found: Recast) -> dict[str, Any]:
    columns: dict[str, Any] = {"efficiency": found.efficiency, "xsec_ul_fb": found.cross_section}
    columns |= {f"xsec_ul_fb_exp_{q}": found.cross_section_expected[:, i] for i, q in enumerate(QUANTILES)}
    columns["coupling_ul"] = found.limits.observed
    return columns | {f"coupling_ul_exp_{q}": found.limits.expected[:, i] for i, q in enumerate(QUANTILES)}


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
