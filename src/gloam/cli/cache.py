"""`gloam cache`: the stored artefacts."""

from __future__ import annotations

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command("cache", epilog="Example: gloam cache --clear")
@click.option("--clear", is_flag=True, help="Remove all artefacts; they are made again when needed.")
@common_options
def command(clear: bool, as_json: bool, quiet: bool) -> None:
    """Show where artefacts are stored, how many and how large; GLOAM_CACHE moves them.

    They are pieces of simulated samples that `gloam prepare` keeps, at most 4 GB of them.
    """
    from gloam.store import Artefacts, cache_directory

    directory = cache_directory()
    removed = Artefacts(directory).clear() if clear else 0
    files = list(directory.rglob("*.npz"))
    size = sum(file.stat().st_size for file in files)
    if as_json:
        print_json({"directory": str(directory), "artefacts": len(files), "bytes": size, "removed": removed})
    elif not quiet:
        cleared = f", {removed} removed" if clear else ""
        click.echo(f"{directory}: {len(files)} artefacts, {size / 1e6:.1f} MB{cleared}")
