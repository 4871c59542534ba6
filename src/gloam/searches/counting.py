"""What a search declares whose events are counted in windows of one observable, or of the plane of two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, field_serializer

from gloam.detector import Correction, Detector, correction_systematics
from gloam.scans.counting import PlaneShape
from gloam.searches.backgrounds import CountedBackground
from gloam.searches.declaration import Searched
from gloam.searches.faults import Declaration, Fault, check
from gloam.searches.preparation import (
    AnyOf,
    CutOn,
    Observable,
    Range,
    Reconstruction,
    Simulated,
    as_document,
    different,
    function_name,
)
from gloam.selection import Cut
from gloam.sourced import Sourced
from gloam.statistics import CountingMethod
from gloam.statistics.figures_of_merit import PunziForm
from gloam.statistics.prior import Prior
from gloam.systematic import Constraint, Systematic
from gloam.theory.dark_higgsstrahlung import shares_of_three

__all__ = [
    "ActingOn", "CombinedLines", "CountedChannel", "CountedSpectrum", "CountingPreparation", "CountingSearch",
    "CrossCheck", "EfficiencyRange", "LimitRange", "TunedLine", "YieldUncertainty",
]  # fmt: skip

ActingOn: TypeAlias = Literal["signal", "background"]

Masses: TypeAlias = tuple[float, ...]
"""One mass in GeV for each observable."""


def _same_sizes(masses: tuple[Masses, ...]) -> tuple[Masses, ...]:
    if len({len(each) for each in masses}) > 1 or len(set(masses)) < len(masses):
        raise ValueError("every hypothesis has one mass for each observable, and none comes twice")
    return masses


class TunedLine(Declaration):
    """A step of the selection that is tuned at each mass: a least value of a column, then a straight line in a plane.

    Kept are events with `column` > least and cos(angle) x + sin(angle) y > offset. At each simulated mass the three
    numbers minimise Punzi's smallest detectable cross section in the window, averaged in the logarithm over
    neighbouring masses, which keeps them smooth. Between masses they are linear in the observable of the event itself,
    so that one spectrum holds the events of all windows.

    Attributes:
        name: in the cut flow.
        column: that has a least value.
        least: the values that are tried, in the unit of the column.
        plane: the columns x and y.
        angles: how many directions of the line are tried, evenly between those of `between`.
        between: smallest and largest direction, in degrees.
        offsets: smallest and largest that are tried, in the unit of x and y.
        steps: how many offsets.
        luminosity: of the data times the corrections of simulated yields, in fb^-1.
        significance, power: a and b of the figure of merit, in standard deviations.
        form: of the figure of merit.
        neighbours: simulated masses on either side that are averaged over.
    """

    name: str
    column: str
    least: tuple[float, ...] = Field(min_length=1)
    plane: tuple[str, str]
    angles: int = Field(ge=1)
    between: Range
    offsets: Range
    steps: int = Field(ge=2)
    luminosity: Sourced
    significance: Sourced
    power: Sourced
    form: PunziForm = "poisson"
    neighbours: int = Field(default=1, ge=0)


class CountedSpectrum(Declaration):
    """One spectrum of events, in one or two observables, filled by one selection.

    Attributes:
        name: as channels refer to it.
        observables: one or two; their columns are those of the reconstruction.
        reconstruction: makes the entries of events.
        cuts: in their order.
        tuned: a last step that is tuned at each mass; None for none.
        signal: that is simulated at each mass; None where limits are on efficiency times cross section.
        backgrounds: each kept apart.
        masses: of the simulated signals, in GeV, one for each observable.
        ranges: of the axes, in the units of the observables.
        half_width: of the windows, in resolutions of each observable.
        bins: across the narrowest window.
        cells: along each axis, how many bins share one density of each background, which is smooth on that scale;
            None: each bin has its own. Events of the simulation then say something of their neighbourhood too, and the
            artefact is small.
        tails: on which side the peaks have their tails: 1 below, -1 above.
        like: another spectrum, whose resolution and tuned step this one takes; one without a signal needs it.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    observables: tuple[Observable, ...] = Field(min_length=1, max_length=2)
    reconstruction: Reconstruction
    cuts: tuple[CutOn | AnyOf, ...] = ()
    tuned: TunedLine | None = None
    signal: Simulated | None = None
    backgrounds: tuple[CountedBackground, ...] = Field(min_length=1)
    masses: Annotated[tuple[Masses, ...], AfterValidator(_same_sizes)] = ()
    ranges: tuple[Range, ...]
    half_width: Sourced
    bins: int = Field(default=20, ge=4)
    cells: tuple[Annotated[int, Field(ge=1)], ...] | None = None
    tails: tuple[Literal[1, -1], ...] = (1,)
    like: str | None = None

    @field_serializer("reconstruction")
    def _named(self, function: Reconstruction) -> str:
        return function_name(function)

    @check
    def _as_many_ranges(self) -> Iterator[Fault]:
        number = len(self.observables)
        if any(len(each) != number for each in (self.ranges, self.tails, self.cells or self.ranges)):
            yield (), f"{number} observables need as many ranges, tails and cells"

    @check
    def _some_signal(self) -> Iterator[Fault]:
        if (self.signal is None) == (self.like is None):
            yield (), "a spectrum has a signal, or is like another one that has"

    @check
    def _enough_masses(self) -> Iterator[Fault]:
        number = len(self.observables)
        if self.signal is not None and (len(self.masses) < 2 or len(self.masses[0]) != number):
            yield ("masses",), f"a signal is simulated at two or more hypotheses of {number} masses"

    @check
    def _tuned_on_a_signal(self) -> Iterator[Fault]:
        if self.tuned is not None and (len(self.observables) != 1 or self.signal is None):
            yield ("tuned",), "a step is tuned on a signal, in one observable"

    def all_cuts(self) -> list[Cut]:
        """The cuts in front of the tuned step, in their order."""
        return [each.cut() for each in self.cuts]


