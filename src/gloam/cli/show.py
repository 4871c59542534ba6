"""`gloam show`: everything a search declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gloam.cli.completing import searches
from gloam.cli.options import common_options, print_json
from gloam.errors import InputError

if TYPE_CHECKING:
    from gloam.searches import AnySearch

__all__ = ["command"]


@click.command("show", epilog="Example: gloam show cms_dimuon")
@click.argument("search", shell_complete=searches)
@common_options
def command(search: str, as_json: bool, quiet: bool) -> None:
    """Show everything SEARCH declares, and for each number whether it is published, simulated, assumed or recalled."""
    from gloam.searches import load_search, sourced_numbers

    declared = load_search(search)
    document = declared.model_dump(mode="json") | _simulated(declared)
    if as_json:
        print_json(document)
        return
    _print(document, 0)
    if not quiet:
        click.echo("\nnumbers and their sources")
        for path, number in sourced_numbers(declared):
            click.echo(f"  {path}: {number}")


def _simulated(declared: AnySearch) -> dict[str, Any]:
    """The entry `simulated`: what the artefact of a search says, or why it says nothing; none without a preparation."""
    if declared.preparation is None:
        return {}
    try:
        return {"simulated": _artefact_in_numbers(declared)}
    except InputError as fault:
        return {"simulated": str(fault)}


def _artefact_in_numbers(declared: AnySearch) -> dict[str, Any]:
    from gloam.searches import CountingSearch, OnOffSearch

    if isinstance(declared, CountingSearch):
        from gloam.workflow.counts_in_numbers import counts_in_numbers
        from gloam.workflow.prepared import prepared_counts

        return {name: counts_in_numbers(each) for name, each in prepared_counts(declared).items()}
    if isinstance(declared, OnOffSearch):
        from gloam.workflow.prepare_on_off import in_numbers as of_decays
        from gloam.workflow.prepared import decay_counts

        return {name: of_decays(each) for name, each in decay_counts(declared).items()}
    from gloam.workflow.prepare import in_numbers
    from gloam.workflow.prepared import prepared

    return {name: in_numbers(scan) for name, scan in prepared(declared).items()}


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
