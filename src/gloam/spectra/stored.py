"""Histograms in files: which files hold one, and reading it, by format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from gloam.blinding import BlindRecord, Found, find_records, histogram_mark, visible_part
from gloam.errors import InputError
from gloam.events import column_names, npz, root
from gloam.events.checking import require_no_object, shortened, unreadable
from gloam.events.reading import stored_columns
from gloam.spectra.axis import Axis
from gloam.spectra.mask import Mask, hide_bins
from gloam.spectra.spectrum import Spectrum, with_flow
from gloam.spectra.uhi import from_uhi
from gloam.spectra.uhi_json import from_uhi_json

__all__ = ["blinded_histograms", "holds_histogram", "read_histogram", "stored_histogram"]

_NPZ_1D, _NPZ_2D, _TABLE = {"edges", "counts"}, {"edges_x", "edges_y", "counts"}, {"low", "high", "counts"}
_SAME_EDGE = 1e-6  # of a bin width: tables are printed with few digits


def holds_histogram(path: Path, object_name: str | None = None, column: str | None = None) -> bool:
    """Whether the file, or the object in it, is a histogram rather than a table of events.

    Args:
        path: an existing file.
        object_name: the object inside.
        column: what is to be read; decides where a file could be both.

    Raises:
        InputError: no such object; a damaged file.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        return True
    if suffix == ".root":
        with root.opened(path) as file:
            if object_name is not None:
                return not root.is_tree(root.object_class(path, file, object_name))
            trees = [root.is_tree(kind) for kind in root.object_classes(file).values()]
            return not all(trees) if column is None else not any(trees)
    if suffix in (".npz", ".csv", ".txt"):
        there = set(column_names(path, object_name))
        for needed in (_NPZ_1D, _NPZ_2D) if suffix == ".npz" else (_TABLE,):
            if needed <= there:
                return column not in there - needed - {"variances"}
    return False


def read_histogram(
    path: Path, object_name: str | None = None, *, name: str | None = None, unit: str | None = None
) -> Spectrum:
    """The histogram in a file: ROOT TH1 or TH2, UHI JSON, npz (edges, counts) or CSV (low, high, counts).

    Args:
        path: an existing file for which `holds_histogram` is true.
        object_name: the object inside a ROOT file or UHI JSON; needed where there are several.
        name: of the first axis; None takes what the file says, or "mass".
        unit: of the first axis; None takes what the file says, or GeV.

    Raises:
        InputError: no such object, a damaged file, contents that are no spectrum, or blinded data.
    """
    spectrum = stored_histogram(path, object_name, name=name, unit=unit)
    found = blinded_histograms(path, spectrum)
    for each in visible_part(path, found, can_mask=lambda each: each.record.column is None):
        spectrum = _visible(each.record, spectrum)
    return spectrum


def blinded_histograms(path: Path, spectrum: Spectrum) -> list[Found]:
    """The records of blinded data that a histogram belongs to, open ones too, under whichever name and format."""
    mark = histogram_mark(spectrum.values())

    def axis_of(record: BlindRecord) -> str | None:
        return spectrum.axes[0].name if record.mark == mark else None

    return find_records(path, axis_of)


def _visible(record: BlindRecord, spectrum: Spectrum) -> Spectrum:
    """The bins that no hidden range touches, or a random fraction of the entries, without under- and overflow."""
    if record.visible_fraction is None:
        return hide_bins(Mask(record.ranges), spectrum)
    inside = record.visible_counts(spectrum.values())
    return replace(spectrum, contents=with_flow(inside, spectrum.axes), sum_w2=None)


def stored_histogram(
    path: Path, object_name: str | None = None, *, name: str | None = None, unit: str | None = None
) -> Spectrum:
    """The histogram as it is in the file, without regard to who may look at it; arguments as for `read_histogram`."""
    match path.suffix.lower():
        case ".root":
            return _read_root(path, object_name, name, unit)
        case ".json":
            spectrum = _read_json(path, object_name)
        case ".npz":
            require_no_object(path, object_name)
            spectrum = _read_npz(path)
        case _:
            require_no_object(path, object_name)
            spectrum = _read_table(path)
    first, *others = spectrum.axes
    renamed = Axis(first.edges, name or first.name, first.unit if unit is None else unit)
    return replace(spectrum, axes=(renamed, *others))


def _read_root(path: Path, object_name: str | None, name: str | None, unit: str | None) -> Spectrum:
    with root.opened(path) as file:
        if object_name is None:
            found = [key for key, kind in root.object_classes(file).items() if not root.is_tree(kind)]
            if len(found) != 1:
                remedy = f"choose one: {path}:{found[0]}" if found else "write a TH1 or TH2"
                raise InputError(f"read a histogram of {path}", shortened(found), "one histogram", remedy)
            (object_name,) = found
        asked = f"read histogram '{object_name}' of {path}"
        kind = root.object_class(path, file, object_name)
        if not kind.startswith(("TH1", "TH2")):
            raise InputError(asked, f"a {kind}", "a TH1 or TH2", "choose another object, or convert it")
        return from_uhi(file[object_name], name=name, unit=unit, asked=asked)


def _read_json(path: Path, object_name: str | None) -> Spectrum:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, "JSON", error) from error
    return from_uhi_json(text, object_name, asked=f"read a histogram of {path}")


def _read_npz(path: Path) -> Spectrum:
    there = set(column_names(path))
    names = ["edges"] if there >= _NPZ_1D else ["edges_x", "edges_y"]
    stored = npz.arrays(path, [*names, "counts", *({"variances"} & there)])
    try:
        arrays = {key: np.asarray(array, dtype=np.float64) for key, array in stored.items()}
    except (TypeError, ValueError) as error:
        asked = f"read a histogram of {path}"
        raise InputError(asked, error, "arrays of numbers", "store numbers") from error
    labels = ("mass",) if len(names) == 1 else ("x", "y")
    axes = tuple(Axis(arrays[key], label) for key, label in zip(names, labels, strict=True))
    variances = with_flow(arrays["variances"], axes) if "variances" in arrays else None
    return Spectrum(axes, with_flow(arrays["counts"], axes), variances)


def _read_table(path: Path) -> Spectrum:
    there = column_names(path)
    names = ["low", "high", "counts", *(["variances"] if "variances" in there else [])]
    table = stored_columns(path, names)
    low, high = table["low"], table["high"]
    gaps = np.abs(low[1:] - high[:-1]) > _SAME_EDGE * np.abs(high - low)[1:]
    if gaps.any():
        row = int(np.argmax(gaps))
        found = f"a bin that ends at {high[row]} before one that begins at {low[row + 1]} (row {row}, from 0)"
        remedy = "sort the rows, and write empty bins with counts 0"
        raise InputError(f"read a histogram of {path}", found, "bins that touch, in order", remedy)
    axes = (Axis(np.append(low, high[-1])),)
    variances = with_flow(table["variances"], axes) if "variances" in table else None
    return Spectrum(axes, with_flow(table["counts"], axes), variances)
