"""Three pairs of tracks with one mass, or two and a third that is missing: candidates for three dark photons."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector import ReconstructedBatch
from gloam.kinematics import mass, mass_squared
from gloam.selection.entries import Entries

__all__ = ["SOFTENED", "missing_columns", "three_pair_columns", "three_pairs", "two_pairs_and_missing"]

SOFTENED = 0.5
"""GeV; added to the mean mass under the spread of the masses, since the resolution does not vanish with the mass."""


def three_pairs(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """Three entries for each event of six tracks, one for each way to take the h' from two of the three pairs.

    Pairs are neighbours in the order of the process. Tracks that were not found leave NaN, which passes no cut.
    Columns are those of `three_pair_columns`, and
        identified: how many of the six tracks are identified as what they are.

    Args:
        seen: events of "three-dark-photons".
        sqrt_s: energy of the collision in GeV.

    Example:
        >>> from gloam.detector import BELLE, perfect, simulate
        >>> from gloam.generation import generate, make_process
        >>> process = make_process("three-dark-photons", mass=1.0, mass2=4.0, decay="mumu-mumu-mumu")
        >>> found = three_pairs(simulate(generate(process, 100, seed=1)[0], perfect(BELLE), seed=1), 10.58).columns
        >>> whole = np.isfinite(found["M_A"])
        >>> float(np.abs(found["M_A"][whole] - 1).max()) < 1e-6, float(np.abs(found["M_h"][whole] - 4).min()) < 1e-6
        (True, True)
    """
    tracks = _charged(seen)
    columns = three_pair_columns(_pairs(seen, tracks), sqrt_s)
    columns["identified"] = np.repeat(seen.identified[:, tracks].sum(axis=1).astype(float), 3)
    return Entries(columns, np.repeat(seen.numbers, 3), np.repeat(seen.weights, 3))


def two_pairs_and_missing(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """Three entries for each event whose first two pairs are found; the third is what is missing.

    Columns are those of `missing_columns`, and
        identified: how many of the four tracks are identified as what they are.

    Args:
        seen: events of "three-dark-photons".
        sqrt_s: energy of the collision in GeV.
    """
    tracks = _charged(seen)[:4]
    columns = missing_columns(_pairs(seen, tracks), sqrt_s)
    columns["identified"] = np.repeat(seen.identified[:, tracks].sum(axis=1).astype(float), 3)
    return Entries(columns, np.repeat(seen.numbers, 3), np.repeat(seen.weights, 3))


def three_pair_columns(pairs: FloatArray, sqrt_s: float) -> dict[str, FloatArray]:
    """The columns of three pairs, three rows for each event, shapes (3 n,).

    M_A: mean of the three masses, in GeV.
    M_h: mass of two of the pairs, each two in turn, in GeV.
    spread: largest minus smallest of the three masses, over their mean and `SOFTENED`.
    E_balance: energy of all minus sqrt(s), in GeV.
    p_total: size of the momentum of all, in GeV.

    Args:
        pairs: four-vectors in the centre of mass, shape (n, 3, 4).
        sqrt_s: energy of the collision in GeV.
    """
    masses, total = mass(pairs), pairs.sum(axis=1)
    of_events = {
        "M_A": masses.mean(axis=1),
        "spread": _spread(masses),
        "E_balance": total[:, 0] - sqrt_s,
        "p_total": np.linalg.norm(total[:, 1:], axis=1),
    }
    return _three_rows(of_events, mass(total[:, None] - pairs))


def missing_columns(pairs: FloatArray, sqrt_s: float) -> dict[str, FloatArray]:
    """The columns of two pairs and what is missing, three rows for each event, shapes (3 n,).

    M_A: mean of the two masses, in GeV.
    M_h: mass of the two pairs, then that of each with what is missing: the recoil mass of the other; in GeV.
    spread: difference of the two masses, over their mean and `SOFTENED`.
    missing: squared missing mass minus the square of M_A, in GeV^2.
    cos_missing: |cos| of the missing momentum and the beams.

    Args:
        pairs: four-vectors in the centre of mass, shape (n, 2, 4).
        sqrt_s: energy of the collision in GeV.
    """
    masses, beams = mass(pairs), np.array([sqrt_s, 0.0, 0.0, 0.0])
    lost = beams - pairs.sum(axis=1)
    size = np.linalg.norm(lost[:, 1:], axis=1)
    mean = masses.mean(axis=1)
    of_events = {
        "M_A": mean,
        "spread": _spread(masses),
        "missing": mass_squared(lost) - mean**2,
        "cos_missing": np.abs(lost[:, 3]) / np.where(size > 0, size, 1.0),
    }
    recoils = np.sqrt(np.maximum(mass_squared(beams - pairs[:, ::-1]), 0.0))
    return _three_rows(of_events, np.concatenate([mass(pairs.sum(axis=1))[:, None], recoils], axis=1))


def _three_rows(of_events: dict[str, FloatArray], heavy: FloatArray) -> dict[str, FloatArray]:
    return {name: np.repeat(column, 3) for name, column in of_events.items()} | {"M_h": heavy.ravel()}


def _spread(masses: FloatArray) -> FloatArray:
    return np.asarray(np.ptp(masses, axis=1) / (masses.mean(axis=1) + SOFTENED))


def _charged(seen: ReconstructedBatch) -> list[int]:
    return [place for place, particle in enumerate(seen.particles) if particle.name != "gamma"]


def _pairs(seen: ReconstructedBatch, tracks: list[int]) -> FloatArray:
    """Four-vectors of neighbours together, shape (n, pairs, 4); NaN where a track was not found."""
    momenta = seen.momenta[:, tracks]
    return np.asarray(momenta[:, 0::2] + momenta[:, 1::2])
