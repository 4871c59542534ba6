"""Taus that decay in several ways within one sample, mixed by their branching fractions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from gloam.errors import InputError, one_of
from gloam.events.batch import EventBatch, joined
from gloam.events.jagged import JaggedEvents, jagged, joined_jagged, picked
from gloam.execution import Pool, random_stream
from gloam.generation.process import Process
from gloam.generation.sampling import SQRT_S, GeneratedBatch, stream
from gloam.generation.statistics import Tally
from gloam.generation.tau_decays import decay_taus
from gloam.generation.tau_modes import MODES

__all__ = ["TAU_MIXTURES", "MixedBatch", "decayed_parts", "mixture_fraction", "stream_tau_mixture"]

TAU_MIXTURES: Mapping[str, tuple[str, ...]] = {"leptons": ("e", "mu"), "one-prong": tuple(MODES)}
"""Decays that each tau of a mixture may have; "one-prong" has those of `MODES`, five in six of all with one track."""

CHUNK = 4096
"""Events whose decays are chosen together. Part of what a seed means."""


@dataclass(frozen=True, slots=True)
class MixedBatch:
    """Some events, and the sums over all points drawn so far, with both branching fractions of the mixture in them."""

    events: JaggedEvents
    tally: Tally


def stream_tau_mixture(
    make: Callable[[str], Process], mixture: str, events: int, *, seed: int, sqrt_s: float = SQRT_S,
    threads: int | None = None, workers: Pool | None = None,
) -> Iterator[MixedBatch]:  # fmt: skip
    """Unweighted events in batches; each event is one of the stream of its pair of decays.

    Args:
        make: the process for a pair of decays, "mumu" and so on.
        mixture: one of `TAU_MIXTURES`.
        events: how many in all.
        seed: of the run; more events begin with the same ones.
        sqrt_s: energy of the collision in GeV.
        threads: how many; None is the default of `gloam.execution`.
        workers: who generate instead, see `gloam.execution.open_workers`.

    Raises:
        InputError: no such mixture; a number of events below 1; what `make` refuses.
    """
    pairs = _pairs(mixture)
    if events < 1:
        raise InputError(f"events of a mixture, {mixture}", events, "a whole number above 0", "ask for at least one")
    shares = np.array([_fraction(pair) for pair in pairs])
    sources = [
        _Source(stream(
            make("".join(pair)), events, seed=seed, sqrt_s=sqrt_s, threads=threads, batch_size=CHUNK, workers=workers
        )) for pair in pairs
    ]  # fmt: skip
    for chunk, start in enumerate(range(0, events, CHUNK)):
        u = random_stream(seed, f"generation mixture {mixture}", chunk).random(CHUNK)[: events - start]
        choice = np.searchsorted(np.cumsum(shares)[:-1] / shares.sum(), u, side="right")
        counts = np.bincount(choice, minlength=len(pairs)).tolist()
        parts = [jagged(source.take(count)) for source, count in zip(sources, counts, strict=True) if count]
        places = np.argsort(np.argsort(choice, kind="stable"))  # of each event in the list sorted by pairs
        scaled = [source.tally.scaled(shares.sum() / share) for source, share in zip(sources, shares, strict=True)]
        yield MixedBatch(picked(joined_jagged(parts), places), sum(scaled, Tally()))


def mixture_fraction(mixture: str) -> float:
    """The part of all tau pairs that decay in one of the ways of a mixture.

    Raises:
        InputError: no such mixture.

    Example:
        >>> round(mixture_fraction("leptons"), 4)
        0.124
    """
    return sum(_fraction(pair) for pair in _pairs(mixture))


def decayed_parts(
    process: Process, batch: EventBatch, mixture: str, random: np.random.Generator
) -> dict[str, EventBatch]:
    """The events of a batch with their taus decayed, by the pair of decays that each of them was given at random.

    Decays do not change weights: to decay events that were drawn before costs less than a stream for each pair.

    Args:
        process: that the events are of; its taus decay with the correlations that it knows.
        batch: with one tau- and one tau+ in each event.
        mixture: one of `TAU_MIXTURES`.
        random: source of random numbers.

    Raises:
        InputError: no such mixture; events without such taus.
    """
    pairs = _pairs(mixture)
    shares = np.array([_fraction(pair) for pair in pairs])
    choice = np.searchsorted(np.cumsum(shares)[:-1] / shares.sum(), random.random(len(batch)), side="right")
    parts = {}
    for number, pair in enumerate(map("".join, pairs)):
        rows = np.flatnonzero(choice == number)
        if rows.size:
            part = EventBatch(batch.particles, batch.momenta[rows], batch.weights[rows])
            parts[pair] = decay_taus(part, pair, random, process.spin_correlations)
    return parts


def _pairs(mixture: str) -> list[tuple[str, str]]:
    if mixture not in TAU_MIXTURES:
        raise InputError("mixture of tau decays", mixture, one_of(TAU_MIXTURES), "choose one of these")
    return list(product(TAU_MIXTURES[mixture], TAU_MIXTURES[mixture]))


def _fraction(pair: tuple[str, str]) -> float:
    return float(MODES[pair[0]].branching_fraction) * float(MODES[pair[1]].branching_fraction)


@dataclass(slots=True)
class _Source:
    """The events of one pair of decays, taken as they are asked for."""

    batches: Iterator[GeneratedBatch]
    waiting: EventBatch | None = None
    tally: Tally = dataclasses.field(default_factory=Tally)

    def take(self, count: int) -> EventBatch:
        held = [] if self.waiting is None else [self.waiting]
        while sum(len(batch) for batch in held) < count:
            found = next(self.batches)
            held.append(found.events)
            self.tally += found.tally
        pool = joined(held)
        self.waiting = pool[count:]
        return pool[:count]
