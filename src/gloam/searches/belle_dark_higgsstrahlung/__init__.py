"""belle_dark_higgsstrahlung: e+e- -> A' h', h' -> A' A': three dark photons at Belle (arXiv:1502.00084), pseudo-data.

Ten final states of three pairs of electrons, muons or pions, and three of two pairs of leptons beside which the third
dark photon is missing. Public are the luminosity, the final states and the ranges of masses. Selection, windows and
backgrounds are ours: assumptions and simulation, and labelled so. Nothing was adjusted to published limits.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Literal, TypeAlias

import numpy as np

from gloam.detector import BELLE, Correction
from gloam.searches.backgrounds import AssumedRate, Loosened, MistakenTracks
from gloam.searches.counting import (
    CombinedLines,
    CountedChannel,
    CountedSpectrum,
    CountingPreparation,
    CountingSearch,
    YieldUncertainty,
)
from gloam.searches.preparation import CutOn, Observable, Simulated
from gloam.selection import three_pairs, two_pairs_and_missing
from gloam.sourced import Sourced, assumed, published

__all__ = ["SEARCH"]

PAPER = "arXiv:1502.00084"
_GUESS = "usual size at Belle; no public number for this selection"
SQRT_S = published(10.58, 0, "GeV", "energy of the Upsilon(4S) as the papers quote it; all data are taken to be there")

DARK_PHOTON = Observable(column="M_A", label=r"mean mass of the pairs")
DARK_HIGGS = Observable(column="M_h", label=r"mass of two dark photons")

Pair: TypeAlias = Literal["ee", "mumu", "pipi"]
PAIRS: dict[str, Pair] = {"ee": "ee", "mumu": "mumu", "pipi": "pipi"}
EXCLUSIVE = tuple("-".join(pairs) for pairs in combinations_with_replacement(PAIRS, 3))
INCLUSIVE = ("ee-ee-X", "ee-mumu-X", "mumu-mumu-X")
_LIGHTEST = {"ee": 0.1, "mumu": 0.23, "pipi": 0.3}
_SLOWEST = {"ee": 1.1, "mumu": 1.7, "pipi": 0.5}
"""Energies in GeV of an A' at which the tracks of its pair are still identified."""


def _pairs(state: str) -> tuple[Pair, ...]:
    """The pairs of a final state that are seen."""
    return tuple(PAIRS[each] for each in state.split("-") if each in PAIRS)


def _range(state: str) -> tuple[float, float]:
    """The lightest A' of a final state, and the least energy of the A' beside the h': it can be any of the three."""
    lightest = max(_LIGHTEST[pair] for pair in _pairs(state))
    slowest = [_SLOWEST[pair] for pair in _pairs(state)]
    return (1.1, max(slowest)) if "X" in state else (lightest, min(slowest))


def _masses(state: str) -> tuple[tuple[float, float], ...]:
    """Pairs of masses that are simulated: h' from twice the A' up to where the other A' is too slow."""
    first, slowest = _range(state)
    light = np.unique([first, *(mass for mass in (0.3, 0.6, 1.1, 1.8, 2.6, 3.4) if mass > 1.2 * first)])
    energy, low = np.maximum(slowest, light + 0.05), 2.02 * light + 0.01
    high = np.sqrt(float(SQRT_S) ** 2 + light**2 - 2 * float(SQRT_S) * energy)
    steps = np.linspace(0.0, 1.0, 4)
    return tuple(
        (mass, round(float(a + step * (b - a)), 4))
        for mass, a, b in zip(light.tolist(), low, high, strict=True) for step in steps
    )  # fmt: skip


def _chances(**chances: float) -> dict[str, Sourced]:
    return {name: assumed(value, 0, "", f"{_GUESS}; as for B0 -> A'A'") for name, value in chances.items()}


_FAKES = {
    "ee": _chances(electron=0.9, muon=0.0, pion=0.002, kaon=0.003, proton=0.002),
    "mumu": _chances(electron=0.0, muon=0.9, pion=0.015, kaon=0.02, proton=0.003),
    "pipi": _chances(electron=0.02, muon=0.9, pion=0.95, kaon=0.1, proton=0.05),
}


def _cut(column: str, below: float, unit: str, reason: str, name: str = "", above: float | None = None) -> CutOn:
    low = None if above is None else assumed(above, 0, unit, reason)
    return CutOn(column=column, above=low, below=assumed(below, 0, unit, reason), name=name)


_EQUAL = _cut("spread", 0.015, "", "about five resolutions of the difference of two masses", "equal masses")
_EXCLUSIVE = (
    _cut("identified", 6.5, "", "all six", "six identified tracks", 5.5), _EQUAL,
    _cut("E_balance", 0.3, "GeV", "six resolutions; photons of the beams up to this energy", "energy conserved", -0.3),
    _cut("p_total", 0.3, "GeV", "as for the energy", "momentum conserved"),
)  # fmt: skip
_WITH_MISSING = (
    _cut("identified", 4.5, "", "all four", "four identified leptons", 3.5), _EQUAL,
    _cut("missing", 0.8, "GeV^2", "about three resolutions", "missing mass as that of the pairs", -0.8),
    _cut("cos_missing", 0.9, "", "photons along the beams are missing too", "nothing missing along the beams"),
)  # fmt: skip
_LOOSE = (
    Loosened(column="spread", limit=assumed(0.15, 0, "", "masses are even on this scale"), power=2),
    Loosened(column="E_balance", limit=assumed(1.0, 0, "GeV", "enough events")),
    Loosened(column="p_total", limit=assumed(1.0, 0, "GeV", "enough events")),
)
_LOOSE_WITH_MISSING = (
    Loosened(column="spread", limit=assumed(0.1, 0, "", "masses are even on this scale"), power=1),
    Loosened(column="missing", limit=assumed(4.0, 0, "GeV^2", "even on this scale"), power=1),
)
_UNSIMULATED = AssumedRate(
    per_fb=assumed(
        3e-4, 0, "fb", "0.3 events of each final state in all data for what is not simulated, as six leptons"
    ),
)
_ON_RESONANCE = assumed(711 / 977, 0, "", "B mesons are in the 711 fb^-1 at the Upsilon(4S) alone")


