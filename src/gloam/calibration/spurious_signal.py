"""The spurious signal: what a background model that is not the truth makes a fit find where there is nothing.

The model of signal and background is fitted to a spectrum of background alone: the expectation of another function, or
simulation much larger than the data. The yields found are not zero, and the largest one near a mass bounds the bias of
the choice of the background there (as for H -> gamma gamma in arXiv:1207.7214).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.fit import FitStatus, is_certified
from gloam.models import Table
from gloam.scans import Scan, fit_scan
from gloam.spectra import Axis, Spectrum, with_flow
from gloam.store import content_hash, write_arrays

__all__ = [
    "SpuriousSignal",
    "expected_spectrum",
    "measure_spurious_signal",
    "read_spurious_signal",
    "spurious_yield",
    "write_spurious_signal",
]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True, slots=True, eq=False)
class SpuriousSignal:
    """The spurious signal of each hypothesis, in events of the data; NaN where no fit is certified.

    Attributes:
        mass: particle masses in GeV, shape (h,).
        position: where each expects its peak in the observable, shape (h,).
        n_sig: yields fitted to the background, with their sign, shape (h,).
        n_sig_err: their errors from the size of the simulation; 0 for an expectation, shape (h,).
        n_spur: the largest |n_sig| in the neighbourhood, shape (h,).
        error: standard deviation of the yield expected in data, shape (h,).
        neighbourhood: its half-width in standard deviations of the signal.
        n_failed: hypotheses, vetoed ones apart, without a certified fit.
    """

    mass: FloatArray
    position: FloatArray
    n_sig: FloatArray
    n_sig_err: FloatArray
    n_spur: FloatArray
    error: FloatArray
    neighbourhood: float
    n_failed: int

    @property
    def relative(self) -> FloatArray:
        """The spurious signal in units of the statistical error of the data, shape (h,)."""
        return np.asarray(self.n_spur / self.error)


def measure_spurious_signal(
    scan: Scan,
    *,
    neighbourhood: float = 1.0,
    scale: float = 1.0,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> SpuriousSignal:
    """The yields that a scan finds in a spectrum of background alone, and the largest of them near each mass.

    A simulated spectrum fluctuates, and so do the yields: where `n_sig_err` is not small against `n_spur`, the latter
    is the size of the simulation, not the bias of the model. Nothing is subtracted for that.

    Args:
        scan: the model to be tested, on the background: an expectation, or simulation, weighted or not.
        neighbourhood: half-width of the range in which the largest yield counts, in standard deviations of the signal.
        scale: luminosity of the data over that of the spectrum; 1 if its weights already account for it.
        threads: how many to use.
        progress: called with the number of hypotheses finished; simulation is fitted twice.

    Raises:
        InputError: for a neighbourhood or scale that is not allowed.

    Example:
        >>> from gloam.models import Gaussian, Polynomial
        >>> from gloam.scans import Grid, sliding_windows
        >>> from gloam.spectra import uniform_axis
        >>> axis, grid = uniform_axis(1.0, 2.0, bins=100), Grid.of(np.array([1.4, 1.5, 1.6]))
        >>> truth = expected_spectrum(axis, lambda x: np.exp(-3 * (x - 1)), 10_000)
        >>> windows = sliding_windows(axis, grid.position, 0.3)
        >>> found = measure_spurious_signal(Scan(truth, Gaussian(0.02), Polynomial(2), grid, windows))
        >>> found.n_sig.round(1), found.relative.round(2)
        (array([-6. , -4.4, -3.3]), array([0.2 , 0.17, 0.15]))
    """
    if not (np.isfinite(neighbourhood) and neighbourhood >= 0):
        raise InputError("neighbourhood", f"{neighbourhood} sigma", "a number >= 0", "1 sigma is usual")
    if not (np.isfinite(scale) and scale > 0):
        raise InputError("scale of the spectrum", scale, "a number > 0", "divide the luminosities")
    found = fit_scan(scan, threads=threads, progress=progress)
    spectrum = scan.spectrum
    expectation = Spectrum(
        spectrum.axes, scale * spectrum.contents, visible=spectrum.visible, origin=spectrum.origin, asimov=True
    )
    as_data = dataclasses.replace(scan, spectrum=expectation)
    imagined = found if spectrum.asimov and scale == 1 else fit_scan(as_data, threads=threads, progress=progress)
    n_sig = scale * found.n_sig
    position = scan.grid.position
    reach = neighbourhood * scan.signal.resolution(position)
    return SpuriousSignal(
        mass=scan.grid.mass,
        position=position,
        n_sig=n_sig,
        n_sig_err=np.where(np.isnan(n_sig), np.nan, 0.0) if spectrum.asimov else scale * found.n_sig_err,
        n_spur=_largest_near(np.abs(n_sig), position, reach),
        error=imagined.n_sig_err,
        neighbourhood=float(neighbourhood),
        n_failed=int(np.count_nonzero(~is_certified(found.status) & (found.status != FitStatus.VETOED.value))),
    )


def spurious_yield(found: SpuriousSignal, mass: npt.ArrayLike) -> FloatArray:
    """The spurious signal at some masses, in events: one standard deviation of an additive nuisance.

    Args:
        found: the spurious signal.
        mass: particle masses inside its grid; linear in between, hypotheses without a fit passed over.

    Raises:
        InputError: for masses outside the grid.
    """
    known = np.flatnonzero(np.isfinite(found.n_spur))
    order = known[np.argsort(found.mass[known])]
    return Table(found.mass[order], found.n_spur[order], "spurious signal")(np.asarray(mass, float))


def expected_spectrum(axis: Axis, density: Callable[[FloatArray], npt.ArrayLike], entries: float) -> Spectrum:
    """The expectation of a density in bins, as an Asimov set.

    Args:
        axis: of the spectrum.
        density: any multiple of it, as a function of the observable; >= 0.
        entries: expected number of events on the axis.

    Raises:
        InputError: if the density is negative or not finite, or its integral or `entries` is not above 0.

    Example:
        >>> expected_spectrum(Axis([0.0, 1.0, 3.0]), lambda x: x, 9.0).values()
        array([1., 8.])
    """
    nodes = axis.centers[:, None] + 0.5 * axis.widths[:, None] * NODES
    values = np.broadcast_to(np.asarray(density(nodes), float), nodes.shape)
    content = 0.5 * axis.widths * (values @ WEIGHTS)
    if not (np.isfinite(values).all() and values.min() >= 0 and content.sum() > 0):
        raise InputError(
            "density of the background", f"values from {values.min():g} to {values.max():g}", "finite numbers >= 0",
            f"check it between {axis.low:g} and {axis.high:g}",
        )  # fmt: skip
    if not (np.isfinite(entries) and entries > 0):
        raise InputError("expected number of entries", entries, "a number > 0", "give that of the data")
    return Spectrum((axis,), with_flow(entries * content / content.sum(), (axis,)), asimov=True)


ARRAYS = ("mass", "position", "n_sig", "n_sig_err", "n_spur", "error")


def write_spurious_signal(found: SpuriousSignal, path: Path) -> Path:
    """The path of the artefact: an `.npz` that carries the hash of its content."""
    content = {name: getattr(found, name) for name in ARRAYS}
    content |= {"neighbourhood": np.array(found.neighbourhood), "n_failed": np.array(found.n_failed)}
    return write_arrays(path, content | {"content_hash": np.array(content_hash(content))})


def read_spurious_signal(path: Path) -> SpuriousSignal:
    """The spurious signal that was written to a file.

    Raises:
        InputError: if the file cannot be read, is none, or its content was changed.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            content = {name: stored[name] for name in (*ARRAYS, "neighbourhood", "n_failed")}
            written = str(stored["content_hash"])
    except (OSError, ValueError, EOFError, KeyError, BadZipFile) as fault:
        raise InputError(
            f"read {path.name}", type(fault).__name__, "a file of write_spurious_signal", "make it again"
        ) from None
    if content_hash(content) != written:
        raise InputError(
            f"read {path.name}", "a content that is not the one that was written", "its own", "make it again"
        )
    arrays = {name: content[name] for name in ARRAYS}
    return SpuriousSignal(**arrays, neighbourhood=float(content["neighbourhood"]), n_failed=int(content["n_failed"]))


def _largest_near(values: FloatArray, position: FloatArray, reach: FloatArray) -> FloatArray:
    """The largest value within reach of each position, NaN passed over; shape (h,)."""
    order = np.argsort(position, kind="stable")
    ordered = position[order]
    slack = 1e-9 * reach  # a neighbour exactly as far away counts, whatever the rounding
    first = np.searchsorted(ordered, position - reach - slack)
    last = np.searchsorted(ordered, position + reach + slack, side="right")
    padded = np.append(np.where(np.isnan(values), -np.inf, values)[order], -np.inf)
    largest = np.maximum.reduceat(padded, np.column_stack([first, last]).ravel())[::2]
    return np.where(np.isfinite(largest), largest, np.nan)
