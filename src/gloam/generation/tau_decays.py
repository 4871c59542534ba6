"""Taus that decay: with the spin correlations of the pair where the process knows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import product

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.events.batch import EventBatch
from gloam.events.particles import antiparticle_name
from gloam.generation.particles import Particle
from gloam.generation.phase_space import decay, unit_vector
from gloam.generation.process import Draw, Process
from gloam.generation.spin_correlations import SpinCorrelations
from gloam.generation.tau_modes import MODES, TauMode

__all__ = ["TAU_PAIRS", "decay_tau", "decay_taus", "tau_products", "with_tau_decays"]

TAU_PAIRS = {f"{minus}{plus}": (minus, plus) for minus, plus in product(MODES, MODES)}
"""The decays of a pair by name: "emu" is tau- to e- and tau+ to mu+."""


def with_tau_decays(process: Process, pair: str) -> Process:
    """The process with its two taus decayed, and the branching fractions of both in its cross section.

    Its name says the pair, so that each has random numbers of its own and samples of several pairs can be added.

    Spins: exact in lowest order (V - A, the pair's correlations), where the process knows them; else the taus are
    unpolarised and know nothing of each other, which a note says. Neutral pions decay to two photons in every event.

    Args:
        process: with one tau- and one tau+ that do not decay in it.
        pair: one of `TAU_PAIRS`.

    Raises:
        InputError: no such pair of decays; a process without such taus, or with several.

    Example:
        >>> from gloam.generation.registry import make_process
        >>> decayed = with_tau_decays(make_process("tautau"), "pipi")
        >>> [particle.name for particle in decayed.particles]
        ['tau-', 'tau+', 'pi-', 'nu_tau', 'pi+', 'anti-nu_tau']
    """
    modes = _modes(pair)
    places = _places(process.particles, f"--tau-decay of {process.name}")
    particles = _with_products(process.particles, places, modes)
    fraction = float(modes[0].branching_fraction) * float(modes[1].branching_fraction)

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        draw = process.sample(random, energy)
        taus = draw.momenta[places[0]], draw.momenta[places[1]]
        correlations = None if process.spin_correlations is None else process.spin_correlations(draw.momenta)
        products = _decay_pair(random, taus, modes, process.particles[places[0]].mass, correlations)
        return Draw(np.concatenate([draw.momenta, products]), fraction * draw.weights)

    return dataclasses.replace(
        process, name=f"{process.name}({pair})", particles=particles, sample=sample, spin_correlations=None,
        notes=(*process.notes, *_notes(process, modes)),
    )  # fmt: skip


def _notes(process: Process, modes: tuple[TauMode, TauMode]) -> list[str]:
    fractions = " x ".join(f"{float(mode.branching_fraction):g}" for mode in modes)
    charges = f"{modes[0].name} from tau- and {modes[1].name} from tau+"
    exchanged = "" if modes[0] is modes[1] else "; the exchanged charges are a sample of their own"
    notes = [f"the cross section includes the branching fractions {fractions} of {charges}{exchanged}"]
    if process.spin_correlations is None:
        notes.append("the taus decay without polarisation and without correlations of their spins")
    return notes


def decay_taus(
    batch: EventBatch, pair: str, random: np.random.Generator, spins: SpinCorrelations | None = None
) -> EventBatch:
    """The events with their taus decayed; without polarisation where their spins are not known.

    Weights stay: branching fractions are left to the caller, who knows what the weights stand for.

    Args:
        batch: with one tau- and one tau+ in each event that do not decay in it.
        pair: one of `TAU_PAIRS`.
        random: source of random numbers.
        spins: their correlations, of the process that made the events.

    Raises:
        InputError: no such pair of decays; events without such taus, or with several.
    """
    modes, places = _modes(pair), _places(batch.particles, "decay of the taus")
    momenta = np.ascontiguousarray(batch.momenta.transpose(1, 2, 0))
    correlations = None if spins is None else spins(momenta)
    products = _decay_pair(
        random, (momenta[places[0]], momenta[places[1]]), modes, batch.particles[places[0]].mass, correlations
    )
    particles = _with_products(batch.particles, places, modes)
    return EventBatch(particles, np.concatenate([momenta, products]).transpose(2, 0, 1), batch.weights)


def decay_tau(tau: FloatArray, mode: TauMode, mass: float, random: np.random.Generator) -> FloatArray:
    """The products of taus of no polarisation, the photons of their neutral pions last, shape (k, 4, n).

    Args:
        tau: four-momenta, shape (4, n).
        mode: of the decay.
        mass: of the tau in GeV.
        random: source of random numbers.
    """
    u = random.random((3, tau.shape[1]))
    axis = unit_vector(2 * u[0] - 1, 2 * np.pi * u[1])
    return np.concatenate(_with_photons(random, tau, mode, mass, axis, 2 * np.pi * u[2]))


def _modes(pair: str) -> tuple[TauMode, TauMode]:
    if pair not in TAU_PAIRS:
        raise InputError("--tau-decay", pair, one_of(TAU_PAIRS), "choose one of these: tau- first, then tau+")
    minus, plus = TAU_PAIRS[pair]
    return MODES[minus], MODES[plus]


def _places(particles: Sequence[Particle], asked: str) -> tuple[int, int]:
    found = {name: [place for place, particle in enumerate(particles) if particle.final and particle.name == name]
             for name in ("tau-", "tau+")}  # fmt: skip
    if any(len(places) != 1 for places in found.values()):
        counts = ", ".join(f"{len(places)} {name}" for name, places in found.items())
        raise InputError(asked, counts, "events with one tau- and one tau+ that are not decayed", "leave it out")
    return found["tau-"][0], found["tau+"][0]


def _with_products(
    particles: Sequence[Particle], places: tuple[int, int], modes: tuple[TauMode, TauMode]
) -> tuple[Particle, ...]:
    """The particles of a decayed event: products of tau-, their photons, products of tau+, their photons."""
    found = [dataclasses.replace(particle, final=particle.final and place not in places)
             for place, particle in enumerate(particles)]  # fmt: skip
    for place, mode in zip(places, modes, strict=True):
        found += tau_products(mode, place, len(found), positive=place != places[0])
    return tuple(found)


def tau_products(mode: TauMode, parent: int, first: int, *, positive: bool) -> list[Particle]:
    """The particles that a tau decays to, in the order of `decay_tau`.

    Args:
        mode: of the decay.
        parent: place of the tau in the event.
        first: place of the first product.
        positive: whether it is a tau+.
    """
    found = []
    for name, mass in mode.products:
        charged = antiparticle_name(name) if positive else name
        found.append(Particle(charged, mass, final=name != "pi0", parent=parent))
    for inside, (name, _) in enumerate(mode.products):
        if name == "pi0":
            found += [Particle("gamma", 0.0, parent=first + inside)] * 2
    return found


def _decay_pair(
    random: np.random.Generator, taus: tuple[FloatArray, FloatArray], modes: tuple[TauMode, TauMode], mass: float,
    correlations: FloatArray | None,
) -> FloatArray:  # fmt: skip
    """Momenta of all products, shape (k, 4, n).

    The rate is 1 + sum C_ij h_i h'_j with h = n and h' = -n' along the axes n, n' of both decays. That of the first is
    flat; the second has the polarisation sum C_ij h_i, given the first.
    """
    n = taus[0].shape[1]
    u = random.random((6, n))
    first = unit_vector(2 * u[0] - 1, 2 * np.pi * u[1])
    if correlations is None:
        second = unit_vector(2 * u[2] - 1, 2 * np.pi * u[3])
    else:
        second = _polarised(u[2:4], -(first[:, None] * correlations).sum(0))
    axes, turns = (first, second), 2 * np.pi * u[4:]
    found = []
    for tau, mode, axis, turn in zip(taus, modes, axes, turns, strict=True):
        found += _with_photons(random, tau, mode, mass, axis, turn)
    return np.concatenate(found)


def _with_photons(
    random: np.random.Generator, tau: FloatArray, mode: TauMode, mass: float, axis: FloatArray, turn: FloatArray
) -> list[FloatArray]:
    """The products of one tau, then the photons of each of their neutral pions."""
    n = tau.shape[1]
    products = _in_flight(tau, mode.draw(random, n, mass), mass, axis, turn)
    found = [products]
    for place, (name, pion) in enumerate(mode.products):
        if name == "pi0":
            v = random.random((2, n))
            found.append(decay(products[place], (pion, 0.0, 0.0), 2 * v[0] - 1, 2 * np.pi * v[1]))
    return found


def _polarised(u: FloatArray, polarisation: FloatArray) -> FloatArray:
    """Directions n with density 1 + P.n, shape (3, n), from two uniform numbers and P, shape (3, n)."""
    size = np.sqrt(np.square(polarisation).sum(0))
    axis = polarisation / np.maximum(size, 1e-300)
    axis[2] = np.where(size > 0, axis[2], 1.0)
    # |P| is 1 at most, up to rounding
    cosine = np.clip((4 * u[0] - 2 + size) / (1 + np.sqrt(np.maximum((1 - size) ** 2 + 4 * size * u[0], 0))), -1, 1)
    sine, azimuth = np.sqrt((1 - cosine) * (1 + cosine)), 2 * np.pi * u[1]
    one, two = _across(axis)
    return np.asarray(cosine * axis + sine * (np.cos(azimuth) * one + np.sin(azimuth) * two))


def _across(axis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors across each axis (3, n) and each other (Duff et al., J. Comput. Graph. Tech. 6 (2017) 1)."""
    x, y, z = axis
    sign = np.copysign(1.0, z)
    a = -1 / (sign + z)
    b = x * y * a
    return np.stack([1 + sign * x * x * a, sign * b, -sign * x]), np.stack([b, sign + y * y * a, -y])


def _in_flight(tau: FloatArray, plane: FloatArray, mass: float, axis: FloatArray, turn: FloatArray) -> FloatArray:
    """The products of a decay of taus in flight, shape (k, 4, n).

    Args:
        tau: four-momentum, shape (4, n).
        plane: energy, part across and along the axis in the rest frame, shape (k, 3, n).
        mass: of the tau in GeV.
        axis: unit vector there, shape (3, n).
        turn: of the plane about the axis, in radians.
    """
    one, two = _across(axis)
    across = np.cos(turn) * one + np.sin(turn) * two
    products = np.empty((len(plane), 4, turn.size))
    for boosted, (energy, transverse, along) in zip(products[:-1], plane[:-1], strict=True):
        momentum = transverse * across + along * axis
        boosted[0] = (tau[0] * energy + (tau[1:] * momentum).sum(0)) / mass
        boosted[1:] = momentum + (energy + boosted[0]) / (tau[0] + mass) * tau[1:]
    products[-1] = tau - products[:-1].sum(0)  # momentum is conserved to the last digit
    return products
