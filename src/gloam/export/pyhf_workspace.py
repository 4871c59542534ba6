"""A HistFactory model in the JSON of pyhf."""

from __future__ import annotations

from typing import Any

from gloam.export.histfactory import YIELD, HistfactoryModel, Sample, Systematic

__all__ = ["pyhf_workspace"]

VERSION = "1.0.0"


def pyhf_workspace(model: HistfactoryModel) -> dict[str, Any]:
    """The workspace: a JSON document that pyhf reads; written without pyhf.

    The parameter of interest is `mu`; the signal yield is `mu` times `model.events`, which the name of the measurement
    repeats.

    Args:
        model: of one hypothesis.
    """
    parameters = [
        {"name": name, "inits": [start], "bounds": [[low, high]]} for name, (start, low, high) in model.ranges.items()
    ]
    return {
        "version": VERSION,
        "channels": [{"name": model.name, "samples": [_sample(each) for each in model.samples]}],
        "observations": [{"name": model.name, "data": model.counts.tolist()}],
        "measurements": [
            {
                "name": f"mass {model.mass:.10g} GeV, {model.events:g} signal events at {YIELD} = 1",
                "config": {"poi": YIELD, "parameters": parameters},
            }
        ],
    }


def _sample(sample: Sample) -> dict[str, Any]:
    modifiers: list[dict[str, Any]] = []
    if sample.factor is not None:
        modifiers.append({"name": sample.factor, "type": "normfactor", "data": None})
    modifiers += [_systematic(each) for each in sample.systematics]
    return {"name": sample.name, "data": sample.contents.tolist(), "modifiers": modifiers}


def _systematic(systematic: Systematic) -> dict[str, Any]:
    high, low = systematic.high.tolist(), systematic.low.tolist()
    if systematic.is_factor:
        return {"name": systematic.name, "type": "normsys", "data": {"hi": high, "lo": low}}
    return {"name": systematic.name, "type": "histosys", "data": {"hi_data": high, "lo_data": low}}