def _mistaken(state: str, process: Literal["qqbar", "bbbar"], events: int, scale: Sourced | None) -> MistakenTracks:
    return MistakenTracks(
        process=process, events=events, pairs=_pairs(state), fakes=_FAKES,
        loosened=_LOOSE_WITH_MISSING if "X" in state else _LOOSE, scale=scale,
    )  # fmt: skip


def _spectrum(state: str) -> CountedSpectrum:
    """The events of one final state in the plane of the masses of A' and h'; an event has three entries."""
    missing = "X" in state
    return CountedSpectrum(
        name=state.replace("-", "_").lower(), observables=(DARK_PHOTON, DARK_HIGGS),
        reconstruction=two_pairs_and_missing if missing else three_pairs,
        cuts=_WITH_MISSING if missing else _EXCLUSIVE,
        signal=Simulated(
            process="three-dark-photons", settings={"decay": state.replace("X", "pipi"), "isr": 4.0}, events=5_000,
            least=350,
        ),
        backgrounds=(
            _mistaken(state, "qqbar", 200_000, None), _mistaken(state, "bbbar", 60_000, _ON_RESONANCE), _UNSIMULATED,
        ),
        masses=_masses(state), ranges=((0.05, 3.6), (0.15, 10.6)), tails=(1, 1),
        half_width=assumed(
            10.0, 0, "sigma", "wide, since next to nothing is expected; the published ones are not public"
        ),
        bins=6, cells=(12, 12),
    )  # fmt: skip


def _channel(state: str) -> CountedChannel:
    tracks = 4 if "X" in state else 6
    return CountedChannel(
        name=state.replace("-", "_").lower(), title=state.replace("-", " ").replace("mumu", "µµ").replace("pipi", "ππ"),
        spectrum=state.replace("-", "_").lower(), masses=((0.1, 3.4), (0.2, 10.1)), step=13.0,
        share=state.replace("-", " "),
        corrections=(
            Correction("tracking", assumed(1.0, 0.0035 * tracks, "", "0.35 % for each track, as in arXiv:2109.08596")),
            Correction("identification", assumed(1.0, 0.01 * tracks, "", f"1 % for each track, {_GUESS}")),
        ),
        uncertainties=(
            YieldUncertainty(name="luminosity", relative=assumed(0.014, 0, "", _GUESS), acts_on=("signal",)),
            YieldUncertainty(
                name="mistaken tracks and assumed rates", relative=assumed(0.5, 0, "", "chances are guesses"),
                acts_on=("background",),
            ),
        ),
    )  # fmt: skip


SEARCH = CountingSearch(
    name="belle_dark_higgsstrahlung",
    title="Three dark photons from a dark photon and a dark Higgs boson",
    process="e+ e- -> A' h', h' -> A' A', prompt A' -> e+ e-, mu+ mu-, pi+ pi-",
    experiment="Belle at KEKB",
    data_kind="pseudo",
    data_source="Poisson draw from simulated and assumed backgrounds",
    luminosity=published(977, 0, "fb^-1", PAPER),
    reference=f"Belle, Phys. Rev. Lett. 114, 211801 (2015), {PAPER}",
    status="the published final states on pseudo-data; selection, windows and backgrounds assumed or simulated",
    channels=tuple(_channel(state) for state in (*EXCLUSIVE, *INCLUSIVE)),
    method="bayes",
    level=0.90,
    model="dark-higgsstrahlung",
    preparation=CountingPreparation(
        detector=BELLE, sqrt_s=SQRT_S, spectra=tuple(_spectrum(state) for state in (*EXCLUSIVE, *INCLUSIVE)), seed=3,
        left_out=(
            "wrong pairs of tracks of the signal; bremsstrahlung of electrons and conversions of photons",
            "six leptons, and four beside photons, of quantum electrodynamics: they are in the assumed rate",
            "mesons that are narrow: no veto, and the background is even over cells of 12 by 12 bins",
        ),
    ),
    combination=CombinedLines(
        at=((0.15, 0.5, 1.0, 1.5, 2.5), (1.0, 3.0, 5.0, 7.0, 9.0)),
        along=(tuple(np.round(np.geomspace(0.1, 3.4, 45), 3).tolist()), tuple(np.linspace(0.25, 10.0, 40).tolist())),
    ),
    notes=(
        "Pseudo-data: an excess in them is a fluctuation of random numbers.",
        "Limits on cross sections are on sigma_Born B of a final state; X is a decay to none of ee, mumu, pipi.",
        "Every event has three entries in the plane, since each of its A' can be the one beside the h'.",
        "Branching fractions of the A' are from gloam's R ratio: a guess from 1.2 to 1.6 GeV, no pipi above 1.8 GeV.",
    ),
)  # fmt: skip
