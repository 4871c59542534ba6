"""Whole-scan toys that replay a procedure: whatever was done to the data is done to every toy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import map_batches
from gloam.fit import FitStatus
from gloam.models import Background
from gloam.scans import JointScan, Scan, ScanResult, fit_scan
from gloam.spectra import Origin, Spectrum
from gloam.statistics.elsewhere.expectation import Truth, background_truth
from gloam.statistics.elsewhere.maxima import ScanToys, check_toys, largest_of_toys
from gloam.statistics.elsewhere.score import usable_hypotheses
from gloam.statistics.elsewhere.toy_data import ToyData
from gloam.statistics.elsewhere.whole_scan import ScanSearch, plain_scan, refuse_weights

__all__ = ["ChosenBackground", "Procedure", "replayed_toys"]

Procedure = Callable[[Spectrum], float]
"""From a spectrum to the largest significance that would be quoted for it; NaN where there is no answer."""

CHUNK = 1000
"""Toys whose counts are held at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenBackground:
    """The procedure that chooses the background from the data, and scans with it.

    Attributes:
        scan: all but the background.
        choose: the rule, as it was applied to the data; what it returns has to be hashable.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> flat = Spectrum((Axis(np.linspace(0.0, 1.0, 51)),), np.pad(np.full(50, 40.0), 1))
        >>> nominal = gloam.scan(flat, gloam.Gaussian(0.02), gloam.Polynomial(1), [0.3, 0.5])
        >>> rule = ChosenBackground(nominal.setup, lambda spectrum: gloam.Polynomial(int(spectrum.entries > 1900)))
        >>> round(rule(flat), 3)
        0.0
    """

    scan: Scan
    choose: Callable[[Spectrum], Background]

    def __call__(self, spectrum: Spectrum) -> float:
        """The largest significance with the background that the rule chooses."""
        return _largest(fit_scan(self.with_background(self.choose(spectrum), spectrum)))

    def with_background(self, background: Background, spectrum: Spectrum) -> Scan:
        """The scan of a spectrum with some background."""
        return dataclasses.replace(self.scan, background=background, spectrum=spectrum)


def replayed_toys(
    result: ScanResult,
    procedure: Procedure,
    toys: int = 1000,
    seed: int = 1,
    *,
    exhaustive: bool = False,
    stream: str = "scan toys",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:
    """The largest significances that a procedure quotes for toys without a signal.

    Toys on which the procedure fails (NaN, or an `InputError`, as of a rule that no order satisfies) are counted as
    failed.

    Args:
        result: the fits to the data; the background-only fits make the expectation.
        procedure: any function of a spectrum. `ChosenBackground` is much faster: of all toys for which the rule
            chooses one background only the hypotheses that may be the largest are fitted.
        toys: how many.
        seed: of the random streams, one for each toy.
        exhaustive: with `ChosenBackground` fit every hypothesis of every toy.
        stream: name of these streams.
        threads: how many toys are worked on at a time; the answer does not depend on it.
        progress: called with the number of toys finished.

    Raises:
        InputError: for weighted data, several spectra in one fit, control measurements, or if every toy fails.
    """
    check_toys(toys)
    refuse_weights(result)
    scan = result.setup
    if isinstance(scan, JointScan) or (plain_scan(result) is None and isinstance(procedure, ChosenBackground)):
        raise InputError(
            "toys that replay a procedure", "several spectra or a background with constrained parts",
            "counts of one spectrum and a free background", "take whole-scan toys of the model as it is",
        )  # fmt: skip
    truth = background_truth(scan, result, usable_hypotheses(result))
    draw = _Draw(scan.spectrum, truth, seed, stream, threads)
    if isinstance(procedure, ChosenBackground) and not exhaustive:
        return _grouped(draw, procedure, scan.spectrum, toys, progress)
    largest = np.full(toys, np.nan)

    def work(toy: int, spectrum: Spectrum) -> None:
        largest[toy] = procedure(spectrum)

    faults = draw.apply(work, toys, progress)
    failed = np.isnan(largest)
    if failed.all():
        raise faults[0] if faults else _no_answer()
    return ScanToys(largest, np.full(toys, -1), failed, np.inf, 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    """Spectra of toys."""

    data: Spectrum
    truth: Truth
    seed: int
    stream: str
    threads: int | None

    def apply(
        self, work: Callable[[int, Spectrum], object], toys: int, progress: Callable[[int], object] | None = None
    ) -> list[InputError]:
        """Do something with each toy, given by its number and spectrum; what was refused."""
        faults: list[InputError] = []

        def one(toy: int, counts: FloatArray) -> None:
            try:
                work(toy, self._spectrum(toy, counts))
            except InputError as fault:
                faults.append(fault)
            if progress is not None:
                progress(1)

        for start in range(0, toys, CHUNK):
            numbers = np.arange(start, min(start + CHUNK, toys))
            counts = np.diff(ToyData.drawn(self.truth, numbers, self.seed, self.stream).below[0])
            map_batches(lambda pair: one(*pair), zip(numbers.tolist(), counts, strict=True), self.threads)
        return faults

    def _spectrum(self, toy: int, counts: FloatArray) -> Spectrum:
        origin = Origin("pseudo", f"toy {toy} of a scan without a signal, seed {self.seed}")
        return dataclasses.replace(self.data, contents=np.pad(counts, 1), origin=origin)


def _grouped(
    draw: _Draw, procedure: ChosenBackground, data: Spectrum, toys: int, progress: Callable[[int], object] | None
) -> ScanToys:
    """The toys of each background that the rule chooses, as whole-scan toys with that background."""
    chosen: dict[int, Background] = {}
    faults = draw.apply(lambda toy, spectrum: chosen.__setitem__(toy, procedure.choose(spectrum)), toys)
    if not chosen:
        raise faults[0]
    groups: dict[Background, list[int]] = {}
    for toy in sorted(chosen):
        groups.setdefault(chosen[toy], []).append(toy)
    largest, row, failed = np.full(toys, np.nan), np.full(toys, -1), np.ones(toys, np.bool_)
    margin, fits = 0.0, 0
    for background, members in groups.items():
        fitted = fit_scan(procedure.with_background(background, data), threads=draw.threads)
        search = ScanSearch.of(fitted, Truth(draw.truth.expected, fitted.theta_background), threads=draw.threads)
        numbers: IntArray = np.array(members)
        found = largest_of_toys(search, numbers, draw.seed, draw.stream, draw.threads, progress)
        largest[numbers], row[numbers], failed[numbers] = found.largest, found.row, found.failed
        margin, fits = max(margin, found.margin), fits + found.fits
    return ScanToys(largest, row, failed, margin, fits)


def _largest(result: ScanResult) -> float:
    """The largest significance; NaN if a fit has no certificate or none says anything."""
    if (result.status == FitStatus.NOT_CERTIFIED.value).any() or np.isnan(result.z_local).all():
        return np.nan
    return float(np.nanmax(result.z_local))


def _no_answer() -> InputError:
    return InputError(
        "toys that replay a procedure", "no answer for any toy", "a largest significance", "try it on the data"
    )  # fmt: skip
