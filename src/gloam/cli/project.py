"""`gloam project`: the expected limits of a run at another luminosity."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click
import numpy as np

from gloam.cli.options import common_options, print_json
from gloam.interpretation import Systematics

__all__ = ["command"]


@click.command("project", epilog="Example: gloam project runs/scan --luminosity 50000 --systematics scaled")
@click.argument("target", metavar="SEARCH|DIR")
@click.option("--luminosity", required=True, type=float, metavar="L", help="To project to, in fb^-1.")
@click.option(
    "--systematics", type=click.Choice(get_args(Systematics)), default="fixed", show_default=True,
    help="As they are, falling with the square root of the luminosity, or left out.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1), help="How many; the answer does not depend on it.  [1]")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write projection.csv and .json here.")
@common_options
def command(
    target: str, luminosity: float, systematics: Systematics, threads: int | None, out: Path | None, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Scale the background expected in a run to another luminosity, and set the limits expected there anew."""
    from gloam.store import write_json, write_table
    from gloam.workflow.projection import project_run
    from gloam.workflow.studies import run_named

    document = project_run(run_named(target, threads), luminosity, systematics, threads=threads)
    if out is not None:
        rows = document["limits"]
        write_table(out / "projection.csv", {name: np.array([_cell(row[name]) for row in rows]) for name in rows[0]})
        write_json(out / "projection.json", document)
    if as_json:
        print_json(document)
    elif not quiet:
        _print(document, out)


def _cell(value: Any) -> Any:
    return np.nan if value is None else value


def _print(document: dict[str, Any], out: Path | None) -> None:
    limit, rows = document["limit"], document["limits"]
    click.echo(
        f"{document['search']}: {document['luminosity_now']:g} to {document['luminosity']:g} fb^-1, expected limits at "
        f"{limit['level']:.0%} CL ({limit['method']})"
    )
    for row in rows[:: max(1, len(rows) // 10)]:
        values = [row["n_sig_ul_exp_0"], row["xsec_ul_fb_exp_0"], row.get("coupling_ul_exp_0"), row["exponent"]]
        events, fb, coupling, exponent = ("not known" if value is None else f"{value:.3g}" for value in values)
        on_coupling = f", coupling {coupling}" if "coupling_ul_exp_0" in row else ""
        click.echo(
            f"  {row['channel']:<12} {row['mass']:.6g} GeV: {events} events, {fb} fb{on_coupling}, exponent {exponent}"
        )
    for note in document["notes"]:
        click.echo(f"  note: {note}")
    if out is not None:
        click.echo(f"  written to {out}/")
