"""`gloam export`: results of a run in the formats of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]

FORMATS = ("hepdata", "pyhf", "hs3", "axionlimits", "csv")


@click.command(
    "export",
    epilog="Examples: gloam export runs/cms_dimuon --to hepdata  |  gloam export runs/cms_dimuon --to pyhf --mass 3.5",
)
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--to", required=True, type=click.Choice(FORMATS), help="The format.")
@click.option("--mass", type=float, metavar="M", help="One hypothesis, in GeV.  [pyhf, hs3: the largest excess]")
@click.option("--channel", metavar="NAME", help="In which channel.  [the one with the nearest mass]")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="PATH",
    help="The file, or for hepdata the folder.  [in the folder export of DIR]",
)  # fmt: skip
@common_options
def command(
    directory: Path, to: Any, mass: float | None, channel: str | None, out: Path | None, as_json: bool, quiet: bool
) -> None:
    """Write the results of the run in DIR as tables for HEPData or AxionLimits, as CSV, or as a likelihood."""
    from gloam.workflow import load_run
    from gloam.workflow.exporting import export_run

    document = export_run(load_run(directory), to, directory, mass=mass, channel=channel, out=out)
    if as_json:
        print_json(document)
    elif not quiet:
        _print(document)


def _print(document: dict[str, Any]) -> None:
    if "events_per_mu" in document:
        click.echo(
            f"{document['channel']} at {document['mass']:.6g} GeV: mu = 1 is {document['events_per_mu']:g} events; "
            f"our limit is {document['n_sig_ul']:.6g} events at {document['level']:.0%} CL ({document['method']})"
        )
    for note in document.get("notes", ()):
        click.echo(f"  note: {note}")
    for file in document["files"]:
        click.echo(f"  written to {file}")
