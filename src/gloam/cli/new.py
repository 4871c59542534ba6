"""`gloam new`: a search of the user's, to begin from."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command("new", epilog="Example: gloam new dark_muons   (then: pip install -e dark_muons; gloam run dark_muons)")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Of the package.  [NAME]")
@common_options
def command(name: str, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Write a small search package: its declaration with comments, pseudo-data, a test and a README.

    It runs as it is. Change the declaration: all of its faults are reported at once, each with its path.
    """
    from gloam.workflow.new_search import new_search

    directory = out or Path(name)
    written = new_search(name, directory)
    if as_json:
        print_json({"search": name, "directory": str(directory), "files": [str(path) for path in written]})
    elif not quiet:
        click.echo(f"{directory}/: the declaration is src/{name}/__init__.py")
        click.echo(f"  cd {directory}; pip install -e .   (or: export PYTHONPATH=$PWD/src)")
        click.echo(f"  gloam run {name}")
