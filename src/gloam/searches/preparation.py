"""What `gloam prepare` needs to be told: which events are simulated, how they are selected, which spectra they fill."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field, PlainSerializer, field_serializer

from gloam.calibration import Tail
from gloam.detector import Detector, ReconstructedBatch
from gloam.generation import PROCESSES, PYTHIA_PROCESSES, TAU_MIXTURES
from gloam.kinematics import MassScale
from gloam.searches.faults import Declaration, Fault, check
from gloam.selection import Cut, Entries
from gloam.selection.network_files import network_selection_dict
from gloam.selection.network_selection import NetworkSelection, with_network_columns
from gloam.sourced import Sourced
from gloam.store import content_hash

__all__ = [
    "AnyOf", "CutOn", "Declaration", "Observable", "Preparation", "PreparedSpectrum", "Range", "Reconstruction",
    "Simulated", "as_document", "different", "function_name", "plain_function",
]  # fmt: skip

Reconstruction = Callable[[ReconstructedBatch, float], Entries]
"""From what the detector saw, and sqrt(s) in GeV, to entries with columns that cuts and spectra name."""


def _ordered(ends: tuple[float, float]) -> tuple[float, float]:
    if not ends[0] < ends[1]:
        raise ValueError(f"({ends[0]:g}, {ends[1]:g}) is not a range: write the lower end first")
    return ends


def _increasing(masses: tuple[float, ...]) -> tuple[float, ...]:
    if list(masses) != sorted(set(masses)):
        raise ValueError("masses must increase")
    return masses


Range = Annotated[tuple[float, float], AfterValidator(_ordered)]


def as_document(value: Any) -> Any:
    """A declared value as mappings, lists and plain values."""
    if dataclasses.is_dataclass(value):
        return {field.name: as_document(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: as_document(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [as_document(item) for item in value]
    return value


class Observable(Declaration):
    """The quantity whose spectrum is scanned.

    Attributes:
        column: its name in event files, and among the columns of a reconstruction.
        unit: the unit of values in them.
        label: how figures write it, without unit; may hold TeX between dollar signs.
        scale: whether a particle of mass m peaks at m, at m^2, or at the reduced mass of two muons.
    """

    column: str
    unit: str = "GeV"
    label: str
    scale: MassScale = "mass"


class CutOn(Declaration):
    """A cut on one column of the entries, with sourced limits.

    Attributes:
        column: as the reconstruction names it.
        above: smallest value that passes not yet; None for no lower limit.
        below: largest value that passes not yet; None for no upper limit.
        name: in the cut flow; empty: made of the limits.

    Example:
        >>> from gloam.sourced import assumed
        >>> CutOn(column="E_miss", below=assumed(3.5, 0, "GeV", "an example")).cut().name
        'E_miss < 3.5 GeV'
    """

    column: str
    above: Sourced | None = None
    below: Sourced | None = None
    name: str = ""

    @check
    def _some_limit(self) -> Iterator[Fault]:
        if self.above is None and self.below is None:
            yield (), "a cut needs a limit above or below"
        elif self.above is not None and self.below is not None and not self.above.value < self.below.value:
            yield ("above",), f"nothing lies above {self.above.value:g} and below {self.below.value:g}"

    def cut(self) -> Cut:
        """The cut as selections take it."""
        low = float("-inf") if self.above is None else self.above.value
        high = float("inf") if self.below is None else self.below.value
        return Cut(
            self.name or self._words(), lambda c: (c[self.column] > low) & (c[self.column] < high), (self.column,)
        )

    def _words(self) -> str:
        low = "" if self.above is None else f"{self.above.value:g} < "
        high = "" if self.below is None else f" < {self.below.value:g}"
        unit = next(limit.unit for limit in (self.above, self.below) if limit is not None)
        if self.below is None and self.above is not None:
            return f"{self.column} > {self.above.value:g} {unit}".rstrip()
        return f"{low}{self.column}{high} {unit}".rstrip()


class AnyOf(Declaration):
    """A cut that is passed where one of several is.

    Attributes:
        name: in the cut flow.
        cuts: the several.
    """

    name: str = Field(min_length=1)
    cuts: tuple[CutOn, ...] = Field(min_length=2)

    def cut(self) -> Cut:
        """The cut as selections take it."""
        parts = [each.cut() for each in self.cuts]

        def condition(columns: Mapping[str, Any]) -> Any:
            passed = parts[0].condition(columns)
            for part in parts[1:]:
                passed = passed | part.condition(columns)
            return passed

        return Cut(self.name, condition, tuple(name for part in parts for name in part.needs))


class Simulated(Declaration):
    """Events of one process.

    Attributes:
        process: as `gloam generate` names it.
        settings: of the process, as `gloam.generation.make_process` takes them: cuts, decay, isr; not the mass.
        events: how many; of a signal for each mass.
        least: of a signal, how many events shall pass the cuts; where fewer do, more are simulated.
        weighted: whether points keep their weights.
        scale: by which its cross section is multiplied: what is known beyond lowest order, or that `detector` made
            something rare happen more often.
        detector: that measures it instead of that of the preparation.
        title: in tables; None: the process, and which decay of it.
        tau_decays: one of `gloam.generation.TAU_MIXTURES`, where events have a tau- and a tau+: each decays in one of
            its ways, with the branching fractions in cross section and efficiency.
    """

    process: str
    settings: Mapping[str, float | str] = {}
    events: int = Field(gt=0)
    least: int = Field(default=0, ge=0)
    weighted: bool = False
    scale: Sourced | None = None
    detector: Annotated[Detector, PlainSerializer(as_document)] | None = None
    title: str | None = None
    tau_decays: str | None = None

    @check
    def _known_decays(self) -> Iterator[Fault]:
        if self.tau_decays is not None and self.tau_decays not in TAU_MIXTURES:
            yield ("tau_decays",), f"{self.tau_decays!r} is none of {', '.join(TAU_MIXTURES)}"

    @check
    def _known_process(self) -> Iterator[Fault]:
        if self.process not in PROCESSES and self.process not in PYTHIA_PROCESSES:
            yield ("process",), f"{self.process!r} is none that gloam generate has; see gloam generate --help"

    @property
    def label(self) -> str:
        """The name in tables."""
        words = [value for value in self.settings.values() if isinstance(value, str)]
        return self.title or " ".join([self.process, *words])


class PreparedSpectrum(Declaration):
    """One spectrum of candidates, filled by one selection.

    Attributes:
        name: as channels refer to it.
        observable: its column is one of the reconstruction.
        cuts: beside those of the preparation.
        range: of the axis, in the unit of the observable.
        bin_width: of the axis, in standard deviations of the peak there.
        masses: of the signals that are simulated, in GeV.
        tail: on which side the peak has its tail: 1 below it, -1 above it, 0 both.
        signal: that is simulated for this spectrum; None: that of the preparation.
        same_events_as: another spectrum, before this one, whose axis and pseudo-data this one has; only the signal that
            is fitted differs.
        wrong: whether wrong candidates of the signal are part of its shape; where they are broader than the windows
            they can be left to a background that floats.
        pieces: of the cubic spline that the logarithm of the background is; None: the simulated bins as they are.
        pieces_of: the same for single backgrounds, by their label. With it all are kept apart, and those that are not
            named stay as simulated.
        part_of: another spectrum, before this one, whose axis this one has, and of whose entries it holds a part:
            pseudo-data of the whole are the sum of those of its parts.
        three_gaussians: the first events of each mass, to which three Gaussians are fitted as well, for channels that
            ask for them; 0: none are.
        whole_events: how many of the first simulated events of the backgrounds are kept to know which entries go
            together; 0: pseudo-data and toys draw every entry by itself. Every event needs as many entries.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    observable: Observable
    cuts: tuple[CutOn | AnyOf, ...] = ()
    range: Range
    bin_width: float = Field(gt=0)
    masses: Annotated[tuple[float, ...], AfterValidator(_increasing), Field(min_length=2)]
    tail: Tail
    signal: Simulated | None = None
    same_events_as: str | None = None
    wrong: bool = True
    pieces: Annotated[int, Field(ge=1)] | None = None
    pieces_of: Mapping[str, Annotated[int, Field(ge=1)]] | None = None
    part_of: str | None = None
    three_gaussians: Annotated[int, Field(ge=0)] = 0
    whole_events: Annotated[int, Field(ge=0)] = 0


