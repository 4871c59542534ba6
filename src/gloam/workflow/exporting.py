"""Results of a run in the formats of others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.export import (
    Column,
    SubmissionTable,
    axionlimits_text,
    histfactory_model,
    hs3_document,
    pyhf_workspace,
    write_submission,
)
from gloam.report import Channel, ChannelResult, fit_view
from gloam.report.words import cross_section_in_words, data_in_words, division_in_words, level_in_words, limit_in_words
from gloam.statistics import p_local
from gloam.store import write_atomically, write_table
from gloam.workflow.files import result_table
from gloam.workflow.results import Run

__all__ = ["Format", "Hypothesis", "chosen_hypothesis", "export_run", "submission_tables"]

Format = Literal["hepdata", "pyhf", "hs3", "axionlimits", "csv"]

ALL_BINS = 1_000_000_000

MOST_LETTERS = 64
"""Of the name of a table on HEPData."""


@dataclass(frozen=True, slots=True, eq=False)
class Hypothesis:
    """One mass of one channel of a run."""

    channel: ChannelResult
    row: int

    @property
    def mass(self) -> float:
        """In GeV."""
        return float(self.channel.result.mass[self.row])


def export_run(
    run: Run, to: Format, directory: Path, *, mass: float | None = None, channel: str | None = None,
    out: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What was written and where, after the results of a run were written in another format.

    Args:
        run: the results.
        to: the format. "hepdata": tables and an archive for a submission; "pyhf", "hs3": the likelihood of one mass;
            "axionlimits": limits on a coupling; "csv": all columns of a run in one table, or the bins of one fit.
        directory: where to, unless `out` is given: the folder `export` in it.
        mass: of the hypothesis in GeV; None: the largest excess, or for "csv" all of them.
        channel: its name; None: whichever has the nearest mass.
        out: the file, or for "hepdata" the folder, to write.

    Raises:
        InputError: for what a format cannot hold, with the reason, or a mass that was not scanned.
    """
    match to:
        case "hepdata":
            _refuse_mass(to, mass)
            tables = submission_tables(run)
            path = write_submission(tables, _comment(run), out or directory / "export" / "hepdata")
            files = [*sorted(path.parent.glob("*.yaml")), path]
            return _written(to, files, {"tables": [table.name for table in tables]})
        case "pyhf" | "hs3":
            return _likelihood(to, chosen_hypothesis(run, mass, channel), directory, out)
        case "axionlimits":
            _refuse_mass(to, mass)
            text = _axionlimits(run)
            path = out or directory / "export" / f"{run.name}.txt"
            return _written(to, [write_atomically(path, lambda stream: stream.write(text.encode()))], {})
        case _:
            return _csv(run, mass, channel, directory, out)


def chosen_hypothesis(run: Run, mass: float | None, channel: str | None = None) -> Hypothesis:
    """The hypothesis nearest to a mass; without one that of the largest excess.

    Raises:
        InputError: for a channel that does not exist or was counted, or a mass that is further from any that was
            scanned than these are from each other.
    """
    known = [each.name for each in run.channels]
    if channel is not None and channel not in known:
        raise InputError("--channel", channel, one_of(known), "choose one of these")
    named = [each for each in run.channels if channel in {None, each.name}]
    fitted = [each for each in named if isinstance(each, ChannelResult) and np.isfinite(each.z_local).any()]
    if not fitted:
        found = "counts in windows, or no certified fit"
        raise InputError("likelihood of one mass", found, "a channel with fits", "export to hepdata or csv")
    if mass is None:
        best = max(fitted, key=lambda each: float(np.nanmax(each.z_local)))
        return Hypothesis(best, int(np.nanargmax(best.z_local)))
    nearest = min(fitted, key=lambda each: float(np.abs(each.result.mass - mass).min()))
    masses = nearest.result.mass
    row = int(np.abs(masses - mass).argmin())
    step = float(np.median(np.diff(np.unique(masses)))) if masses.size > 1 else 0.01 * float(masses[0])
    if not abs(float(masses[row]) - mass) <= step:
        ranges = ", ".join(f"{each.result.mass.min():g} to {each.result.mass.max():g}" for each in fitted)
        raise InputError("--mass", f"{mass:g} GeV", f"masses that were scanned: {ranges} GeV", "see scan.csv")
    return Hypothesis(nearest, row)


