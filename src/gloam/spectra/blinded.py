"""Spectra that are filled from blinded data: the bins in which nothing may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gloam.events.reading import blinded_columns
from gloam.spectra.mask import Mask, hide_bins
from gloam.spectra.spectrum import Spectrum

__all__ = ["hide_blinded"]


def hide_blinded(path: Path, object_name: str | None, columns: Sequence[str], spectrum: Spectrum) -> Spectrum:
    """The spectrum with the bins marked as hidden that the ranges of its blinded data touch.

    The events in these ranges are not in it: `read_columns` leaves them out.

    Args:
        path: of the file of events that it was filled from.
        object_name: the tree inside.
        columns: one for each axis.
        spectrum: of these columns.
    """
    for found in blinded_columns(path, object_name):
        record = found.record
        if not record.is_open and record.visible_fraction is None and found.column in columns:
            spectrum = hide_bins(Mask(record.ranges), spectrum, columns.index(found.column))
    return spectrum
