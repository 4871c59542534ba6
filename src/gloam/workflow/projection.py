"""A run at another luminosity: what it would expect to exclude."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.interpretation import Projection, Systematics, coupling_limits, project_counting_scan, project_scan
from gloam.interpretation.stored import QUANTILES
from gloam.report import Channel, ChannelResult, CountingChannel
from gloam.scans import JointScan, Scan, SidebandBackground
from gloam.scans.counting import SimulatedBackground
from gloam.statistics import CountingMethod
from gloam.workflow.pseudo_data import expected_spectrum
from gloam.workflow.results import Run

__all__ = ["project_run"]

POWERS = (
    "exponent: d ln(limit on the cross section) / d ln(luminosity): -1 without background, -0.5 with much, 0 at a "
    "floor; half of it for a coupling that enters as a square."
)

SELECTION = "efficiencies, resolutions, selections and branching fractions stay as they are; no gain from better ones."

IN_WORDS = {
    "fixed": "relative uncertainties stay as they are, and are the floor of limits.",
    "scaled": "relative uncertainties fall with the square root of the luminosity.",
    "none": "no uncertainty but that of the counts.",
}

MANY = 1000.0
"""Events in a window above which Bayesian limits of counts are projected with the profile likelihood."""


def project_run(
    run: Run, luminosity: float, systematics: Systematics = "fixed", *, threads: int | None = None
) -> dict[str, Any]:
    """The expected limits of a run at another luminosity, as a JSON document.

    Its notes state everything that is assumed, those of the run among them.

    Args:
        run: its limits say method and level; its factors say which luminosity it has.
        luminosity: to project to, in fb^-1.
        systematics: "fixed", "scaled" or "none", see `project_scan`.
        threads: how many to use; the answer does not depend on it.

    Raises:
        InputError: for a run without a luminosity, or limits by a method that has no expected ones.
    """
    first = run.channels[0].limits
    rows: list[dict[str, Any]] = []
    for channel in run.channels:
        now = _luminosity(run, channel)
        found = _projected(run, channel, now, luminosity, systematics, threads)
        rows += _rows(channel, found, channel.factors.events_per_fb(channel.result.mass) * luminosity / now)
    return {
        "search": run.name,
        "luminosity": luminosity,
        "luminosity_now": _luminosity(run, run.channels[0]),
        "systematics": systematics,
        "limit": {"method": first.method, "level": first.level},
        "limits": rows,
        "notes": [
            POWERS,
            SELECTION,
            f"systematics: {systematics}: {IN_WORDS[systematics]}",
            *_backgrounds(run),
            *_nominal(run),
            *_profiled(run, luminosity),
            *run.notes,
        ],
    }


def _setup(run: Run, channel: ChannelResult) -> Scan | JointScan:
    """The scan that is projected: with the expectation in place of pseudo-data that were drawn from it.

    Scaled fluctuations would contradict a rigid template, and random numbers say nothing of a prospect.
    """
    from gloam.searches import Search, load_search, search_names

    setup = channel.result.setup
    if run.origin.kind != "pseudo" or run.name not in search_names() or isinstance(setup, JointScan):
        return setup
    search = load_search(run.name)
    if not isinstance(search, Search):
        return setup
    declared = next((each for each in search.channels if each.name == channel.name and each.spectrum), None)
    return setup if declared is None else replace(setup, spectrum=expected_spectrum(search, declared))


def _backgrounds(run: Run) -> list[str]:
    """What the background of each channel at another luminosity is, once for channels that are alike."""
    return list(dict.fromkeys(f"background: {_background(run, channel)}" for channel in run.channels))


def _background(run: Run, channel: Channel) -> str:
    if isinstance(channel, ChannelResult):
        if _setup(run, channel) is channel.result.setup:
            return "that of the fit to the spectrum, times the ratio of the luminosities, with its fluctuations."
        return "the expectation that pseudo-data are drawn from, times the ratio of the luminosities."
    match channel.result.setup.background:
        case SidebandBackground():
            return "that of the sidebands, which grow with the luminosity as the windows do."
        case SimulatedBackground():
            return "that of simulated events, of which there are as many as today."
    return "the expectation of each window, times the ratio of the luminosities."


def _nominal(run: Run) -> list[str]:
    """That variants are not projected, where there are some."""
    if all(channel.variants is None for channel in run.channels):
        return []
    return ["of the background variants the nominal one alone is projected."]


def _profiled(run: Run, luminosity: float) -> list[str]:
    """Which channels are projected by another method than that of their limits."""
    return [
        f"{channel.name}: projected with the profile likelihood: windows expect more than {MANY:g} events."
        for channel in run.channels
        if isinstance(channel, CountingChannel)
        and _method_of_counts(channel, luminosity / _luminosity(run, channel)) != channel.limits.method
    ]


def _luminosity(run: Run, channel: Channel) -> float:
    """The luminosity of the data, from the factors of the channel or their origin."""
    known = channel.factors.luminosity or run.origin.luminosity_fb
    if known is None:
        raise InputError(
            f"luminosity of {run.name}", "none", "a run that declares one", "give --luminosity to the scan"
        )
    return known


def _projected(
    run: Run, channel: Channel, now: float, luminosity: float, systematics: Systematics, threads: int | None
) -> Projection:
    limits = channel.limits
    if isinstance(channel, CountingChannel):
        method = _method_of_counts(channel, luminosity / now)
        return project_counting_scan(channel.result, now, luminosity, limits.level, method, systematics=systematics)
    return project_scan(
        _setup(run, channel), now, luminosity, limits.level, limits.method, systematics=systematics, threads=threads
    )


def _method_of_counts(channel: CountingChannel, factor: float) -> CountingMethod:
    """That of the limits; for so many counts that averages over uncertainties take hours the profile likelihood."""
    many = float(np.nanmax(channel.result.background)) * factor > MANY
    return "profile" if many and channel.limits.method == "bayes" else cast("CountingMethod", channel.limits.method)


def _rows(channel: Channel, found: Projection, events_per_fb: FloatArray) -> list[dict[str, Any]]:
    """One entry for each mass; what is not known is None."""
    columns = {"mass": channel.result.mass, "mass2": channel.result.mass2, "exponent": found.exponent[0]}
    for name, table in (
        ("n_sig_ul", found.n_sig[0]),
        ("eff_xsec_ul_fb", found.cross_section[0]),
        ("xsec_ul_fb", found.n_sig[0] / events_per_fb[:, None]),
    ):
        columns |= {f"{name}_exp_{quantile}": table[:, i] for i, quantile in enumerate(QUANTILES)}
    if channel.coupling is not None:
        mass, in_fb = channel.result.mass, found.n_sig[0] / events_per_fb[:, None]
        couplings = coupling_limits(in_fb[:, 2], in_fb, mass, channel.coupling).expected
        columns |= {f"coupling_ul_exp_{quantile}": couplings[:, i] for i, quantile in enumerate(QUANTILES)}
    return [
        {"channel": channel.name} | {name: _known(column[row]) for name, column in columns.items()}
        for row in range(channel.result.mass.size)
    ]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
