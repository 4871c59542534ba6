"""`gloam list`: the searches there are."""

from __future__ import annotations

from typing import Any

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command("list", epilog="Example: gloam list --json")
@common_options
def command(as_json: bool, quiet: bool) -> None:
    """List the searches: name, process, experiment, data, reference, status."""
    from gloam.searches import load_search, search_names

    rows: list[dict[str, Any]] = []
    for name in search_names():
        search = load_search(name)
        rows.append(
            {
                "name": search.name,
                "process": search.process,
                "experiment": search.experiment,
                "data": {"kind": search.data_kind, "source": search.data_source},
                "reference": search.reference,
                "status": search.status,
            }
        )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']}")
        if not quiet:
            data = row["data"]
            click.echo(f"  {row['process']}\n  {row['experiment']}\n  {data['kind']} data: {data['source']}")
            click.echo(f"  {row['reference']}\n  {row['status']}")
