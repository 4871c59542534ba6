"""`gloam show`: everything a search declares."""

from __future__ import annotations

from typing import Any

import click

from gloam.cli.completing import searches
from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command("show", epilog="Example: gloam show cms_dimuon")
@click.argument("search", shell_complete=searches)
@common_options
def command(search: str, as_json: bool, quiet: bool) -> None:
    """Show everything SEARCH declares, and for each number whether it is published, simulated, assumed or recalled."""
    from gloam.searches import CountingSearch, OnOffSearch, load_search, sourced_numbers

    declared = load_search(search)
    document = declared.model_dump(mode="json")
    if isinstance(declared, CountingSearch):
        from gloam.workflow.prepare_counts import counts_in_numbers
        from gloam.workflow.prepared import prepared_counts

        found = prepared_counts(declared)
        document["simulated"] = {name: counts_in_numbers(each) for name, each in found.items()}
    elif isinstance(declared, OnOffSearch):
        from gloam.workflow.prepare_on_off import in_numbers as of_decays
        from gloam.workflow.prepared import decay_counts

        document["simulated"] = {name: of_decays(each) for name, each in decay_counts(declared).items()}
    elif declared.preparation is not None:
        from gloam.workflow.prepare import in_numbers
        from gloam.workflow.prepared import prepared

        document["simulated"] = {name: in_numbers(scan) for name, scan in prepared(declared).items()}
    if as_json:
        print_json(document)
        return
    _print(document, 0)
    if not quiet:
        click.echo("\nnumbers and their sources")
        for path, number in sourced_numbers(declared):
            click.echo(f"  {path}: {number}")


def _print(document: Any, depth: int) -> None:
    indent = "  " * depth
    for key, value in document.items():
        if isinstance(value, dict) and "standing" in value:
            click.echo(f"{indent}{key}: {_text(value)}")
        elif value is None and depth:
            continue  # another entry says it, or there is none
        elif isinstance(value, dict):
            click.echo(f"{indent}{key}:")
            _print(value, depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and "standing" not in value[0]:
            for item in value:
                click.echo(f"{indent}{key}: {item.get('name', '')}".rstrip())
                _print({k: v for k, v in item.items() if k != "name"}, depth + 1)
        elif isinstance(value, list):
            click.echo(f"{indent}{key}: {_text(value)}")
        else:
            click.echo(f"{indent}{key}: {_text(value)}")


def _text(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, dict) and "standing" in value:
        error = f" +- {value['error']:g}" if value["error"] else ""
        return f"{value['value']:g}{error} {value['unit']} [{value['standing']}]"
    if isinstance(value, list):
        return "none" if not value else "; ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
