"""belle2_dark_higgsstrahlung: e+e- -> A' h', A' -> mu+mu-, h' invisible at Belle II (arXiv:2207.00509), on pseudo-data.

Events are counted in overlapping ellipses of the plane of dimuon mass and squared recoil mass. The list of windows,
the selection, resolutions and backgrounds of the experiment are not public: ours are assumptions and simulation, and
labelled so. All of it was fixed before it was compared with the published limits.
"""

from __future__ import annotations

from dataclasses import replace

from gloam.detector import BELLE2, Correction, PolarRange, ReconstructedBatch, TurnOn
from gloam.experiments import BELLE2_DATA_SETS
from gloam.searches.counting import (
    CountedChannel,
    CountedSpectrum,
    CountingPreparation,
    CountingSearch,
    LimitRange,
    YieldUncertainty,
)
from gloam.searches.preparation import CutOn, Observable, Simulated
from gloam.selection import Entries, lepton_pair_recoil
from gloam.sourced import Sourced, assumed, published

__all__ = ["SEARCH", "two_muons"]

PAPER = "arXiv:2207.00509"
_EARLIER = "as in the search of 2018, arXiv:1912.11276; not public for this one"
_DATA = BELLE2_DATA_SETS["dark_higgsstrahlung"]

PAIR = Observable(column="M_pair", unit="GeV", label=r"$M_{\mu\mu}$")
RECOIL = Observable(column="M2_recoil", unit="GeV^2", label=r"$M^2_\mathrm{recoil}$", scale="mass squared")


