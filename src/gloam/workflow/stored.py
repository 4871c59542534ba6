"""The arrays of `fits.npz`: fits, limits, variants and effects of nuisance parameters, and back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np

from gloam.errors import InputError
from gloam.report import Channel, ChannelResult, ChannelVariants, CountingChannel
from gloam.scans import JointScan, Scan, ScanResult, VariantResults
from gloam.statistics import CountingScanLimits, NuisanceEffects, UpperLimits, VariantSummary

__all__ = [
    "Arrays", "Restored", "restored_channel", "restored_cross_checks", "restored_limits", "stored_channel",
]  # fmt: skip

Arrays = Mapping[str, np.ndarray[Any, Any]]

T = TypeVar("T", ScanResult, UpperLimits, CountingScanLimits, VariantSummary, NuisanceEffects)

SETUP = "setup"
"""What a scan was made of: declared, not stored."""


def stored_channel(channel: Channel) -> dict[str, Any]:
    """The arrays of a channel, their names beginning with its own."""
    return _counted(channel) if isinstance(channel, CountingChannel) else _fitted(channel)


def _counted(channel: CountingChannel) -> dict[str, Any]:
    """Those of counts: what they were counted in is made again, limits are kept."""
    name, result = channel.name, channel.result
    kept = ("mass", "mass2", "position", "position2", "observed", "background", "background_err", "off", "tau")
    return {
        **{f"{name}.{each}": getattr(result, each) for each in kept},
        f"{name}.z_local": channel.z_local,
        **_fields(f"{name}.limits", channel.limits),
        f"{name}.events_per_fb": channel.factors.events_per_fb(result.mass),
        **_cross_checks(channel),
    }


def _cross_checks(channel: CountingChannel) -> dict[str, Any]:
    """Limits by other methods, with their names."""
    if not channel.cross_checks:
        return {}
    arrays: dict[str, Any] = {f"{channel.name}.cross_checks": np.array(list(channel.cross_checks))}
    for number, limits in enumerate(channel.cross_checks.values()):
        arrays |= _fields(f"{channel.name}.cross_check{number}", limits)
    return arrays


def restored_cross_checks(arrays: Arrays, name: str) -> dict[str, CountingScanLimits]:
    """The limits of a channel of counts by other methods; empty where there are none."""
    names = arrays.get(f"{name}.cross_checks", np.empty(0, str)).tolist()
    return {
        each: _restored(CountingScanLimits, arrays, f"{name}.cross_check{number}") for number, each in enumerate(names)
    }


def restored_limits(arrays: Arrays, name: str) -> CountingScanLimits:
    """The limits of a channel of counts.

    Raises:
        InputError: if arrays are missing.
    """
    try:
        return _restored(CountingScanLimits, arrays, f"{name}.limits")
    except KeyError as missing:
        found, remedy = f"no array {missing} in fits.npz", "make the run again with this version"
        raise InputError(f"read the limits of {name}", found, "all that a run writes", remedy) from None


def _fitted(channel: ChannelResult) -> dict[str, Any]:
    name, result = channel.name, channel.result
    arrays = {
        **_fields(name, result),
        f"{name}.mass": result.mass,
        f"{name}.position": result.position,
        **_fields(f"{name}.limits", channel.limits),
        # the two that others read most, under the names of limits.csv
        f"{name}.n_sig_ul": channel.limits.observed,
        f"{name}.n_sig_ul_exp": channel.limits.expected,
        f"{name}.events_per_fb": channel.factors.events_per_fb(result.mass),
        f"{name}.signal": np.array(_in_words(result.scan.signal)),
        f"{name}.background": np.array(_in_words(result.scan.background)),
    }
    if channel.nuisances is not None:
        arrays |= _fields(f"{name}.nuisances", channel.nuisances)
    if (variants := channel.variants) is not None:
        arrays |= _fields(f"{name}.variants", variants.summary)
        arrays[f"{name}.variants.notes"] = np.array(variants.results.notes, str)
        for number, (fits, limits) in enumerate(zip(variants.results.results, variants.limits, strict=True)):
            if number:  # the first are the fits of the channel itself
                arrays |= _fields(f"{name}.variant{number}", fits)
            arrays |= _fields(f"{name}.variant{number}.limits", limits)
    return arrays


class Restored(NamedTuple):
    """What is stored of a channel; see `ChannelResult`."""

    result: ScanResult
    limits: UpperLimits
    variants: ChannelVariants | None
    nuisances: NuisanceEffects | None


def restored_channel(arrays: Arrays, name: str, scan: Scan, variants: Mapping[str, Scan | JointScan]) -> Restored:
    """The results of a channel that are stored.

    Args:
        arrays: of `fits.npz`.
        name: of the channel.
        scan: what was fitted.
        variants: the scans of its background variants by name; empty where there are none.

    Raises:
        InputError: if arrays are missing, or belong to other hypotheses.
    """
    remedy = "make the run again with this version"
    try:
        if not np.array_equal(arrays[f"{name}.mass"], scan.grid.mass):
            found = "other hypotheses than are declared"
            raise InputError(f"read the fits of {name}", found, "fits of the declared scan", remedy)
        result = _restored(ScanResult, arrays, name, scan)
        return Restored(
            result,
            _restored(UpperLimits, arrays, f"{name}.limits"),
            _restored_variants(arrays, name, result, variants) if variants else None,
            _restored(NuisanceEffects, arrays, key) if f"{(key := f'{name}.nuisances')}.names" in arrays else None,
        )
    except KeyError as missing:
        found = f"no array {missing} in fits.npz"
        raise InputError(f"read the fits of {name}", found, "all that a run writes", remedy) from None


def _restored_variants(
    arrays: Arrays, name: str, nominal: ScanResult, scans: Mapping[str, Scan | JointScan]
) -> ChannelVariants:
    summary = _restored(VariantSummary, arrays, f"{name}.variants")
    fits = [nominal]
    for number, variant in enumerate(summary.names[1:], 1):
        fits.append(_restored(ScanResult, arrays, f"{name}.variant{number}", scans[variant]))
    limits = (_restored(UpperLimits, arrays, f"{name}.variant{n}.limits") for n in range(len(fits)))
    notes = tuple(arrays[f"{name}.variants.notes"].tolist())
    return ChannelVariants(VariantResults(summary.names, tuple(fits), notes), tuple(limits), summary)


def _in_words(model: object) -> str:
    """What a model is, for readers: nothing is built from it. Addresses of functions would differ in each run."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(model))


def _fields(prefix: str, value: Any) -> dict[str, Any]:
    """The fields of a dataclass as arrays; tuples of words become arrays of them."""
    names = [field.name for field in dataclasses.fields(value) if field.name != SETUP]
    return {f"{prefix}.{name}": np.asarray(getattr(value, name)) for name in names}


def _restored(kind: type[T], arrays: Arrays, prefix: str, setup: Scan | JointScan | None = None) -> T:
    values: dict[str, Any] = {} if setup is None else {SETUP: setup}
    for field in dataclasses.fields(kind):
        if field.name != SETUP:
            values[field.name] = _value(arrays[f"{prefix}.{field.name}"])
    return kind(**values)


def _value(array: np.ndarray[Any, Any]) -> Any:
    """An array as the field it was: a number or a word, a tuple of words, or an array."""
    if array.ndim == 0:
        return array.item()
    return tuple(array.tolist()) if array.dtype.kind == "U" else array
