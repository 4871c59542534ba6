"""How commands hand over a run: files, and its outcome on standard output."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from gloam.blinding import masked_reading
from gloam.cli.options import print_json
from gloam.errors import InputError
from gloam.execution import clear_shards, open_workers, progress_bar
from gloam.spectra import split_source
from gloam.workflow import Run, write_run
from gloam.workflow.blinding import freeze
from gloam.workflow.toys import SHARDS, ToyRequest, check_resume, make_toys

__all__ = ["ToyOptions", "deliver", "show", "through_mask"]

USUAL = ("p_global", "toys", "efficiency", "coupling_ul", "variants")
"""How notes begin that hold for most runs: they are in `summary.json` and on the page."""


@dataclass(frozen=True, slots=True)
class ToyOptions:
    """Whole-scan toys as they were asked for on the command line; none without a number.

    Raises:
        InputError: for options of toys without toys.
    """

    toys: int | None
    first_toy: int = 0
    exhaustive: bool = False
    resume: bool = False
    workers: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        given = {
            "--first-toy": self.first_toy, "--exhaustive": self.exhaustive, "--resume": self.resume,
            "--scheduler": self.scheduler,
        }  # fmt: skip
        for option, value in given.items():
            if value and self.toys is None:
                raise InputError(option, "no whole-scan toys", "--toys N with it", "say how many toys, or leave it out")


def through_mask(source: str | None, blinded: bool) -> AbstractContextManager[None]:
    """Inside, blinded data may be read as far as they are visible, if that is asked for.

    Raises:
        InputError: if it is asked for without a file.
    """
    if not blinded:
        return masked_reading(None)
    if source is None:
        raise InputError(
            "--blinded", "no file of yours", "--data FILE with it", "leave it out: pseudo-data hide nothing"
        )
    return masked_reading(split_source(source)[0])


def deliver(
    run: Run, out: Path | None, figures: bool, seed: int, as_json: bool, quiet: bool, toys: ToyOptions | None = None,
    threads: int | None = None,
) -> None:  # fmt: skip
    """Write the files of a run to `out` (default runs/NAME), then print its summary as text or JSON.

    With toys the files are written without them first: they are whole if the toys are stopped, and workers read them.
    """
    directory = out or Path("runs") / run.name
    if toys is not None and toys.toys is not None:
        request = ToyRequest(toys.toys, seed, toys.first_toy, toys.exhaustive)
        if toys.resume:
            check_resume(run, request, directory)
        with (
            open_workers(toys.workers, toys.scheduler) as workers,
            progress_bar("toys", request.toys, not (quiet or as_json)) as advance,
        ):
            write_run(run, directory, figures=False, seed=seed)
            made = make_toys(
                run, request, directory=directory, resume=toys.resume, workers=workers, threads=threads,
                progress=advance,
            )  # fmt: skip
        run = replace(run, toys=made)
    numbers = write_run(run, directory, figures=figures, seed=seed)
    freeze(run)
    clear_shards(directory / SHARDS)
    show(numbers, directory, figures, as_json, quiet)


def show(numbers: dict[str, Any], directory: Path, figures: bool, as_json: bool, quiet: bool) -> None:
    """Print the summary of a run that was written to a directory."""
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
        click.echo(f"  {channel['channel']:<14} {_extreme('largest excess', channel['max_excess'])}")
    if numbers["toys"]:
        click.echo(f"  {_global(numbers)}")
    limit = numbers["limit"]
    if medians := _medians(numbers, "median_n_sig_ul"):
        method = f"{limit['level']:.0%} CL, {limit['method']}, {limit['sidedness']}, {limit['distribution']}"
        click.echo(f"  upper limits on the yield ({method}), median: {medians}")
    if medians := _medians(numbers, "median_xsec_ul_fb"):
        click.echo(f"  upper limits in fb ({limit['cross_section']['xsec_ul_fb']}), median: {medians}")
    if medians := _medians(numbers, "median_coupling_ul"):
        click.echo(f"  upper limits on {limit['coupling']}, median: {medians}")
    shown = [note for note in numbers["notes"] if not note.startswith(USUAL)]
    for note in shown:
        click.echo(f"  note: {note}")
    click.echo(f"  written to {directory}/{' (open report.html)' if figures else ''}")


def _global(numbers: dict[str, Any]) -> str:
    """The global significance from toys."""
    made = f"{numbers['toys']} toys, {numbers['n_toys_failed']} failed and left out"
    if numbers["p_global"] is None:
        return f"global significance: none ({made})"
    bound = ">" if numbers["p_global"] == 0 else "="
    p = f"{numbers['p_global']:.3g} +- {numbers['p_global_err']:.2g}"
    return f"global p-value {p}, z_global {bound} {numbers['z_global']:.2f} ({made})"


def _medians(numbers: dict[str, Any], key: str) -> str:
    return ", ".join(f"{each['channel']} {each[key]:.3g}" for each in numbers["channels"] if each.get(key))


def _extreme(label: str, found: dict[str, Any] | None) -> str:
    if found is None:
        return f"{label}: none"
    return f"{label} at {found['mass']:.6g} GeV, {found['z_local']:.2f} sigma local"
