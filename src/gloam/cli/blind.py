"""`gloam blind`: data that must not be looked at yet."""

from __future__ import annotations

from typing import Any

import click

from gloam.cli.completing import files, searches
from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command(
    "blind",
    epilog="Examples: gloam blind data.root:events --column M --range 9.3 9.6   (the side bands may be seen)"
    "  |  gloam blind data.parquet --column M --range 2 5 --fraction 0.1 --seed 7   (a random tenth may be seen)"
    "  |  gloam blind data.parquet --search belle2_alp_3gamma   (what that search scans)"
    "  |  gloam blind data.parquet --show",
)
@click.argument("source", metavar="FILE[:OBJECT]", shell_complete=files)
@click.option("--column", help="In which ranges are hidden; none for a histogram.")
@click.option("--range", "ranges", type=float, nargs=2, multiple=True, metavar="LO HI", help="To hide.  [everything]")
@click.option(
    "--search",
    metavar="NAME",
    shell_complete=searches,
    help="For which the data are: hides what it scans, unless ranges are given.",
)
@click.option("--fraction", type=float, metavar="F", help="Of all events that may be seen, instead of the side bands.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the choice of that fraction.")
@click.option("--show", is_flag=True, help="Say what is registered of the file; register nothing.")
@common_options
def command(
    source: str, column: str | None, ranges: tuple[tuple[float, float], ...], search: str | None,
    fraction: float | None, seed: int, show: bool, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Register the content of FILE as blinded, wherever it lies and whatever it is called.

    Every command then refuses it. With --blinded, scan, count and run see the events outside the hidden ranges, or the
    random fraction. gloam unblind opens it.
    """
    from gloam.workflow.blinding import BlindRequest, blind, data_records

    if show:
        _show(source, [each.record.as_document() for each in data_records(source, column)], as_json)
        return
    record, registries = blind(BlindRequest(source, column, ranges, search, fraction, seed))
    if as_json:
        print_json(record.as_document() | {"registries": [str(path) for path in registries]})
    elif not quiet:
        from gloam.blinding import hidden_in_words

        click.echo(f"{record.file} is blinded: hidden is {hidden_in_words(record)}")
        click.echo(f"  registered in {' and '.join(map(str, registries))}")


def _show(source: str, records: list[dict[str, Any]], as_json: bool) -> None:
    from gloam.blinding import BlindRecord, hidden_in_words

    if as_json:
        print_json({"file": source, "records": records})
        return
    for record in map(BlindRecord.from_document, records):
        state = "open" if record.is_open else f"hidden is {hidden_in_words(record)}"
        click.echo(f"{record.file}, registered {record.date}: {state}")
        for each in record.openings:
            part = "" if each.fraction is None else f" ({each.fraction:g} of the events)"
            click.echo(f"  unblinded{part} by {each.by} on {each.date}: {each.reason} [frozen: {each.declaration}]")
    if not records:
        click.echo(f"{source} is not registered")
