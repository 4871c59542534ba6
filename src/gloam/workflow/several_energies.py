"""Data sets at several energies as one: the factors by which the signal differs from that at the nominal energy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.experiments import DataSet
from gloam.interpretation import LuminosityKind
from gloam.models import Table

if TYPE_CHECKING:
    from gloam.searches import Channel, Search

__all__ = ["energy_factors", "factor_of_energies"]

POINTS = 81
"""Masses at which factors are computed; linear in between, which is right to 1e-4."""


def energy_factors(search: Search, channel: Channel) -> tuple[Table | None, Table | None]:
    """The factor of the energies and the radiative factor of a channel; None where it declares none.

    Their product is sum_i L_i (1 + delta)_i VP_i sigma(s_i) / (sum_i L_i sigma(s)), with the factors that the kind of
    the cross section has (arXiv:2109.08596, eq. 8, and see `gloam.interpretation.events_at_unit_coupling`).

    Raises:
        InputError: for a channel with a kind of cross section in a search without data sets.
    """
    if channel.cross_section is None:
        return None, None
    if not search.data_sets or search.model != "zprime":
        raise InputError(
            f"{channel.cross_section} cross section of {search.name}", "no data sets, or another model than zprime",
            "the data sets and the model whose cross section is known at their energies", "declare them",
        )  # fmt: skip
    photon = None if search.largest_photon is None else float(search.largest_photon)
    factor = float(search.vacuum_polarisation or 1.0)
    ends = _ends(search)
    born = factor_of_energies(search.data_sets, ends, "visible", photon, factor)
    if channel.cross_section == "visible":
        return born, None
    whole = factor_of_energies(search.data_sets, ends, channel.cross_section, photon, factor)
    return born, Table(whole.mass, whole.value / born.value, "radiative factor")


@cache
def factor_of_energies(
    data_sets: tuple[DataSet, ...], ends: tuple[float, float], kind: LuminosityKind, photon: float | None,
    polarisation: float,
) -> Table:  # fmt: skip
    """The sum over data sets over what all of them at the nominal energy would give, against the mass.

    Args:
        data_sets: their energies and luminosities.
        ends: of the masses in GeV.
        kind: which corrections take part.
        photon: largest energy of radiated photons in GeV; None for any.
        polarisation: what multiplies every Born cross section.

    Example:
        >>> from gloam.experiments import BELLE_UPSILON
        >>> table = factor_of_energies(BELLE_UPSILON, (0.5, 9.0), "visible", None, 1.0)
        >>> table(np.array([3.0])).round(3)
        array([1.001])
    """
    from gloam.constants import SQRT_S
    from gloam.theory import zprime

    mass = np.linspace(*ends, POINTS)
    nominal = zprime.cross_section(mass, np.full(mass.shape, SQRT_S))
    total = np.zeros(mass.shape)
    luminosity = sum(float(each.luminosity) for each in data_sets)
    for each in data_sets:
        energy = float(each.sqrt_s)
        term = float(each.luminosity) * zprime.cross_section(mass, np.full(mass.shape, energy))
        if kind == "Born":
            term = term * _radiated(mass, energy, photon)
        total += term
    if kind != "visible":
        total *= polarisation
    return Table(mass, total / (luminosity * nominal), f"factor of the energies, {kind}")


def _radiated(mass: FloatArray, energy: float, photon: float | None) -> FloatArray:
    """1 + delta at each mass; 0 where nothing is produced."""
    from gloam.constants import MUON_MASS
    from gloam.theory import radiators, zprime

    def factor(m: float) -> float:
        produced: Callable[[FloatArray], FloatArray] = lambda energies: zprime.cross_section(  # noqa: E731
            np.full(np.shape(energies), m), energies
        )
        return radiators.radiative_factor(produced, m + 2 * MUON_MASS, energy, photon) or 0.0

    return np.array([factor(m) if m + 2 * MUON_MASS < energy else 0.0 for m in mass.tolist()])


def _ends(search: Search) -> tuple[float, float]:
    """The lightest and the heaviest mass of all channels."""
    masses = [mass for channel in search.channels for mass in channel.masses or ()]
    return min(masses), max(masses)
