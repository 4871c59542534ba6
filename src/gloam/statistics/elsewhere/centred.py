"""Global significances of correlated entries: the largest centred significance in bootstrap replicas of the events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gloam.scans import ScanResult
from gloam.spectra import EventBootstrap
from gloam.statistics.bootstrap import bootstrap_fits, check_bootstrap
from gloam.statistics.elsewhere.maxima import ScanToys, check_toys
from gloam.statistics.elsewhere.score import usable_hypotheses

__all__ = ["centred_toys"]

FITS = 500_000
"""Hypotheses times replicas that are held at a time."""


def centred_toys(
    result: ScanResult,
    events: EventBootstrap,
    toys: int = 1000,
    *,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:
    """The largest centred significances of a scan in bootstrap replicas of its events.

    A replica differs from the data as the data differ from what they were drawn from. Its significances are therefore
    taken about the yields of the data, (n_sig* - n_sig) / n_sig_err* to first order: their largest is as large as that
    of data without a signal, with all that entries of one event have in common.

    Args:
        result: the fits to the data.
        events: entries of the spectrum, and their events.
        toys: how many replicas.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of replicas finished.

    Raises:
        InputError: see `bootstrap_fits`.
    """
    check_toys(toys)
    check_bootstrap(result, events)
    rows = usable_hypotheses(result)
    largest, row, failed = np.empty(toys), np.empty(toys, np.int64), np.empty(toys, np.bool_)
    size = max(FITS // rows.size, 1)
    for start in range(0, toys, size):
        part = np.arange(start, min(start + size, toys))
        fits = bootstrap_fits(result, events, part, rows=rows, threads=threads)
        z = np.where(np.isnan(fits.centred), -np.inf, fits.centred)
        largest[part], row[part], failed[part] = z.max(axis=1), rows[z.argmax(axis=1)], fits.failed
        if progress is not None:
            progress(part.size)
    return ScanToys(largest, row, failed, np.inf, rows.size * toys)
