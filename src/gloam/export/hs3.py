"""A HistFactory model in the HEP Statistics Serialization Standard, HS3 (version 0.2)."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from gloam.export.histfactory import YIELD, HistfactoryModel, Sample, Systematic

__all__ = ["hs3_document"]

VERSION = "0.2"
CONSTRAINED = 8.0
"""Range of parameters with a unit normal constraint."""


def hs3_document(model: HistfactoryModel) -> dict[str, Any]:
    """The document: distribution, data, likelihood, domain, start values and analysis of one hypothesis.

    Where bins are vetoed the axis counts bins, because axes of HS3 have no gaps.

    Args:
        model: of one hypothesis.
    """
    name = _word(model.name)
    axis = _axis(model)
    ranges = model.ranges | dict.fromkeys(map(_word, model.systematics), (0.0, -CONSTRAINED, CONSTRAINED))
    distribution = {
        "name": name,
        "type": "histfactory_dist",
        "axes": [axis],
        "samples": [_sample(sample) for sample in model.samples],
    }
    return {
        "metadata": {
            "hs3_version": VERSION,
            "description": f"mass {model.mass:.10g} GeV; {model.events:g} signal events at {YIELD} = 1",
        },
        "distributions": [distribution],
        "data": [{"name": f"{name}_data", "type": "binned", "axes": [axis], "contents": model.counts.tolist()}],
        "likelihoods": [{"name": "likelihood", "distributions": [name], "data": [f"{name}_data"]}],
        "domains": [
            {
                "name": "domain",
                "type": "product_domain",
                "axes": [{"name": each, "min": low, "max": high} for each, (_, low, high) in ranges.items()],
            }
        ],
        "parameter_points": [
            {"name": "start", "parameters": [{"name": each, "value": start} for each, (start, _, _) in ranges.items()]}
        ],
        "analyses": [
            {
                "name": "limit",
                "likelihood": "likelihood",
                "parameters_of_interest": [YIELD],
                "domains": ["domain"],
                "init": "start",
            }
        ],
    }


def _axis(model: HistfactoryModel) -> dict[str, Any]:
    low, high = model.edges
    if not np.array_equal(low[1:], high[:-1]):
        return {"name": "bin", "min": 0.0, "max": float(low.size), "nbins": int(low.size)}
    edges = [*low.tolist(), float(high[-1])]
    return {"name": _word(model.observable), "min": edges[0], "max": edges[-1], "edges": edges}


def _sample(sample: Sample) -> dict[str, Any]:
    modifiers: list[dict[str, Any]] = []
    if sample.factor is not None:
        modifiers.append({"name": sample.factor, "type": "normfactor", "parameter": sample.factor})
    modifiers += [_systematic(each) for each in sample.systematics]
    return {"name": sample.name, "data": {"contents": sample.contents.tolist()}, "modifiers": modifiers}


def _systematic(systematic: Systematic) -> dict[str, Any]:
    name, high, low = _word(systematic.name), systematic.high.tolist(), systematic.low.tolist()
    data = {"hi": high, "lo": low} if systematic.is_factor else {"hi": {"contents": high}, "lo": {"contents": low}}
    kind = "normsys" if systematic.is_factor else "histosys"
    return {"name": name, "type": kind, "parameter": name, "constraint": "Gauss", "data": data}


def _word(name: str) -> str:
    """The name as programs like it: letters, digits and underscores."""
    return re.sub(r"\W+", "_", name).strip("_") or "observable"