class Preparation(Declaration):
    """How the events of a search are simulated and selected, signal and background alike.

    Attributes:
        detector: that measures them.
        sqrt_s: energy of the collision.
        signal: what is searched for.
        relative_to: the model whose whole cross section the efficiency refers to, where signals are generated in a part
            of it; None: the events that are generated.
        backgrounds: all else, added up with their cross sections.
        reconstruction: makes the entries of events; several of one event where a candidate can be chosen in several
            ways. A function, so that a search can bring its own.
        networks: that see columns of the entries, one for each range of masses; their logits are the further columns
            network_1, network_2 ..., which spectra cut on.
        choice: the column that numbers these ways; None where there is only one.
        right_choice: its value for the signal's own particles.
        cuts: that all spectra share, in their order.
        correction: data over simulation, on signal and background alike; None: 1.
        spectra: that are filled.
        seed: of the shipped artefact.
        left_out: what the simulation does not know, for readers.
    """

    detector: Detector
    sqrt_s: Sourced
    signal: Simulated
    relative_to: str | None = None
    backgrounds: tuple[Simulated, ...] = Field(min_length=1)
    reconstruction: Reconstruction
    networks: NetworkSelection | None = None
    choice: str | None = None
    right_choice: int = 0
    cuts: tuple[CutOn | AnyOf, ...] = ()
    correction: Sourced | None = None
    spectra: tuple[PreparedSpectrum, ...] = Field(min_length=1)
    seed: int = 0
    left_out: tuple[str, ...] = ()

    @field_serializer("reconstruction")
    def _named(self, function: Reconstruction) -> str:
        return function_name(function)

    @field_serializer("networks")
    def _hashed(self, networks: NetworkSelection | None) -> str | None:
        return None if networks is None else content_hash(network_selection_dict(networks)["networks"])

    @field_serializer("detector")
    def _written_out(self, detector: Detector) -> Any:
        return as_document(detector)

    @check
    def _other_spectra(self) -> Iterator[Fault]:
        before: dict[str, PreparedSpectrum] = {}
        for number, spectrum in enumerate(self.spectra):
            if spectrum.same_events_as is not None and spectrum.same_events_as not in before:
                yield ("spectra", number, "same_events_as"), f"no spectrum {spectrum.same_events_as} before it"
            if spectrum.part_of is not None and spectrum.part_of not in before:
                yield ("spectra", number, "part_of"), f"no spectrum {spectrum.part_of} before it"
            elif spectrum.part_of is not None:
                whole = before[spectrum.part_of]
                if (whole.masses, whole.signal) != (spectrum.masses, spectrum.signal):
                    yield ("spectra", number), f"another signal than that of the whole, {whole.name}"
            if set(spectrum.pieces_of or ()) - {each.label for each in self.backgrounds}:
                yield ("spectra", number, "pieces_of"), "a background that is not simulated"
            before[spectrum.name] = spectrum

    @check
    def _different_spectra(self) -> Iterator[Fault]:
        yield from different("spectra", [spectrum.name for spectrum in self.spectra])

    @check
    def _different_backgrounds(self) -> Iterator[Fault]:
        labels = [sample.title or sample.process for sample in self.backgrounds if not sample.settings]
        yield from different("backgrounds", labels)

    def parts_of(self, name: str) -> tuple[PreparedSpectrum, ...]:
        """The spectra that hold the entries of this one in parts."""
        return tuple(each for each in self.spectra if each.part_of == name)

    def entries(self, seen: ReconstructedBatch) -> Entries:
        """The entries of what the detector saw, with the columns of the networks."""
        entries = self.reconstruction(seen, float(self.sqrt_s))
        return entries if self.networks is None else with_network_columns(entries, self.networks)

    def cuts_of(self, spectrum: PreparedSpectrum) -> list[Cut]:
        """The cuts in front of a spectrum, in their order; the first asks that its observable was reconstructed."""
        column = spectrum.observable.column
        known = Cut("reconstructed", lambda columns: np.isfinite(columns[column]), (column,))
        return [known, *(each.cut() for each in (*self.cuts, *spectrum.cuts))]


def different(field: str, names: Sequence[str]) -> Iterator[Fault]:
    """A fault where two entries of a field have one name."""
    if len(set(names)) < len(names):
        yield (field,), f"{field} need different names, got {', '.join(names)}"


def function_name(function: Reconstruction) -> str:
    """A function as documents write it: where it is found; of one with arguments filled in, the function alone."""
    inner = plain_function(function)
    return f"{inner.__module__}.{inner.__qualname__}"


def plain_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself, where arguments of it are filled in."""
    return function.func if isinstance(function, partial) else function
