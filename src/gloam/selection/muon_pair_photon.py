"""A pair of muons and the photon that they recoil against."""

from __future__ import annotations

import numpy as np

from gloam import constants
from gloam.detector import ReconstructedBatch, extra_energy
from gloam.kinematics import mass_squared, polar_angle
from gloam.selection.entries import Entries

__all__ = ["muon_pair_photon"]

_FOUR_MUON_MASSES_SQUARED = 4 * constants.MUON_MASS**2


def muon_pair_photon(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """One entry for each event with two identified muons and a photon.

    Columns:
        m_R: sqrt(m^2 - 4 m_mu^2) of the muons, in GeV; 0 where resolution brings the mass below the threshold.
        E_gamma: of the photon, in GeV in the centre of mass.
        photon_polar: of the photon, in degrees in the laboratory.
        E_balance: energy of all three minus sqrt(s), in GeV in the centre of mass.
        E_extra: of further photons, in GeV in the laboratory.

    What was not found, or is no muon for the detector, leaves NaN, which passes no cut.

    Args:
        seen: events with a mu-, a mu+ and one or more photons, the first of which is meant.
        sqrt_s: energy of the collision in GeV.

    Example:
        >>> from gloam.detector import BELLE2, perfect, simulate
        >>> from gloam.generation import generate, make_process
        >>> events, _ = generate(make_process("gamma-dark-photon", mass=3.0, min_angle=45.0, decay="mumu"), 50, seed=1)
        >>> found = muon_pair_photon(simulate(events, perfect(BELLE2), seed=1), 10.58)
        >>> np.nanmedian(found.columns["m_R"]).round(5)
        np.float64(2.99255)
    """
    minus, plus, photon = seen.places("mu-")[0], seen.places("mu+")[0], seen.places("gamma")[0]
    muons = seen.momenta[:, minus] + seen.momenta[:, plus]
    square = np.maximum(mass_squared(muons) - _FOUR_MUON_MASSES_SQUARED, 0.0)
    both = seen.identified[:, minus] & seen.identified[:, plus]
    columns = {
        "m_R": np.where(both, np.sqrt(square), np.nan),
        "E_gamma": seen.momenta[:, photon, 0],
        "photon_polar": np.degrees(polar_angle(seen.laboratory[:, photon])),
        "E_balance": muons[:, 0] + seen.momenta[:, photon, 0] - sqrt_s,
        "E_extra": extra_energy(seen, [photon]),
    }
    return Entries(columns, seen.numbers, seen.weights)
