"""Which toys belong to what was done to the data."""

from __future__ import annotations

from collections.abc import Callable

from gloam.errors import InputError
from gloam.scans import CountingResult, ScanResult, VariantResults
from gloam.spectra import EventBootstrap
from gloam.statistics.elsewhere.centred import centred_toys
from gloam.statistics.elsewhere.maxima import ScanToys
from gloam.statistics.elsewhere.procedures import Procedure, replayed_toys
from gloam.statistics.elsewhere.variant_toys import variant_toys
from gloam.statistics.elsewhere.whole_scan import scan_toys
from gloam.statistics.elsewhere.window_toys import window_toys

__all__ = ["Replay", "toys_of"]

Replay = Procedure | EventBootstrap
"""What is done to every toy instead of the scan itself: a procedure, or a bootstrap of the events."""


def toys_of(
    result: ScanResult | VariantResults | CountingResult,
    replay: Replay | None,
    toys: int,
    seed: int,
    *,
    exhaustive: bool = False,
    stream: str = "scan toys",
    same_events_as: ScanResult | VariantResults | CountingResult | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:
    """The largest significances of toys of a scan, of its variants, of a procedure, or of a bootstrap of its events.

    Args:
        result: the fits to the data, or its counts.
        replay: what is done to every toy; None: the scan, or the smallest significance over the variants.
        toys: how many.
        seed: of their random streams; a bootstrap has its own.
        exhaustive: fit every hypothesis of every toy.
        stream: name of the streams.
        same_events_as: another scan of these events, whose toys of the same streams are to be used.
        threads: how many to use.
        progress: called with the number of toys finished.
    """
    if isinstance(result, VariantResults):
        if replay is not None:
            raise InputError(
                "toys of variants", "a procedure or a bootstrap as well", "one of them", "give the nominal fits alone"
            )
        return variant_toys(
            result, toys, seed, exhaustive=exhaustive, stream=stream, threads=threads, progress=progress
        )
    if isinstance(result, CountingResult):
        if replay is not None:
            raise InputError("toys of counts", "a procedure or a bootstrap", "the counts alone", "leave it out")
        return window_toys(result, toys, seed, exhaustive=exhaustive, stream=stream, threads=threads, progress=progress)
    if isinstance(replay, EventBootstrap):
        return centred_toys(result, replay, toys, threads=threads, progress=progress)
    if replay is not None:
        return replayed_toys(
            result, replay, toys, seed, exhaustive=exhaustive, stream=stream, threads=threads, progress=progress
        )
    source = same_events_as if isinstance(same_events_as, ScanResult) else None
    return scan_toys(
        result, toys, seed, same_events_as=source, exhaustive=exhaustive, stream=stream, threads=threads,
        progress=progress,
    )  # fmt: skip
