"""The processes by name, and what each of them needs to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any

import numpy as np

from gloam.errors import InputError, one_of
from gloam.generation.cuts import PairCuts, PhotonCuts
from gloam.generation.particles import MASS_MUON
from gloam.generation.process import Process
from gloam.generation.processes.associated import dark_higgsstrahlung, gamma_alp, gamma_dark_photon
from gloam.generation.processes.b_decays import b_dark_baryon, b_dark_photons
from gloam.generation.processes.electron_muon_pairs import electron_muon_pairs
from gloam.generation.processes.four_muons import four_muons
from gloam.generation.processes.lepton_pairs import mumu_scalar, mumu_zprime, tautau_scalar
from gloam.generation.processes.muon_pair_photon import muon_pair_photon
from gloam.generation.processes.muon_tau_pairs import muon_tau_pairs
from gloam.generation.processes.tau_pairs import tau_pairs
from gloam.generation.processes.tau_three_prongs import tau_three_prongs
from gloam.generation.processes.three_dark_photons import three_dark_photons
from gloam.generation.processes.three_photons import three_photons
from gloam.generation.radiation import with_initial_state_radiation
from gloam.generation.tau_decays import TAU_PAIRS, with_tau_decays

__all__ = ["PROCESSES", "make_process"]


@dataclass(frozen=True, slots=True)
class _Entry:
    make: Callable[..., Process]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()
    decays: bool = False
    region: type[PhotonCuts | PairCuts] = PhotonCuts


_MASS_AND_COUPLING = ("mass",), ("coupling",)
_PHOTON = ("min_energy", "min_angle")

_ENTRIES: Mapping[str, _Entry] = {
    "mumu-zprime": _Entry(mumu_zprime, *_MASS_AND_COUPLING, decays=True),
    "gamma-alp": _Entry(gamma_alp, *_MASS_AND_COUPLING),
    "gamma-dark-photon": _Entry(gamma_dark_photon, *_MASS_AND_COUPLING, cuts=("min_angle",), decays=True),
    "dark-higgsstrahlung": _Entry(dark_higgsstrahlung, ("mass", "mass2"), ("coupling", "coupling2")),
    "three-dark-photons": _Entry(three_dark_photons, ("mass", "mass2"), ("coupling", "coupling2"), decays=True),
    "mumu-scalar": _Entry(mumu_scalar, *_MASS_AND_COUPLING, decays=True),
    "tautau-scalar": _Entry(tautau_scalar, *_MASS_AND_COUPLING, decays=True),
    "b-dark-photons": _Entry(b_dark_photons, ("mass",), decays=True),
    "b-dark-baryon": _Entry(b_dark_baryon, ("mass",)),
    "mumugamma": _Entry(muon_pair_photon, cuts=_PHOTON),
    "3gamma": _Entry(three_photons, cuts=_PHOTON),
    "4mu": _Entry(four_muons),
    "eemumu": _Entry(electron_muon_pairs, cuts=(*_PHOTON, "min_mass"), region=PairCuts),
    "mumutautau": _Entry(muon_tau_pairs),
    "tautau": _Entry(tau_pairs),
    "tautau-1x3": _Entry(tau_three_prongs, decays=True),
}

PROCESSES = tuple(_ENTRIES)
"""The names of the processes, signals first."""

ELSEWHERE = ("qqbar", "bbbar")
"""Processes whose matrix elements or hadrons need a program of its own."""

_PAIR = 2 * float(MASS_MUON)
_CUTS = {"min_energy": "smallest_energy", "min_angle": "smallest_angle", "min_mass": "smallest_mass"}


def make_process(
    name: str, *, decay: str | None = None, tau_decay: str | None = None, isr: float | None = None,
    **settings: float | None,
) -> Process:  # fmt: skip
    """The process of that name, with its masses, couplings and cuts.

    Args:
        name: one of `PROCESSES`.
        decay: of the new particle to "ee", "mumu" or "tautau", where it has it, or of three dark photons, as in
            "ee-ee-mumu"; None leaves it undecayed.
        tau_decay: of the tau- and the tau+ of the event, one of `gloam.generation.TAU_PAIRS`, where there is one of
            each: "emu", "pirho" ...; None leaves them undecayed.
        isr: largest energy of a photon that the beams radiate along themselves, in GeV; None for no radiation.
        settings: `mass` and `mass2` in GeV, `coupling` and `coupling2` (default 1), and for photons or
            muons `min_energy` and `min_mass` in GeV and `min_angle` in degrees, as far as the process has them. None
            leaves a setting out.

    Raises:
        InputError: no such process; a setting missing, unknown to the process, or out of range.

    Example:
        >>> make_process("mumu-zprime", mass=3.0).threshold
        3.2113
    """
    entry = _entry(name)
    given = {key: float(value) for key, value in settings.items() if value is not None}
    _require(name, entry, given)
    if decay is not None and not entry.decays:
        remedy = f"write --tau-decay {decay}" if name == "tautau" and decay in TAU_PAIRS else "leave it out"
        raise InputError(f"--decay of {name}", decay, "no choice for this process", remedy)
    arguments: dict[str, Any] = {key: value for key, value in given.items() if key not in entry.cuts}
    if entry.cuts:
        arguments["cuts"] = entry.region(**{_CUTS[key]: given[key] for key in entry.cuts if key in given})
    if decay is not None:
        arguments["decay"] = decay
    process = entry.make(**arguments)
    if tau_decay is not None:
        process = with_tau_decays(process, tau_decay)
    if isr is not None:
        process = with_initial_state_radiation(process, isr)
    return replace(process, again=partial(make_process, name, decay=decay, tau_decay=tau_decay, isr=isr, **settings))


def _require(name: str, entry: _Entry, given: Mapping[str, float]) -> None:
    allowed = (*entry.needs, *entry.takes, *entry.cuts)
    for key, value in given.items():
        if key not in allowed:
            listed = one_of(_option(option) for option in allowed) if allowed else "none"
            options = f"options of this process: {listed}"
            raise InputError(f"{_option(key)} of {name}", f"{value:g}", options, "leave it out")
        _require_number(name, key, value)
    for key in entry.needs:
        if key not in given:
            raise InputError(f"{_option(key)} of {name}", "nothing", "a number in GeV", f"write {_option(key)} 2.0")


def _entry(name: str) -> _Entry:
    if name in _ENTRIES:
        return _ENTRIES[name]
    asked = f"generate {name}"
    if name in ELSEWHERE:
        remedy = "call gloam.generation.generate_with_pythia"
        raise InputError(asked, "a process without a matrix element of gloam's own", one_of(PROCESSES), remedy)
    near = get_close_matches(name, PROCESSES, 1)
    remedy = f"perhaps {near[0]} is meant" if near else "choose one of these"
    raise InputError(asked, "no such process", one_of(PROCESSES), remedy)


def _option(setting: str) -> str:
    return f"--{setting.replace('_', '-')}"


def _require_number(name: str, key: str, value: float) -> None:
    if not np.isfinite(value):
        raise InputError(f"{_option(key)} of {name}", value, "a finite number", "correct it")
    massless = key == "mass2" or (key == "mass" and name == "b-dark-baryon")
    if key == "mass" and name == "dark-higgsstrahlung" and value <= _PAIR:
        remedy = "its decay to two muons is what is generated"
        raise InputError(f"--mass of {name}", f"{value:g} GeV", f"more than {_PAIR:g} GeV, twice the muon mass", remedy)
    if key.startswith("mass") and (value < 0 or (value == 0 and not massless)):
        allowed = "0 or more, in GeV" if massless else "a number above 0, in GeV"
        raise InputError(f"{_option(key)} of {name}", f"{value:g} GeV", allowed, "correct it")
