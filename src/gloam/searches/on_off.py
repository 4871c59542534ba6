"""What a search declares that counts decays of B mesons at declared masses, over backgrounds from simulation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_serializer

from gloam.detector import Detector
from gloam.searches.declaration import Searched
from gloam.searches.faults import Declaration, Fault, check
from gloam.searches.preparation import Observable, Range, Simulated, as_document, different
from gloam.sourced import Sourced
from gloam.statistics import CountingMethod
from gloam.systematic import Systematic

__all__ = ["DarkPhotonPairs", "OnOffChannel", "OnOffPreparation", "OnOffSearch", "PairMode", "TaggedDecay"]


def _increasing(masses: tuple[float, ...]) -> tuple[float, ...]:
    if list(masses) != sorted(set(masses)):
        raise ValueError("masses must increase")
    return masses


Masses = Annotated[tuple[float, ...], AfterValidator(_increasing), Field(min_length=2)]


class OnOffChannel(Declaration):
    """One selection and the masses at which its events are counted.

    Attributes:
        name: short, in file names and tables.
        title: for readers.
        observable: whose windows are counted.
        masses: hypotheses, in GeV.
        tau: how many times the background of the data the simulation of it holds.
        rare_tau: the same for the rare part of the background, of which more is simulated; None for no such part.
        rare_share: of the background that is rare.
        branching_fraction: of decays that neither limit is on; None: 1.
        share: final state of two A' that is counted, as `gloam.theory.b_dark_photons.final_states` names it, with its
            factor 2 for different pairs: the coupling is without it, the cross section with it. None: all decays.
        systematics: of signal and background, log-normal.
        vetoes: ranges of the observable that are not counted; a window that one touches has no result.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    observable: Observable
    masses: Masses
    tau: Sourced
    rare_tau: Sourced | None = None
    rare_share: Sourced | None = None
    branching_fraction: Sourced | None = None
    share: str | None = None
    systematics: tuple[Systematic, ...] = ()
    vetoes: tuple[Range, ...] = ()

    @check
    def _whole(self) -> Iterator[Fault]:
        if (self.rare_tau is None) != (self.rare_share is None):
            yield (), "a rare background has both rare_tau and rare_share"

    @check
    def _some_simulation(self) -> Iterator[Fault]:
        for name, tau in (("tau", self.tau), ("rare_tau", self.rare_tau)):
            if tau is not None and not tau.value > 0:
                yield (name,), f"{tau.value:g} times the background of the data; write a number above 0"

    @check
    def _one_size_of_each(self) -> Iterator[Fault]:
        yield from different("systematics", [f"{each.name} ({each.target})" for each in self.systematics])


class OnOffPreparation(Declaration):
    """What every preparation of such a search declares.

    Attributes:
        detector: that measures the events.
        sqrt_s: energy of the collision.
        simulated_masses: in GeV; in between everything is linear.
        window: half-width of windows, in resolutions.
        range: of the axis, in GeV.
        bin_width: of the axis, in GeV.
        seed: of the shipped artefact, and of the simulated background that runs compare data with.
        left_out: what the simulation does not know, for readers.
    """

    detector: Detector
    sqrt_s: Sourced
    simulated_masses: Masses
    window: Sourced
    range: Range
    bin_width: Annotated[float, Field(gt=0)]
    seed: int = 0
    left_out: tuple[str, ...] = ()

    @field_serializer("detector")
    def _written_out(self, detector: Detector) -> object:
        return as_document(detector)


