"""A toy of e+e- -> mu+ mu- Z' with an invisible Z', and its backgrounds: enough to study networks, no detector.

Signal: emission of a massive vector from a muon of a pair, tree level. Backgrounds: mu mu (gamma) with a lost photon,
tau tau to muons (Michel spectrum), e e mu mu with lost electrons. Angles follow 1 + cos^2, beams radiate x^(b-1),
momenta are smeared by 0.35 % + 0.05 % p. Absolute figures of merit mean nothing outside the toy; orderings do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.execution import random_stream
from gloam.training.hypotheses import Hypotheses, hypotheses
from gloam.training.table import TrainingTable, training_table

__all__ = ["TOY_FEATURES", "TOY_LUMINOSITY", "TOY_MASSES", "toy_hypotheses", "toy_table"]

SQRT_S, MASS_MUON, MASS_TAU = 10.58, 0.10566, 1.77686  # GeV

TOY_FEATURES = ("pT_mumu", "pT_thrust", "pL_min_max", "pT_min_max")
"""Momenta, from 0 to about 1: of the pair, of a muon to the thrust axis, of the faster along and across the slower."""

TOY_MASSES = np.round(np.arange(0.1, 8.8, 0.2), 10)
"""The 44 hypotheses of arXiv:2110.00810's public example, in GeV."""

TOY_LUMINOSITY = 50.0
"""In fb^-1."""

Random = np.random.Generator
Pair = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class _Source:
    """A background: what makes it, and the events expected in windows at 50 fb^-1 (as in the public example)."""

    make: Callable[[Random, int], Pair]
    expected: float


def toy_table(seed: int, sample: str, *, signal: int = 3000, background: float = 1.0) -> TrainingTable:
    """A training table of the toy: 44 signals and three backgrounds, about half a million events as it stands.

    Args:
        seed: of the run.
        sample: name of an independent sample: "train", "validation", "test".
        signal: events generated for each mass.
        background: size of the simulated backgrounds; 1 gives about 390,000 events in windows, 0.1 a tenth.

    Example:
        >>> table = toy_table(1, "train", signal=100, background=0.01)
        >>> table.names
        ('pT_mumu', 'pT_thrust', 'pL_min_max', 'pT_min_max')
    """
    parts, windows = [], toy_hypotheses()
    for number, mass in enumerate(TOY_MASSES):
        random = random_stream(seed, f"toy {sample} signal", number)
        seen = reconstructed(random, *_muon_pair(random, signal, (mass / SQRT_S) ** 2))
        parts.append(_columns(seen, 1.0, mass, np.ones(seen.shape[0]) / signal))
    for name, source in _SOURCES.items():
        random = random_stream(seed, f"toy {sample} {name}")
        generated = max(int(GENERATED[name] * background), 1000)
        seen = reconstructed(random, *source.make(random, generated))
        inside = max(int(np.count_nonzero(windows.inside_any(seen[:, -1]))), 1)
        parts.append(_columns(seen, 0.0, -999.0, np.full(seen.shape[0], source.expected / inside)))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return training_table(columns, luminosity=TOY_LUMINOSITY)