class CountingPreparation(Declaration):
    """How the events of a counting search are simulated and selected.

    Attributes:
        detector: that measures them.
        sqrt_s: energy of the collision.
        spectra: that are filled.
        seed: of the shipped artefact.
        left_out: what the simulation does not know, for readers.
    """

    detector: Detector
    sqrt_s: Sourced
    spectra: tuple[CountedSpectrum, ...] = Field(min_length=1)
    seed: int = 0
    left_out: tuple[str, ...] = ()

    @field_serializer("detector")
    def _written_out(self, detector: Detector) -> object:
        return as_document(detector)

    @check
    def _known_models(self) -> Iterator[Fault]:
        done: list[str] = []
        for number, spectrum in enumerate(self.spectra):
            if spectrum.like is not None and spectrum.like not in done:
                words = f"{spectrum.name} is like {spectrum.like}, which has to come before it"
                yield ("spectra", number, "like"), words
            if spectrum.like is None:
                done.append(spectrum.name)

    @check
    def _different_spectra(self) -> Iterator[Fault]:
        yield from different("spectra", [spectrum.name for spectrum in self.spectra])

    def spectrum(self, name: str) -> CountedSpectrum:
        """The spectrum of that name."""
        return next(each for each in self.spectra if each.name == name)

    def tuned_step(self, spectrum: CountedSpectrum) -> TunedLine | None:
        """The tuned step that a spectrum has, its own or that of the one it is like."""
        return (spectrum if spectrum.like is None else self.spectrum(spectrum.like)).tuned


class YieldUncertainty(Declaration):
    """A relative uncertainty, and what it acts on.

    Attributes:
        name: what it is.
        relative: one standard deviation over the nominal value, a pure number.
        acts_on: the yields that it scales.
        step: of the selection from which it comes, as the cut flow names it; empty: the whole of it.
        processes: the backgrounds that it scales; empty: all.
    """

    name: str
    relative: Sourced
    acts_on: tuple[ActingOn, ...] = Field(min_length=1)
    step: str = ""
    processes: tuple[str, ...] = ()

    def systematics(self, form: Constraint) -> tuple[Systematic, ...]:
        """The same for each yield apart, as tables and reports list it."""
        return tuple(Systematic(self.name, self.relative, target, form) for target in self.acts_on)


class CrossCheck(Declaration):
    """Limits by another method, beside those of the search.

    Attributes:
        name: in tables.
        method: of the limit.
        prior: for "bayes".
        uncertainties: whether the systematic uncertainties are in them.
    """

    name: str
    method: CountingMethod
    prior: Prior = Prior()
    uncertainties: bool = True


