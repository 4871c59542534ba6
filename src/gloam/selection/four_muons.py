"""Four muons: each pair of opposite charge in turn, after a fit that makes their four-momenta those of the beams."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from gloam import constants
from gloam.arrays import FloatArray
from gloam.detector import Detector, ReconstructedBatch, extra_energy, momentum_covariance, total_covariance
from gloam.kinematics import kinematic_fit, mass_squared, opposite_sign_pairs
from gloam.selection.entries import Entries

__all__ = ["LEAST_CLUSTER", "four_muons", "reduced_masses"]

LEAST_CLUSTER = 0.03
"""GeV; energy of a cluster that counts as further energy (arXiv:2109.08596)."""

_PAIRS = opposite_sign_pairs([-1, 1, -1, 1])


def four_muons(detector: Detector) -> Callable[[ReconstructedBatch, float], Entries]:
    """The function that makes four entries of each event of two mu- and two mu+, one for each pair of opposite charge.

    Columns of the entries:
        m_R: sqrt(m^2 - 4 m_mu^2) of the pair after the kinematic fit, in GeV.
        m_R_measured: the same before it.
        pair: which, 0 to 3: (first mu-, first mu+), (first, second), (second, first), (second, second), in the order
            of the process.
        chi2: of the fit, with 4 degrees of freedom.
        E_balance: energy of the four minus sqrt(s), in GeV in the centre of mass, before the fit.
        E_extra: of clusters that belong to no muon, in GeV in the laboratory.
        muons: how many of the four tracks are identified as muons.

    Events in which a track was not found leave NaN, which passes no cut.

    Args:
        detector: whose resolution the fit takes, in the frame of its beams.

    Example:
        >>> from gloam.detector import BELLE, simulate
        >>> from gloam.generation import generate, make_process
        >>> events, _ = generate(make_process("mumu-zprime", mass=3.0, decay="mumu"), 400, seed=1)
        >>> found = four_muons(BELLE)(simulate(events, BELLE, seed=1), 10.58).columns
        >>> right = np.isfinite(found["m_R"]) & (found["pair"] == 3)
        >>> np.median(found["m_R"][right]).round(2)
        np.float64(2.99)
    """
    return partial(_reconstructed, detector)


def _reconstructed(detector: Detector, seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    places = _alternating(seen)
    usable = np.asarray(seen.found[:, places].all(axis=1))
    laboratory = np.where(usable[:, None, None], seen.laboratory[:, places], np.nan)
    beams = detector.beams
    fitted = kinematic_fit(
        laboratory, momentum_covariance(laboratory, detector), np.full(4, constants.MUON_MASS),
        beams.total * (sqrt_s / float(beams.energy)), total_covariance(detector, sqrt_s),
    )  # fmt: skip
    momenta = np.where(fitted.converged[:, None, None], fitted.momenta, np.nan)
    event = {
        "chi2": fitted.chi2,
        "E_balance": np.where(usable, seen.momenta[:, places, 0].sum(axis=1) - sqrt_s, np.nan),
        "E_extra": extra_energy(seen, smallest=LEAST_CLUSTER),
        "muons": seen.identified[:, places].sum(axis=1).astype(float),
    }
    pairs = {
        "m_R": reduced_masses(momenta).ravel(),
        "m_R_measured": reduced_masses(laboratory).ravel(),
        "pair": np.tile(np.arange(4.0), len(seen)),
    }
    columns = {name: np.repeat(column, 4) for name, column in event.items()} | pairs
    return Entries(columns, np.repeat(seen.numbers, 4), np.repeat(seen.weights, 4))


def reduced_masses(muons: FloatArray) -> FloatArray:
    """sqrt(m^2 - 4 m_mu^2) of the four pairs of opposite charge, shape (n, 4), in GeV; 0 below the threshold.

    Args:
        muons: four-vectors in the order mu-, mu+, mu-, mu+, shape (n, 4, 4), in any frame.

    Example:
        >>> muons = np.array([[[2.0, 0, 0, 1.997], [2.0, 0, 0, -1.997], [1.0, 0.994, 0, 0], [1.0, -0.994, 0, 0]]])
        >>> reduced_masses(muons).round(2)
        array([[3.99, 1.99, 1.99, 1.99]])
    """
    pairs = np.stack([muons[:, minus] + muons[:, plus] for minus, plus in _PAIRS.tolist()], axis=1)
    return np.sqrt(np.maximum(mass_squared(pairs) - 4 * constants.MUON_MASS**2, 0.0))


def _alternating(seen: ReconstructedBatch) -> list[int]:
    """The columns of the muons as mu-, mu+, mu-, mu+, each charge in the order of the process."""
    minus, plus = seen.places("mu-"), seen.places("mu+")
    return [minus[0], plus[0], minus[1], plus[1]]
