"""Two beams that meet at an angle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gloam.sourced import Sourced, published, recalled

__all__ = ["KEKB", "SUPERKEKB", "Collider"]


@dataclass(frozen=True, slots=True)
class Collider:
    """An asymmetric e+e- collider.

    Attributes:
        name: as the field calls it.
        electron_energy: in the laboratory.
        positron_energy: in the laboratory.
        crossing_angle: in rad.
        energy_spread: standard deviation of sqrt(s).

    Example:
        >>> round(KEKB.sqrt_s, 2), round(SUPERKEKB.boost, 3)
        (10.58, 0.287)
    """

    name: str
    electron_energy: Sourced
    positron_energy: Sourced
    crossing_angle: Sourced
    energy_spread: Sourced

    @property
    def sqrt_s(self) -> float:
        """The centre-of-mass energy in GeV, for massless beams: 2 sqrt(E- E+) cos(angle/2)."""
        product = self.electron_energy.value * self.positron_energy.value
        return 2 * math.sqrt(product) * math.cos(self.crossing_angle.value / 2)

    @property
    def boost(self) -> float:
        """Beta gamma of the centre of mass in the laboratory: the total momentum over sqrt(s)."""
        high, low, angle = self.electron_energy.value, self.positron_energy.value, self.crossing_angle.value
        return math.sqrt(high**2 + low**2 - 2 * high * low * math.cos(angle)) / self.sqrt_s


_SPREAD = recalled(0.005, 0, "GeV", "about 5 MeV on sqrt(s); no source found")

KEKB = Collider(
    "KEKB",
    published(8.0, 0, "GeV", "arXiv:2109.08596"),
    published(3.5, 0, "GeV", "arXiv:2109.08596"),
    published(0.022, 0, "rad", "Kurokawa and Kikutani, NIM A499 (2003) 1"),
    _SPREAD,
)
SUPERKEKB = Collider(
    "SuperKEKB",
    published(7.0, 0, "GeV", "arXiv:1912.11276"),
    published(4.0, 0, "GeV", "arXiv:1912.11276"),
    published(0.083, 0, "rad", "Akai, Furukawa and Koiso, NIM A907 (2018) 188"),
    _SPREAD,
)