class CountedChannel(Declaration):
    """One spectrum of a search, the windows in which its events are counted, and what is known of the counts.

    Attributes:
        name: short, in file names and tables.
        title: for readers.
        spectrum: of the preparation.
        masses: first and last hypothesis along each observable, in GeV.
        step: between the centres of windows, in resolutions. Half a window's width makes a set of windows side by side
            and the set that is shifted by half a window.
        shape: of windows in the plane.
        corrections: data over simulation, as factors on all simulated yields; their errors are uncertainties.
        uncertainties: others.
        has_signal_efficiency: whether limits are turned into cross sections; if not, they are on efficiency times
            cross section.
        share: the final state of three dark photons that is counted, as `gloam.theory.dark_higgsstrahlung` names it,
            whose branching fraction limits on the cross section contain; None: the decay of the search.
        form: of all uncertainties. A Gaussian efficiency ends at 0, so that its error cannot be large.
        vetoes, vetoes2: ranges of the first and second observable that are not counted; a window that one touches has
            no result.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    spectrum: str
    masses: tuple[Range, ...]
    step: Annotated[float, Field(gt=0)]
    shape: PlaneShape = "ellipse"
    corrections: tuple[Correction, ...] = ()
    uncertainties: tuple[YieldUncertainty, ...] = ()
    has_signal_efficiency: bool = True
    share: str | None = None
    form: Constraint = "gaussian"
    vetoes: tuple[Range, ...] = ()
    vetoes2: tuple[Range, ...] = ()

    @property
    def correction(self) -> float:
        """The product of all corrections."""
        product = 1.0
        for each in self.corrections:
            product *= each.factor.value
        return product

    @property
    def systematics(self) -> tuple[Systematic, ...]:
        """Every uncertainty of this channel, for the signal and for the background apart."""
        return (
            *(replace(each, constraint=self.form) for each in correction_systematics(self.corrections)),
            *(part for each in self.uncertainties for part in each.systematics(self.form)),
        )


class CombinedLines(Declaration):
    """Where in the plane all channels are combined: one mass runs, the other is given.

    Attributes:
        at: given masses of the first and of the second particle, in GeV.
        along: what the first and the second run over, in GeV.
    """

    at: tuple[Masses, Masses]
    along: tuple[Masses, Masses]

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """All pairs of masses, none twice."""
        first = [(mass, mass2) for mass2 in self.at[1] for mass in self.along[0]]
        second = [(mass, mass2) for mass in self.at[0] for mass2 in self.along[1]]
        return tuple(sorted({*first, *second}))


class EfficiencyRange(Declaration):
    """What is published of the efficiency of a search.

    Attributes:
        low, high: its smallest and its largest value.
        below: the mass up to which this holds, in GeV.
    """

    low: Sourced
    high: Sourced
    below: Sourced


class LimitRange(Declaration):
    """Between which values published limits lie, where no curve of them is public.

    Attributes:
        quantity: "cross section", which has the branching fraction in it, in fb; or "coupling".
        low, high: the smallest and the largest limit.
        masses: of the first particle, in GeV.
        lighter: whether the second particle is lighter than the first.
    """

    quantity: Literal["cross section", "coupling"]
    low: Sourced
    high: Sourced
    masses: Range
    lighter: bool = True


class CountingSearch(Searched):
    """A search that counts events in windows.

    Attributes:
        channels: the spectra and their windows.
        method: of the upper limit.
        cross_checks: limits by other methods.
        preparation: how efficiencies and backgrounds are simulated.
        published_efficiency: with which ours is compared; one constant may be fitted to it, never to limits.
        published_ranges: of limits, with which expected ones are compared.
        combination: where all channels give one limit on the coupling; None: they stay apart.
    """

    channels: tuple[CountedChannel, ...] = Field(min_length=1)
    method: CountingMethod = "bayes"
    cross_checks: tuple[CrossCheck, ...] = ()
    preparation: CountingPreparation
    published_efficiency: EfficiencyRange | None = None
    published_ranges: tuple[LimitRange, ...] = ()
    combination: CombinedLines | None = None

    @check
    def _distinct_channels(self) -> Iterator[Fault]:
        yield from different("channels", [channel.name for channel in self.channels])

    @check
    def _combined_in_a_plane(self) -> Iterator[Fault]:
        if self.combination is not None and (self.model is None or len(self.channels[0].masses) != 2):
            yield ("combination",), "channels are combined in the plane of two masses, on the coupling of a model"

    @check
    def _known_names(self) -> Iterator[Fault]:
        known = {each.name: each for each in self.preparation.spectra}
        for number, channel in enumerate(self.channels):
            if channel.spectrum not in known:
                yield ("channels", number, "spectrum"), f"no spectrum {channel.spectrum} is prepared"
            else:
                for path, words in self._faults_of(channel, known[channel.spectrum]):
                    yield ("channels", number, *path), words

    def _faults_of(self, channel: CountedChannel, spectrum: CountedSpectrum) -> Iterator[Fault]:
        tuned = self.preparation.tuned_step(spectrum)
        steps = {cut.name for cut in spectrum.all_cuts()} | ({tuned.name} if tuned else set())
        processes = {sample.label for sample in spectrum.backgrounds}
        if len(channel.masses) != len(spectrum.observables):
            yield ("masses",), f"channel {channel.name} needs a range of masses for each observable"
        if channel.share is not None and channel.share not in shares_of_three(1.0):
            yield ("share",), f"{channel.share!r} is none of {', '.join(shares_of_three(1.0))}"
        if any(each.per != "event" for each in channel.corrections):
            words = f"corrections of channel {channel.name} are for each event: multiply those of its tracks"
            yield ("corrections",), words
        if channel.has_signal_efficiency and spectrum.signal is None:
            words = f"channel {channel.name} has no simulated signal: declare has_signal_efficiency=False"
            yield ("has_signal_efficiency",), words
        for number, each in enumerate(channel.uncertainties):
            if each.step and each.step not in steps:
                yield ("uncertainties", number, "step"), f"{each.step!r} is not in the selection"
            if set(each.processes) - processes:
                yield ("uncertainties", number, "processes"), f"a background of {each.name} that is not simulated"

    def spectrum_of(self, channel: CountedChannel) -> CountedSpectrum:
        """The prepared spectrum of a channel."""
        return self.preparation.spectrum(channel.spectrum)

    @property
    def all_systematics(self) -> tuple[Systematic, ...]:
        """Those of all channels, each with the name of its channel: one source may have another size there."""
        return tuple(
            replace(each, name=f"{each.name}, {channel.name}")
            for channel in self.channels
            for each in channel.systematics
        )
