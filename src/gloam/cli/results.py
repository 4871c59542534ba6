"""How commands hand over a run: files, and its outcome on standard output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gloam.cli.options import print_json
from gloam.workflow import Run, write_run

__all__ = ["deliver"]

USUAL = ("p_global", "toys", "efficiency", "coupling_ul", "variants")
"""How notes begin that hold for most runs: they are in `summary.json` and on the page."""


def deliver(run: Run, out: Path | None, figures: bool, seed: int, as_json: bool, quiet: bool) -> None:
    """Write the files of a run to `out` (default runs/NAME), then print its summary as text or JSON."""
    directory = out or Path("runs") / run.name
    numbers = write_run(run, directory, figures=figures, seed=seed)
    if as_json:
        print_json(numbers)
    elif not quiet:
        _print(numbers, directory, figures)


def _print(numbers: dict[str, Any], directory: Path, figures: bool) -> None:
    data = numbers["data"]
    click.echo(f"{numbers['title']}: {data['kind']} data, {data['entries']:g} entries")
    click.echo(
        f"  {numbers['n_hypotheses']} hypotheses, {numbers['n_fits']} fits, {numbers['n_failed']} failed, "
        f"{numbers['seconds']:.2f} s"
    )
    for channel in numbers["channels"]:
        click.echo(f"  {channel['channel']:<12} {_extreme('largest excess', channel['max_excess'])}")
    limit = numbers["limit"]
    if medians := _medians(numbers, "median_n_sig_ul"):
        method = f"{limit['level']:.0%} CL, {limit['method']}, {limit['sidedness']}, {limit['distribution']}"
        click.echo(f"  upper limits on the yield ({method}), median: {medians}")
    if medians := _medians(numbers, "median_xsec_ul_fb"):
        click.echo(f"  upper limits in fb ({limit['cross_section']['xsec_ul_fb']}), median: {medians}")
    shown = [note for note in numbers["notes"] if not note.startswith(USUAL)]
    for note in shown:
        click.echo(f"  note: {note}")
    click.echo(f"  written to {directory}/{' (open report.html)' if figures else ''}")


def _medians(numbers: dict[str, Any], key: str) -> str:
    return ", ".join(f"{channel['channel']} {channel[key]:.3g}" for channel in numbers["channels"] if channel[key])


def _extreme(label: str, found: dict[str, Any] | None) -> str:
    if found is None:
        return f"{label}: none"
    return f"{label} at {found['mass']:.6g} GeV, {found['z_local']:.2f} sigma local"