def _refuse_mass(to: str, mass: float | None) -> None:
    if mass is not None:
        raise InputError(f"--mass with --to {to}", f"{mass:g}", "all masses: it holds tables", "leave it out")


def _written(to: str, files: list[Path], more: dict[str, Any]) -> dict[str, Any]:
    return {"format": to, "files": [str(file) for file in files]} | more


def _likelihood(to: str, chosen: Hypothesis, directory: Path, out: Path | None) -> dict[str, Any]:
    channel, row = chosen.channel, chosen.row
    model = histfactory_model(channel.result, row, channel.name, channel.observable_label.replace("$", ""))
    document = pyhf_workspace(model) if to == "pyhf" else hs3_document(model)
    path = out or directory / "export" / f"{channel.name}_{chosen.mass:.6g}.{to}.json"
    write_atomically(path, lambda stream: stream.write(json.dumps(document, indent=1).encode()))
    limits = channel.limits if channel.variants is None else channel.variants.limits[0]
    more = {
        "channel": channel.name,
        "mass": chosen.mass,
        "events_per_mu": model.events,
        "n_sig": float(channel.result.n_sig[row]),
        "n_sig_ul": float(limits.observed[row]),
        "level": limits.level,
        "method": limits.method,
        "nuisances": list(model.systematics),
        "notes": [] if channel.variants is None else ["of the nominal background; limits.csv is over all variants"],
    }
    return _written(to, [path], more)


def _axionlimits(run: Run) -> str:
    pseudo = run.origin.kind == "pseudo"
    found = [limits for channel in run.channels if (limits := channel.coupling_limits) is not None]
    none = np.zeros(0)
    mass = np.concatenate([none, *(limits.mass for limits in found)])
    limit = np.concatenate([none, *(limits.expected[:, 2] if pseudo else limits.observed for limits in found)])
    kind = "expected limits (median) of PSEUDO-DATA, no measurement" if pseudo else "observed limits"
    level = level_in_words(run.channels[0].limits.level)
    head = f"{run.title}\n{kind}, {level}, {limit_in_words(run.channels[0].limits)}\nData: {run.origin.source}"
    return axionlimits_text(run.model, mass, limit, head)


def _csv(run: Run, mass: float | None, channel: str | None, directory: Path, out: Path | None) -> dict[str, Any]:
    if mass is None:
        path = out or directory / "export" / f"{run.name}.csv"
        return _written("csv", [write_table(path, result_table(run))], {})
    chosen = chosen_hypothesis(run, mass, channel)
    view = fit_view(chosen.channel.result, chosen.row, ALL_BINS)
    columns = {
        "low": view.edges[:-1], "high": view.edges[1:], "data": view.counts, "background": view.background,
        "signal": view.signal, "pull": view.pulls,
    }  # fmt: skip
    path = out or directory / "export" / f"{chosen.channel.name}_{chosen.mass:.6g}.csv"
    return _written("csv", [write_table(path, columns)], {"channel": chosen.channel.name, "mass": chosen.mass})


def _comment(run: Run) -> str:
    pseudo = " These are pseudo-data: nothing here is a measurement." if run.origin.kind == "pseudo" else ""
    return f"{run.title}. {data_in_words(run.channels[0].result.spectrum)}.{pseudo}"


def submission_tables(run: Run) -> list[SubmissionTable]:
    """The tables of a submission: yields with significances, and each kind of limit, for each channel."""
    return [table for channel in run.channels for table in (_found(run, channel), *_limited(run, channel))]


