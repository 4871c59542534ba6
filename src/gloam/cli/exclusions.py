"""`gloam exclusions`: what is published about a model."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command("exclusions", epilog="Example: gloam exclusions alp-photon --figure exclusions.png")
@click.argument("model")
@click.option(
    "--figure", type=click.Path(dir_okay=False, path_type=Path), help="Draw all of them to this file (.png or .pdf)."
)
@click.option(
    "--with", "runs", multiple=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="Draw the limits on the coupling of a run too; may be given several times.",
)  # fmt: skip
@common_options
def command(model: str, figure: Path | None, runs: tuple[Path, ...], as_json: bool, quiet: bool) -> None:
    """List the published exclusions of MODEL, each with its own confidence level and licence, and draw them."""
    from gloam.interpretation.exclusions import coupling_plane
    from gloam.workflow.exclusions import draw_exclusions, limits_of_run

    plane = coupling_plane(model)
    ours = [limits_of_run(directory, plane) for directory in runs]
    if figure is not None:
        draw_exclusions(plane, ours, figure)
    shown = (*plane.exclusions, *ours)
    if as_json:
        print_json([each.row() for each in shown])
        return
    for each in shown:
        click.echo(each.label)
        if not quiet:
            row = each.row()
            points = f"{row['points']} points" if row["points"] else each.content_in_words
            click.echo(f"  {each.kind} of {each.quantity}: {points}\n  {each.source}")
            click.echo(f"  numbers: {row['numbers']}; {each.licence}")
            if each.note:
                click.echo(f"  note: {each.note}")
    if not quiet:
        for sentence in plane.missing:
            click.echo(f"missing: {sentence}")
        if figure is not None:
            click.echo(f"written to {figure}")
