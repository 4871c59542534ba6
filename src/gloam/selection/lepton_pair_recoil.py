"""Two charged leptons and what they recoil against: nothing that was seen."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector import ReconstructedBatch, extra_energy
from gloam.kinematics import CrossingBeams, azimuth, opening_angle, polar_angle
from gloam.kinematics import mass_squared as square
from gloam.selection.entries import Entries

__all__ = ["PUNZI_INPUTS", "lepton_pair_recoil"]

PUNZI_INPUTS = ("pT_pair", "pT_thrust", "pT_lmax_lmin", "pL_lmax_lmin")
"""The columns that the networks of arXiv:2110.00810 see."""

LEAST_CLUSTER = 0.03
"""Energy in GeV below which a cluster is not counted as extra energy."""


def lepton_pair_recoil(
    seen: ReconstructedBatch, sqrt_s: float, beams: CrossingBeams, leptons: tuple[str, str] = ("mu", "mu")
) -> Entries:
    """One entry for each event: its two tracks, and the momentum that is missing.

    Columns; "rec" is the recoil, "lmax" and "lmin" the leptons of higher and lower momentum in the centre of mass:
        tracks: how many were found. Everything else is NaN or 0 unless it is two.
        charge: their sum.
        identified: how many of the two are identified as the leptons asked for.
        M2_recoil: of the recoil, in GeV^2; negative values are kept.
        pT_pair: transverse momentum of the pair in the centre of mass, in GeV.
        pT_rec_lmax, pT_rec_lmin: of the recoil transverse to either lepton, in the centre of mass, in GeV.
        pT_thrust: of either lepton transverse to the thrust axis of the two, in the centre of mass, in GeV.
        pT_lmax_lmin, pL_lmax_lmin: momentum of lmax across and along lmin, in the centre of mass, in GeV.
        M_pair: invariant mass of the pair, in GeV.
        helicity: |cos| of the angle between a lepton and the flight of the pair, in the rest frame of the pair, for
            leptons without mass: |E1 - E2| / |p1 + p2| in the centre of mass.
        azimuth_opening: between the tracks in the laboratory, in degrees.
        least_polar, largest_polar: of the tracks in the laboratory, in degrees.
        rec_polar: of the recoil in the laboratory, in degrees.
        extra_energy: of all photons that were found, in the laboratory, in GeV.
        photon_to_rec: smallest angle between a photon and the recoil in the laboratory, in degrees; 180 without one.

    Args:
        seen: events with any particles; neutrinos, photons that miss the detector and an undecayed Z' are not in it.
        sqrt_s: energy of the collision in GeV.
        beams: of the collider.
        leptons: the species that are asked for, ("mu", "mu") or ("e", "mu").

    Example:
        >>> from gloam.detector import BELLE2, perfect, simulate
        >>> from gloam.generation import generate, make_process
        >>> events, _ = generate(make_process("mumu-zprime", mass=3.0), 200, seed=1)
        >>> entries = lepton_pair_recoil(simulate(events, perfect(BELLE2), seed=1), 10.58, BELLE2.beams)
        >>> found = entries.columns["M2_recoil"][entries.columns["tracks"] == 2]
        >>> float(np.abs(found - 9.0).max()) < 1e-2
        True
    """
    charged = [place for place, particle in enumerate(seen.particles) if particle.name != "gamma"]
    found = seen.found[:, charged]
    number = found.sum(axis=1)
    two = number == 2
    # found particles first; of events with other numbers the rows are blanked below
    pair = np.asarray(charged)[np.argsort(~found, axis=1, kind="stable")[:, :2]]
    rows = np.arange(len(seen))[:, None]
    momenta, laboratory = (np.where(two[:, None, None], p[rows, pair], np.nan) for p in (seen.momenta, seen.laboratory))
    lepton, recoil = momenta.sum(axis=1), _beams_minus(momenta, np.array([sqrt_s, 0.0, 0.0, 0.0]))
    missing = _beams_minus(laboratory, beams.total)
    size = np.linalg.norm(momenta[..., 1:], axis=-1)
    swapped = size[:, 0] < size[:, 1]
    first = np.where(swapped, 1, 0)
    leading, trailing = momenta[rows[:, 0], first], momenta[rows[:, 0], 1 - first]
    polar, around = np.degrees(polar_angle(laboratory)), np.degrees(azimuth(laboratory))
    turned = np.abs(around[:, 0] - around[:, 1])
    charge, kinds = _of_places(seen, leptons)
    columns = {
        "tracks": number.astype(float),
        "charge": np.where(two, charge[pair].sum(axis=1), 0.0),
        "identified": _identified(seen, pair, kinds, two),
        "M2_recoil": square(recoil),
        "M_pair": np.sqrt(np.maximum(square(lepton), 0.0)),
        "helicity": np.abs(momenta[:, 0, 0] - momenta[:, 1, 0]) / np.linalg.norm(lepton[:, 1:], axis=-1),
        "pT_pair": np.hypot(lepton[:, 1], lepton[:, 2]),
        "pT_rec_lmax": _across(recoil, leading),
        "pT_rec_lmin": _across(recoil, trailing),
        "pT_thrust": _to_thrust_axis(leading, trailing),
        "pT_lmax_lmin": _across(leading, trailing),
        "pL_lmax_lmin": _along(leading, trailing),
        "azimuth_opening": np.minimum(turned, 360.0 - turned),
        "least_polar": polar.min(axis=1),
        "largest_polar": polar.max(axis=1),
        "rec_polar": np.degrees(polar_angle(missing)),
        "extra_energy": extra_energy(seen, smallest=LEAST_CLUSTER),
        "photon_to_rec": _nearest_photon(seen, missing),
    }
    return Entries(columns, seen.numbers, seen.weights)


def _beams_minus(momenta: FloatArray, total: FloatArray) -> FloatArray:
    return np.asarray(total - momenta.sum(axis=1))


def _across(momentum: FloatArray, lepton: FloatArray) -> FloatArray:
    """A momentum transverse to a lepton, shape (n,)."""
    squared = (momentum[:, 1:] ** 2).sum(axis=-1) - _along(momentum, lepton) ** 2
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _along(momentum: FloatArray, lepton: FloatArray) -> FloatArray:
    """A momentum along a lepton, shape (n,)."""
    axis = lepton[:, 1:] / np.linalg.norm(lepton[:, 1:], axis=-1, keepdims=True)
    return np.asarray((momentum[:, 1:] * axis).sum(axis=-1))


def _to_thrust_axis(one: FloatArray, two: FloatArray) -> FloatArray:
    """The momentum of either of two particles transverse to their thrust axis, shape (n,); the same for both."""
    one, two = one[:, 1:], two[:, 1:]
    axis = one + np.where((one * two).sum(axis=-1, keepdims=True) > 0, two, -two)
    return np.asarray(np.linalg.norm(np.cross(one, two), axis=-1) / np.linalg.norm(axis, axis=-1))


def _of_places(seen: ReconstructedBatch, leptons: tuple[str, str]) -> tuple[FloatArray, FloatArray]:
    """The charge of each column, and a bit for each lepton that it can be."""
    names = [particle.name for particle in seen.particles]
    charge = np.array([1.0 if name.endswith("+") else -1.0 if name.endswith("-") else 0.0 for name in names])
    kinds = np.array([sum(1 << bit for bit, lepton in enumerate(leptons) if name[:-1] == lepton) for name in names])
    return charge, kinds


def _identified(seen: ReconstructedBatch, pair: np.ndarray, kinds: np.ndarray, two: np.ndarray) -> FloatArray:
    """How many of the two tracks are identified as different ones of the leptons, shape (n,)."""
    rows = np.arange(len(seen))[:, None]
    bits = np.where(seen.identified[rows, pair], kinds[pair], 0)
    first, second = bits[:, 0], bits[:, 1]
    both = ((first & 1 > 0) & (second & 2 > 0)) | ((first & 2 > 0) & (second & 1 > 0))
    one = (first > 0) | (second > 0)
    return np.where(two, np.where(both, 2.0, one.astype(float)), 0.0)


def _nearest_photon(seen: ReconstructedBatch, missing: FloatArray) -> FloatArray:
    """The smallest angle in degrees between a found photon and the missing momentum, shape (n,)."""
    places = seen.places("gamma")
    if not places:
        return np.full(len(seen), 180.0)
    angles = np.degrees(opening_angle(seen.laboratory[:, places], missing[:, None]))
    return np.asarray(np.where(seen.found[:, places], angles, 180.0).min(axis=1))
