"""`gloam unblind`: blinded data are opened, and it is written down."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.completing import files, searches
from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command(
    "unblind",
    epilog='Examples: gloam unblind data.root:events --reason "selection frozen, review passed" --by "A. Author"'
    '  |  gloam unblind data.root:events --fraction 0.1 --reason "check of the background" --by "A. Author"',
)
@click.argument("source", metavar="FILE[:OBJECT]", shell_complete=files)
@click.option("--reason", required=True, metavar="TEXT", help="Why it is opened now.")
@click.option("--by", required=True, metavar="NAME", help="Who opens it.")
@click.option(
    "--search",
    metavar="NAME",
    shell_complete=searches,
    help="Whose declaration is frozen.  [the one that the data were registered for]",
)
@click.option(
    "--run", "directory", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="A run whose declaration is frozen.  [the last one with --blinded]",
)  # fmt: skip
@click.option("--fraction", type=float, metavar="F", help="Open this part of the events, chosen at random.  [all]")
@common_options
def command(
    source: str, reason: str, by: str, search: str | None, directory: Path | None, fraction: float | None,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Open blinded data: who, when, why and the hash of the frozen declaration go to the registries first.

    Reports of the data then say it, and whether their declaration is the one that was frozen.
    """
    from gloam.workflow.blinding import unblind

    opened = unblind(source, by, reason, search=search, run=directory, fraction=fraction)
    if as_json:
        print_json([
            each.record.as_document() | {"registries": [str(path) for path in each.registries]} for each in opened
        ])  # fmt: skip
    elif not quiet:
        for each in opened:
            last = each.record.openings[-1]
            part = "" if last.fraction is None else f"a random {100 * last.fraction:g} % of "
            click.echo(f"{part}{each.record.file} is open: {last.by}, {last.date}: {last.reason}")
            frozen = last.declaration or "none: nothing was run on the visible part, and no search was named"
            click.echo(f"  frozen declaration: {frozen}")
