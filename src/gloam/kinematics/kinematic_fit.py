"""Kinematic fits: the momenta nearest to the measured ones whose sum is the four-momentum of the beams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError

__all__ = ["KinematicFit", "kinematic_fit"]

MOST_STEPS = 30
SETTLED = 1e-9
"""Of the total energy: how much of the constraints may be left, a millionth of any resolution."""


@dataclass(frozen=True, slots=True, eq=False)
class KinematicFit:
    """The results of a batch of fits; NaN and not converged where a momentum was missing.

    Attributes:
        momenta: fitted four-vectors, shape (n, k, 4), in GeV.
        chi2: of each event, shape (n,); with 4 degrees of freedom.
        pulls: (measured - fitted) / sqrt(V_measured - V_fitted) of each momentum component, shape (n, k, 3).
        converged: whether the constraints hold, shape (n,).
    """

    momenta: FloatArray
    chi2: FloatArray
    pulls: FloatArray
    converged: BoolArray


def kinematic_fit(
    momenta: FloatArray, covariance: FloatArray, masses: FloatArray, total: FloatArray,
    total_covariance: FloatArray | None = None,
) -> KinematicFit:  # fmt: skip
    """The particles of each event moved within their errors until their four-momenta add up to the total.

    Lagrange multipliers with the constraints linearised anew at each step (A. G. Frodesen, O. Skjeggestad and
    H. Tofte, Probability and Statistics in Particle Physics, 1979, section 10.8): momenta are linear in the parameters,
    energies sqrt(m^2 + p^2) are not. All events go together.

    Args:
        momenta: measured four-vectors, shape (n, k, 4), in GeV; the energies are not used.
        covariance: of the three components of each momentum, shape (n, k, 3, 3), in GeV^2.
        masses: of the particles, shape (k,), in GeV.
        total: four-momentum of the beams, shape (4,).
        total_covariance: of it, shape (4, 4): the energy spread of the beams; None: it is known exactly.

    Raises:
        InputError: shapes that do not fit together.

    Example:
        >>> p = np.array([[[5.3, 0.0, 0.0, 5.25], [5.3, 0.0, 0.0, -5.35]]])
        >>> found = kinematic_fit(p, np.tile(0.01 * np.eye(3), (1, 2, 1, 1)), np.zeros(2), np.array([10.58, 0, 0, 0]))
        >>> found.momenta[0, :, 3].round(6), found.chi2.round(3)
        (array([ 5.29, -5.29]), array([0.52]))
    """
    events, particles = momenta.shape[:2]
    if covariance.shape != (events, particles, 3, 3) or np.shape(masses) != (particles,):
        raise InputError(
            "kinematic fit", f"momenta {momenta.shape}, covariances {covariance.shape}, masses {np.shape(masses)}",
            "shapes (n, k, 4), (n, k, 3, 3) and (k,)", "give one of each for every particle",
        )  # fmt: skip
    measured = momenta[..., 1:]
    beams = np.zeros((4, 4)) if total_covariance is None else np.asarray(total_covariance, float)
    usable = np.isfinite(measured).all((1, 2)) & np.isfinite(covariance).all((1, 2, 3))
    fitted, chi2 = np.full_like(measured, np.nan), np.full(events, np.nan)
    pulls, converged = np.full_like(measured, np.nan), np.zeros(events, bool)
    if usable.any():
        solved = _solve(measured[usable], covariance[usable], np.asarray(masses, float), np.asarray(total), beams)
        fitted[usable], chi2[usable], pulls[usable], converged[usable] = solved
    energy = np.sqrt(np.square(fitted).sum(-1) + np.square(masses))
    return KinematicFit(np.concatenate([energy[..., None], fitted], axis=-1), chi2, pulls, converged)


def _solve(
    measured: FloatArray, covariance: FloatArray, masses: FloatArray, total: FloatArray, beams: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Fitted momenta, chi-square, pulls, and whether the constraints hold."""
    current = measured
    beam = np.zeros((len(measured), 4))  # how far the beams' four-momentum is moved from its nominal value
    for _ in range(MOST_STEPS):
        energy = np.sqrt(np.square(current).sum(-1) + np.square(masses))
        velocity = current / energy[..., None]
        # V F^T for the energy (row 0) and the momenta (rows 1 to 3), F = dE/dp, dp/dp
        moved = np.concatenate([np.einsum("nkij,nkj->nki", covariance, velocity)[..., None], covariance], axis=-1)
        spread = np.concatenate(
            [np.einsum("nki,nkic->nc", velocity, moved)[:, None], moved.sum(1)], axis=1
        )  # fmt: skip
        deficit = measured - current
        residual = np.concatenate(
            [
                (energy.sum(1) + np.einsum("nki,nki->n", velocity, deficit))[:, None],
                (current + deficit).sum(1),
            ],
            axis=1,
        ) - total  # fmt: skip
        multipliers = np.linalg.solve(spread + beams, residual[..., None])[..., 0]
        current = measured - np.einsum("nkic,nc->nki", moved, multipliers)
        beam = multipliers @ beams
        energy = np.sqrt(np.square(current).sum(-1) + np.square(masses))
        left = np.concatenate([energy.sum(1)[:, None], current.sum(1)], axis=1) - total - beam
        holds = np.abs(left).max(1) < SETTLED * total[0]
        if holds.all():
            break
    chi2 = np.einsum("nc,nc->n", multipliers, residual)
    gained = np.einsum("nkic,ncd,nkid->nki", moved, np.linalg.inv(spread + beams), moved)
    with np.errstate(invalid="ignore", divide="ignore"):
        pulls = (measured - current) / np.sqrt(gained)
    return current, chi2, pulls, holds
