"""What a run of a search, or a scan of a file, results in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.constants import SQRT_S
from gloam.models import YieldNuisance
from gloam.report import Channel
from gloam.spectra import Origin

__all__ = ["CombinedLimits", "Run", "RunToys"]


@dataclass(frozen=True, slots=True, eq=False)
class RunToys:
    """Toys of a whole run without a signal.

    Attributes:
        largest: the largest significance of each over all channels, shape (t,).
        mass: where it is, in GeV, shape (t,).
        channel: in which channel, shape (t,).
        failed: toys with a fit without a certificate, which are left out of p-values, shape (t,).
        seed: of the random stream of each, shape (t,).
        number: its number in that stream, shape (t,).
        margin: of the filter, the largest that was used; infinite where every hypothesis was fitted.
        fits: hypotheses fitted, over all toys.
        key: content hash of declaration, data and the version of what makes toys.
        engine: that computed their fits.
    """

    largest: FloatArray
    mass: FloatArray
    channel: np.ndarray[Any, Any]
    failed: BoolArray
    seed: np.ndarray[Any, Any]
    number: IntArray
    margin: float
    fits: int
    key: str
    engine: str

    @property
    def n_failed(self) -> int:
        """How many are left out."""
        return int(np.count_nonzero(self.failed))


@dataclass(frozen=True, slots=True, eq=False)
class CombinedLimits:
    """Limits on a coupling from all channels of a run at once.

    Attributes:
        mass: in GeV, shape (h,).
        observed: shape (h,).
        expected: quantiles Phi(-2 ... 2) without a signal, shape (h, 5).
        best: the smallest median limit that a single channel expects, shape (h,).
        mass2: of the second particle in GeV, shape (h,); None where there is one mass.
    """

    mass: FloatArray
    observed: FloatArray
    expected: FloatArray
    best: FloatArray
    mass2: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The results of a search or of a scan of the user's spectrum.

    Attributes:
        name: of the search, or "scan".
        title: one line for readers.
        origin: where the data come from.
        channels: their fits, or counts, and limits.
        seconds: wall time from reading to limits.
        hashes: content hashes of the declaration and of the data.
        published: comparison with what is known, or None.
        notes: what a reader of the results must know.
        systematics: uncertainties of the yields.
        declaration: what was asked for, see `gloam.workflow.declared`; None for what only Python code knows.
        seed: of everything random; None where nothing was.
        model: whose coupling the limits are on; None where none is declared.
        sqrt_s: energy of the collision in GeV, at which the cross section of the model was taken.
        toys: of the whole run without a signal, from which the global p-value is taken; None without.
        cut_flows: what each cut left of simulated events, by spectrum and sample; empty where nothing was simulated.
        combined: limits on the coupling from all channels at once; None where channels are not combined.
        width: of a known peak in the data over that of its simulation, see `gloam.workflow.width_calibration`; None
            where none calibrates the signal.
        blinding: what the registries of blinded data say of these, by the name of the file; empty for other data.
    """

    name: str
    title: str
    origin: Origin
    channels: tuple[Channel, ...]
    seconds: float
    hashes: dict[str, str | None]
    published: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    systematics: tuple[YieldNuisance, ...] = ()
    declaration: dict[str, Any] | None = None
    seed: int | None = None
    model: str | None = None
    sqrt_s: float = SQRT_S
    toys: RunToys | None = None
    cut_flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    combined: CombinedLimits | None = None
    width: dict[str, Any] | None = None
    blinding: dict[str, dict[str, Any]] = field(default_factory=dict)
