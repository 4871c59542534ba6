"""The files of a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit import FitStatus
from gloam.report import Channel, CountingChannel
from gloam.spectra import to_uhi_json
from gloam.statistics import CountingScanLimits, UpperLimits, p_local
from gloam.store import provenance, write_arrays, write_atomically, write_json, write_table
from gloam.workflow.exclusions import coupling_figure_content
from gloam.workflow.results import Run
from gloam.workflow.stored import stored_channel
from gloam.workflow.summary import summary
from gloam.workflow.toys import stored_toys

__all__ = ["result_table", "write_run"]

QUANTILES = ("m2", "m1", "0", "p1", "p2")


def write_run(run: Run, directory: Path, *, figures: bool = True, seed: int | None = None) -> dict[str, Any]:
    """The summary of a run, after all its files were written to the directory.

    `summary.json`, `scan.csv`, `limits.csv`, `variants.csv`, with nuisance parameters `nuisances.csv`, with limits of
    other methods `cross_checks.csv`, with channels that are combined `combined.csv`, with toys `toys.npz`, with
    simulation `cut_flow.json`, `spectrum.json` (UHI), `fits.npz`, `declaration.json`, `provenance.json`, and with
    figures `figures/` (PNG and PDF) and `report.html`.
    Each file is whole or not there.

    Args:
        run: the results.
        directory: where to; made if it does not exist, files of the same names are replaced.
        figures: whether to draw figures and the page, which takes seconds.
        seed: of the run, for the provenance; None: the one it carries.
    """
    numbers = summary(run)
    write_table(directory / "scan.csv", _joined([_scan_columns(channel) for channel in run.channels]))
    write_table(directory / "limits.csv", _joined([_limit_columns(channel) for channel in run.channels]))
    write_table(directory / "variants.csv", _variant_columns(run))
    _write_cross_checks(run, directory)
    _write_combined(run, directory)
    nuisances = [_nuisance_columns(channel) for channel in run.channels if channel.nuisances is not None]
    if nuisances:
        write_table(directory / "nuisances.csv", _joined(nuisances))
    spectra = {channel.name: json.loads(to_uhi_json(channel.result.spectrum)) for channel in run.channels}
    document = json.dumps(spectra if len(spectra) > 1 else next(iter(spectra.values())))
    write_atomically(directory / "spectrum.json", lambda stream: stream.write(document.encode()))
    write_arrays(directory / "fits.npz", _stored(run))
    _write_or_remove(directory / "toys.npz", None if run.toys is None else stored_toys(run.toys))
    _write_declaration(run, directory)
    if run.cut_flows:
        write_json(directory / "cut_flow.json", run.cut_flows)
    written = provenance(hashes=run.hashes, seed=run.seed if seed is None else seed)
    written |= {"blinding": run.blinding} if run.blinding else {}
    write_json(directory / "provenance.json", written)
    path = write_json(directory / "summary.json", numbers)
    if figures:
        from gloam.report import write_figures, write_page
        from gloam.workflow.combined_counts import combined_lines

        plane = coupling_figure_content(run)
        drawn = write_figures(run.channels, directory / "figures", plane=plane, lines=combined_lines(run))
        write_page(
            numbers, run.channels, drawn, directory / "report.html", provenance=written, cut_flows=run.cut_flows,
            plane=None if plane is None else plane[0],
            toys=None if run.toys is None else run.toys.largest[~run.toys.failed],
        )  # fmt: skip
    return dict(json.loads(path.read_text()))


def _write_cross_checks(run: Run, directory: Path) -> None:
    """`cross_checks.csv`: the limits of counts by other methods, beside those of the main one."""
    tables = [
        _cross_check_columns(channel, name, limits)
        for channel in run.channels
        if isinstance(channel, CountingChannel) and channel.cross_checks
        for name, limits in {channel.limits.method: channel.limits, **channel.cross_checks}.items()
    ]
    if tables:
        write_table(directory / "cross_checks.csv", _joined(tables))
    else:
        (directory / "cross_checks.csv").unlink(missing_ok=True)  # of another run that was here


def _cross_check_columns(channel: CountingChannel, name: str, limits: UpperLimits) -> dict[str, Any]:
    other = replace(channel, limits=limits)
    in_fb, couplings = other.cross_section, other.coupling_limits
    lower = limits.lower if isinstance(limits, CountingScanLimits) else 0.0
    return {
        "channel": channel.name, "mass": channel.result.mass, "mass2": channel.result.mass2,
        "method": np.full(channel.result.mass.size, name), "n_sig_low": lower, "n_sig_ul": limits.observed,
        "eff_xsec_ul_fb": in_fb.effective, "xsec_ul_fb": in_fb.observed,
        "coupling_ul": np.nan if couplings is None else couplings.observed,
    }  # fmt: skip


def result_table(run: Run) -> dict[str, Any]:
    """The columns of `scan.csv` and of `limits.csv` beside each other, a row for each hypothesis of each channel."""
    fits = _joined([_scan_columns(channel) for channel in run.channels])
    return fits | _joined([_limit_columns(channel) for channel in run.channels])


def _write_or_remove(path: Path, arrays: dict[str, Any] | None) -> None:
    """Write arrays; without any remove what another run may have left."""
    if arrays is None:
        path.unlink(missing_ok=True)
    else:
        write_arrays(path, arrays)


def _write_combined(run: Run, directory: Path) -> None:
    """`combined.csv`: limits on the coupling from all channels at once, and the best that one channel expects."""
    found = run.combined
    if found is None:
        (directory / "combined.csv").unlink(missing_ok=True)  # of another run that was here
        return
    masses = {"mass": found.mass} | ({} if found.mass2 is None else {"mass2": found.mass2})
    columns = masses | _limited("coupling_ul", found.observed, found.expected)
    write_table(directory / "combined.csv", columns | {"best_channel_exp_0": found.best})


def _write_declaration(run: Run, directory: Path) -> None:
    """What was asked for and what the run says of itself, with which `load_run` reads it back."""
    if run.declaration is None:
        (directory / "declaration.json").unlink(missing_ok=True)  # of another run that was here
        return
    said = {"name": run.name, "notes": run.notes, "published": run.published}
    write_json(directory / "declaration.json", said | run.declaration)


VARIANT_COLUMNS = ("channel", "mass", "mass2", "variant", "n_sig", "n_sig_err", "z_local", "n_sig_ul", "status")


def _joined(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """The tables of all channels below each other; a column that some do not have is NaN there."""
    sizes = [len(table["mass"]) for table in tables]
    names = dict.fromkeys(name for table in tables for name in table)
    return {
        name: np.concatenate(
            [np.broadcast_to(table.get(name, np.nan), size) for table, size in zip(tables, sizes, strict=True)]
        )
        for name in names
    }


def _scan_columns(channel: Channel) -> dict[str, Any]:
    result, z = channel.result, channel.z_local
    columns = {
        "channel": channel.name,
        "mass": result.mass,
        "mass2": result.mass2,
        "observable": result.position,
        "n_sig": result.n_sig,
        "n_sig_err": result.n_sig_err,
        "z_local": z,
        "p_local": p_local(z),
        "window_low": result.window_low,
        "window_high": result.window_high,
        "status": _status_names(result.status),
        "edm": result.edm,
    }
    return columns | _counted(channel) if isinstance(channel, CountingChannel) else columns


def _counted(channel: CountingChannel) -> dict[str, Any]:
    """Further columns of windows."""
    result = channel.result
    return {
        "observable2": result.position2,
        "window_low2": result.window_low2,
        "window_high2": result.window_high2,
        "observed": result.observed,
        "background": result.background,
        "background_err": result.background_err,
        "p_value": channel.significances.p_excess,
    }


def _limit_columns(channel: Channel) -> dict[str, Any]:
    limits, in_fb = channel.limits, channel.cross_section
    columns: dict[str, Any] = {"channel": channel.name, "mass": channel.result.mass, "mass2": channel.result.mass2}
    columns |= _limited("n_sig_ul", limits.observed, limits.expected)
    columns["efficiency"] = in_fb.efficiency
    columns |= _limited("eff_xsec_ul_fb", in_fb.effective, in_fb.effective_expected)
    columns |= _limited("xsec_ul_fb", in_fb.observed, in_fb.expected)
    couplings = channel.coupling_limits
    if couplings is None:
        columns |= _limited("coupling_ul", np.nan, np.full((1, len(QUANTILES)), np.nan))
    else:
        columns |= _limited("coupling_ul", couplings.observed, couplings.expected)
    return columns | {"method": limits.method, "level": limits.level, "n_sig_ul_err": limits.error}


def _variant_columns(run: Run) -> dict[str, Any]:
    """One row for each channel, variant and hypothesis; no row for channels with one background model."""
    tables = [
        {
            "channel": channel.name,
            "mass": result.mass,
            "mass2": np.nan,
            "variant": name,
            "n_sig": result.n_sig,
            "n_sig_err": result.n_sig_err,
            "z_local": result.z_local,
            "n_sig_ul": limits.observed,
            "status": _status_names(result.status),
        }
        for channel in run.channels
        if (variants := channel.variants) is not None
        for name, result, limits in zip(variants.results.names, variants.results.results, variants.limits, strict=True)
    ]
    return _joined(tables) if tables else {name: np.empty(0) for name in VARIANT_COLUMNS}


def _status_names(codes: IntArray) -> np.ndarray[Any, Any]:
    names = {int(status): status.name.lower() for status in FitStatus}
    return np.array([names[code] for code in codes.tolist()])


def _limited(name: str, observed: Any, expected: FloatArray) -> dict[str, Any]:
    """The columns of one limited quantity: observed, and the quantiles expected without a signal."""
    return {name: observed} | {f"{name}_exp_{q}": expected[:, band] for band, q in enumerate(QUANTILES)}


def _nuisance_columns(channel: Channel) -> dict[str, Any]:
    """Pulls and effects of every nuisance parameter at some of the hypotheses, one row for each pair."""
    effects = channel.nuisances
    if effects is None:
        return {}
    number = len(effects.names)
    return {
        "channel": channel.name,
        "mass": np.repeat(channel.result.mass[effects.rows], number),
        "nuisance": np.tile(np.array(effects.names), effects.rows.size),
        "pull": effects.pull.ravel(),
        "pull_err": effects.pull_error.ravel(),
        "n_sig_effect": effects.n_sig_effect.ravel(),
        "n_sig_ul": np.repeat(effects.limit, number),
        "n_sig_ul_without": effects.limit_without.ravel(),
    }


def _stored(run: Run) -> dict[str, Any]:
    """The fits of all channels, so that pages and figures never refit."""
    arrays: dict[str, Any] = {"channels": np.array([channel.name for channel in run.channels])}
    for channel in run.channels:
        arrays |= stored_channel(channel)
    if (found := run.combined) is not None:
        arrays |= {f"combined.{name}": getattr(found, name) for name in ("mass", "observed", "expected", "best")}
        arrays |= {} if found.mass2 is None else {"combined.mass2": found.mass2}
    return arrays
