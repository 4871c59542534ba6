"""`gloam coverage`: how often limits hold the true signal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast, get_args

import click

from gloam.cli.completing import searches_and_runs
from gloam.cli.options import common_options, engine_options, output_options, print_json, worker_options
from gloam.errors import InputError, one_of
from gloam.execution import Pool, open_workers, progress_bar
from gloam.statistics import CountingMethod, LimitMethod

__all__ = ["command"]

_METHODS = tuple(dict.fromkeys((*get_args(LimitMethod), *get_args(CountingMethod))))


@click.command(
    "coverage",
    epilog="Examples: gloam coverage cms_dimuon --mass 9.46 --signal 0 --signal 1UL --toys 500   (toys)"
    "  |  gloam coverage counting --background 3 --level 0.90 --method feldman-cousins   (exact)",
)
@click.argument("target", metavar="SEARCH|DIR|counting", shell_complete=searches_and_runs)
@click.option("--mass", "masses", type=float, multiple=True, metavar="M", help="In GeV.  [representative ones]")
@click.option(
    "--signal", "signals", multiple=True, metavar="N|xUL",
    help="True events, or a multiple of the upper limit.  [0UL, 0.5UL, 1UL, 2UL; counting: 0, 0.5 ... 5]",
)  # fmt: skip
@click.option("--toys", type=click.IntRange(2), metavar="N", help="Of each mass and signal.  [1000]")
@click.option("--level", type=float, metavar="L", help="A fraction.  [that of the run; counting: 0.90]")
@click.option("--method", type=click.Choice(_METHODS), help="Of the limits.  [that of the run; counting: cls]")
@click.option("--background", type=float, metavar="B", help="Expected events, with counting.")
@worker_options
@output_options
@engine_options
@common_options
def command(
    target: str, masses: tuple[float, ...], signals: tuple[str, ...], toys: int | None, level: float | None,
    method: str | None, background: float | None, workers: int, scheduler: str | None, out: Path | None, figures: bool,
    threads: int | None, seed: int, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Give the probability that a limit is at or above the true signal.

    For a run: toys of its fitted background with a signal; writes coverage.csv, coverage.json and a figure. For
    counting: the exact sum over all counts.
    """
    if target == "counting":
        if masses or toys is not None or out is not None or workers > 1 or scheduler is not None:
            raise InputError(
                "gloam coverage counting", "--mass, --toys, --out or workers", "an exact sum over counts",
                "leave them out",
            )  # fmt: skip
        document = _counting(background, 0.90 if level is None else level, method or "cls", signals)
        _hand_over(document, _print_counting, as_json, quiet)
        return
    if background is not None:
        raise InputError("--background", f"{background:g}", "gloam coverage counting", "leave it out")
    if method is not None and method not in get_args(LimitMethod):
        raise InputError("--method", method, one_of(get_args(LimitMethod)), "choose one of these for a run")
    with open_workers(workers, scheduler) as pool:
        document, directory = _of_run(
            target, masses, signals, toys or 1000, level, cast(LimitMethod | None, method), out, figures, threads, pool,
            seed, as_json or quiet,
        )  # fmt: skip
    _hand_over(document, _print_run, as_json, quiet)
    if not (as_json or quiet):
        click.echo(f"  written to {directory}/")


def _hand_over(document: dict[str, Any], show: Any, as_json: bool, quiet: bool) -> None:
    if as_json:
        from gloam.store.writing import finite

        print_json(finite(document))
    elif not quiet:
        show(document)


def _of_run(
    target: str, masses: tuple[float, ...], signals: tuple[str, ...], toys: int, level: float | None,
    method: LimitMethod | None, out: Path | None, figures: bool, threads: int | None, workers: Pool | None, seed: int,
    silent: bool,
) -> tuple[dict[str, Any], Path]:  # fmt: skip
    from gloam.workflow.coverage import coverage_of_run, write_coverage
    from gloam.workflow.studies import amount_named, chosen_hypotheses, run_named

    amounts = [amount_named("--signal", text) for text in signals or ("0UL", "0.5UL", "1UL", "2UL")]
    run = run_named(target, threads)
    total = sum(rows.size for _, rows in chosen_hypotheses(run, masses))
    with progress_bar("masses", total, not silent) as advance:
        study = coverage_of_run(
            run, amounts, masses, level=level, method=method, toys=toys, seed=seed, source=target, threads=threads,
            workers=workers, progress=advance,
        )  # fmt: skip
    directory = out or (Path(target) if Path(target).is_dir() else Path("runs") / run.name)
    return write_coverage(study, directory, figures=figures), directory


def _counting(background: float | None, level: float, method: str, signals: tuple[str, ...]) -> dict[str, Any]:
    from gloam.statistics import METHOD_REFERENCES, counting_coverage

    if background is None:
        raise InputError("gloam coverage counting", "no background", "--background B", "give the expected events")
    if method not in get_args(CountingMethod):
        raise InputError("--method", method, one_of(get_args(CountingMethod)), "choose one of these for counts")
    chosen = cast(CountingMethod, method)
    try:
        truth = [float(text) for text in signals] or [0.5 * i for i in range(11)]
    except ValueError:
        raise InputError("--signal", ", ".join(signals), "numbers >= 0 for counts", "leave out the UL") from None
    found = counting_coverage(truth, background, level, chosen)
    return {
        "background": background,
        "level": level,
        "method": method,
        "interval": found.interval,
        "signal": found.signal.tolist(),
        "coverage": found.coverage.tolist(),
        "coverage_error": 0.0,
        "mean_upper": found.mean_upper.tolist(),
        "lowest": float(found.coverage.min()),
        "reference": METHOD_REFERENCES[chosen],
        "notes": ["exact sums over Poisson counts; the background is known"],
    }


def _print_counting(document: dict[str, Any]) -> None:
    click.echo(f"{document['method']}, level {document['level']:g}, background {document['background']:g}")
    click.echo("    signal  coverage  mean upper end")
    for row in zip(document["signal"], document["coverage"], document["mean_upper"], strict=True):
        click.echo("  {:8.4g}  {:8.5f}  {:8.4g}".format(*row))
    click.echo(f"  lowest coverage: {document['lowest']:.5f} ({document['notes'][0]})")


def _print_run(document: dict[str, Any]) -> None:
    click.echo(
        f"{document['search']}: {document['method']}, level {document['level']:g}, {document['toys']} toys of each "
        f"mass and signal of {document['base_in_words']}"
    )
    click.echo("  channel           mass    n_true  coverage            of n_sig +- err     median limit  failed")
    for row in document["masses"]:
        both = "  ".join(
            f"{row[key]:.4f} (-{row[key] - row[f'{key}_low']:.3f} +{max(row[f'{key}_high'] - row[key], 0):.3f})"
            for key in ("coverage", "interval_coverage")
        )
        click.echo(
            f"  {row['channel']:<12} {row['mass']:9.5g} {row['n_true']:9.4g}  {both}  {row['median_limit']:9.4g}  "
            f"{row['n_failed']:6d}"
        )
    for note in document["notes"]:
        click.echo(f"  note: {note}")
