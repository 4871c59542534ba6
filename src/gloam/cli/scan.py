"""`gloam scan`: a mass scan of the user's spectrum."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from gloam.cli.completing import files
from gloam.cli.options import blinded_option, common_options, engine_options, output_options, toy_options
from gloam.cli.scan_options import cross_section_options, limit_options, multiple, prior_of
from gloam.constants import SQRT_S
from gloam.errors import InputError
from gloam.statistics import TOYS, LimitMethod, PriorForm, ToyPlan
from gloam.systematic import Constraint

__all__ = ["command"]


@click.command(
    "scan",
    epilog="Examples: gloam scan events.csv --column M --range 9.0 9.7 --width 0.08   (events, one row each)"
    "  |  gloam scan hists.root:h_mass --width sigma.csv --background polynomial:2   (a filled histogram)"
    "  |  gloam scan events.csv --column M --range 9.0 9.7 --width 0.08 --luminosity 90 --efficiency efficiency.csv"
    " --radiative-factor 0.945 --syst luminosity=0.014:signal --syst tracking=0.014:signal   (cross sections)",
)
@click.argument("source", metavar="FILE[:OBJECT]", shell_complete=files)
@click.option("--column", help="Column with the observable, in GeV; none for a histogram.")
@click.option("--weights", help="Column with event weights (fitted as scaled Poisson).")
@click.option(
    "--range", "ends", type=float, nargs=2, metavar="LO HI", help="Of the spectrum and of the masses scanned."
)
@click.option(
    "--signal",
    default="gaussian",
    show_default=True,
    metavar="SHAPE",
    help="gaussian, crystal-ball:ALPHA,N, double-crystal-ball:A1,N1,A2,N2, breit-wigner:GAMMA, template:FILE,POSITION "
    "or kernel-density:FILE,COLUMN,POSITION.",
)
@click.option("--width", required=True, metavar="SIGMA|TABLE.csv", help="Resolution: a number or columns mass,sigma.")
@click.option(
    "--background", default="polynomial:3", show_default=True, metavar="polynomial:N", help="Floats in each fit."
)
@click.option("--bin-width", type=float, help="In GeV. [a tenth of the smallest sigma; a histogram's own]")
@click.option("--step", default="0.5sigma", show_default=True, metavar="0.5sigma|VALUE", help="Between masses.")
@click.option("--window", default="25sigma", show_default=True, metavar="25sigma|VALUE", help="Half-width of a fit.")
@click.option("--veto", "vetoes", type=float, nargs=2, multiple=True, metavar="LO HI", help="Range to leave out.")
@click.option(
    "--method", type=click.Choice(get_args(LimitMethod)), default="cls", show_default=True, help="Of the limits."
)
@click.option(
    "--toys",
    type=click.IntRange(1),
    metavar="N",
    help="Of the whole scan without a signal, for p_global; with --method cls-toys: of one mass at most.",
)
@click.option(
    "--global-toys", type=click.IntRange(1), metavar="N", help="Of the whole scan, with --method cls-toys too."
)
@toy_options
@click.option(
    "--variants", metavar="window:Ksigma,order:N", help="Fit in other ranges and orders too; the weakest limit counts."
)
@click.option("--model", help="Turn limits on the cross section into its coupling, as gloam theory says.")
@click.option("--decay", metavar="mumu|invisible|...", help="Final state of the model that is seen.  [every one]")
@click.option(
    "--sqrt-s", type=float, default=SQRT_S, show_default=True, metavar="E", help="Energy of the collision, for --model."
)
@limit_options
@cross_section_options
@output_options
@engine_options
@blinded_option
@common_options
def command(
    source: str, column: str | None, weights: str | None, ends: tuple[float, float] | None, signal: str, width: str,
    background: str, bin_width: float | None, step: str, window: str, vetoes: tuple[tuple[float, float], ...],
    level: float, method: LimitMethod, prior: PriorForm | None, prior_range: tuple[float, float] | None,
    toys: int | None, limits: bool, luminosity: float | None, efficiency: str | None,
    branching_fraction: str | None, radiative_factor: str | None, systematics: tuple[str, ...],
    constraint: Constraint, out: Path | None, figures: bool, threads: int | None, seed: int,
    as_json: bool, quiet: bool, variants: str | None, model: str | None, decay: str | None, sqrt_s: float,
    global_toys: int | None, first_toy: int, exhaustive: bool,
    resume: bool, workers: int, scheduler: str | None, blinded: bool,
) -> None:  # fmt: skip
    """Scan a spectrum for a narrow peak at every mass, with significance and upper limit.

    FILE holds events (CSV, npz, ROOT tree, Parquet; give --column and --range) or a histogram (ROOT TH1, UHI JSON,
    npz with edges and counts, CSV with low, high and counts). Yields are numbers of signal events. With --luminosity
    and --efficiency their limits become limits on the cross section: n / (luminosity x efficiency), divided by
    --branching-fraction and --radiative-factor where these are given.
    """
    from gloam.cli.results import ToyOptions, deliver, through_mask
    from gloam.workflow.scan_file import ScanRequest, scan_file
    from gloam.workflow.systematics import systematic_named

    whole = _whole_scan(method, toys, global_toys)
    asked = ToyOptions(whole, first_toy, exhaustive, resume, workers, scheduler)
    request = ScanRequest(
        source=source, column=column, weights=weights, ends=ends, signal=signal, width=width, background=background,
        bin_width=bin_width, step=multiple("--step", step), window=multiple("--window", window), vetoes=vetoes,
        level=level, method=method, limits=limits, prior=prior_of(method, prior, prior_range),
        toys=_toys(method, toys, seed), luminosity=luminosity, efficiency=efficiency,
        branching_fraction=branching_fraction, radiative_factor=radiative_factor,
        systematics=tuple(systematic_named(text, constraint) for text in systematics), constraint=constraint,
        variants=variants, model=model, decay=decay, sqrt_s=sqrt_s,
    )  # fmt: skip
    with through_mask(source, blinded):
        run = scan_file(request, threads=threads, quiet=quiet or as_json)
    deliver(run, out, figures, seed, as_json, quiet, asked, threads)


def _toys(method: str, number: int | None, seed: int) -> ToyPlan:
    """How many toys to make for limits."""
    if not method.endswith("toys"):
        return TOYS  # and no seed: the scan is the same whatever toys are made of it
    return ToyPlan(seed=seed) if number is None else ToyPlan(at_most=number, seed=seed)


def _whole_scan(method: str, toys: int | None, global_toys: int | None) -> int | None:
    """How many toys of the whole scan to make: --toys means these where the limits need none."""
    if method.endswith("toys"):
        return global_toys
    if toys is not None and global_toys is not None:
        allowed = f"one of them with --method {method}"
        raise InputError("--toys and --global-toys", f"{toys} and {global_toys}", allowed, "leave out --global-toys")
    return toys if global_toys is None else global_toys
