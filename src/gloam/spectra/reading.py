"""Reading spectra: from a file of events or of a histogram, always through the mask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.events import column_names, read_columns
from gloam.events.checking import require_file, shortened
from gloam.spectra.axis import Axis, uniform_axis
from gloam.spectra.binning import rebin, restrict
from gloam.spectra.blinded import hide_blinded
from gloam.spectra.filling import fill, refuse_non_finite
from gloam.spectra.mask import Mask, hide_bins, hide_values
from gloam.spectra.origin import Origin
from gloam.spectra.source import file_origin, split_source
from gloam.spectra.spectrum import Spectrum
from gloam.spectra.stored import holds_histogram, read_histogram

__all__ = ["read_spectrum", "read_values"]


def read_spectrum(
    source: str | Path,
    *,
    column: str | None = None,
    low: float | None = None,
    high: float | None = None,
    bin_width: float | None = None,
    weights: str | None = None,
    mask: Mask | None = None,
    name: str | None = None,
    unit: str | None = None,
    origin: Origin | None = None,
) -> Spectrum:
    r"""The spectrum in a file, after the mask has acted; filled if the file holds events.

    With `column` the file holds events (.csv, .txt, .npz, .root, .parquet), and the range and the bin
    width are needed. Without, it holds a histogram (.root TH1 or TH2, UHI .json, .npz with `edges` and
    `counts`, .csv with `low`, `high` and `counts`); range and bin width then cut and merge its bins.

    Args:
        source: "FILE" or "FILE:OBJECT".
        column: the observable.
        low: lower end of the axis, in `unit`; the first axis where there are two, as for all below.
        high: upper end of the axis.
        bin_width: adjusted so that whole bins fill the range (events); must merge whole bins (histogram).
        weights: the column of weights.
        mask: ranges that must not be looked at; they act before anything is returned or reported.
        name: of the axis; None takes what the file says, or "mass".
        unit: of the axis; None takes what the file says, or GeV. Nothing is converted.
        origin: where the data come from; None for the user's file, with its SHA-256.

    Raises:
        InputError: whatever is wrong with the file, the column, the range or the contents.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "events.csv")
        ...     _ = path.write_text("M\n3.1\n3.2\n9.5\n")
        ...     spectrum = read_spectrum(path, column="M", low=3, high=4, bin_width=0.5)
        >>> spectrum.values(), spectrum.overflow
        (array([2., 0.]), 1.0)
    """
    path, object_name = split_source(source)
    require_file(path)
    if not holds_histogram(path, object_name, column):
        values, weighting = _visible_columns(source, column, weights, mask)
        asked = f"fill column '{column}' of {source}"
        axis = _axis_of(values, asked, low, high, bin_width, name or "mass", "GeV" if unit is None else unit)
        if values.size:
            spectrum = fill(values, axis, weights=weighting, asked=asked)
        else:  # there are events, but all of them are hidden
            spectrum = Spectrum((axis,), np.zeros(len(axis) + 2))
        spectrum = hide_bins(mask, hide_blinded(path, object_name, (str(column),), spectrum))
    else:
        _refuse_columns(source, column, weights)
        # blinding comes first: the cuts below may move bins into the flow
        spectrum = hide_bins(mask, read_histogram(path, object_name, name=name, unit=unit))
        spectrum = restrict(spectrum, low, high)
        spectrum = spectrum if bin_width is None else rebin(spectrum, bin_width)
    return replace(spectrum, origin=origin or file_origin(path))


def read_values(source: str | Path, column: str, *, mask: Mask | None = None) -> FloatArray:
    r"""The values of a column that the mask leaves visible, shape (rows,), finite.

    Args:
        source: "FILE" or "FILE:OBJECT" with events.
        column: the observable.
        mask: ranges that must not be looked at.

    Raises:
        InputError: no such file, object or column; no rows; NaN or infinite values.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "events.csv")
        ...     _ = path.write_text("M\n3.1\n9.5\n")
        ...     read_values(path, "M", mask=Mask(((3.0, 3.2),)))
        array([9.5])
    """
    path, object_name = split_source(source)
    values = read_columns(path, [column], object_name)[column]
    refuse_non_finite(values, f"read column '{column}' of {source}")
    return values[hide_values(mask, values)]


def _visible_columns(
    source: str | Path, column: str | None, weights: str | None, mask: Mask | None
) -> tuple[FloatArray, FloatArray | None]:
    """The values that may be looked at, and their weights."""
    path, object_name = split_source(source)
    if column is None:
        found = "a file of events without a column to fill"
        allowed = f"one of its columns: {shortened(column_names(path, object_name))}"
        raise InputError(f"read a spectrum of {source}", found, allowed, "name one (column; --column NAME)")
    columns = read_columns(path, [column, *([weights] if weights else [])], object_name)
    for key, values in columns.items():
        refuse_non_finite(values, f"read column '{key}' of {source}")
    kept = hide_values(mask, columns[column])
    return columns[column][kept], columns[weights][kept] if weights else None


def _axis_of(
    values: FloatArray,
    asked: str,
    low: float | None,
    high: float | None,
    bin_width: float | None,
    name: str,
    unit: str,
) -> Axis:
    if low is None or high is None:
        found = f"; its values run from {values.min():.6g} to {values.max():.6g}" if values.size else ""
        remedy = f"give the range (low and high; --range LO HI){found}"
        raise InputError(asked, "no range", "a range to fill", remedy)
    if bin_width is None:
        remedy = f"give it (bin_width; --bin-width W), for example {abs(high - low) / 1000:.3g}"
        raise InputError(asked, "no bin width", "the width of the bins", remedy)
    return uniform_axis(low, high, width=bin_width, name=name, unit=unit)


def _refuse_columns(source: str | Path, column: str | None, weights: str | None) -> None:
    for what, given in (("column", column), ("column of weights", weights)):
        if given is not None:
            asked = f"read {what} '{given}' of {source}"
            remedy = f"leave out the {what}, or name a file of events"
            raise InputError(asked, "a histogram, already filled", "a file of events", remedy)
