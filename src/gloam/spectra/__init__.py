"""Spectra: binned data in one or two dimensions, filled, read and written, always through the mask."""

from gloam.spectra.axis import Axis, uniform_axis
from gloam.spectra.batches import fill_batches
from gloam.spectra.binning import merge_bins, rebin, restrict
from gloam.spectra.bootstrap import EventBootstrap
from gloam.spectra.event_ranks import EventRanks
from gloam.spectra.filling import fill
from gloam.spectra.mask import Mask, hide_bins, hide_values
from gloam.spectra.origin import Origin
from gloam.spectra.reading import read_spectrum, read_values
from gloam.spectra.source import split_source
from gloam.spectra.spectrum import Spectrum, with_flow
from gloam.spectra.uhi import from_uhi, to_boost
from gloam.spectra.uhi_json import from_uhi_json, to_uhi_json
from gloam.spectra.weighting import poisson_counts, scaled_poisson

__all__ = [
    "Axis",
    "EventBootstrap",
    "EventRanks",
    "Mask",
    "Origin",
    "Spectrum",
    "fill",
    "fill_batches",
    "from_uhi",
    "from_uhi_json",
    "hide_bins",
    "hide_values",
    "merge_bins",
    "poisson_counts",
    "read_spectrum",
    "read_values",
    "rebin",
    "restrict",
    "scaled_poisson",
    "split_source",
    "to_boost",
    "to_uhi_json",
    "uniform_axis",
    "with_flow",
]
