"""Spectra as UHI JSON, the format that the histogram libraries share."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.spectra.axis import Axis
from gloam.spectra.origin import Origin
from gloam.spectra.spectrum import Spectrum

__all__ = ["from_uhi_json", "to_uhi_json"]


def to_uhi_json(spectrum: Spectrum) -> str:
    """The spectrum as the text of a UHI JSON file, with flow, names, units, hidden bins and origin.

    Example:
        >>> text = to_uhi_json(Spectrum((Axis([0.0, 1.0, 2.0]),), [0, 5, 7, 2]))
        >>> from_uhi_json(text).values()
        array([5., 7.])
    """
    from uhi.io.json import default

    storage: dict[str, Any] = {"type": "double", "values": spectrum.contents}
    if spectrum.sum_w2 is not None:
        storage |= {"type": "weighted", "variances": spectrum.variances(flow=True)}
    document = {
        "uhi_schema": 1,
        "writer_info": {"gloam": {"schema": 1}},
        "metadata": _metadata(spectrum),
        "axes": [_axis_record(axis) for axis in spectrum.axes],
        "storage": storage,
    }
    return json.dumps(document, default=default)


def from_uhi_json(text: str, object_name: str | None = None, asked: str = "read UHI JSON") -> Spectrum:
    """The spectrum in the text of a UHI JSON file, of gloam or of another library.

    Args:
        text: one histogram, or several by name.
        object_name: which of several.
        asked: what the user asked for; begins the messages.

    Raises:
        InputError: no UHI JSON, no such histogram, or one that is no spectrum (see `from_uhi`).

    Example:
        >>> text = '''{"uhi_schema": 1, "storage": {"type": "int", "values": [5, 7]}, "axes": [{
        ...     "type": "variable", "edges": [0, 1, 2], "underflow": false, "overflow": false,
        ...     "circular": false}]}'''
        >>> from_uhi_json(text).contents
        array([0., 5., 7., 0.])
    """
    from uhi.io import from_sparse
    from uhi.io.json import object_hook

    remedy = "write it with uhi.io.json, as hist and boost-histogram do"
    try:
        document = json.loads(text, object_hook=object_hook)
    except ValueError as error:
        raise InputError(asked, f"text that is no JSON ({error})", "a UHI JSON histogram", remedy) from error
    record = _chosen(document, object_name, asked)
    try:
        record = from_sparse(record)
        axes = tuple(_axis(axis, asked) for axis in record["axes"])
        values, variances = _stored(record, axes, asked)
        metadata = record.get("metadata", {})
        return Spectrum(
            axes,
            values,
            variances,
            visible=_visible(metadata, axes),
            origin=_origin(metadata),
            asimov=bool(metadata.get("asimov", False)),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        found = f"a record that does not follow the UHI schema ({type(error).__name__}: {error})"
        raise InputError(asked, found, "a UHI JSON histogram", remedy) from error


def _chosen(document: Any, object_name: str | None, asked: str) -> dict[str, Any]:
    """The record of the histogram asked for, in a file of one or of several by name."""
    if isinstance(document, dict) and "uhi_schema" in document:
        if object_name is not None:
            remedy = "leave out the name after the colon"
            raise InputError(asked, f"'{object_name}' in a file of one histogram", "no name", remedy)
        named = {"": document}
    else:
        entries = document.items() if isinstance(document, dict) else ()
        named = {key: value for key, value in entries if isinstance(value, dict) and "uhi_schema" in value}
    if object_name is None and len(named) == 1:
        (record,) = named.values()
    elif object_name in named:
        record = named[object_name]
    else:
        allowed = f"one of {', '.join(named)}" if named else "a UHI JSON histogram (key 'uhi_schema')"
        found = "no histogram" if not named else f"no histogram '{object_name}'" if object_name else "several"
        remedy = "name it: FILE.json:NAME" if named else "write it with uhi.io.json, as hist does"
        raise InputError(asked, found, allowed, remedy)
    if record["uhi_schema"] != 1:
        found = f"schema version {record['uhi_schema']}"
        raise InputError(asked, found, "uhi_schema 1", "write it with a version of uhi that writes schema 1")
    return record


def _axis(record: dict[str, Any], asked: str) -> Axis:
    metadata = record.get("metadata", {})
    name, unit = str(metadata.get("name") or "mass"), str(metadata.get("unit", "GeV"))
    if record["type"] not in ("regular", "variable") or record["circular"]:
        found = "a circular axis" if record.get("circular") else f"an axis of type {record['type']}"
        remedy = "select one category, or rebook it with a regular or variable axis"
        raise InputError(asked, found, "axes of type regular or variable that end", remedy)
    if record["type"] == "regular":
        return Axis(np.linspace(record["lower"], record["upper"], int(record["bins"]) + 1), name, unit)
    return Axis(record["edges"], name, unit)


def _axis_record(axis: Axis) -> dict[str, Any]:
    shared = {
        "underflow": True,
        "overflow": True,
        "circular": False,
        "metadata": {"name": axis.name, "unit": axis.unit},
    }
    # the short form only where reading gives back the same edges to the last bit
    if np.array_equal(axis.edges, np.linspace(axis.low, axis.high, len(axis) + 1)):
        return {"type": "regular", "lower": axis.low, "upper": axis.high, "bins": len(axis), **shared}
    return {"type": "variable", "edges": axis.edges, **shared}


def _stored(record: dict[str, Any], axes: tuple[Axis, ...], asked: str) -> tuple[FloatArray, FloatArray | None]:
    """Contents and variances with flow."""
    storage = record["storage"]
    if len(axes) not in (1, 2):
        raise InputError(asked, f"{len(axes)} axes", "one axis or two", "project the others out first")
    if storage["type"] not in ("int", "double", "weighted"):
        remedy = "give a histogram of counts or of sums of weights"
        raise InputError(asked, f"a profile (storage {storage['type']})", "int, double or weighted", remedy)
    # flow bins that the writer left out are empty
    sides = [(int(not axis["underflow"]), int(not axis["overflow"])) for axis in record["axes"]]
    shape = [len(axis) + 2 - sum(missing) for axis, missing in zip(axes, sides, strict=True)]

    def padded(key: str) -> FloatArray:
        stored = storage.get(key)
        array = np.zeros(shape) if stored is None else np.asarray(stored, dtype=np.float64).reshape(shape)
        return np.pad(array, sides)

    values = padded("values")
    return values, padded("variances") if storage["type"] == "weighted" else None


def _metadata(spectrum: Spectrum) -> dict[str, Any]:
    """What UHI has no field for; its metadata hold only text, numbers and truth values."""
    metadata: dict[str, Any] = {}
    if spectrum.asimov:
        metadata["asimov"] = True
    if spectrum.visible is not None:
        steps = np.flatnonzero(np.diff(spectrum.visible.ravel(), prepend=True, append=True))
        metadata["hidden_bins"] = json.dumps(steps.reshape(-1, 2).tolist())
    if spectrum.origin is not None:
        fields = {key: getattr(spectrum.origin, key) for key in ("kind", "source", "sha256", "luminosity_fb")}
        metadata |= {f"origin_{key}": value for key, value in fields.items() if value is not None}
    return metadata


def _visible(metadata: dict[str, Any], axes: tuple[Axis, ...]) -> BoolArray | None:
    """The inverse of the runs [first, last + 1) of hidden bins in C order."""
    if "hidden_bins" not in metadata:
        return None
    visible = np.ones(tuple(len(axis) for axis in axes), dtype=np.bool_)
    for first, end in json.loads(metadata["hidden_bins"]):
        visible.ravel()[first:end] = False
    return visible


def _origin(metadata: dict[str, Any]) -> Origin | None:
    if "origin_kind" not in metadata:
        return None
    fields = ("kind", "source", "sha256", "luminosity_fb")
    return Origin(**{key: metadata.get(f"origin_{key}") for key in fields})  # type: ignore[arg-type]
