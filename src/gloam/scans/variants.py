"""Variants of the background model of a scan: other fit ranges, other orders, other functions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import DegenerateFitError, InputError
from gloam.fit import FitStatus, is_certified
from gloam.models import Background, Components, Polynomial, Steps
from gloam.scans.fits import fit_scan
from gloam.scans.joint import JointScan
from gloam.scans.result import ScanResult
from gloam.scans.setup import Scan
from gloam.scans.windows import SlidingWindows, Windows, windows_between

__all__ = ["NOMINAL", "Variant", "VariantResults", "Variants", "background_variants", "fit_variants"]

NOMINAL = "nominal"


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A scan of the same hypotheses with another model of the background.

    Attributes:
        name: short and without commas, for tables.
        scan: what is fitted.
    """

    name: str
    scan: Scan | JointScan

    def __post_init__(self) -> None:
        if not self.name.strip() or any(character in self.name for character in ',"\n'):
            raise InputError(
                "name of a variant", repr(self.name), "words without commas and quotes", "choose another name"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """The variants of a scan.

    Attributes:
        members: the nominal one first.
        notes: which variants that were asked for are not there or are no full variation, and why.
    """

    members: tuple[Variant, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [member.name for member in self.members]
        if not names or len(set(names)) < len(names):
            raise InputError(
                "variants of a scan", ", ".join(names) or "none", "at least one, of different names", "name each"
            )
        first = self.members[0].scan.grid
        for member in self.members[1:]:
            if not np.array_equal(member.scan.grid.position, first.position):
                raise _other_hypotheses(member.name)

    def __iter__(self) -> Iterator[Variant]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    @property
    def hypotheses(self) -> int:
        """The hypotheses of all variants together: what progress counts."""
        return sum(len(member.scan.grid) for member in self.members)


@dataclass(frozen=True, slots=True, eq=False)
class VariantResults:
    """The fits of all variants; axes are (variant, hypothesis), the nominal variant first.

    Attributes:
        names: of the variants.
        results: the fits of each.
        notes: what was left out, and why.
    """

    names: tuple[str, ...]
    results: tuple[ScanResult, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.names) != len(self.results) or not self.names:
            raise InputError(
                "results of variants", f"{len(self.names)} names, {len(self.results)} results", "as many, at least one",
                "give one name for each",
            )  # fmt: skip
        for name, result in zip(self.names, self.results, strict=True):
            if not np.array_equal(result.position, self.results[0].position):
                raise _other_hypotheses(name)

    @property
    def nominal(self) -> ScanResult:
        """The fits of the nominal variant."""
        return self.results[0]

    @property
    def n_sig(self) -> FloatArray:
        """Fitted yields, shape (v, h)."""
        return np.stack([result.n_sig for result in self.results])

    @property
    def n_sig_err(self) -> FloatArray:
        """Their errors, shape (v, h)."""
        return np.stack([result.n_sig_err for result in self.results])

    @property
    def z_local(self) -> FloatArray:
        """Signed local significances, NaN where a fit is not certified, shape (v, h)."""
        return np.stack([result.z_local for result in self.results])

    @property
    def status(self) -> IntArray:
        """`FitStatus` codes, shape (v, h)."""
        return np.stack([result.status for result in self.results])

    @property
    def excluded(self) -> BoolArray:
        """Where a variant has no certified fit although the hypothesis is not vetoed, shape (v, h)."""
        return np.asarray(~is_certified(self.status) & (self.status != FitStatus.VETOED.value))

    @property
    def n_fits(self) -> int:
        """The number of fits made."""
        return sum(result.n_fits for result in self.results)

    @property
    def n_failed(self) -> int:
        """The number of hypotheses with a fit that is not certified, over all variants."""
        return sum(result.n_failed for result in self.results)


def background_variants(
    scan: Scan, *, window: float = 0.0, order: int = 0, alternatives: Mapping[str, Background] | None = None
) -> Variants:
    """The variants of a scan: each background form in each fit range, the nominal pair first.

    Fit ranges are the nominal windows and, if `window` > 0, windows whose ends both lie that many standard deviations
    of the signal further in or out. They are rounded to bin edges and cut at the ends of the axis as the nominal ones.
    Forms are the nominal background, the same with polynomials of an order lower and higher by `order`, and the
    alternatives. With window 5 and order 1 these are the nine variants of arXiv:2007.13071.

    A variant that is equal to another one everywhere is left out: windows that are cut at both ends anyway, an order
    below 0. Where only some masses would need an order below 0 they keep order 0. Both are said in the notes.

    Args:
        scan: the nominal scan.
        window: how far to move each end of the windows, in standard deviations of the signal, >= 0.
        order: by how much to change the order, >= 0.
        alternatives: other backgrounds, by name.

    Raises:
        InputError: if the windows have binnings of their own, which only the user can vary, if they would close, or if
            the background has no order.

    Example:
        >>> from gloam.models import Gaussian
        >>> from gloam.scans import Grid, sliding_windows
        >>> from gloam.spectra import Spectrum, uniform_axis
        >>> axis, grid = uniform_axis(0.0, 1.0, bins=100), Grid.of(np.array([0.5]))
        >>> windows = sliding_windows(axis, grid.position, 0.3)
        >>> scan = Scan(Spectrum((axis,), np.ones(102)), Gaussian(0.02), Polynomial(1), grid, windows)
        >>> [variant.name for variant in background_variants(scan, window=5, order=1)][:4]
        ['nominal', 'window-5sigma', 'window+5sigma', 'order-1']
    """
    notes: list[str] = []
    forms = [("", scan.background), *_orders(scan, order, notes), *(alternatives or {}).items()]
    ranges = [("", scan.windows), *_ranges(scan, window, notes)]
    members = tuple(
        Variant(
            " ".join(filter(None, (form, extent))) or NOMINAL,
            dataclasses.replace(scan, background=background, windows=windows),
        )
        for form, background in forms
        for extent, windows in ranges
    )
    return Variants(members, tuple(notes))


def fit_variants(
    variants: Variants,
    *,
    nominal: ScanResult | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> VariantResults:
    """The fits of all variants.

    A variant in which no hypothesis at all can be told from the background is left out, with a note; where single fits
    fail their status says so.

    Args:
        variants: what to fit.
        nominal: the fits of the nominal variant, where they are made already.
        threads: how many to use; None: `GLOAM_THREADS`, else one. The answer does not depend on it.
        progress: called with the number of hypotheses finished, over all variants.

    Raises:
        DegenerateFitError: if that happens to the nominal variant.
    """
    names, results, notes = [], [], list(variants.notes)
    for number, variant in enumerate(variants):
        try:
            known = nominal if number == 0 else None
            result = fit_scan(variant.scan, threads=threads, progress=progress) if known is None else known
        except DegenerateFitError as fault:
            if number == 0:
                raise
            notes.append(f"variant {variant.name}: left out, nowhere can the signal be told from it ({fault.value}).")
            continue
        names.append(variant.name)
        results.append(result)
    return VariantResults(tuple(names), tuple(results), tuple(notes))


def _other_hypotheses(name: str) -> InputError:
    return InputError(
        f"variant {name!r}", "other hypotheses than the nominal scan", "the same grid",
        "vary the window or the background alone",
    )  # fmt: skip


def _orders(scan: Scan, by: int, notes: list[str]) -> Iterator[tuple[str, Background]]:
    """The polynomials of lower and of higher order, by name."""
    if by < 0:
        raise InputError("variation of the order", by, "a whole number >= 0", "write 1 for orders -1 and +1")
    if by == 0:
        return
    nominal = _polynomials(scan.background)
    if not nominal:
        raise InputError(
            "variation of the order", f"a background without one ({type(scan.background).__name__})", "a polynomial",
            "give alternatives instead",
        )  # fmt: skip
    used = np.stack([polynomial.variant(scan.grid.position) for polynomial in nominal])
    for shift in (-by, by):
        name = f"order{shift:+d}"
        clipped = int(np.count_nonzero((used + shift < 0).any(axis=0)))
        if np.array_equal(np.maximum(used + shift, 0), used):
            notes.append(f"variant {name}: left out, the order is {used.max()} and cannot be lower.")
            continue
        if clipped:
            notes.append(f"variant {name}: {clipped} of {used.shape[1]} hypotheses keep order 0, there is none below.")
        yield name, _reordered(scan.background, shift)


def _polynomials(background: Background) -> list[Polynomial]:
    """The background, or those of its components, that are polynomials."""
    parts = [part.form for part in background.parts] if isinstance(background, Components) else [background]
    return [part for part in parts if isinstance(part, Polynomial)]


def _reordered(background: Background, shift: int) -> Background:
    """The background with the order of its polynomials shifted."""
    if isinstance(background, Polynomial):
        return Polynomial(_shifted(background.order, shift))
    if isinstance(background, Components):
        parts = (dataclasses.replace(part, form=_reordered(part.form, shift)) for part in background.parts)
        return Components(tuple(parts))
    return background


def _shifted(order: int | Steps, shift: int) -> int | Steps:
    if isinstance(order, Steps):
        return Steps(order.edges, tuple(max(value + shift, 0) for value in order.values))
    return max(order + shift, 0)


def _ranges(scan: Scan, by: float, notes: list[str]) -> Iterator[tuple[str, Windows]]:
    """The narrower and the wider windows, by name."""
    if not (np.isfinite(by) and by >= 0):
        raise InputError("variation of the window", f"{by} sigma", "a number >= 0", "write 5 for -5 and +5 sigma")
    if by == 0:
        return
    windows, axis = scan.windows, scan.spectrum.axis
    if not isinstance(windows, SlidingWindows):
        raise InputError(
            "variation of the window", "windows with binnings of their own", "windows that are slices of the axis",
            "declare these variants one by one",
        )  # fmt: skip
    low, high = windows.asked or (axis.edges[windows.first], axis.edges[windows.last])
    sigma = scan.signal.resolution(scan.grid.position)
    for shift in (-by, by):
        name = f"window{shift:+g}sigma"
        if not (high - low + 2 * shift * sigma > 0).all():
            raise InputError(
                "variation of the window", f"-{by:g} sigma on either side",
                f"less than half of the narrowest, {0.5 * ((high - low) / sigma).min():.3g} sigma",
                "take a smaller variation or wider windows",
            )  # fmt: skip
        varied = windows_between(axis, low - shift * sigma, high + shift * sigma)
        if np.array_equal(varied.first, windows.first) and np.array_equal(varied.last, windows.last):
            notes.append(f"variant {name}: left out, rounded and cut to the axis its windows are the nominal ones.")
            continue
        yield name, varied
