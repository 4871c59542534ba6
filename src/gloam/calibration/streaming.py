"""From a process to a spectrum: generate, simulate, select and fill, in pieces that fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gloam.arrays import FloatArray
from gloam.detector import Detector, ReconstructedBatch, simulate
from gloam.errors import InputError
from gloam.events import EventBatch
from gloam.execution import Pool, map_in_order, random_stream
from gloam.generation import GeneratedBatch, Process, Tally, decayed_parts, mixture_fraction, numbered, stream
from gloam.selection import Cut, CutFlow, Entries, select
from gloam.spectra import Axis, Origin, Spectrum, fill_batches

__all__ = ["SimulatedPiece", "SimulatedSpectrum", "simulated_pieces", "simulated_spectrum", "visible_cross_section"]

BATCH = 65536
"""Events that are in memory together, for each thread."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SimulatedPiece(Generic[T]):
    """What was made of some simulated events.

    Attributes:
        found: what `treat` gave.
        tally: of the points that were drawn since the piece before.
        events: number of generated events.
        weight: sum of their weights.
    """

    found: T
    tally: Tally
    events: int
    weight: float


@dataclass(frozen=True, slots=True)
class SimulatedSpectrum:
    """A spectrum from simulation, and what is known of the events in it.

    Attributes:
        spectrum: sums of weights. Several entries of one event are filled as if they were independent.
        flow: what each cut left; before any cut are the entries that were observed.
        tally: of the generated points, hence the cross section.
        generated: number of events.
        weight: sum of their weights; see `visible_cross_section`.
        is_decay: whether the process is a decay, which has no cross section.
    """

    spectrum: Spectrum
    flow: CutFlow
    tally: Tally
    generated: int
    weight: float
    is_decay: bool = False


def simulated_pieces(
    process: Process,
    detector: Detector,
    treat: Callable[[ReconstructedBatch], T],
    *,
    events: int,
    seed: int,
    sqrt_s: float = 10.58,
    weighted: bool = False,
    hit_or_miss: bool = True,
    threads: int | None = None,
    tau_decays: str | None = None,
    workers: Pool | None = None,
) -> Iterator[SimulatedPiece[T]]:
    """Piece after piece of simulated events, as `treat` makes of what the detector saw.

    Only some batches of events are in memory together. Random numbers belong to the seed, the name of the process and
    the number of an event: samples that shall be independent need different names.

    Args:
        process: see `gloam.generation.make_process`.
        detector: see `gloam.detector`.
        treat: is called in several threads, or by workers, for which it must be picklable; its results come in the
            order of the events.
        events: how many to generate.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        weighted: whether generated events keep their weights in fb.
        hit_or_miss: whether particles are lost at random, see `gloam.detector.simulate`.
        threads: how many; None is the default of `gloam.execution`.
        tau_decays: one of `gloam.generation.TAU_MIXTURES`: each event is given one of its pairs of decays, and a piece
            holds those of one pair. The branching fractions of the mixture are in the cross section of the tally.
        workers: who do it instead of threads, see `gloam.execution.open_workers`.

    Example:
        >>> from gloam.detector import BELLE2
        >>> from gloam.generation import make_process
        >>> seen = simulated_pieces(make_process("gamma-alp", mass=2.0), BELLE2, len, events=100, seed=1)
        >>> [(piece.found, piece.events) for piece in seen]
        [(100, 100)]
    """
    made = stream(
        process, events, seed=seed, sqrt_s=sqrt_s, weighted=weighted, threads=threads, batch_size=BATCH, workers=workers
    )
    work = _Simulated(process, detector, treat, seed, hit_or_miss, tau_decays)
    for pieces in map_in_order(work, numbered(made), threads, workers):
        yield from pieces


@dataclass(frozen=True, slots=True)
class _Simulated(Generic[T]):
    """The pieces of a batch with the number of its first event: one, or one for each pair of tau decays."""

    process: Process
    detector: Detector
    treat: Callable[[ReconstructedBatch], T]
    seed: int
    hit_or_miss: bool
    tau_decays: str | None

    def __call__(self, batch: tuple[int, GeneratedBatch]) -> list[SimulatedPiece[T]]:
        first, made = batch
        fraction = 1.0 if self.tau_decays is None else mixture_fraction(self.tau_decays)
        tally, pieces = made.tally.scaled(fraction), []
        for pair, decayed in _decayed(self.process, made.events, self.tau_decays, self.seed, first).items():
            name = f"{self.process.name}({pair})" if pair else self.process.name
            seen = simulate(
                decayed, self.detector, seed=self.seed, first=first, sample=name, hit_or_miss=self.hit_or_miss
            )
            pieces.append(SimulatedPiece(self.treat(seen), tally, len(decayed), float(decayed.weights.sum())))
            tally = Tally()
        return pieces


