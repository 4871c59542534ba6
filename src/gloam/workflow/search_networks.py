"""The networks of a search, trained on its own simulation: one for each channel, with a cut by Punzi's merit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.generation import Tally, mixture_fraction
from gloam.selection.network_selection import NetworkSelection
from gloam.selection.networks import Network, network_logits
from gloam.statistics.figures_of_merit import punzi_sensitivity
from gloam.training.hypotheses import Hypotheses, hypotheses_of_signal
from gloam.training.settings import Training
from gloam.training.table import BACKGROUND_MASS, TrainingTable, split_table, training_table
from gloam.training.train import train
from gloam.workflow.prepare import simulated_entries

if TYPE_CHECKING:
    from gloam.searches import Search
    from gloam.searches.preparation import Preparation, Simulated

__all__ = ["WINDOW", "best_working_point", "search_training_table", "train_search_networks"]

WINDOW = 4.0
"""Width of the window whose background counts in the figure of merit, in resolutions."""

MASSES, TRIED = 5, 400
PARTS = (0.5, 0.25, 0.25)
"""Of the events: those that train, those that choose steps, starts and cuts, and those that numbers are quoted from."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """Entries of one sample: features, recoil masses, and weights in fb (background) or as efficiencies (signal)."""

    mass: float
    columns: dict[str, FloatArray]
    weight: FloatArray


def train_search_networks(
    search: Search, inputs: Sequence[str], training: Training, *, scale: float = 0.5, seed: int = 1001,
    signal_events: int = 20_000, quiet: bool = True,
) -> NetworkSelection:  # fmt: skip
    """One network for each channel of a search, and the cut in its logit.

    Networks are trained on the cross entropy, all masses of a range against all backgrounds in it. The cut
    minimises the geometric mean over the masses of Punzi's smallest cross section, with the background of the range
    spread evenly. Nothing comes from the events that `gloam prepare` simulates.

    Args:
        search: with a preparation and the luminosity that its backgrounds are scaled to.
        inputs: columns that the networks see.
        training: network and optimiser.
        scale: of the numbers of background events.
        seed: of everything random; not that of the preparation.
        signal_events: for each mass.
        quiet: True draws no progress bar.

    Raises:
        InputError: no preparation, its own seed; as `gloam.training.train`.
    """
    declared, luminosity = _of_training(search, seed)
    column = search.observable.column
    backgrounds = [_background(declared, each, scale, seed, [*inputs, column]) for each in declared.backgrounds]
    ranges = [channel.masses for channel in search.channels if channel.masses is not None]
    found = []
    for number, (low, high) in enumerate(ranges):
        masses = np.linspace(low, high, 2 * MASSES + 1)[1::2]
        signals = [_signal(declared, float(mass), signal_events, seed, [*inputs, column]) for mass in masses]
        table = _table([*signals, *backgrounds], (low, high), column, inputs, luminosity)
        found.append(_trained(table, (low, high), training, seed + number, quiet))
    edges = np.array([low for low, _ in ranges[1:]])
    centres = np.array([(low + high) / 2 for low, high in ranges])
    cuts = np.array([about["cut"] for _, about in found])
    about = {"ranges": [about for _, about in found], "seed": seed, "luminosity": luminosity}
    return NetworkSelection(tuple(network for network, _ in found), edges, centres, cuts, about)


def search_training_table(
    search: Search, inputs: Sequence[str], *, scale: float = 0.5, seed: int = 1001, signal_events: int = 20_000
) -> dict[str, FloatArray]:
    """The columns of a training table of `gloam train`: signals and backgrounds of a search in front of its networks.

    Args:
        search: in the squared recoil mass, with a preparation and a luminosity.
        inputs: columns that networks shall see.
        scale: of the numbers of background events.
        seed: of everything random; not that of the preparation.
        signal_events: for each mass of the first spectrum.

    Raises:
        InputError: no preparation, its own seed.
    """
    declared, luminosity = _of_training(search, seed)
    column = search.observable.column
    masses = declared.spectra[0].masses
    samples = [_signal(declared, mass, signal_events, seed, [*inputs, column]) for mass in masses]
    samples += [_background(declared, each, scale, seed, [*inputs, column]) for each in declared.backgrounds]
    columns = {name: np.concatenate([each.columns[name] for each in samples]) for name in inputs}
    mass = np.concatenate([np.full(each.weight.size, each.mass) for each in samples])
    weight = [each.weight * (luminosity if each.mass < 0 else 1.0) for each in samples]
    return columns | {
        "label": (mass > 0).astype(float), "mass_generated": mass, "weight": np.concatenate(weight),
        "recoil_mass2": np.concatenate([each.columns[column] for each in samples]),
    }  # fmt: skip


def _of_training(search: Search, seed: int) -> tuple[Preparation, float]:
    """The preparation in front of its networks, and the luminosity in fb^-1."""
    declared = search.preparation
    if declared is None or search.luminosity is None:
        raise InputError(f"networks of {search.name}", "no preparation", "a search with one", "train by gloam train")
    if seed == declared.seed:
        raise InputError("seed of the training", seed, "another one than that of the preparation", "change it")
    made = (
        {f"network_{number}" for number in range(1, len(declared.networks.networks) + 1)}
        if declared.networks
        else set()
    )
    cuts = tuple(each for each in declared.cuts if not made.intersection(each.cut().needs))
    return declared.model_copy(update={"networks": None, "cuts": cuts}), float(search.luminosity)


def _background(declared: Preparation, sample: Simulated, scale: float, seed: int, names: Sequence[str]) -> _Sample:
    events = round(scale * sample.events)
    found = list(simulated_entries(declared, sample, events, seed))
    parts, cross_section = [each.entries for each in found], sum((each.tally for each in found), Tally()).cross_section
    generated = sum(each.weight for each in found)
    weight = np.concatenate([each.weights for each in parts]) * cross_section / generated
    columns = {name: np.concatenate([each.columns[name] for each in parts]) for name in names}
    correction = float(sample.scale or 1.0) * float(declared.correction or 1.0)
    return _Sample(BACKGROUND_MASS, columns, weight * correction)


def _signal(declared: Preparation, mass: float, events: int, seed: int, names: Sequence[str]) -> _Sample:
    sample = declared.signal.model_copy(update={"weighted": True})  # unweighting would draw many points for each mass
    found = list(simulated_entries(declared, sample, events, seed, mass))
    parts, generated = [each.entries for each in found], sum(each.weight for each in found)
    if declared.choice is not None:
        parts = [each[each.columns[declared.choice] == declared.right_choice] for each in parts]
    columns = {name: np.concatenate([each.columns[name] for each in parts]) for name in names}
    mixture = declared.signal.tau_decays
    share = float(declared.correction or 1.0) * (1.0 if mixture is None else mixture_fraction(mixture))
    return _Sample(mass, columns, np.concatenate([each.weights for each in parts]) * share / generated)


def _table(
    samples: Sequence[_Sample], ends: tuple[float, float], column: str, inputs: Sequence[str], luminosity: float
) -> TrainingTable:
    """The events of a range of masses."""
    kept = [(each.columns[column] >= ends[0]) & (each.columns[column] < ends[1]) for each in samples]
    columns: dict[str, FloatArray] = {
        name: np.concatenate([each.columns[name][rows] for each, rows in zip(samples, kept, strict=True)])
        for name in (*inputs, column)
    }
    mass = np.concatenate([np.full(int(rows.sum()), each.mass) for each, rows in zip(samples, kept, strict=True)])
    weight = [each.weight[rows] * (luminosity if each.mass < 0 else 1.0)
              for each, rows in zip(samples, kept, strict=True)]  # fmt: skip
    columns |= {
        "label": (mass > 0).astype(float), "mass_generated": mass, "weight": np.concatenate(weight),
        "recoil_mass2": np.square(columns[column]),
    }  # fmt: skip
    return training_table(columns, luminosity=luminosity, features=inputs)


def _trained(
    table: TrainingTable, ends: tuple[float, float], training: Training, seed: int, quiet: bool
) -> tuple[Network, dict[str, Any]]:
    """The network of a range, and what is known of it and its cut."""
    low, high = ends
    parts = split_table(table, PARTS, seed)
    masses = np.unique(table.mass_generated[table.is_signal])
    whole = Hypotheses(masses, np.full(masses.size, low**2), np.full(masses.size, high**2))
    trained = train(parts[0], parts[1], whole, replace(training), method="bce", seed=seed, quiet=quiet)
    resolution = hypotheses_of_signal(table, 1.0)
    widths = (resolution.high - resolution.low) / 2 / (2 * resolution.mass)  # of the mass itself
    share = WINDOW * widths / (high - low)
    cut = best_working_point(_scores(trained.network, parts[1]), masses, share, table.luminosity)
    about: dict[str, Any] = {"masses": [low, high], "cut": cut, "resolution": widths.tolist()}
    for name, part in zip(("train", "validation", "test"), parts, strict=True):
        efficiencies, background, events = _passing(_scores(trained.network, part), masses, cut)
        everything = part.weight[~part.is_signal].sum()
        merit = punzi_sensitivity(efficiencies, background * share, table.luminosity)
        about[name] = {
            "sigma_min_fb": float(np.exp(np.log(merit).mean())), "efficiency": float(efficiencies.mean()),
            "background": background, "rejection": float(1 - background / everything), "background_events": events,
            "signal_kept": float(efficiencies.sum() / part.weight[part.is_signal].sum()),
        }  # fmt: skip
    return trained.network, about


def _scores(network: Network, part: TrainingTable) -> tuple[FloatArray, TrainingTable]:
    return network_logits(network, part.features.astype(float)), part


def _passing(scored: tuple[FloatArray, TrainingTable], masses: FloatArray, cut: float) -> tuple[FloatArray, float, int]:
    """Efficiencies at the masses, expected background and simulated background events above a cut."""
    logit, part = scored
    kept = logit > cut
    efficiencies = [part.weight[kept & (part.mass_generated == mass)].sum() for mass in masses]
    background = kept & ~part.is_signal
    return np.array(efficiencies), float(part.weight[background].sum()), int(background.sum())


def best_working_point(
    scored: tuple[FloatArray, TrainingTable], masses: FloatArray, share: FloatArray, luminosity: float
) -> float:
    """The cut in the logit with the best geometric mean of Punzi's smallest cross section.

    Args:
        scored: logits, shape (n,), and the events they are of.
        masses: of the signals in GeV, shape (k,).
        share: of the background that is in the window of each, shape (k,).
        luminosity: in fb^-1.
    """
    logit, part = scored
    tried = np.quantile(logit[part.is_signal], np.linspace(0, 0.95, TRIED))
    values = []
    for cut in tried:
        efficiencies, background, events = _passing(scored, masses, float(cut))
        spread = background / np.sqrt(max(events, 1))  # few simulated events are no small background
        merit = punzi_sensitivity(np.maximum(efficiencies, 1e-9), (background + spread) * share, luminosity)
        values.append(np.log(merit).mean())
    return float(tried[int(np.argmin(values))])
