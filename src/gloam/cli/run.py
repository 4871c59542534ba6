"""`gloam run`: a search on its own data or on the user's."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.completing import files, searches
from gloam.cli.options import blinded_option, common_options, engine_options, output_options, toy_options

__all__ = ["command"]


@click.command("run", epilog="Examples: gloam run cms_dimuon  |  gloam run belle2_alp_3gamma --inject 3 0.003")
@click.argument("search", shell_complete=searches)
@click.option("--data", metavar="FILE[:OBJECT]", shell_complete=files, help="Your data instead of those of the search.")
@click.option(
    "--stage", type=click.Choice(["events", "selected", "spectrum"]), default="selected", show_default=True,
    help="What your file holds: all events, selected events, or a filled spectrum.",
)  # fmt: skip
@click.option(
    "--inject", type=float, nargs=2, metavar="MASS COUPLING", help="Add a signal to the pseudo-data of the search."
)
@click.option("--inject-mass2", type=float, metavar="MASS2", help="Second mass of that signal, in a plane of two.")
@click.option("--toys", type=click.IntRange(1), metavar="N", help="Of the whole scan without a signal, for p_global.")
@toy_options
@output_options
@engine_options
@blinded_option
@common_options
def command(
    search: str, data: str | None, stage: str, inject: tuple[float, float] | None, inject_mass2: float | None,
    toys: int | None, first_toy: int, exhaustive: bool, resume: bool, workers: int, scheduler: str | None,
    out: Path | None, figures: bool, threads: int | None, seed: int,
    as_json: bool, quiet: bool, blinded: bool,
) -> None:  # fmt: skip
    """Run SEARCH and write its tables, figures and page."""
    from gloam.cli.results import ToyOptions, deliver, through_mask
    from gloam.errors import InputError
    from gloam.execution import progress_bar
    from gloam.searches import load_search
    from gloam.workflow import run
    from gloam.workflow.run import hypotheses

    signal: tuple[float, ...] | None = inject
    if inject_mass2 is not None:
        if inject is None:
            raise InputError("--inject-mass2", f"{inject_mass2:g}", "a signal", "write --inject MASS COUPLING too")
        signal = (inject[0], inject_mass2, inject[1])
    asked = ToyOptions(toys, first_toy, exhaustive, resume, workers, scheduler)
    declared = load_search(search)
    with through_mask(data, blinded), progress_bar(search, 2 * hypotheses(declared), not (quiet or as_json)) as advance:
        result = run(
            declared, data, stage=stage, seed=seed, inject=signal, threads=threads, progress=advance,  # type: ignore[arg-type]
        )  # fmt: skip
    deliver(result, out, figures, seed, as_json, quiet, asked, threads)