def _decayed(process: Process, batch: EventBatch, mixture: str | None, seed: int, first: int) -> dict[str, EventBatch]:
    """The events by the pair of tau decays that they were given; all of them without a name where no taus decay."""
    if mixture is None:
        return {"": batch}
    return decayed_parts(process, batch, mixture, random_stream(seed, f"tau decays {process.name}", first))


def simulated_spectrum(
    process: Process,
    detector: Detector,
    observe: Callable[[ReconstructedBatch], Entries],
    cuts: Sequence[Cut],
    axes: Sequence[Axis],
    *,
    events: int,
    seed: int,
    sqrt_s: float = 10.58,
    weighted: bool = False,
    hit_or_miss: bool = True,
    threads: int | None = None,
) -> SimulatedSpectrum:
    """The spectrum of one or two observables of simulated events that pass cuts.

    Memory holds some batches of events, however many there are. The answer depends neither on their size nor on the
    number of threads, but for rounding.

    Args:
        process: see `gloam.generation.make_process`.
        detector: see `gloam.detector`.
        observe: makes the entries of a batch; a column for each axis, of its name, and those that cuts need.
        cuts: in their order; an entry whose observable is NaN must fail one of them.
        axes: one or two, named like the columns.
        events: how many to generate.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        weighted: whether generated events keep their weights in fb.
        hit_or_miss: whether particles are lost at random, see `gloam.detector.simulate`.
        threads: how many; None is the default of `gloam.execution`.

    Raises:
        InputError: a column that is missing, or NaN after all cuts.
    """
    asked = f"spectrum of simulated {process.name}"

    def treat(seen: ReconstructedBatch) -> _Filled:
        kept, flow = select(observe(seen), cuts)
        return _Filled(_columns(kept, axes, asked), kept.weights, flow)

    account = _Account()

    def values() -> Iterator[tuple[list[FloatArray], FloatArray]]:
        for piece in simulated_pieces(
            process, detector, treat, events=events, seed=seed, sqrt_s=sqrt_s, weighted=weighted,
            hit_or_miss=hit_or_miss, threads=threads,
        ):  # fmt: skip
            account.enter(piece)
            yield piece.found.values, piece.found.weights

    spectrum = fill_batches(values(), axes, origin=Origin("pseudo", asked), asked=asked)
    if account.flow is None:
        raise InputError(asked, "no events", "at least one event", "generate more of them")
    return SimulatedSpectrum(spectrum, account.flow, account.tally, events, account.weight, process.is_decay)


def visible_cross_section(found: SimulatedSpectrum) -> Spectrum:
    """The spectrum in fb: times a luminosity in fb^-1 it is what to expect.

    Its variances are those of the simulated events that passed; the error of the cross section, in `found.tally`, is
    common to all bins and left out.

    Raises:
        InputError: a decay, which has no cross section.
    """
    if found.is_decay:
        remedy = "multiply the spectrum by a number of decays over `weight`"
        raise InputError("visible cross section", "events of a decay", "events of a collision", remedy)
    scale = found.tally.cross_section / found.weight
    spectrum = found.spectrum
    return Spectrum(
        spectrum.axes, scale * spectrum.contents, scale**2 * spectrum.variances(flow=True), origin=spectrum.origin
    )


@dataclass(frozen=True, slots=True)
class _Filled:
    """The columns of the entries that are left, their weights, and what was cut."""

    values: list[FloatArray]
    weights: FloatArray
    flow: CutFlow


@dataclass(slots=True)
class _Account:
    """What adds up while pieces pass by."""

    flow: CutFlow | None = None
    tally: Tally = field(default_factory=Tally)
    weight: float = 0.0

    def enter(self, piece: SimulatedPiece[_Filled]) -> None:
        self.flow = piece.found.flow if self.flow is None else self.flow + piece.found.flow
        self.tally += piece.tally
        self.weight += piece.weight


def _columns(entries: Entries, axes: Sequence[Axis], asked: str) -> list[FloatArray]:
    for axis in axes:
        if axis.name not in entries.columns:
            found = f"no column {axis.name!r} among {', '.join(entries.columns)}"
            raise InputError(asked, found, "a column for each axis, of its name", "name the axis like the column")
    return [entries.columns[axis.name] for axis in axes]
