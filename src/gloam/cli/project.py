"""`gloam project`: the expected limits of runs at other luminosities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
import numpy as np

from gloam.cli.options import common_options, print_json
from gloam.interpretation import Systematics

if TYPE_CHECKING:
    from gloam.workflow.results import Run

__all__ = ["command"]


@click.command(
    "project",
    epilog="Examples: gloam project runs/scan --luminosity 50000 --systematics scaled"
    "  |  gloam project all --luminosity 10000 --luminosity 50000 --figures prospects",
)
@click.argument("targets", metavar="SEARCH|DIR...", nargs=-1, required=True)
@click.option(
    "--luminosity", "luminosities", required=True, type=float, multiple=True, metavar="L",
    help="To project to, in fb^-1; may be given several times.",
)  # fmt: skip
@click.option(
    "--systematics", type=click.Choice(get_args(Systematics)), default="fixed", show_default=True,
    help="As they are, falling with the square root of the luminosity, or left out.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1), help="How many; the answer does not depend on it.  [1]")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write projection.csv and .json here.")
@click.option(
    "--figures", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Draw one figure for each model: today, the projections, and what others exclude.",
)  # fmt: skip
@common_options
def command(
    targets: tuple[str, ...], luminosities: tuple[float, ...], systematics: Systematics, threads: int | None,
    out: Path | None, figures: Path | None, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Scale the background expected in runs to other luminosities, and set the limits expected there anew.

    Several runs, or "all" searches that declare a luminosity, give one document each. What a projection takes for
    granted stands in its notes.
    """
    from gloam.store import write_json, write_table
    from gloam.workflow.projection import project_run
    from gloam.workflow.prospects import searches_with_luminosity
    from gloam.workflow.studies import run_named

    names = searches_with_luminosity() if targets == ("all",) else targets
    runs = [run_named(target, threads) for target in names]
    documents = [
        project_run(run, luminosity, systematics, threads=threads) for run in runs for luminosity in luminosities
    ]
    if out is not None:
        for document in documents:
            folder, rows = out if len(documents) == 1 else out / _folder(document), document["limits"]
            columns = {name: np.array([_cell(row[name]) for row in rows]) for name in rows[0]}
            write_table(folder / "projection.csv", columns)
            write_json(folder / "projection.json", document)
    drawn = [] if figures is None else _draw(runs, documents, figures)
    if as_json:
        print_json(documents[0] if len(documents) == 1 else documents)
    elif not quiet:
        for document in documents:
            _print(document)
        for place in (out, *drawn):
            if place is not None:
                click.echo(f"written to {place}{'/' if place == out else ''}")


def _folder(document: dict[str, Any]) -> str:
    return f"{document['search']}_{document['luminosity']:g}"


def _draw(runs: Sequence[Run], documents: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """The figures of all models, written as PNG and PDF."""
    from gloam.report import exclusion_figure, write_figure
    from gloam.workflow.prospects import prospect_planes

    paths = []
    for model, (plane, ours) in prospect_planes(runs, documents).items():
        for suffix in (".png", ".pdf"):
            paths.append(folder / f"{model}{suffix}")
            write_figure(exclusion_figure(plane, ours), paths[-1])
    return paths


def _cell(value: Any) -> Any:
    return np.nan if value is None else value


def _print(document: dict[str, Any]) -> None:
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
