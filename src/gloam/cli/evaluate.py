"""`gloam evaluate`: what trained networks are worth on other events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gloam.cli.network_options import print_reached, source_of, table_options, write_network_figures
from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command("evaluate", epilog="Example: gloam evaluate net.json --events toy --seed 7 --figures net_elsewhere")
@click.argument("net", type=click.Path(dir_okay=False, path_type=Path))
@table_options
@click.option("--figures", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Draw figures there.")
@common_options
def command(
    net: Path, events: str, seed: int, figures: Path | None, as_json: bool, quiet: bool, **settings: Any
) -> None:
    """Apply the networks and cuts of NET to events that they were not trained on.

    The table is that of `gloam train`. Nothing is trained: the extra 'train' is needed for ONNX files alone.
    """
    from gloam.selection.network_files import read_network_selection
    from gloam.store.writing import finite
    from gloam.workflow.networks import evaluate_selection

    report = evaluate_selection(read_network_selection(net), source_of(events, settings), seed=seed, net=str(net))
    written = write_network_figures(report, figures) if figures else []
    if as_json:
        print_json(finite(report.document))
    elif not quiet:
        print_reached(report.document)
        if written:
            click.echo(f"  figures in {written[0].parent}")
