"""What tells a B meson at the Upsilon(4S): its energy is that of a beam."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.kinematics.four_vectors import momentum_squared

__all__ = ["beam_constrained_mass", "energy_difference", "missing_energy"]


def beam_constrained_mass(candidate: FloatArray, sqrt_s: FloatArray | float) -> FloatArray:
    r"""$M_{bc} = \sqrt{s/4 - p^2}$ of candidates (..., 4) in the centre of mass, shape (...), in GeV.

    Negative where the momentum exceeds the energy of a beam, as for other masses here.

    Example:
        >>> beam_constrained_mass(np.array([5.29, 0.0, 0.0, 0.335]), 10.58)
        np.float64(5.279382)
    """
    squared = np.square(sqrt_s) / 4 - momentum_squared(candidate)
    return np.asarray(np.copysign(np.sqrt(np.abs(squared)), squared))[()]


def energy_difference(candidate: FloatArray, sqrt_s: FloatArray | float) -> FloatArray:
    r"""$\Delta E = E - \sqrt s / 2$ of candidates (..., 4) in the centre of mass, shape (...), in GeV.

    Example:
        >>> energy_difference(np.array([5.25, 0.0, 0.0, 0.335]), 10.58)
        np.float64(-0.04)
    """
    return np.asarray(candidate[..., 0] - np.asarray(sqrt_s) / 2)[()]


def missing_energy(particles: FloatArray, sqrt_s: FloatArray | float) -> FloatArray:
    """The energy of the beams less that of all particles seen (..., k, 4), in the centre of mass; shape (...), in GeV.

    A place without a particle holds NaN and adds nothing.

    Example:
        >>> missing_energy(np.array([[4.0, 0.0, 0.0, 4.0], [np.nan] * 4, [3.5, 0.0, 0.0, -3.5]]), 10.58)
        np.float64(3.08)
    """
    return np.asarray(sqrt_s - np.nansum(particles[..., 0], axis=-1))[()]
