"""`gloam significance`: how unlikely a count is without a signal."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import click

from gloam.cli.options import common_options, print_json
from gloam.errors import InputError

__all__ = ["command"]

NOTE = (
    "p_global is a bound, p_local + mean number of up-crossings; p_global_estimate is that of a continuous scan, lower "
    "where several crossings are likely."
)


@click.group("significance", epilog="Example: gloam significance onoff --on 4 --off 5 --tau 5 --json")
def command() -> None:
    """Give the significance of an excess.

    Every command below takes --json, --quiet, --verbose and --debug.
    """


@command.command("onoff", epilog="Example: gloam significance onoff --on 4 --off 5 --tau 5 --json")
@click.option("--on", required=True, type=float, metavar="N", help="Events in the signal region.")
@click.option("--off", required=True, type=float, metavar="M", help="Events in the background region.")
@click.option("--tau", required=True, type=float, metavar="T", help="Expected background of the second over the first.")
@common_options
def on_off(on: float, off: float, tau: float, as_json: bool, quiet: bool) -> None:
    """Compare a count with a background measured elsewhere: Li and Ma's z_profile, and z_bi with its p-value."""
    from gloam.statistics import log_p_on_off, z_bi, z_profile

    log_p = float(log_p_on_off(on, off, tau))
    profile, binomial = float(z_profile(on, off, tau)), float(z_bi(on, off, tau))
    notes = [] if math.isfinite(binomial) else ["z_bi: null, the p-value is 1 and has no finite number of sigma"]
    document = {
        "z_profile": profile,
        "z_bi": binomial if math.isfinite(binomial) else None,
        "p_value": math.exp(log_p),
        "log10_p_value": log_p / math.log(10),
        "inputs": {"on": on, "off": off, "tau": tau},
        "reference": "z_profile: Li and Ma, ApJ 272 (1983) 317, eq. 17; z_bi and p_value: Cousins, Linnemann and "
        "Tucker, NIM A595 (2008) 480",
        "notes": notes,
    }
    if as_json:
        print_json(document)
        return
    click.echo(f"z_profile {profile:.5f} (Li-Ma), z_bi {binomial:.5f}, p-value {document['p_value']:.5g}")
    if not quiet:
        for note in notes:
            click.echo(f"  note: {note}")


@command.command("global", epilog="Example: gloam significance global --z-local 3 --length 100 --width 1 --json")
@click.option("--z-local", type=float, metavar="Z", help="Largest local significance of the scan.")
@click.option("--length", type=float, metavar="L", help="Of the range that was scanned.")
@click.option("--width", type=float, metavar="S", help="Resolution sigma, in the same unit.")
@click.option(
    "--run", "directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Of a scan or a run instead: what its summary says.",
)  # fmt: skip
@common_options
def everywhere(
    z_local: float | None, length: float | None, width: float | None, directory: Path | None, as_json: bool, quiet: bool
) -> None:
    """Account for the masses that were looked at: the exact up-crossings of a stationary scan, or those of a run."""
    numbers = (z_local, length, width)
    if (directory is None) == (None in numbers) or (directory is not None and any(n is not None for n in numbers)):
        raise InputError(
            "gloam significance global", "neither or both of a run and three numbers",
            "--z-local, --length and --width, or --run DIR", "give one of the two",
        )  # fmt: skip
    document = _of_run(directory) if directory is not None else _stationary(*numbers)
    if as_json:
        print_json(document)
        return
    z = "" if document["z_global"] is None else f", z_global {document['z_global']:.3f}"
    p = "not known" if document["p_global"] is None else f"{document['p_global']:.5g}"
    click.echo(f"p_global {p}{z}")
    if not quiet:
        for note in document["notes"]:
            click.echo(f"  note: {note}")


def _stationary(z: float | None, length: float | None, width: float | None) -> dict[str, Any]:
    import numpy as np

    from gloam.statistics.elsewhere import log_p_stationary, log_upper_bound, mean_upcrossings
    from gloam.statistics.normal import log_cumulative, upper_quantile

    if z is None or length is None or width is None:  # the caller has seen to it
        raise InputError("gloam significance global", "a missing number", "three numbers", "give all of them")
    bound, local = log_upper_bound(z, length, width), float(log_cumulative(np.array(-z)))
    return {
        "p_global": math.exp(bound),
        "log10_p_global": bound / math.log(10),
        "z_global": float(upper_quantile(np.array(bound))) if bound < 0 else None,
        "p_local": math.exp(local),
        "trials_factor": math.exp(bound - local),
        "mean_upcrossings": mean_upcrossings(z, length, width),
        "p_global_estimate": math.exp(log_p_stationary(z, length, width)),
        "inputs": {"z_local": z, "length": length, "width": width},
        "reference": "Gross and Vitells, EPJC 70 (2010) 525 (arXiv:1005.1891), for the signed process",
        "notes": [NOTE],
    }


def _of_run(directory: Path) -> dict[str, Any]:
    path = directory / "summary.json"
    if not path.is_file():
        raise InputError(f"--run {directory}", "no summary.json", "the directory of a scan or a run", "give its --out")
    summary = json.loads(path.read_text())
    kept = {name: summary.get(name) for name in ("p_global", "p_global_err", "z_global", "trials_factor", "toys")}
    reasons = [note for note in summary.get("notes") or [] if str(note).startswith("p_global")]
    return {**kept, "max_excess": summary.get("max_excess"), "notes": reasons}
