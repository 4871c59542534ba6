"""Candidates in events of three photons: each pair in turn, and the photon that it leaves."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector import ReconstructedBatch
from gloam.kinematics import azimuth, index_pairs, mass_squared, polar_angle
from gloam.selection.entries import Entries

__all__ = ["three_photons"]

_PAIRS = index_pairs(3)


def three_photons(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """Three entries for each event of three photons, one for each pair of them.

    Columns, energies and angles in the laboratory:
        M2_gammagamma: of the pair, in GeV^2.
        M2_recoil: of what the third photon recoils against, in GeV^2.
        M_3gamma: of all three, over sqrt(s).
        least_energy: of the three photons, in GeV.
        least_polar, largest_polar: of them, in degrees.
        polar_01, polar_02, polar_12, azimuth_01 ...: between two photons, in rad.
        pair: which pair, 0 to 2 in the order of `gloam.kinematics.index_pairs`: (0, 1), (0, 2), (1, 2).

    A photon that was not found leaves NaN, which passes no cut.

    Args:
        seen: events with three photons, in the order of the process.
        sqrt_s: energy of the collision in GeV.

    Example:
        >>> from gloam.detector import BELLE2, perfect, simulate
        >>> from gloam.generation import generate, make_process
        >>> events, _ = generate(make_process("3gamma", min_energy=1.0, min_angle=45.0), 2, seed=1)
        >>> entries = three_photons(simulate(events, perfect(BELLE2), seed=1), 10.58)
        >>> len(entries), entries.columns["M_3gamma"].round(12)[0]
        (6, np.float64(1.0))
    """
    photons = seen.places("gamma")
    momenta, laboratory = seen.momenta[:, photons], seen.laboratory[:, photons]
    polar, around = polar_angle(laboratory), azimuth(laboratory)
    columns = {
        "M_3gamma": np.sqrt(mass_squared(momenta.sum(axis=1))) / sqrt_s,
        "least_energy": laboratory[..., 0].min(axis=1),
        "least_polar": np.degrees(polar.min(axis=1)),
        "largest_polar": np.degrees(polar.max(axis=1)),
    }
    for i, j in _PAIRS.tolist():
        columns[f"polar_{i}{j}"] = np.abs(polar[:, i] - polar[:, j])
        turned = np.abs(around[:, i] - around[:, j])
        columns[f"azimuth_{i}{j}"] = np.minimum(turned, 2 * np.pi - turned)
    pairs = np.stack([mass_squared(momenta[:, i] + momenta[:, j]) for i, j in _PAIRS.tolist()], axis=1)
    recoils = sqrt_s**2 - 2 * sqrt_s * momenta[:, ::-1, 0]  # the third photon of the pairs (0, 1), (0, 2), (1, 2)
    return Entries(
        {name: np.repeat(column, 3) for name, column in columns.items()}
        | {"M2_gammagamma": pairs.ravel(), "M2_recoil": recoils.ravel(), "pair": _pair(len(seen))},
        np.repeat(seen.numbers, 3),
        np.repeat(seen.weights, 3),
    )


def _pair(events: int) -> FloatArray:
    return np.tile(np.arange(3.0), events)
