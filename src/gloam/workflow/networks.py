"""From a training table to a selection by networks in a file, with what it is worth on independent events."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.selection.network_files import require_network_file, write_network_selection
from gloam.selection.network_selection import NetworkSelection, cut_at, network_at
from gloam.selection.networks import Network
from gloam.statistics.cut_scans import averaged
from gloam.training.assessment import (
    LEVEL,
    Comparison,
    Cuts,
    NetworkReport,
    Reached,
    Scored,
    choose_cuts,
    ends_of,
    importance,
    passes,
    ratio_interval,
    reached,
    resampled,
    score,
)
from gloam.training.hypotheses import Hypotheses
from gloam.training.settings import Training
from gloam.training.table import TrainingTable
from gloam.training.train import Method, Trained, even_edges, train_ranges
from gloam.workflow.network_events import TableSource

__all__ = ["NetworkPlan", "evaluate_selection", "train_selection"]


FEW = 5
"""Simulated background events under a cut below which a note says so."""


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """What is trained.

    Attributes:
        method: "bce", "punzi" or "limit", as the command has it.
        training: network, loss and optimiser.
        ranges: networks, each for a range of masses.
        baseline: whether networks are trained on the cross entropy too, with the same effort, to compare with.
    """

    method: str = "punzi"
    training: Training = Training()  # noqa: RUF009
    ranges: int = 1
    baseline: bool = True


@dataclass(frozen=True, slots=True)
class _Made:
    trained: tuple[Trained, ...]
    edges: FloatArray
    validation: Scored
    test: Scored
    cuts: Cuts
    reached: Reached

    def network_of(self, mass: float) -> Network:
        return self.trained[int(np.searchsorted(self.edges, mass, side="right"))].network


def train_selection(
    source: TableSource, plan: NetworkPlan, out: Path, *, seed: int = 0, checkpoints: Path | None = None,
    quiet: bool = True,
) -> NetworkReport:  # fmt: skip
    """Train networks, choose cuts on the validation sample, assess both on the test sample and write the selection.

    Args:
        source: of the events.
        plan: what is trained.
        out: .json or .onnx.
        seed: of everything random.
        checkpoints: a folder of finished starts, see `train`.
        quiet: True draws no progress bar.

    Raises:
        InputError: unusable events or settings, a missing extra, a file that cannot be written.
    """
    require_network_file(out)
    start = time.perf_counter()
    tables = source.tables(seed)
    windows = source.hypotheses(tables["train"])
    make = partial(_make, tables, windows, plan, seed=seed, checkpoints=checkpoints, quiet=quiet)
    made = make("bce" if plan.method == "bce" else "loss")
    baseline = None
    if plan.baseline:
        baseline = made if plan.method == "bce" else make("bce")
    loss = plan.training.loss
    trained_on = reached(score(made.network_of, tables["train"], windows), made.cuts, loss)
    over = None
    if baseline is not None:
        over = ratio_interval((made.test, made.cuts.smooth), (baseline.test, baseline.cuts.each), loss, seed)
    document = _trained_document(source, plan, made, trained_on, over, seed)
    document["events"] = {name: len(table) for name, table in tables.items()}
    if baseline is not None:
        document["per_mass"]["bce_each_mass"] = baseline.reached.each.tolist()
    about = {"gloam": {"train": {**document, "seed": seed}}}  # neither time nor place: the same training, the same file
    document |= {"seconds": time.perf_counter() - start, "seed": seed, "file": str(out)}
    selection = NetworkSelection(
        tuple(each.network for each in made.trained), made.edges, windows.mass, made.cuts.smooth,
        {**about, "single_cut": made.cuts.single, "features": list(tables["train"].names),
         "loss": _plain(loss), "windows": _windows(windows)},
    )  # fmt: skip
    write_network_selection(out, selection)
    shares = importance(made.network_of, made.test, made.cuts.smooth, loss, seed)
    document["importance"] = dict(zip(tables["train"].names, shares.tolist(), strict=True))
    return NetworkReport(
        document, selection, made.test, made.cuts, made.reached, None if baseline is None else baseline.reached,
        tables["train"].names, shares, tuple(each.starts[each.best].history for each in made.trained), over, trained_on,
    )  # fmt: skip


def _make(
    tables: Mapping[str, TrainingTable], windows: Hypotheses, plan: NetworkPlan, method: Method, *, seed: int,
    checkpoints: Path | None, quiet: bool,
) -> _Made:  # fmt: skip
    edges = even_edges(windows, plan.ranges)
    trained = train_ranges(
        tables["train"], tables["validation"], windows, edges, plan.training, method=method, seed=seed,
        checkpoints=checkpoints, quiet=quiet,
    )  # fmt: skip
    loss = plan.training.loss

    def network_of(mass: float) -> Network:
        return trained[int(np.searchsorted(edges, mass, side="right"))].network

    validation, test = (score(network_of, tables[name], windows) for name in ("validation", "test"))
    cuts = choose_cuts(validation, loss)
    return _Made(trained, edges, validation, test, cuts, reached(test, cuts, loss))


def _trained_document(
    source: TableSource, plan: NetworkPlan, made: _Made, trained_on: Reached, over: Comparison | None, seed: int
) -> dict[str, Any]:
    """What `--json` prints of a training, but for times and files."""
    loss = plan.training.loss
    starts = [_start_document(start) for each in made.trained for start in each.starts]
    document = _document(plan.method, made.reached, made.cuts, made.test, source, loss, seed)
    document |= {
        "starts": len(starts),
        "overtraining": {
            "soft_loss": averaged(made.reached.soft, loss.average) / averaged(trained_on.soft, loss.average),
            "smooth_cut": averaged(made.reached.smooth, "geometric") / averaged(trained_on.smooth, "geometric"),
        },
        "all_starts": starts,
        "ratio_to_per_mass_bce": None,
        "ratio_interval": None,
        "worst_mass": None,
    }
    if over is None:
        document["notes"].append("ratios to a network trained on the cross entropy are null: no baseline was asked for")
        return document
    mass = float(made.test.pairs.hypotheses.mass[over.worst])
    document |= {
        "ratio_to_per_mass_bce": over.mean[0],
        "ratio_interval": over.mean[1:],
        "worst_mass": {"mass": mass, "ratio": over.largest[0], "interval": over.largest[1:]},
    }
    return document


def _document(
    method: str, found: Reached, cuts: Cuts, scored: Scored, source: TableSource, loss: Any, seed: int
) -> dict[str, Any]:
    windows = scored.pairs.hypotheses
    single, smooth = _with_intervals(scored, cuts, found, loss, seed)
    notes = ["cross sections are those of a single count in each window: no shape, no look-elsewhere effect"]
    if source.is_toy:
        notes.append("events of a toy: absolute values mean nothing outside it")
    if loss.kind == "limit":
        notes.append("expected limits are asymptotic: too low below some three background events")
    kept = passes(scored, cuts.smooth) & ~scored.pairs.is_signal
    thin = np.count_nonzero(np.bincount(scored.pairs.group[kept], minlength=len(windows))[: len(windows)] < FEW)
    if thin:
        notes.append(
            f"{thin} masses keep fewer than {FEW} simulated background events: their cross sections are badly known"
        )
    unreached = np.count_nonzero(~np.isfinite(found.smooth))
    if unreached:
        notes.append(f"{unreached} masses keep no signal under the smooth cut: their cross sections are null")
    return {
        "method": method,
        "soft_loss": averaged(found.soft, loss.average),
        "hard_loss": averaged(found.half, loss.average),
        "single_cut": {
            "value": cuts.single,
            "mean_sigma_min": averaged(found.single, "mean"),
            **single,
        },
        "smooth_cut": {
            "mass": windows.mass.tolist(),
            "value": cuts.smooth.tolist(),
            "mean_sigma_min": averaged(found.smooth, "mean"),
            **smooth,
        },
        "interval_level": LEVEL,
        "per_mass": {
            "mass": windows.mass.tolist(),
            "single_cut": found.single.tolist(),
            "smooth_cut": found.smooth.tolist(),
            "each_mass": found.each.tolist(),
        },
        "quantity": "smallest cross section found, fb" if loss.kind == "punzi" else "expected upper limit, fb",
        "luminosity": source.luminosity,
        "notes": notes,
    }


def _with_intervals(scored: Scored, cuts: Cuts, found: Reached, loss: Any, seed: int) -> list[dict[str, Any]]:
    """The geometric means with one cut and with the smooth cut, with intervals from resampled events."""
    single = np.full(cuts.smooth.size, cuts.single)
    low, high = ends_of(np.exp(np.log(resampled([(scored, single), (scored, cuts.smooth)], loss, seed)).mean(axis=2)))
    return [
        {"geometric_sigma_min": averaged(values, "geometric"), "interval": [float(low[number]), float(high[number])]}
        for number, values in enumerate((found.single, found.smooth))
    ]


def evaluate_selection(
    selection: NetworkSelection, source: TableSource, *, seed: int = 0, net: str = ""
) -> NetworkReport:
    """What a selection reaches on other events; nothing is trained, and JAX is not needed.

    The single and the smooth cut are those of the file. Cuts of each mass are chosen on these events themselves and
    look better than they are.

    Args:
        selection: see `read_network_selection`.
        source: of the events; all of them are used, of the toy the test sample.
        seed: of the toy and of the shuffling of features.
        net: file that the selection comes from.

    Raises:
        InputError: events without a column that the networks take; as `read_training_table`.
    """
    about = selection.about
    if source.features is None and "features" in about:
        source = replace(source, features=None if source.is_toy else tuple(about["features"]))
    table = source.tables(seed)["test"] if source.is_toy else source.whole()
    if table.names != selection.networks[0].columns:
        names = ", ".join(table.names)
        raise InputError("features of the events", names, ", ".join(selection.networks[0].columns), "use these columns")
    windows = source.hypotheses(table)
    loss = replace(Training().loss, **about.get("loss", {}))
    network_of: Callable[[float], Network] = partial(network_at, selection)
    scored = score(network_of, table, windows)
    own = choose_cuts(scored, loss)
    single = about.get("single_cut", own.single)
    cuts = Cuts(single, cut_at(selection, windows.mass), own.each)
    found = reached(scored, cuts, loss)
    shares = importance(network_of, scored, cuts.smooth, loss, seed)
    document = _document("evaluate", found, cuts, scored, source, loss, seed)
    document["notes"].append("cuts of each mass were chosen on these events: they look better than they are")
    document |= {
        "events": len(table),
        "importance": dict(zip(table.names, shares.tolist(), strict=True)),
        "seed": seed,
        "file": net,
    }
    return NetworkReport(document, selection, scored, cuts, found, None, table.names, shares)


def _start_document(start: Any) -> dict[str, float]:
    """Numbers of a start, without its history."""
    names = ("cross_entropy", "handed_over", "loss", "validation", "steps")
    return {name: getattr(start, name) for name in names}


def _plain(loss: Any) -> dict[str, Any]:
    return {name: getattr(loss, name) for name in type(loss).__slots__}


def _windows(windows: Hypotheses) -> dict[str, list[float]]:
    return {name: getattr(windows, name).tolist() for name in ("mass", "low", "high")}
