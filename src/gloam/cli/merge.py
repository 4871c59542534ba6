"""`gloam merge`: the toys of several runs together."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.options import common_options

__all__ = ["command"]

DIRECTORY = click.Path(file_okay=False, path_type=Path)


@click.command("merge", epilog="Example: gloam merge runs/seed1 runs/seed2 --out runs/together")
@click.argument("directories", metavar="DIR...", nargs=-1, required=True, type=DIRECTORY)
@click.option("--out", required=True, type=DIRECTORY, help="Directory of the results.")
@click.option("--figures/--no-figures", default=True, show_default=True, help="Draw figures and the HTML page.")
@common_options
def command(directories: tuple[Path, ...], out: Path, figures: bool, as_json: bool, quiet: bool) -> None:
    """Join runs of one declaration on the same data that have different toys (--seed or --first-toy).

    The global p-value is computed again from all toys; nothing is fitted.
    """
    from gloam.cli.results import show
    from gloam.workflow import write_run
    from gloam.workflow.merging import merged

    show(write_run(merged(directories), out, figures=figures), out, figures, as_json, quiet)
