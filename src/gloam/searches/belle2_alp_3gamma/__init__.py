"""belle2_alp_3gamma: e+e- -> gamma a, a -> gamma gamma at Belle II (arXiv:2007.13071), on pseudo-data.

Selection, resolution and background are simulated by `gloam prepare`; what is not public is an assumption of ours and
labelled so. None of it was adjusted to the published limits.
"""

from __future__ import annotations

from gloam.experiments import BELLE2, SUPERKEKB
from gloam.searches.declaration import PREPARED, Channel, Observable, Search
from gloam.searches.preparation import PreparedSpectrum, ThreePhotons
from gloam.sourced import assumed, published, recalled
from gloam.systematic import Systematic

__all__ = ["SEARCH"]

PAPER = "arXiv:2007.13071"
_NOT_PUBLIC = f"{PAPER}; remembered, not checked against the text"
_ORDER = f"published in {PAPER}: orders and ranges give a reduced chi^2 near 1 and locally smooth results"
_DATA = BELLE2["alp_3gamma"]

PAIR = Observable(column="M2_gammagamma", unit="GeV^2", label=r"$M^2_{\gamma\gamma}$", is_square=True)
RECOIL = Observable(column="M2_recoil", unit="GeV^2", label=r"$M^2_\mathrm{recoil}$", is_square=True)

_LOW_MASSES = (0.19, 0.25, 0.32, 0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 1.75, 2.0, 2.35, 2.7, 3.0, 3.35, 3.7, 4.05)
_HIGH_MASSES = (3.95, 4.25, 4.5, 4.75, 5.0, 5.25, 5.5, 5.75, 6.0, 6.25, 6.5, 6.9)
_RECOIL_MASSES = (6.8, 7.1, 7.4, 7.7, 8.0, 8.3, 8.6, 8.9, 9.2, 9.45, 9.75)
_HIGH_ENERGY = published(1.0, 0, "GeV", f"{PAPER}, for masses up to 4 GeV")
_LOW_ENERGY = published(0.65, 0, "GeV", f"{PAPER}, for masses above 4 GeV")

PREPARATION = ThreePhotons(
    signal="gamma-alp", background="3gamma", sqrt_s=_DATA.sqrt_s, electron_energy=SUPERKEKB.electron_energy,
    positron_energy=SUPERKEKB.positron_energy, crossing_angle=SUPERKEKB.crossing_angle,
    resolution_low=published(0.03, 0, "", f"{PAPER}: photons of 0.65 GeV"),
    resolution_high=published(0.02, 0, "", f"{PAPER}: photons above 1 GeV"),
    tail_start=assumed(1.5, 0, "sigma", "leakage of showers; the response of the calorimeter is not public"),
    tail_power=assumed(8.0, 0, "", "leakage of showers; the response of the calorimeter is not public"),
    angular_resolution=assumed(0.005, 0, "rad sqrt(GeV)", "size of a crystal over its distance; not public"),
    polar_low=recalled(37.3, 0, "deg", _NOT_PUBLIC), polar_high=recalled(123.7, 0, "deg", _NOT_PUBLIC),
    mass_low=recalled(0.88, 0, "", _NOT_PUBLIC), mass_high=recalled(1.03, 0, "", _NOT_PUBLIC),
    separation_polar=recalled(0.014, 0, "rad", _NOT_PUBLIC),
    separation_azimuth=recalled(0.400, 0, "rad", _NOT_PUBLIC),
    generated_energy=0.4, generated_angle=18.0,
    spectra=(
        PreparedSpectrum(
            name="pairs_above_1000", column="M2_gammagamma", least_energy=_HIGH_ENERGY, range=(0.0, 40.0),
            bin_width=0.25, masses=_LOW_MASSES, tail=1,
        ),
        PreparedSpectrum(
            name="pairs_above_650", column="M2_gammagamma", least_energy=_LOW_ENERGY, range=(1.0, 100.0),
            bin_width=0.25, masses=_HIGH_MASSES, tail=1,
        ),
        PreparedSpectrum(
            name="recoils_above_650", column="M2_recoil", least_energy=_LOW_ENERGY, range=(5.0, 100.5),
            bin_width=0.25, masses=_RECOIL_MASSES, tail=-1,
        ),
    ),
    signal_events=200_000, background_events=8_000_000, seed=1,
    left_out=(
        "Background: e+e- -> 3 gamma in lowest order alone; no radiation, no e+e- gamma, no pi0, eta, eta' gamma.",
        "Signal: no initial-state radiation, no spread of the beam energy.",
        "Efficiency: no photon conversions, timing, shower shapes or trigger; it is too high by what they cost.",
        "Energies and angles of photons are cut on in the laboratory, an assumption of ours.",
    ),
)  # fmt: skip


def _channel(
    name: str, title: str, masses: tuple[float, float], order: int, efficiency: float, observable: Observable = PAIR,
    spectrum: str = "pairs_above_650", window: tuple[float, float] = (-20.0, 30.0),
) -> Channel:  # fmt: skip
    return Channel(
        name=name, title=title, spectrum=spectrum, observable=observable, masses=masses, step="0.5sigma",
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
            "recoils_685_97", "Recoil of a photon, 6.85 to 9.7 GeV", (6.85, 9.7), 5, 0.055, RECOIL, "recoils_above_650",
            (-25.0, 25.0),
        ),
    ),
    method="profile",
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
    preparation=PREPARATION,
    notes=(
        "Pseudo-data, since those of Belle II are not public: an excess in them is a fluctuation of random numbers.",
        "Pseudo-data: the three pairs of an event are drawn independently; in collisions they share photons.",
        "Bins follow the resolution (a quarter of it); the paper has 100 in each window, about half of it.",
    ),
)  # fmt: skip
