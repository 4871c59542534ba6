"""The bias of a run's yields: toys at some masses of all channels, tables and a summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gloam.arrays import FloatArray
from gloam.execution import Pool
from gloam.report import ChannelResult
from gloam.statistics import (
    Average,
    Linearity,
    ToyYields,
    YieldBias,
    combined_bias,
    corrected_yields,
    linearity,
    toy_yields,
    yield_bias,
)
from gloam.statistics.drawing import Base
from gloam.store import provenance, write_json, write_table
from gloam.workflow.results import Run
from gloam.workflow.studies import Amount, fitted_channels, studied, together, yields_of

__all__ = ["BiasStudy", "bias_of_run", "bias_summary", "write_bias"]

FLUCTUATION = (
    "base data: fluctuations of the data, and what the background model misses in them, belong to the truth of these "
    "toys: biases scatter from mass to mass by more than their errors, which scaled_error of the averages counts."
)


WHOLE = "each bin of the data varied, the entries of an event together"


@dataclass(frozen=True, slots=True, eq=False)
class BiasStudy:
    """Toys at some masses of a run.

    Attributes:
        run: whose fits are studied.
        amounts: the yields put in, i of them.
        channel: that each hypothesis belongs to, r of them.
        found: the toys.
        bias: their biases.
        combined: averages of these over all hypotheses, by name, i of each.
        line: linearity; None with fewer than two amounts.
        base: "data" or "background".
        seed: of the toys.
    """

    run: Run
    amounts: tuple[Amount, ...]
    channel: tuple[str, ...]
    found: ToyYields
    bias: YieldBias
    combined: dict[str, tuple[Average, ...]]
    line: Linearity | None
    base: Literal["data", "background"]
    seed: int

    @property
    def reference(self) -> int:
        """Which amount corrections are taken from: the upper limit itself, as published, or else the largest."""
        same = [i for i, amount in enumerate(self.amounts) if amount == Amount(1.0, True)]
        return same[0] if same else int(np.nanmean(self.found.n_injected, axis=0).argmax())


def bias_of_run(
    run: Run,
    amounts: Sequence[Amount],
    masses: Sequence[float] = (),
    *,
    base: Literal["data", "background"] = "data",
    toys: int = 1000,
    seed: int = 0,
    source: str | None = None,
    threads: int | None = None,
    workers: Pool | None = None,
    progress: Callable[[int], object] | None = None,
) -> BiasStudy:
    """The biases of the yields of a run at some masses.

    Args:
        run: the results.
        amounts: yields to put in.
        masses: in GeV; none: representative ones.
        base: what the toys are variations of, see `gloam.statistics.toy_yields`.
        toys: of each mass and amount.
        seed: of the random streams.
        source: where workers find the run: a search, or the directory of a run.
        threads: how many to use; the answer does not depend on it.
        workers: who do the work instead, see `gloam.execution.open_workers`; nor on these.
        progress: called with the number of masses finished.

    Raises:
        InputError: for masses or amounts that cannot be.
    """
    found_in = studied(
        run, _ToysOfOne(base, toys, seed), amounts, masses, source=source, threads=threads, workers=workers,
        progress=progress,
    )  # fmt: skip
    found = together([each for _, each in found_in], axis=0)
    if base == "data" and any(channel.ranks is not None for channel, _ in found_in):
        found = replace(found, base=WHOLE)
    bias = yield_bias(found)
    names = tuple(channel.name for channel, each in found_in for _ in each.rows)
    line = linearity(found) if len(amounts) > 1 else None
    return BiasStudy(run, tuple(amounts), names, found, bias, combined_bias(bias), line, base, seed)


@dataclass(frozen=True, slots=True)
class _ToysOfOne:
    """The toys of one hypothesis and signal."""

    base: Literal["data", "background"]
    toys: int
    seed: int

    def __call__(self, channel: ChannelResult, row: int, amount: Amount) -> ToyYields:
        yields = yields_of([amount], channel.limits.observed[[row]])
        return toy_yields(
            channel.result, [row], yields, _base(channel, self.base, self.toys, self.seed), self.toys, self.seed,
            stream=f"bias {channel.name}", threads=1,
        )  # fmt: skip


@lru_cache(maxsize=1)
def _base(channel: ChannelResult, base: Literal["data", "background"], toys: int, seed: int) -> Base:
    """What the toys of a channel are variations of: of the data event by event, where entries share one."""
    if base != "data" or channel.ranks is None:
        return base
    contents = channel.result.spectrum.values()
    return channel.ranks.counts(contents, seed, f"bias {channel.name}", np.arange(toys), 1)


def bias_summary(study: BiasStudy) -> dict[str, Any]:
    """The numbers of a study as a document."""
    found, at = study.found, study.reference
    notes = [FLUCTUATION] if study.base == "data" else []
    if found.n_failed.any():
        notes.append(f"{int(found.n_failed.sum())} toys have no certified fit with an error; they are left out.")
    columns = _columns(study)
    document: dict[str, Any] = {
        "search": study.run.name,
        "data": {"kind": study.run.origin.kind, "source": study.run.origin.source},
        "base": study.base,
        "base_in_words": found.base,
        "n_true": "injected + fitted to the data" if study.base == "data" else "injected",
        "pull": "(n_sig - n_true) / n_sig_err",
        "toys": found.toys,
        "n_toys": int(found.n_sig.size),
        "n_failed": int(found.n_failed.sum()),
        "seed": study.seed,
        "combined": [
            {"injected": str(amount)} | {name: _average(each[i]) for name, each in study.combined.items()}
            for i, amount in enumerate(study.amounts)
        ],
        "linearity": None,
        "correction": {
            "measured_at": str(study.amounts[at]),
            "bias": study.combined["bias"][at].value,
            "err_bias": study.combined["err_bias"][at].value,
            "formula": "n_sig (1 - bias), n_sig_err (1 - err_bias); in corrected.csv alone",
            "reference": "arXiv:2109.08596",
        },
        "masses": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        "notes": notes,
    }
    if study.line is not None:
        document["linearity"] = {
            "offset_in_sigma": _average(study.line.mean_offset), "slope": _average(study.line.mean_slope)
        }  # fmt: skip
    return document


def _average(average: Average) -> dict[str, float]:
    return asdict(average) | {"scaled_error": average.scaled_error}


def _columns(study: BiasStudy) -> dict[str, Any]:
    """One row for each mass and amount."""
    found, number = study.found, len(study.amounts)
    columns: dict[str, Any] = {
        "channel": np.repeat(study.channel, number),
        "mass": np.repeat(found.mass, number),
        "injected": np.tile([str(amount) for amount in study.amounts], len(study.channel)),
        "n_injected": found.n_injected.ravel(),
        "n_true": found.n_true.ravel(),
        "toys": np.full(found.n_true.size, found.toys),
        "n_failed": found.n_failed.ravel(),
    }
    for name in ("n_sig", "pull", "pull_width", "bias", "err_bias"):
        estimate = getattr(study.bias, name)
        columns |= {name: estimate.value.ravel(), f"{name}_mc_err": estimate.error.ravel()}
    return columns


def write_bias(study: BiasStudy, directory: Path, *, figures: bool = True) -> dict[str, Any]:
    """The summary of a study, after its files were written to the directory.

    `bias.json` (the summary), `bias.csv`, `linearity.csv` with two amounts or more, `corrected.csv` with yields and
    errors of all masses before and after the correction, and with figures `figures/bias` and `figures/linearity`.
    """
    document = bias_summary(study)
    write_table(directory / "bias.csv", _columns(study))
    write_table(directory / "corrected.csv", _corrected(study))
    if study.line is not None:
        write_table(directory / "linearity.csv", _line_columns(study, study.line))
    write_json(directory / "bias.json", document | {"provenance": provenance(hashes=study.run.hashes, seed=study.seed)})
    if figures:
        from gloam.report import bias_figure, linearity_figure, save_figure

        names = [str(amount) for amount in study.amounts]
        title = study.run.title
        save_figure(bias_figure(study.found, study.bias, names, title), directory / "figures", "bias")
        if study.line is not None:
            save_figure(linearity_figure(study.found, title), directory / "figures", "linearity")
    return document


def _line_columns(study: BiasStudy, line: Linearity) -> dict[str, Any]:
    columns: dict[str, Any] = {"channel": np.array(study.channel), "mass": study.found.mass}
    for name in ("offset", "offset_in_sigma", "slope"):
        estimate = getattr(line, name)
        columns |= {name: estimate.value, f"{name}_mc_err": estimate.error}
    return columns | {"chi2": line.chi2, "ndf": line.ndf}


def _corrected(study: BiasStudy) -> dict[str, Any]:
    """Yields and errors of all masses of the run, and what the combined biases make of them."""
    bias, err_bias = (study.combined[name][study.reference].value for name in ("bias", "err_bias"))
    channels = fitted_channels(study.run)

    def joined(values: list[FloatArray]) -> FloatArray:
        return np.concatenate(values)

    n_sig, error = joined([c.result.n_sig for c in channels]), joined([c.result.n_sig_err for c in channels])
    n_sig_corrected, n_sig_err_corrected = corrected_yields(n_sig, error, bias, err_bias)
    return {
        "channel": np.repeat([c.name for c in channels], [len(c.result.mass) for c in channels]),
        "mass": joined([c.result.mass for c in channels]),
        "n_sig": n_sig,
        "n_sig_err": error,
        "n_sig_corrected": n_sig_corrected,
        "n_sig_err_corrected": n_sig_err_corrected,
    }
