"""`gloam exclusions`: what is published about a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gloam.cli.options import common_options, print_json

if TYPE_CHECKING:
    from gloam.interpretation.exclusions import Exclusion

__all__ = ["command"]


@click.command("exclusions", epilog="Example: gloam exclusions alp-photon --figure exclusions.png")
@click.argument("model")
@click.option(
    "--figure", type=click.Path(dir_okay=False, path_type=Path), help="Draw all of them to this file (.png or .pdf)."
)
@click.option(
    "--gminus2", type=click.Choice(["2006", "2021", "2023", "2025", "none"]), default="2021", show_default=True,
    help="(g-2) of the muon as measured and predicted in this year, for vectors; 2025 shows no effect.",
)  # fmt: skip
@click.option(
    "--with", "runs", multiple=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="The limits on the coupling of a run too; may be given several times.",
)  # fmt: skip
@common_options
def command(
    model: str, figure: Path | None, gminus2: str, runs: tuple[Path, ...], as_json: bool, quiet: bool
) -> None:  # fmt: skip
    """List the published exclusions of MODEL, each with its own confidence level and licence, and draw them."""
    from gloam.interpretation.exclusions import coupling_plane
    from gloam.workflow.exclusions import limits_of_run
    from gloam.workflow.indirect import with_indirect

    plane = with_indirect(coupling_plane(model), None if gminus2 == "none" else gminus2)
    ours = [each for directory in runs for each in limits_of_run(directory, plane)]
    if figure is not None:
        from gloam.report import exclusion_figure, write_figure

        write_figure(exclusion_figure(plane, ours), figure)
    shown = [*plane.exclusions, *ours]
    if as_json:
        print_json([each.row() for each in shown])
        return
    for each in shown:
        _print(each, quiet)
    if not quiet:
        for sentence in plane.missing:
            click.echo(f"missing: {sentence}")
        if figure is not None:
            click.echo(f"written to {figure}")


def _print(exclusion: Exclusion, quiet: bool) -> None:
    click.echo(exclusion.label)
    if quiet:
        return
    click.echo(f"  {exclusion.quantity}, {exclusion.kind}: {exclusion.content_in_words}")
    click.echo(f"  {exclusion.source}")
    click.echo(f"  numbers: {exclusion.numbers or exclusion.source} ({exclusion.licence})")
    if exclusion.note:
        click.echo(f"  note: {exclusion.note}")
