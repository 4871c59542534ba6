"""`gloam bias`: bias of the fitted yields of a run, by toys with a known signal."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any, Literal

import click

from gloam.cli.completing import searches_and_runs
from gloam.cli.options import common_options, engine_options, output_options, print_json, worker_options

__all__ = ["command"]


@click.command("bias", epilog="Example: gloam bias cms_dimuon --mass 9.46 --inject 0UL --inject 1UL --toys 1000")
@click.argument("target", metavar="SEARCH|DIR", shell_complete=searches_and_runs)
@click.option("--mass", "masses", type=float, multiple=True, metavar="M", help="In GeV.  [representative ones]")
@click.option(
    "--inject", "injected", multiple=True, metavar="N|xUL",
    help="Signal events, or a multiple of the upper limit of each mass.  [0UL, 0.5UL, 1UL, 2UL]",
)  # fmt: skip
@click.option("--toys", type=click.IntRange(2), default=1000, show_default=True, help="Of each mass and signal.")
@click.option(
    "--base", type=click.Choice(["data", "background"]), default="data", show_default=True,
    help="What toys vary: each bin of the data, or the background fitted to them.",
)  # fmt: skip
@worker_options
@output_options
@engine_options
@common_options
def command(
    target: str, masses: tuple[float, ...], injected: tuple[str, ...], toys: int, base: Literal["data", "background"],
    workers: int, scheduler: str | None, out: Path | None, figures: bool, threads: int | None, seed: int, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Put a signal into toys of a run's data, fit them, and compare.

    Writes bias.csv (pulls, relative biases of yields and errors), linearity.csv, corrected.csv, bias.json and figures.
    """
    from gloam.execution import open_workers, progress_bar
    from gloam.workflow.bias import bias_of_run, write_bias
    from gloam.workflow.studies import amount_named, chosen_hypotheses, run_named

    amounts = [amount_named("--inject", text) for text in injected or ("0UL", "0.5UL", "1UL", "2UL")]
    run = run_named(target, threads)
    total = sum(rows.size for _, rows in chosen_hypotheses(run, masses))
    with (
        open_workers(workers, scheduler) as pool,
        progress_bar("masses", total, not (quiet or as_json)) as advance,
    ):
        study = bias_of_run(
            run, amounts, masses, base=base, toys=toys, seed=seed, source=target, threads=threads, workers=pool,
            progress=advance,
        )  # fmt: skip
    directory = out or (Path(target) if Path(target).is_dir() else Path("runs") / run.name)
    document = write_bias(study, directory, figures=figures)
    if as_json:
        from gloam.store.writing import finite

        print_json(finite(document))
    elif not quiet:
        _print(document, directory)


def _print(document: dict[str, Any], directory: Path) -> None:
    click.echo(f"{document['search']}: {document['toys']} toys of each mass and signal, {document['base_in_words']}")
    click.echo("  channel           mass  injected    n_true     n_sig  mean pull        width            failed")
    for row in document["masses"]:
        pulls = "  ".join(
            f"{row[key]:{sign}.3f} +- {row[f'{key}_mc_err']:.3f}" for key, sign in (("pull", "+"), ("pull_width", ""))
        )
        click.echo(
            f"  {row['channel']:<12} {row['mass']:9.5g}  {row['injected']:>8} {row['n_true']:9.4g} {row['n_sig']:9.4g}"
            f"  {pulls}  {row['n_failed']:6d}"
        )
    for each in document["combined"]:
        averages = [
            f"{label} {each[name]['value']:+.4f} +- {each[name]['scaled_error']:.4f}"
            for name, label in (("pull", "pull"), ("bias", "bias of the yield"), ("err_bias", "of its error"))
            if isfinite(each[name]["value"])
        ]
        click.echo(f"  all masses, {each['injected']}: {', '.join(averages)}")
    if document["linearity"]:
        slope, offset = document["linearity"]["slope"], document["linearity"]["offset_in_sigma"]
        click.echo(
            f"  linearity: slope {slope['value']:.4f} +- {slope['scaled_error']:.4f}, offset "
            f"{offset['value']:+.4f} +- {offset['scaled_error']:.4f} sigma"
        )
    for note in document["notes"]:
        click.echo(f"  note: {note}")
    click.echo(f"  written to {directory}/")
