"""`gloam count`: events counted in windows of one observable, or in the plane of two, at every mass."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from gloam.cli.completing import files
from gloam.cli.options import blinded_option, common_options, engine_options, output_options, toy_options
from gloam.cli.scan_options import cross_section_options, limit_options, multiple, prior_of
from gloam.scans.counting import PlaneShape
from gloam.statistics import CountingMethod, CountingOptions, PriorForm
from gloam.statistics.counting import Belt
from gloam.systematic import Constraint

__all__ = ["command"]


@click.command(
    "count",
    epilog="Examples: gloam count events.csv --column mRecoil --range 0 8 --width sigma.csv --background sideband:2,5"
    "   (one observable)  |  gloam count events.csv --column M --column2 mRecoil --range 2 5 --range2 2 5 --width 0.01"
    " --width2 0.05 --background simulation:background.csv,10 --syst shape=0.2:background   (the plane of two)",
)
@click.argument("source", metavar="FILE[:OBJECT]", shell_complete=files)
@click.option("--column", help="Column with the observable, in GeV; none for a histogram.")
@click.option("--column2", help="Column with a second observable.")
@click.option("--range", "ends", type=float, nargs=2, metavar="LO HI", help="Of the observable; all windows lie in it.")
@click.option("--range2", "ends2", type=float, nargs=2, metavar="LO HI", help="Of the second.")
@click.option("--width", required=True, metavar="SIGMA|TABLE.csv", help="Resolution: a number or columns mass,sigma.")
@click.option("--width2", metavar="SIGMA|TABLE.csv", help="Of the second observable.")
@click.option("--window", default="2sigma", show_default=True, metavar="2sigma|VALUE", help="Half-width of a window.")
@click.option(
    "--step", default="2sigma", show_default=True, metavar="2sigma|VALUE",
    help="Between centres: with half a window's width signals on a border are inside the next window.",
)  # fmt: skip
@click.option("--shape", type=click.Choice(get_args(PlaneShape)), default="ellipse", show_default=True)
@click.option(
    "--background", required=True, metavar="sideband:INNER,OUTER|simulation:FILE,TAU|known:FILE",
    help="Counted between INNER and OUTER half-widths of each window, simulated with TAU times the luminosity, or an "
    "expectation (a histogram). Files of the same kind as the data.",
)  # fmt: skip
@click.option("--bin-width", type=float, help="In GeV: what a bin's centre is in, it is in. [a twentieth of a window]")
@click.option("--bin-width2", type=float, help="Of the second observable.")
@click.option("--veto", "vetoes", type=float, nargs=2, multiple=True, metavar="LO HI", help="Range to leave out.")
@click.option("--veto2", "vetoes2", type=float, nargs=2, multiple=True, metavar="LO HI", help="Of the second.")
@click.option(
    "--method", type=click.Choice(get_args(CountingMethod)), default="cls", show_default=True, help="Of the limits."
)
@click.option("--belt", type=click.Choice(get_args(Belt)), help="With --method feldman-cousins.  [monotone]")
@click.option("--toys", type=click.IntRange(1), metavar="N", help="Of all windows without a signal, for p_global.")
@toy_options
@limit_options
@cross_section_options
@output_options
@engine_options
@blinded_option
@common_options
def command(
    source: str, column: str | None, column2: str | None, ends: tuple[float, float] | None,
    ends2: tuple[float, float] | None, width: str, width2: str | None, window: str, step: str, shape: PlaneShape,
    background: str, bin_width: float | None, bin_width2: float | None, vetoes: tuple[tuple[float, float], ...],
    vetoes2: tuple[tuple[float, float], ...], method: CountingMethod, belt: Belt | None, toys: int | None,
    first_toy: int, exhaustive: bool, resume: bool, workers: int, scheduler: str | None, level: float,
    prior: PriorForm | None, prior_range: tuple[float, float] | None, limits: bool, luminosity: float | None,
    efficiency: str | None, branching_fraction: str | None, radiative_factor: str | None,
    systematics: tuple[str, ...], constraint: Constraint, out: Path | None, figures: bool, threads: int | None,
    seed: int, as_json: bool, quiet: bool, blinded: bool,
) -> None:  # fmt: skip
    """Count events in windows of one observable or of the plane of two, with significance and upper limit of each.

    FILE holds events (give the columns and ranges) or a histogram in one or two dimensions. A bin belongs to a window
    if its centre lies in it, in data, sidebands and simulation alike. Limits are on the signal events in the window:
    an --efficiency must count the same events.
    """
    from gloam.cli.results import ToyOptions, deliver, through_mask
    from gloam.workflow.count_file import CountRequest, count_file
    from gloam.workflow.systematics import systematic_named

    options = CountingOptions(prior=prior_of(method, prior, prior_range), belt=belt or "monotone", seed=seed)
    request = CountRequest(
        source=source, column=column, column2=column2, ends=ends, ends2=ends2, width=width, width2=width2,
        half_width=multiple("--window", window), step=multiple("--step", step), shape=shape, background=background,
        bin_width=bin_width, bin_width2=bin_width2, vetoes=vetoes, vetoes2=vetoes2, method=method, level=level,
        limits=limits, options=options, luminosity=luminosity, efficiency=efficiency,
        branching_fraction=branching_fraction, radiative_factor=radiative_factor,
        systematics=tuple(systematic_named(text, constraint) for text in systematics), constraint=constraint,
    )  # fmt: skip
    asked = ToyOptions(toys, first_toy, exhaustive, resume, workers, scheduler)
    with through_mask(source, blinded):
        run = count_file(request)
    deliver(run, out, figures, seed, as_json, quiet, asked, threads)