class TaggedDecay(OnOffPreparation):
    """B0 -> Lambda and something unseen, opposite to a fully reconstructed B0.

    Attributes:
        signal: of each mass.
        background: B mesons that decay generically; each decay of a B0 counts.
        tag_efficiency: of the other B0 in simulation.
        tag_calibration: data over simulation.
        tag_resolution: of each component of its momentum.
        no_extra_energy: share of events without energy in the calorimeter that belongs to no particle.
        extra_energy: mean of the others, exponential.
        cluster: smallest energy of a photon that counts.
        energy_cut: largest E_ECL at the lightest and at the heaviest mass, linear in the recoil mass in between.
        proton_identification: efficiency.
        lambda_quality: efficiency of the vertex of the Lambda and of cuts on it.
        light_quarks: their events, in which all that is seen beside a Lambda is taken for a tag.
        continuum: background from light quarks over that from B0 decays, on the whole axis.
        m_bc: smallest M_bc of a tag, and a looser one for more simulated false tags.
        delta_e: largest |Delta E| of simulated false tags.
        repeats: how often tag and extra energy are drawn for each simulated decay.
        smoothing: width in GeV by which simulated background is spread out in the recoil mass.
    """

    signal: Simulated
    background: Simulated
    tag_efficiency: Sourced
    tag_calibration: Sourced
    tag_resolution: Sourced
    no_extra_energy: Sourced
    extra_energy: Sourced
    cluster: Sourced
    energy_cut: tuple[Sourced, Sourced]
    proton_identification: Sourced
    lambda_quality: Sourced
    light_quarks: Simulated
    continuum: Sourced
    m_bc: tuple[Sourced, Sourced]
    delta_e: Sourced
    repeats: int = Field(default=20, ge=1)
    smoothing: Sourced

    @property
    def reconstruction_efficiency(self) -> float:
        """The product of the efficiencies that are declared, not simulated."""
        factors = (self.tag_efficiency, self.tag_calibration, self.proton_identification, self.lambda_quality)
        product = 1.0
        for factor in factors:
            product *= factor.value
        return product


class PairMode(Declaration):
    """A final state of two A' and its windows.

    Attributes:
        name: of the channel.
        pairs: what the two A' decay to, of "ee", "mumu", "pipi".
        delta_e: smallest and largest Delta E, in GeV.
        slope, offset: windows of the differences of masses at a mass m are slope x m + offset.
    """

    name: str
    pairs: tuple[Literal["ee", "mumu", "pipi"], Literal["ee", "mumu", "pipi"]]
    delta_e: tuple[Sourced, Sourced]
    slope: Sourced
    offset: Sourced


class DarkPhotonPairs(OnOffPreparation):
    """B0 -> A'A', each to two tracks; the observable is the mean of the two masses.

    Attributes:
        modes: the final states, in the order of the channels.
        signal: events of B pairs, of which one neutral B decays to A'A'.
        continuum: events of light quarks.
        background: events of B pairs.
        m_bc: smallest M_bc.
        missing: largest missing energy, above `light`.
        light: largest mass with `light_window`, and without the cut on the missing energy.
        light_window: of the differences of masses there.
        fisher: share of the signal that the cut on the Fisher discriminant keeps.
        regularisation: of its correlations.
        fakes: by pair, the chance that a track of each true species is taken for one of its tracks.
        loosest: M_bc, |Delta E| and difference of masses up to which simulated background is used; it is scaled to the
            windows as if it were flat in Delta E and the difference.
        smoothing: width in GeV by which simulated background is spread out in the mass.
    """

    modes: tuple[PairMode, ...] = Field(min_length=1)
    signal: Simulated
    continuum: Simulated
    background: Simulated
    m_bc: Sourced
    missing: Sourced
    light: Sourced
    light_window: Sourced
    fisher: Sourced
    regularisation: float = 0.01
    fakes: Mapping[str, Mapping[str, Sourced]]
    loosest: tuple[Sourced, Sourced, Sourced]
    smoothing: Sourced


class OnOffSearch(Searched):
    """A search that counts at declared masses, its background measured in simulated events (on and off).

    Attributes:
        channels: selections and their masses.
        method: of the upper limit; uncertainties are averaged over, except by "profile".
        preparation: how efficiencies and backgrounds are simulated.
        published_range: smallest and largest published limit on the coupling, for comparison; None for none.
    """

    channels: tuple[OnOffChannel, ...] = Field(min_length=1)
    method: CountingMethod = "bayes"
    preparation: TaggedDecay | DarkPhotonPairs
    published_range: tuple[Sourced, Sourced] | None = None

    @check
    def _distinct_channels(self) -> Iterator[Fault]:
        yield from different("channels", [channel.name for channel in self.channels])

    @check
    def _simulated_masses(self) -> Iterator[Fault]:
        first, last = self.preparation.simulated_masses[0], self.preparation.simulated_masses[-1]
        for number, channel in enumerate(self.channels):
            if any(not first <= mass <= last for mass in channel.masses):
                yield ("channels", number, "masses"), f"masses are simulated from {first:g} to {last:g} GeV only"

    @property
    def all_systematics(self) -> tuple[Systematic, ...]:
        """Those of all channels."""
        return tuple(each for channel in self.channels for each in channel.systematics)
