"""Background variants of a scan: as the command line names them, fitted, and as numbers for files."""

from __future__ import annotations

import re
from typing import Any, Unpack

import numpy as np

from gloam.errors import InputError
from gloam.execution import progress_bar
from gloam.report import Channel, ChannelVariants
from gloam.scans import ScanResult, Variants, fit_variants
from gloam.statistics import LimitOptions, UpperLimits, combine_variants, least_stringent, no_limits, variant_limits

__all__ = ["scan_variants", "variant_notes", "variant_numbers", "variation_named"]

_WINDOW = re.compile(r"window:([0-9.]+)\s*sigma")
_ORDER = re.compile(r"order:([0-9]+)")


def variation_named(text: str) -> dict[str, Any]:
    """The arguments of `background_variants` for a variation written as window:Ksigma,order:N, or one of the two.

    Raises:
        InputError: if it is written in another way.

    Example:
        >>> variation_named("window:5sigma,order:1")
        {'window': 5.0, 'order': 1}
    """
    found: dict[str, Any] = {}
    for part in map(str.strip, text.split(",")):
        window, order = _WINDOW.fullmatch(part), _ORDER.fullmatch(part)
        name = part.partition(":")[0]
        try:
            value = float(window[1]) if window else int(order[1]) if order else 0
        except ValueError:
            value = 0
        if value <= 0 or name in found:
            raise InputError(
                "--variants", repr(text), "window:Ksigma and order:N, each once, with K and N above 0",
                "write for example window:5sigma,order:1",
            )  # fmt: skip
        found[name] = value
    return found


def scan_variants(
    variants: Variants,
    nominal: ScanResult,
    limits: UpperLimits,
    *,
    limited: bool = True,
    threads: int | None = None,
    quiet: bool = True,
    **options: Unpack[LimitOptions],
) -> tuple[ChannelVariants, UpperLimits]:
    """The fits and limits of all variants, and the least stringent limits over them.

    Args:
        variants: what to fit.
        nominal: the fits of the nominal variant.
        limits: its limits; the others are computed at this level and by this method.
        limited: whether limits are wanted at all.
        threads: how many to use.
        quiet: whether to draw no progress bars.
        **options: with which the limits were computed, see `upper_limits`.
    """
    more = variants.hypotheses - len(nominal.setup.grid)
    with progress_bar("fits of variants", more, not quiet) as advance:
        results = fit_variants(variants, nominal=nominal, threads=threads, progress=advance)
    if not limited:
        none = tuple(no_limits(result.mass.size, limits.level, limits.method) for result in results.results)
        return ChannelVariants(results, none, combine_variants(results)), limits
    with progress_bar("limits of variants", more, not quiet) as advance:
        found = variant_limits(
            results, limits.level, limits.method, nominal=limits, threads=threads, progress=advance, **options
        )
    summary = combine_variants(results, found)
    return ChannelVariants(results, found, summary), least_stringent(summary, limits)


def variant_numbers(channel: Channel) -> dict[str, Any] | None:
    """What `summary.json` says of the variants of a channel; None where there are none."""
    if channel.variants is None:
        return None
    summary = channel.variants.summary
    names, mass = summary.names, channel.result.mass
    extreme: dict[str, Any] | None = None
    if not np.isnan(summary.z_local).all():
        row = int(np.nanargmax(summary.z_local))
        extreme = {
            "mass": float(mass[row]), "z_local": float(summary.z_local[row]), "variant": names[summary.active_z[row]],
        }  # fmt: skip
    return {
        "names": list(names),
        "n_fits": channel.variants.results.n_fits,
        "n_failed": dict(zip(names, summary.n_failed.tolist(), strict=True)),
        "smallest_significance": extreme,
        "least_stringent": {name: int(np.count_nonzero(summary.active_limit == i)) for i, name in enumerate(names)},
        "notes": list(channel.variants.results.notes),
    }


def variant_notes(channel: Channel) -> list[str]:
    """What a reader has to know of the variants of a channel."""
    if channel.variants is None:
        return []
    results, summary = channel.variants.results, channel.variants.summary
    what = f"of {len(results.names)} background variants scan.csv holds the nominal one, variants.csv all"
    if np.isfinite(summary.observed).any():
        what += "; n_sig_ul and its expected values are the least stringent over them"
    notes = [f"{channel.name}: {what}."]
    notes += [f"{channel.name}: {note}" for note in results.notes]
    return notes + [
        f"{channel.name}: variant {name}: {count} hypotheses without a certified fit or a limit, left out of it."
        for name, count in zip(summary.names, summary.n_failed.tolist(), strict=True)
        if count
    ]
