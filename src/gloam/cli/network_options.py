"""What the commands about networks have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gloam.errors import InputError

if TYPE_CHECKING:
    from gloam.training.assessment import NetworkReport
    from gloam.workflow.network_events import TableSource

__all__ = ["numbers_of", "print_reached", "source_of", "table_options", "write_network_figures"]

F = TypeVar("F", bound=Callable[..., Any])


def table_options(function: F) -> F:
    """Which events, and how their windows are made."""
    for option in (
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything random."),
        click.option("--toy-size", type=click.FloatRange(0.01, 10), default=1.0, show_default=True,
                     help="Of the samples of the toy: 1 is about 470,000 events."),
        click.option("--window", type=click.FloatRange(0, min_open=True), default=2.0, show_default=True,
                     help="Half-width, in resolutions of the squared recoil mass."),
        click.option("--width", type=click.Path(dir_okay=False, path_type=Path), metavar="TABLE.csv",
                     help="mass,sigma: GeV and GeV^2.  [found in the signal]"),
        click.option("--features", metavar="NAME,NAME,...", help="Columns that networks see.  [all that are left]"),
        click.option("--generated", type=float, metavar="N",
                     help="Generated signal events of each mass, if their weights are not divided by it yet."),
        click.option("--luminosity", type=float, default=50.0, show_default=True,
                     help="That the background weights are scaled to, in fb^-1."),
        click.option("--events", required=True, metavar="FILE|toy", help="CSV, npz, ROOT or Parquet; or our toy."),
    ):  # fmt: skip
        function = option(function)
    return function


def source_of(events: str, settings: Mapping[str, Any]) -> TableSource:
    """The source of events that the options ask for."""
    from gloam.events import read_columns
    from gloam.workflow.network_events import TableSource

    widths = None
    if settings["width"] is not None:
        columns = read_columns(settings["width"], ["mass", "sigma"])
        widths = columns["mass"], columns["sigma"]
    features = settings["features"]
    names = None if features is None else tuple(name.strip() for name in features.split(","))
    return TableSource(
        events, settings["luminosity"], settings["generated"], names, widths, settings["window"], settings["toy_size"]
    )


def numbers_of(text: str, option: str) -> tuple[int, ...]:
    """Whole numbers with commas between them.

    Raises:
        InputError: anything else.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(option, text, "whole numbers with commas between them", "write 8,4") from None


def write_network_figures(report: NetworkReport, directory: Path) -> list[Path]:
    """The files of all figures of a selection."""
    from gloam.report.figures import network_figures, save_figure

    return [path for stem, figure in network_figures(report) for path in save_figure(figure, directory, stem)]


def print_reached(document: Mapping[str, Any]) -> None:
    """Say in words what was reached."""
    level = f"{100 * document['interval_level']:g} %"
    click.echo(
        f"{document['quantity']}, geometric mean over {len(document['per_mass']['mass'])} masses "
        f"[interval at {level} from resampled events]:"
    )
    for name, key in (("one cut for all masses    ", "single_cut"), ("cut that is smooth in mass", "smooth_cut")):
        found = document[key]
        click.echo(f"  {name} {found['geometric_sigma_min']:.4g} {_range(found['interval'])}")
    if document.get("ratio_to_per_mass_bce") is not None:
        worst = document["worst_mass"]
        click.echo(
            f"  over a network trained on the cross entropy, with a cut at each mass: "
            f"{document['ratio_to_per_mass_bce']:.3f} {_range(document['ratio_interval'])}, "
            f"at worst {worst['ratio']:.3f} {_range(worst['interval'])} ({worst['mass']:g} GeV)"
        )
    for note in document["notes"]:
        click.echo(f"  note: {note}")


def _range(ends: Sequence[float]) -> str:
    return f"[{ends[0]:.4g}, {ends[1]:.4g}]"
