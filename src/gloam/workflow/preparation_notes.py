"""What a reader has to know of the simulation behind a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gloam.calibration import LEAST_EFFECTIVE
from gloam.report import ChannelResult
from gloam.scans import fit_scan
from gloam.workflow.declaring import declare_channel
from gloam.workflow.prepared import prepared
from gloam.workflow.pseudo_data import expected_spectrum

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["preparation_notes"]


def preparation_notes(search: Search, results: Sequence[ChannelResult]) -> list[str]:
    """The statistics of templates and efficiencies in the windows of a run, and what was not simulated."""
    if search.preparation is None:
        return []
    channels = {channel.name: channel for channel in search.channels}
    derived = {each.name for each in search.channels if each.slices or each.natural_width is not None or each.decay}
    notes = [
        _statistics(search, each, str(channels[each.name].spectrum)) for each in results if each.name not in derived
    ]
    # the very templates that are fitted have no bias
    notes += [_bias(search, channels[each.name]) for each in results if not channels[each.name].background_errors]
    return notes + [f"Simulation. {text}" for text in search.preparation.left_out]


def _bias(search: Search, channel: Channel) -> str:
    """What the fit makes of the expected background itself: a signal that is none."""
    expected = expected_spectrum(search, channel)
    found = fit_scan(declare_channel(search, channel, expected))
    spurious = found.n_sig / found.n_sig_err
    row = int(np.nanargmax(np.abs(spurious)))
    return (
        f"{channel.name}: fitted to the background template itself, without fluctuations, the yield is at most "
        f"{spurious[row]:+.2f} of its error away from 0 (at {found.mass[row]:.4g} GeV); not corrected for."
    )


def _statistics(search: Search, channel: ChannelResult, spectrum: str) -> str:
    scan, result = prepared(search)[spectrum], channel.result
    template = scan.template(1.0)
    sigma = result.scan.signal.resolution(result.position)
    # what is below the peak matters: a template wrong there by less than the data fluctuate does no harm
    effective = template.effective_events(result.position - 2 * sigma, result.position + 2 * sigma)
    relative = 1 / np.sqrt(effective)
    used = (scan.mass >= result.mass.min() - 0.5) & (scan.mass <= result.mass.max() + 0.5)
    efficiency = (scan.efficiency_error / scan.efficiency)[used].max()
    few = f"; fewer than {LEAST_EFFECTIVE:g}: an upper bound only" if effective.min() < LEAST_EFFECTIVE else ""
    return (
        f"{channel.name}: background template: at least {effective.min():.0f} effective events within 2 sigma of a "
        f"mass{few}, statistical error at most {relative.max():.1%}; efficiency: at most {efficiency:.1%}."
    )
