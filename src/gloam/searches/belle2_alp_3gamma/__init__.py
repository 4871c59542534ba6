"""belle2_alp_3gamma: e+e- -> gamma a, a -> gamma gamma at Belle II (arXiv:2007.13071), on pseudo-data.

Selection, resolution and background are simulated by `gloam prepare`; what is not public is an assumption of ours and
labelled so. None of it was adjusted to the published limits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from gloam.detector import ANGLE_FALLING_WITH_ENERGY, BELLE2, LowTail
from gloam.experiments import BELLE2_DATA_SETS
from gloam.searches.declaration import PREPARED, Channel, Observable, Search
from gloam.searches.preparation import AnyOf, CutOn, Preparation, PreparedSpectrum, Simulated
from gloam.selection import three_photons
from gloam.sourced import Sourced, assumed, published, recalled
from gloam.systematic import Systematic

__all__ = ["SEARCH"]

PAPER = "arXiv:2007.13071"
_NOT_PUBLIC = f"{PAPER}; remembered, not checked against the text"
_ORDER = f"published in {PAPER}: orders and ranges give a reduced chi^2 near 1 and locally smooth results"
_DATA = BELLE2_DATA_SETS["alp_3gamma"]
_LOW_ENERGY = published(0.65, 0, "GeV", f"{PAPER}, for masses above 4 GeV")

PAIR = Observable(column="M2_gammagamma", unit="GeV^2", label=r"$M^2_{\gamma\gamma}$", scale="mass squared")
RECOIL = Observable(column="M2_recoil", unit="GeV^2", label=r"$M^2_\mathrm{recoil}$", scale="mass squared")

_LOW_MASSES = (0.19, 0.25, 0.32, 0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 1.75, 2.0, 2.35, 2.7, 3.0, 3.35, 3.7, 4.05)
_HIGH_MASSES = (3.95, 4.25, 4.5, 4.75, 5.0, 5.25, 5.5, 5.75, 6.0, 6.25, 6.5, 6.9)
_RECOIL_MASSES = (6.8, 7.1, 7.4, 7.7, 8.0, 8.3, 8.6, 8.9, 9.2, 9.45, 9.75)

_LEAKAGE = "leakage of showers; the response of the calorimeter is not public"
_CALORIMETER = replace(
    BELLE2.photons,
    angle=ANGLE_FALLING_WITH_ENERGY,
    tail=LowTail(assumed(1.5, 0, "sigma", _LEAKAGE), assumed(8.0, 0, "", _LEAKAGE)),
)
_APART = (recalled(0.014, 0, "rad", _NOT_PUBLIC), recalled(0.400, 0, "rad", _NOT_PUBLIC))


def _separate(pair: str) -> AnyOf:
    """Two photons are two clusters if they are apart in one of the angles."""
    polar, azimuth = _APART
    return AnyOf(
        name=f"photons {pair[0]} and {pair[1]} apart",
        cuts=(CutOn(column=f"polar_{pair}", above=polar), CutOn(column=f"azimuth_{pair}", above=azimuth)),
    )


def _spectrum(
    name: str, least_energy: Sourced, range: tuple[float, float], masses: tuple[float, ...],  # noqa: A002 - as declared
    observable: Observable = PAIR, tail: Literal[1, -1] = 1,
) -> PreparedSpectrum:  # fmt: skip
    return PreparedSpectrum(
        name=name, observable=observable, cuts=(CutOn(column="least_energy", above=least_energy),), range=range,
        bin_width=0.25, masses=masses, tail=tail,
    )  # fmt: skip


PREPARATION = Preparation(
    detector=replace(BELLE2, photons=_CALORIMETER),
    sqrt_s=_DATA.sqrt_s,
    signal=Simulated(process="gamma-alp", events=200_000),
    backgrounds=(
        Simulated(process="3gamma", settings={"min_energy": 0.4, "min_angle": 18.0}, events=8_000_000, weighted=True),
    ),
    reconstruction=three_photons, choice="pair", right_choice=2,
    cuts=(
        CutOn(column="least_polar", above=recalled(37.3, 0, "degree", _NOT_PUBLIC)),
        CutOn(column="largest_polar", below=recalled(123.7, 0, "degree", _NOT_PUBLIC)),
        _separate("01"), _separate("02"), _separate("12"),
        CutOn(
            column="M_3gamma", above=recalled(0.88, 0, "sqrt(s)", _NOT_PUBLIC),
            below=recalled(1.03, 0, "sqrt(s)", _NOT_PUBLIC),
        ),
    ),
    spectra=(
        _spectrum(
            "pairs_above_1000", published(1.0, 0, "GeV", f"{PAPER}, for masses up to 4 GeV"), (0.0, 40.0), _LOW_MASSES,
        ),
        _spectrum("pairs_above_650", _LOW_ENERGY, (1.0, 100.0), _HIGH_MASSES),
        _spectrum("recoils_above_650", _LOW_ENERGY, (5.0, 100.5), _RECOIL_MASSES, RECOIL, -1),
    ),
    seed=1,
    left_out=(
        "Background: e+e- -> 3 gamma in lowest order alone; no radiation, no e+e- gamma, no pi0, eta, eta' gamma.",
        "Signal: no initial-state radiation.",
        "Efficiency: no timing, shower shapes or trigger; it is too high by what they cost.",
        "Energies and angles of photons are cut on in the laboratory, an assumption of ours.",
    ),
)  # fmt: skip


def _channel(
    name: str, title: str, masses: tuple[float, float], order: int, efficiency: float,
    spectrum: str = "pairs_above_650", window: tuple[float, float] = (-20.0, 30.0),
) -> Channel:  # fmt: skip
    return Channel(
        name=name, title=title, spectrum=spectrum, masses=masses, step="0.5sigma",
        window=window, signal=PREPARED, background=f"polynomial:{order}", background_reason=_ORDER,
        systematics=(
            Systematic(f"efficiency {masses[0]:g} to {masses[1]:g} GeV", published(efficiency, 0, "", PAPER), "signal"),
        ),
    )  # fmt: skip


SEARCH = Search(
    name="belle2_alp_3gamma",
    title="Axion-like particle in three photons",
    process="e+ e- -> gamma a, a -> gamma gamma",
    experiment="Belle II at SuperKEKB, 2018",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=_DATA.luminosity,
    observable=PAIR,
    reference="Belle II, Phys. Rev. Lett. 125, 161806 (2020), arXiv:2007.13071",
    status="the published method on pseudo-data; nothing is calibrated to the published limits",
    channels=(
        _channel("pairs_02_05", "Photon pairs, 0.2 to 0.5 GeV", (0.2, 0.5), 2, 0.08, spectrum="pairs_above_1000"),
        _channel("pairs_05_4", "Photon pairs, 0.5 to 4 GeV", (0.5, 4.0), 4, 0.055, spectrum="pairs_above_1000"),
        _channel("pairs_4_685", "Photon pairs, 4 to 6.85 GeV", (4.0, 6.85), 4, 0.055),
        _channel(
            "recoils_685_97", "Recoil of a photon, 6.85 to 9.7 GeV", (6.85, 9.7), 5, 0.055, "recoils_above_650",
            (-25.0, 25.0),
        ),
    ),
    method="cls",
    level=0.95,
    systematics=(
        Systematic("luminosity", published(0.003 / 0.445, 0, "", f"{PAPER}: 445 +- 3 pb^-1"), "signal"),
        Systematic(
            "mass resolution",
            assumed(0.10, 0, "", f"half of the difference between data and simulation, up to 30 % ({PAPER}), rounded"),
            "resolution",
        ),
    ),
    variants="window:5sigma,order:1",
    model="alp-photon",
    compare_with="Belle II 2020, cross section",
    effective_normalisation=assumed(
        0.656, 0.002, "", "median over seeds 1 to 4 of our expected limit over the published observed one"
    ),
    preparation=PREPARATION,
    notes=(
        "Pseudo-data, since those of Belle II are not public: an excess in them is a fluctuation of random numbers.",
        "Pseudo-data: the three pairs of an event are drawn independently; in collisions they share photons.",
        (
            "Limit: CLs with the one-sided profile likelihood ratio; the paper names the ratio. Without CLb limits "
            "would scatter by 0.46 in ln from toy to toy; the published ones do by 0.31 with mass, CLs by 0.32."
        ),
        "Bins follow the resolution (a quarter of it); the paper has 100 in each window, about half of it.",
    ),
)  # fmt: skip