def toy_hypotheses() -> Hypotheses:
    """The 44 hypotheses of the toy, with windows of two published resolutions (`punzinet_widths.csv`) each way."""
    text = files("gloam.training").joinpath("punzinet_widths.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines() if not line.startswith(("#", "mass"))]
    return hypotheses(*np.array(rows, float).T)


def _columns(seen: FloatArray, label: float, mass: float, weight: FloatArray) -> dict[str, FloatArray]:
    size = seen.shape[0]
    columns = {"label": np.full(size, label), "mass_generated": np.full(size, mass), "weight": weight}
    return columns | {"recoil_mass2": seen[:, -1]} | dict(zip(TOY_FEATURES, seen.T, strict=False))


def reconstructed(random: Random, one: FloatArray, two: FloatArray) -> FloatArray:
    """The four features and the squared recoil mass of the pairs that are accepted, shape (n, 5)."""
    one, two = _smeared(random, one), _smeared(random, two)
    size = np.linalg.norm(one, axis=1), np.linalg.norm(two, axis=1)
    total = one + two
    total_size = np.linalg.norm(total, axis=1)
    recoil = (SQRT_S - size[0] - size[1]) ** 2 - total_size**2
    transverse = np.hypot(total[:, 0], total[:, 1])
    opposite = np.where((one * two).sum(axis=1) > 0, 1.0, -1.0)[:, None]
    thrust = one + opposite * two
    thrust /= np.linalg.norm(thrust, axis=1, keepdims=True)
    to_thrust = np.linalg.norm(np.cross(one, thrust), axis=1)
    first = (size[0] > size[1])[:, None]
    fast, slow = np.where(first, one, two), np.where(first, two, one)
    slow = slow / np.linalg.norm(slow, axis=1, keepdims=True)
    along, across = -(fast * slow).sum(axis=1), np.linalg.norm(np.cross(fast, slow), axis=1)
    accepted = (np.abs(total[:, 2]) < 0.87 * np.maximum(total_size, 1e-9)) & (transverse > 0.25)
    for momentum, length in zip((one, two), size, strict=True):
        accepted &= (np.abs(momentum[:, 2]) < 0.85 * length) & (np.hypot(momentum[:, 0], momentum[:, 1]) > 0.4)
    columns = [transverse / 5.3, to_thrust / 5.3, (along + 5.3) / 10.6, across / 5.3, recoil]
    return np.asarray(np.stack(columns, axis=1)[accepted])


def _smeared(random: Random, momentum: FloatArray) -> FloatArray:
    size = np.linalg.norm(momentum, axis=1)
    direction = momentum / size[:, None] + random.normal(0.0, 0.0008, momentum.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return np.asarray(direction * (size * (1 + (0.0035 + 0.0005 * size) * random.normal(size=size.size)))[:, None])


def _muon_pair(random: Random, number: int, ratio: float, energy: float = SQRT_S) -> Pair:
    """Momenta of a muon pair that radiated a vector of squared mass `ratio` s; 0: a photon."""
    x, y = _energy_fractions(random, number, ratio)
    cosine = np.clip(1 - 2 * (x + y - 1 + ratio) / (x * y), -1, 1)
    axis = _direction(_one_plus_square(random, number), _angle(random, number))
    one = (x * energy / 2)[:, None] * axis
    around = np.stack([np.sqrt(1 - cosine**2), np.zeros(number), cosine], axis=1)
    two = (y * energy / 2)[:, None] * _rotated(axis, _angle(random, number), around)
    swapped = (random.uniform(size=number) < 0.5)[:, None]
    return np.where(swapped, one, two), np.where(swapped, two, one)


def _energy_fractions(random: Random, number: int, ratio: float) -> Pair:
    """Energies of both muons over half the collision energy, by rejection from a flat distribution in ln(1 - x)."""
    low = np.log(max(ratio, 2e-6)) if ratio > 0 else np.log(1e-4)

    def draw(size: int) -> tuple[FloatArray, FloatArray]:
        a, b = np.exp(random.uniform(low, 0, (2, size)))
        x, y = 1 - a, 1 - b
        inside = (a * b >= max(ratio, 1e-9)) & (a + b <= 1 + ratio) & (x > 0.02) & (y > 0.02)
        density = (x + ratio) ** 2 + (y + ratio) ** 2 - ratio * (b / a + a / b)
        return np.stack([x, y], axis=1), np.where(inside, np.maximum(density, 0), 0) / (2 * (1 + ratio) ** 2)

    chosen = _rejection(random, number, draw)
    return chosen[:, 0], chosen[:, 1]


def _photon_lost(random: Random, number: int) -> Pair:
    one, two = _muon_pair(random, number, 0.0)
    loss = 0.9 * _beam_loss(random, number)
    velocity = _along_beam(random, loss)
    root = np.sqrt(1 - loss)[:, None]
    return _boosted(one * root, 0.0, velocity), _boosted(two * root, 0.0, velocity)


def _tau_pair(random: Random, number: int) -> Pair:
    loss = 0.8 * _beam_loss(random, number)
    velocity = _along_beam(random, loss)
    energy = np.maximum(SQRT_S * np.sqrt(1 - loss), 3.7)
    direction = _direction(_one_plus_square(random, number), _angle(random, number))
    tau = np.sqrt(energy**2 / 4 - MASS_TAU**2)[:, None] * direction
    one, two = _muon_of_tau(random, tau), _muon_of_tau(random, -tau)
    return _boosted(one, MASS_MUON, velocity), _boosted(two, MASS_MUON, velocity)


def _muon_of_tau(random: Random, tau: FloatArray) -> FloatArray:
    """The muon of tau -> mu nu nu, with the spectrum x^2 (3 - 2x) of an unpolarised tau."""

    def draw(size: int) -> tuple[FloatArray, FloatArray]:
        x = random.uniform(0, 1, size)
        return x[:, None], x * x * (3 - 2 * x)

    x = _rejection(random, len(tau), draw)[:, 0]
    energy = np.maximum(x * MASS_TAU / 2 * (1 + (MASS_MUON / MASS_TAU) ** 2), 1.0001 * MASS_MUON)
    direction = _direction(random.uniform(-1, 1, len(tau)), _angle(random, len(tau)))
    muon = np.sqrt(energy**2 - MASS_MUON**2)[:, None] * direction
    return _boosted(muon, MASS_MUON, tau / np.sqrt(MASS_TAU**2 + (tau**2).sum(axis=1))[:, None])


def _two_photons(random: Random, number: int) -> Pair:
    """Muons of two photons that the beams emit: mass of the pair ~ 1/W^3, flat rapidity, small transverse momenta."""
    mass = 1 / np.sqrt(random.uniform(1 / 81, 1 / 0.81, number))
    rapidity = random.uniform(-1, 1, number) * np.log(SQRT_S / mass) * 0.95
    kick = np.minimum(0.02 * np.exp(random.uniform(0, 1, (2, number)) * np.log(150)), 3)
    angle = _angle(random, (2, number))
    across = (kick * np.cos(angle)).sum(axis=0), (kick * np.sin(angle)).sum(axis=0)
    pair = np.stack([*across, mass * np.sinh(rapidity)], axis=1)
    cosine = np.tanh(random.uniform(-1.8, 1.8, number))
    muon = np.sqrt(np.maximum(mass**2 / 4 - MASS_MUON**2, 0))[:, None] * _direction(cosine, _angle(random, number))
    velocity = pair / np.sqrt(mass**2 + (pair**2).sum(axis=1))[:, None]
    return _boosted(muon, MASS_MUON, velocity), _boosted(-muon, MASS_MUON, velocity)


_SOURCES = {
    "mumu": _Source(_photon_lost, 4458.3),
    "tautau": _Source(_tau_pair, 152054.5),
    "eemumu": _Source(_two_photons, 26505.0),
}
GENERATED = {"mumu": 500_000, "tautau": 1_250_000, "eemumu": 700_000}
"""Events of a background that are generated for a whole sample; about 390,000 lie in windows."""


def _rejection(random: Random, number: int, draw: Callable[[int], tuple[FloatArray, FloatArray]]) -> FloatArray:
    """Points drawn with a density between 0 and 1, shape (number, dimensions)."""
    parts: list[FloatArray] = []
    found = 0
    while found < number:
        points, density = draw(2 * number + 1000)
        parts.append(points[random.uniform(size=len(points)) < density])
        found += len(parts[-1])
    return np.concatenate(parts)[:number]


def _one_plus_square(random: Random, number: int) -> FloatArray:
    def draw(size: int) -> tuple[FloatArray, FloatArray]:
        cosine = random.uniform(-1, 1, size)
        return cosine[:, None], (1 + cosine**2) / 2

    return _rejection(random, number, draw)[:, 0]


def _angle(random: Random, size: int | Sequence[int]) -> FloatArray:
    return np.asarray(random.uniform(0, 2 * np.pi, size))


def _direction(cosine: FloatArray, angle: FloatArray) -> FloatArray:
    sine = np.sqrt(np.maximum(1 - cosine**2, 0))
    return np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=-1)


def _rotated(axis: FloatArray, angle: FloatArray, vector: FloatArray) -> FloatArray:
    """Vectors given in frames whose third axis is `axis`, turned by `angle` about it."""
    other = np.where(np.abs(axis[:, 2:3]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    first = np.cross(other, axis)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(axis, first)
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = cosine * first + sine * second, cosine * second - sine * first
    return np.asarray(vector[:, 0:1] * turned[0] + vector[:, 1:2] * turned[1] + vector[:, 2:3] * axis)


def _beam_loss(random: Random, number: int) -> FloatArray:
    """The part of its energy that a beam radiates along itself, with density x^(b - 1), b = 0.07."""
    return np.asarray(0.95 * random.uniform(size=number) ** (1 / 0.07))


def _along_beam(random: Random, loss: FloatArray) -> FloatArray:
    sign = np.where(random.uniform(size=loss.size) < 0.5, 1.0, -1.0)
    return np.stack([np.zeros(loss.size), np.zeros(loss.size), sign * loss / (2 - loss)], axis=1)


def _boosted(momentum: FloatArray, mass: float, velocity: npt.NDArray[np.float64]) -> FloatArray:
    """Momenta after a boost by these velocities."""
    energy = np.sqrt(mass**2 + (momentum**2).sum(axis=1))
    square = (velocity**2).sum(axis=1)
    gamma = 1 / np.sqrt(1 - square)
    along = (velocity * momentum).sum(axis=1)
    factor = (gamma - 1) / np.where(square > 0, square, 1) * along + gamma * energy
    return np.asarray(momentum + factor[:, None] * velocity)
