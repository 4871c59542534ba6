"""`gloam run`: a search on its own data or on the user's."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.options import common_options, engine_options, output_options, toy_options

__all__ = ["command"]


@click.command("run", epilog="Example: gloam run cms_dimuon --out results")
@click.argument("search")
@click.option("--data", metavar="FILE[:OBJECT]", help="Your data instead of those of the search.")
@click.option(
    "--stage", type=click.Choice(["events", "selected", "spectrum"]), default="selected", show_default=True,
    help="What your file holds: all events, selected events, or a filled spectrum.",
)  # fmt: skip
@click.option("--toys", type=click.IntRange(1), metavar="N", help="Of the whole scan without a signal, for p_global.")
@toy_options
@output_options
@engine_options
@common_options
def command(
    search: str, data: str | None, stage: str, toys: int | None, first_toy: int, exhaustive: bool, resume: bool,
    workers: int, out: Path | None, figures: bool, threads: int | None, seed: int,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Run SEARCH and write its tables, figures and page."""
    from gloam.cli.results import ToyOptions, deliver
    from gloam.execution import progress_bar
    from gloam.searches import load_search
    from gloam.workflow import run
    from gloam.workflow.run import hypotheses

    asked = ToyOptions(toys, first_toy, exhaustive, resume, workers)
    declared = load_search(search)
    with progress_bar(search, 2 * hypotheses(declared), not (quiet or as_json)) as advance:
        result = run(declared, data, stage=stage, threads=threads, progress=advance)  # type: ignore[arg-type]
    deliver(result, out, figures, seed, as_json, quiet, asked, threads)
