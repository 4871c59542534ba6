"""Two muons and two other tracks: what the muons recoil against, seen through two taus with one track each."""

from __future__ import annotations

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.detector import ReconstructedBatch, extra_energy
from gloam.kinematics import boost_to_rest_frame, cosine_of_opening, mass_squared
from gloam.selection.entries import Entries

__all__ = ["TAU_PAIR_INPUTS", "muons_and_two_tracks"]

TAU_PAIR_INPUTS = (
    "E_fast", "E_slow", "cos_mumu", "M_mumu", "pT_mumu", "cos_recoil", "pT_to_fast", "pT_to_slow", "M_tracks",
    "E_tracks", "E_asymmetry", "cos_tracks", "M2_missing", "cos_missing",
)  # fmt: skip
"""The fourteen quantities that networks see."""

_NAMES = ("M_recoil", "M_4tracks", "least_muon", "E_photons", *TAU_PAIR_INPUTS)
_PAIRS = ((0, 0), (0, 1), (1, 0), (1, 1))


def muons_and_two_tracks(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """Four entries for each event, one for each pair of opposite charge among its four tracks.

    A muon is identified as one, or is a pion that is not identified as one: that is how pions are taken for muons.
    Entries that are no candidates have NaN in all columns. In the centre of mass, energies and masses in GeV:

        M_recoil: of what the muons recoil against.
        M_4tracks: of all four tracks.
        least_muon: the smaller momentum of the muons in the laboratory.
        E_photons: in the laboratory.
        E_fast, E_slow: of the muons, the larger and the smaller one.
        cos_mumu: between them.
        M_mumu, pT_mumu: of the pair.
        cos_recoil: of the recoil to the beam.
        pT_to_fast, pT_to_slow: of the recoil across the faster and the slower muon: small if it was radiated off it.
        M_tracks: mass of the other two tracks over that of the recoil.
        E_tracks: their energies where the recoil rests, over its mass; E_asymmetry: the difference over the sum.
        cos_tracks: between them there.
        M2_missing: squared, of what recoils against all tracks and photons, over s; cos_missing: to the beam.
        pair: which, 0 to 3: (first negative, first positive), (first, second) ...; 0 are the first two tracks.

    Args:
        seen: events with two positive and two negative tracks.
        sqrt_s: energy of the collision in GeV.

    Example:
        >>> from gloam.detector import BELLE2, perfect, simulate
        >>> from gloam.generation import generate, make_process
        >>> process = make_process("mumu-zprime", mass=6.0, decay="tautau", tau_decay="pipi")
        >>> events, _ = generate(process, 50, seed=1)
        >>> found = muons_and_two_tracks(simulate(events, perfect(BELLE2), seed=1), 10.58).columns
        >>> np.nanmedian(found["M_recoil"][found["pair"] == 0]).round(4)
        np.float64(6.0)
    """
    rows = np.repeat(np.arange(len(seen)), len(_PAIRS))
    columns = {name: np.full(rows.size, np.nan) for name in _NAMES}
    columns["pair"] = np.tile(np.arange(float(len(_PAIRS))), len(seen))
    tracks = [[place for place, particle in enumerate(seen.particles) if particle.charge == sign] for sign in (-1, 1)]
    if [len(each) for each in tracks] == [2, 2]:
        four, muon = seen.found[:, tracks[0] + tracks[1]].all(axis=1), _may_be_muon(seen)
        photons = _photons(seen)
        for pair, (i, j) in enumerate(_PAIRS):
            muons = tracks[0][i], tracks[1][j]
            usable = np.flatnonzero(four & muon[:, list(muons)].all(axis=1))
            others = [tracks[0][1 - i], tracks[1][1 - j]]
            for name, values in _columns(seen, usable, muons, others, photons, sqrt_s).items():
                columns[name][len(_PAIRS) * usable + pair] = values
    return Entries(columns, seen.numbers[rows], seen.weights[rows])


def _may_be_muon(seen: ReconstructedBatch) -> BoolArray:
    """Which particles are taken for muons, shape (n, v)."""
    is_muon = np.array([particle.name in ("mu-", "mu+") for particle in seen.particles])
    is_pion = np.array([particle.name in ("pi-", "pi+") for particle in seen.particles])
    return np.asarray(seen.found & ((is_muon & seen.identified) | (is_pion & ~seen.identified)))


def _photons(seen: ReconstructedBatch) -> FloatArray:
    """The sum of all photons, shape (n, 4)."""
    places = seen.places("gamma")
    return np.asarray(np.where(seen.found[:, places, None], seen.momenta[:, places], 0.0).sum(axis=1))


def _columns(
    seen: ReconstructedBatch, rows: IntArray, muons: tuple[int, int], others: list[int], photons: FloatArray,
    sqrt_s: float,
) -> dict[str, FloatArray]:  # fmt: skip
    """The columns of the entries of these rows with these muons."""
    one, two = (seen.momenta[rows, place] for place in muons)
    third, fourth = (seen.momenta[rows, place] for place in others)
    faster = (one[:, 0] > two[:, 0])[:, None]
    fast, slow = np.where(faster, one, two), np.where(faster, two, one)
    pair = one + two
    recoil = -pair
    recoil[:, 0] += sqrt_s
    square = mass_squared(recoil)
    mass = np.sqrt(np.maximum(square, 1e-6))
    four = pair + third + fourth
    missing = -four - photons[rows]
    missing[:, 0] += sqrt_s
    timelike = square > 1e-6
    frame = np.where(timelike[:, None], recoil, [1.0, 0.0, 0.0, 0.0])
    a, b = boost_to_rest_frame(third, frame), boost_to_rest_frame(fourth, frame)
    size = np.linalg.norm(missing[:, 1:], axis=1)
    laboratory = np.linalg.norm(seen.laboratory[rows][:, list(muons), 1:], axis=2)
    return {
        "M_recoil": np.where(timelike, mass, np.nan),
        "M_4tracks": np.sqrt(np.maximum(mass_squared(four), 0.0)),
        "least_muon": laboratory.min(axis=1),
        "E_photons": extra_energy(seen)[rows],
        "E_fast": fast[:, 0],
        "E_slow": slow[:, 0],
        "cos_mumu": cosine_of_opening(one, two),
        "M_mumu": np.sqrt(np.maximum(mass_squared(pair), 0.0)),
        "pT_mumu": np.hypot(pair[:, 1], pair[:, 2]),
        "cos_recoil": recoil[:, 3] / np.maximum(np.linalg.norm(recoil[:, 1:], axis=1), 1e-9),
        "pT_to_fast": _across(recoil, fast),
        "pT_to_slow": _across(recoil, slow),
        "M_tracks": np.sqrt(np.maximum(mass_squared(third + fourth), 0.0)) / mass,
        "E_tracks": (a[:, 0] + b[:, 0]) / mass,
        "E_asymmetry": np.abs(a[:, 0] - b[:, 0]) / (a[:, 0] + b[:, 0]),
        "cos_tracks": cosine_of_opening(a, b),
        "M2_missing": mass_squared(missing) / sqrt_s**2,
        "cos_missing": missing[:, 3] / np.maximum(size, 1e-9),
    }


def _across(p: FloatArray, axis: FloatArray) -> FloatArray:
    """The part of a momentum across another one, shape (n,)."""
    unit = axis[:, 1:] / np.linalg.norm(axis[:, 1:], axis=1, keepdims=True)
    along = (p[:, 1:] * unit).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(np.square(p[:, 1:]).sum(axis=1) - along**2, 0)))
