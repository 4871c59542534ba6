"""The errors of measured tracks, as fits need them."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector.declaration import Detector

__all__ = ["momentum_covariance", "total_covariance"]


def momentum_covariance(laboratory: FloatArray, detector: Detector) -> FloatArray:
    """The covariance of the three momentum components of tracks in the laboratory, shape (..., 3, 3), in GeV^2.

    Along the track the error is that of the momentum, across it that of the direction, as `simulate` draws them.

    Args:
        laboratory: four-vectors, shape (..., 4), in GeV.
        detector: whose tracks.

    Example:
        >>> from gloam.detector import BELLE2
        >>> track = np.array([2.0, 2.0, 0.0, 0.0])
        >>> np.sqrt(np.diag(momentum_covariance(track, BELLE2))).round(5)
        array([0.00744, 0.002  , 0.002  ])
    """
    momentum = laboratory[..., 1:]
    size = np.sqrt(np.square(momentum).sum(-1))
    transverse = np.hypot(momentum[..., 0], momentum[..., 1])
    along = momentum / size[..., None]
    outer = along[..., :, None] * along[..., None, :]
    relative = detector.tracks.momentum.at(transverse, size / laboratory[..., 0])
    along_error, across_error = (
        (size * relative)[..., None, None],
        (size * float(detector.tracks.angle))[..., None, None],
    )
    return np.asarray(along_error**2 * outer + across_error**2 * (np.eye(3) - outer))


def total_covariance(detector: Detector, sqrt_s: float) -> FloatArray:
    """The covariance of the beams' four-momentum in the laboratory from their energy spread, shape (4, 4), in GeV^2.

    The energies of both beams are spread by the same relative amount, independently; 0 for a detector without spread.

    Args:
        detector: at its beams.
        sqrt_s: energy of the collision in GeV.
    """
    from gloam.detector.energy_spread import relative_spread_of_a_beam

    if not detector.spread:
        return np.zeros((4, 4))
    beams, collider = detector.beams, detector.collider
    relative = relative_spread_of_a_beam(float(collider.energy_spread), collider.sqrt_s)
    scale = sqrt_s / float(beams.energy)
    parts = [scale * relative * beam for beam in (beams.electron, beams.positron)]
    return np.asarray(sum(np.outer(part, part) for part in parts))