def two_muons(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """The entries of two muons, see `gloam.selection.lepton_pair_recoil`."""
    return lepton_pair_recoil(seen, sqrt_s, BELLE2.beams, ("mu", "mu"))


def _veto(seen: float, reason: str) -> TurnOn:
    """Photons as a veto: what matters is whether anything is seen of them."""
    threshold = assumed(0.03, 0, "GeV", "as in Belle, arXiv:2109.08596")
    return TurnOn(threshold, threshold, assumed(seen, 0, "", reason))


_LOST = "1 in 1000 photons leaves nothing: cracks between crystals; one that converts before them is still seen"
_SEEN = BELLE2.photons.covers
_DETECTOR = replace(BELLE2, photons=replace(BELLE2.photons, efficiency=_veto(0.999, _LOST)))
_GAPS_ALONE = replace(BELLE2, photons=replace(BELLE2.photons, efficiency=_veto(1.0, "photons are lost in gaps alone")))
_LOST_OFTEN = replace(
    BELLE2,
    photons=replace(
        BELLE2.photons, covers=PolarRange(_SEEN.low, _SEEN.high),
        efficiency=_veto(0.9, "100 times the loss, so that it is simulated well; the yield is scaled down"),
    ),
)  # fmt: skip


def _cut(column: str, above: float | None, below: float | None, unit: str, reason: str, name: str = "") -> CutOn:
    low, high = (None if each is None else assumed(each, 0, unit, reason) for each in (above, below))
    return CutOn(column=column, above=low, below=high, name=name)


_CUTS = (
    _cut("tracks", 1.5, 2.5, "", f"two tracks: {PAPER}", "two tracks"),
    _cut("charge", -0.5, 0.5, "", "charges add up to 0", "opposite charges"),
    _cut("identified", 1.5, None, "", f"two muons: {PAPER}", "both identified"),
    _cut("least_polar", 37.0, None, "degree", _EARLIER),
    _cut("largest_polar", None, 120.0, "degree", _EARLIER),
    _cut("azimuth_opening", 90.0, None, "degree", f"two-track trigger, {_EARLIER}"),
    _cut("rec_polar", 33.0, 128.0, "degree", f"barrel of the calorimeter, {_EARLIER}"),
    _cut("extra_energy", None, 0.4, "GeV", _EARLIER),
    _cut("photon_to_rec", 15.0, None, "degree", _EARLIER),
    _cut("pT_pair", 0.3, None, "GeV", "photons along the beams leave less"),
    _cut("helicity", None, 0.9, "", "muons of tau pairs and of radiated photons are asymmetric"),
)

_LIGHTEST, _STEPS = 0.2, (0.0, 0.3, 0.65, 1.0)
"""In the limit of a massless h' the cross section diverges at its threshold, to which the beams can radiate down."""

_HEAVIEST = {
    3.0: 3.0, 3.5: 3.5, 4.0: 4.0, 4.6: 4.6, 5.15: 5.15, 5.9: 4.4, 6.7: 3.6, 7.5: 2.8, 8.3: 2.0, 9.0: 1.3, 9.6: 0.7,
}  # fmt: skip
"""The heaviest h' for masses of the A': as heavy as that, or 10.3 GeV together."""

_MASSES = (
    *((mass, round(_LIGHTEST + step * (most - _LIGHTEST), 4)) for mass, most in _HEAVIEST.items() for step in _STEPS),
    (10.1, 0.2),
)  # fmt: skip

PREPARATION = CountingPreparation(
    detector=_DETECTOR,
    sqrt_s=_DATA.sqrt_s,
    spectra=(
        CountedSpectrum(
            name="mumu", observables=(PAIR, RECOIL), reconstruction=two_muons, cuts=_CUTS,
            signal=Simulated(process="dark-higgsstrahlung", settings={"isr": 4.0}, events=20_000, least=2000),
            backgrounds=(
                Simulated(process="tautau", settings={"tau_decay": "mumu", "isr": 4.0}, events=3_000_000),
                Simulated(
                    process="mumugamma", settings={"min_energy": 0.15, "min_angle": 30.0}, events=600_000,
                    detector=_GAPS_ALONE, title="mumugamma, photon in a gap",
                ),
                Simulated(
                    process="mumugamma", settings={"min_energy": 0.15, "min_angle": 30.0}, events=400_000,
                    detector=_LOST_OFTEN, scale=assumed(0.01, 0, "", "the loss of photons over the simulated one"),
                    title="mumugamma, photon lost",
                ),
                Simulated(
                    process="eemumu", settings={"min_energy": 0.42, "min_angle": 40.0, "min_mass": 2.5},
                    events=900_000, weighted=True,
                ),
            ),
            masses=_MASSES, ranges=((2.85, 10.6), (-7.0, 30.0)), tails=(1, -1),
            half_width=assumed(
                2.0, 0, "sigma", f"windows of the size of the resolutions: {PAPER}; how large is not public"
            ),
            bins=8, cells=(16, 3),
        ),
    ),
    seed=1,
    left_out=(
        "mu mu gamma: lowest order, one photon at more than 30 degrees from the beams; two lost photons are not in it.",
        "e e mu mu: lowest order; no initial-state radiation.",
        "Tau pairs are those with two muons; pions are never taken for muons. No J/psi, no hadrons.",
        "No trigger, but for its angles; its efficiency is that of 2018.",
        "Backgrounds are taken as even over cells of 16 by 3 bins, about 8 by 1.5 resolutions.",
    ),
)  # fmt: skip


def _uncertainty(name: str, relative: Sourced, *acts_on: str) -> YieldUncertainty:
    return YieldUncertainty(name=name, relative=relative, acts_on=acts_on)  # type: ignore[arg-type]


SEARCH = CountingSearch(
    name="belle2_dark_higgsstrahlung",
    title="Dark photon to two muons beside an invisible dark Higgs boson",
    process="e+ e- -> A' h', A' -> mu+ mu-, h' -> invisible",
    experiment="Belle II at SuperKEKB, 2019",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=_DATA.luminosity,
    reference="Belle II, Phys. Rev. Lett. 130, 071804 (2023), arXiv:2207.00509",
    status="the published method on pseudo-data; windows and selection assumed, nothing fitted to limits",
    channels=(
        CountedChannel(
            name="mumu", title="Two muons and missing energy", spectrum="mumu", masses=((3.0, 10.1), (0.2, 5.15)),
            step=1.0, shape="ellipse",
            corrections=(
                Correction("trigger", assumed(0.79, 0.05, "", f"two-track trigger, {_EARLIER}")),
                Correction("tracking", assumed(1.0, 0.02, "", "two tracks")),
                Correction("particle identification", assumed(1.0, 0.04, "", _EARLIER)),
            ),
            uncertainties=(
                _uncertainty("luminosity", assumed(0.01, 0, "", "about that of early data"), "signal", "background"),
                _uncertainty("background yield", assumed(0.10, 0, "", "control samples of other early searches"),
                             "background"),
                _uncertainty("mass resolution", assumed(0.03, 0, "", "of the efficiency of the windows"), "signal"),
            ),
        ),
    ),
    method="bayes",
    level=0.90,
    model="dark-higgsstrahlung",
    decay="mumu",
    published_ranges=(
        LimitRange(
            quantity="cross section", low=published(1.7, 0, "fb", PAPER), high=published(5.0, 0, "fb", PAPER),
            masses=(4.0, 9.7),
        ),
        LimitRange(
            quantity="coupling", low=published(1.7e-8, 0, "", PAPER), high=published(2.0e-6, 0, "", PAPER),
            masses=(4.0, 9.7),
        ),
    ),
    preparation=PREPARATION,
    notes=(
        "Pseudo-data, since those of Belle II are not public: an excess in them is a fluctuation of random numbers.",
        "Limits are on sigma(A' h') B(A' -> mu mu); those on epsilon^2 alpha_D take B from theory.",
        "Windows are ellipses along the axes. Errors of both masses are correlated (-0.1 to -0.6): that is not used.",
        "Below 3 GeV the assumed trigger takes only events whose beams radiated, without a peak; the paper: 1.65 GeV.",
    ),
)  # fmt: skip
