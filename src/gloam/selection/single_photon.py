"""One photon and nothing else: what it recoils against was not seen."""

from __future__ import annotations

import numpy as np

from gloam.detector import ReconstructedBatch
from gloam.kinematics import polar_angle
from gloam.selection.entries import Entries

__all__ = ["single_photon"]


def single_photon(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """One entry for each event: its photon of the largest energy in the centre of mass, and what else there is.

    Columns:
        M2_recoil: of what the photon recoils against, in GeV^2.
        E_gamma: of the photon, in GeV in the centre of mass.
        photon_polar: of the photon, in degrees in the laboratory.
        E_extra: of all other photons that were found, in GeV in the laboratory.
        tracks: number of them.

    An event without a photon leaves NaN, which passes no cut.

    Args:
        seen: events with photons.
        sqrt_s: energy of the collision in GeV.

    Example:
        >>> from gloam.detector import BELLE2, perfect, simulate
        >>> from gloam.generation import generate, make_process
        >>> events, _ = generate(make_process("gamma-dark-photon", mass=2.0, min_angle=45.0), 50, seed=1)
        >>> found = single_photon(simulate(events, perfect(BELLE2), seed=1), 10.58)
        >>> found.columns["M2_recoil"].round(6)[0], found.columns["E_extra"].max()
        (np.float64(4.0), np.float64(0.0))
    """
    photons = seen.places("gamma")
    energies = np.where(seen.found[:, photons], seen.momenta[:, photons, 0], -np.inf)
    hardest = energies.argmax(axis=1)
    rows = np.arange(len(seen))
    laboratory = seen.laboratory[:, photons]
    chosen, energy = laboratory[rows, hardest], seen.momenta[:, photons, 0][rows, hardest]
    whole = np.where(seen.found[:, photons], laboratory[..., 0], 0.0).sum(axis=1)
    columns = {
        "M2_recoil": sqrt_s**2 - 2 * sqrt_s * energy,
        "E_gamma": energy,
        "photon_polar": np.degrees(polar_angle(chosen)),
        "E_extra": whole - np.where(np.isfinite(chosen[:, 0]), chosen[:, 0], 0.0),
        "tracks": np.delete(seen.found, photons, axis=1).sum(axis=1).astype(float),
    }
    return Entries(columns, seen.numbers, seen.weights)