def _masses(channel: Channel, rows: IntArray) -> tuple[Column, ...]:
    columns = [Column("Mass", "GeV", channel.result.mass[rows])]
    if np.isfinite(channel.result.mass2).any():
        columns.append(Column("Second mass", "GeV", channel.result.mass2[rows]))
    return tuple(columns)


def _found(run: Run, channel: Channel) -> SubmissionTable:
    result, z = channel.result, channel.z_local
    rows = np.flatnonzero(np.isfinite(result.n_sig) & np.isfinite(result.n_sig_err) & np.isfinite(z))
    error = result.n_sig_err[rows]
    counted = "" if isinstance(channel, ChannelResult) else " Events above the expected background."
    qualifiers = {"Data": data_in_words(result.spectrum)}
    return SubmissionTable(
        _named(channel, "signal yield"),
        f"{run.title}, {channel.title}: fitted signal yield and signed local significance; the number of masses looked "
        f"at is not accounted for.{counted} {_left_out(result.mass.size - rows.size)}".strip(),
        _masses(channel, rows),
        (
            Column("Signal yield", "events", result.n_sig[rows], {"stat+syst": np.array([error, error])}, qualifiers),
            Column("Local significance", "", z[rows], {}, qualifiers),
            Column("Local p-value", "", p_local(z[rows]), {}, qualifiers),
        ),
        ("SIG",),
    )


def _named(channel: Channel, what: str) -> str:
    """The name of a table, as short as HEPData wants it."""
    return f"{channel.name[: MOST_LETTERS - len(what) - 1]} {what}"


def _left_out(number: int) -> str:
    return f"{number} hypotheses without an answer are left out." if number else ""


def _limited(run: Run, channel: Channel) -> list[SubmissionTable]:
    limits, in_fb, couplings = channel.limits, channel.cross_section, channel.coupling_limits
    quantities = [("signal yield", "events", limits.observed, limits.expected)]
    if channel.factors.complete:
        kind = f"{cross_section_in_words(channel.factors)}, {division_in_words(channel.factors)}"
        quantities.append((kind, "fb", in_fb.observed, in_fb.expected))
    if couplings is not None:
        unit = couplings.unit.replace("^-1", "**-1")
        quantities.append((f"coupling {couplings.name}", unit, couplings.observed, couplings.expected))
    return [_limit_table(run, channel, *each) for each in quantities if np.isfinite(each[2]).any()]


def _limit_table(
    run: Run, channel: Channel, quantity: str, unit: str, observed: FloatArray, expected: FloatArray
) -> SubmissionTable:
    banded = bool(np.isfinite(expected[:, [0, 4]]).any())
    complete = np.isfinite(expected).all(axis=1) if banded else np.ones(observed.size, np.bool_)
    rows = np.flatnonzero(np.isfinite(observed) & complete)
    short = quantity.partition(",")[0]
    qualifiers = {
        "Confidence level": level_in_words(channel.limits.level),
        "Method": limit_in_words(channel.limits),
        "Test statistic": channel.limits.test_statistic,
        "Data": data_in_words(channel.result.spectrum),
    }
    dependent = [Column(f"Observed upper limit on the {short}", unit, observed[rows], {}, qualifiers)]
    if banded:
        low2, low1, median, high1, high2 = expected[rows].T
        errors = {
            "68%": np.array([median - low1, high1 - median]),
            "95%": np.array([median - low2, high2 - median]),
        }
        dependent.append(Column(f"Expected upper limit on the {short}", unit, median, errors, qualifiers))
    return SubmissionTable(
        _named(channel, f"limits on the {short}".replace(" times branching fraction", "")),
        f"{run.title}, {channel.title}: upper limits on the {quantity}. Expected: without a signal, median and the "
        f"quantiles Phi(+-1), Phi(+-2). {_left_out(observed.size - rows.size)}".strip(),
        _masses(channel, rows),
        tuple(dependent),
        ("CLS" if channel.limits.method.startswith("cls") else "CL",),
    )
