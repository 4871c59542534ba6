"""`gloam report`: figures and page of a run, drawn again."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.options import common_options

__all__ = ["command"]


@click.command("report", epilog="Example: gloam report runs/cms_dimuon --open")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--open", "opened", is_flag=True, help="Show the page in the browser.")
@common_options
def command(directory: Path, opened: bool, as_json: bool, quiet: bool) -> None:
    """Write tables, figures and page of the run in DIR again, from what is saved there; nothing is fitted."""
    from gloam.cli.results import show
    from gloam.workflow import load_run, write_run

    numbers = write_run(load_run(directory), directory)
    show(numbers, directory, figures=True, as_json=as_json, quiet=quiet)
    if opened:
        click.launch(str(directory / "report.html"))
