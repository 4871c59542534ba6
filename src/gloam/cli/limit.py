"""`gloam limit`: limits of counting experiments."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from gloam.cli.options import common_options, print_json
from gloam.errors import InputError
from gloam.statistics import Belt, CountingMethod, CountingOptions, IntervalKind, Prior, PriorForm

if TYPE_CHECKING:
    from gloam.statistics import Cells

__all__ = ["command"]

F = TypeVar("F", bound=Callable[..., Any])

_GAUSSIAN_EFFICIENCY = ("cousins-highland", "profile")
"""Methods whose papers take the efficiency as Gaussian."""


@click.group(
    "limit",
    epilog="Examples: gloam limit counting --observed 3 --background 1.2 --level 0.90 --method cls"
    "  |  gloam limit onoff --on 10 --off 3 --tau 2.5 --level 0.95 --method profile",
)
def command() -> None:
    """Give limits on the signal of a counting experiment.

    Every command below takes --json, --quiet, --verbose and --debug.
    """


def _method_options(function: F) -> F:
    """What both commands say about the method."""
    for option in (
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the toys."),
        click.option("--toys", type=click.IntRange(1000), metavar="N", help="With --method cls-toys.  [100000]"),
        click.option("--literal-density", is_flag=True, help="Profile log-normal densities with their 1/x."),
        click.option("--bounded", is_flag=True, help="With --method profile: best signal >= 0."),
        click.option("--belt", type=click.Choice(get_args(Belt)), help="With --method feldman-cousins.  [monotone]"),
        click.option("--prior-range", type=float, nargs=2, metavar="LO HI", help="Signals with a prior above 0."),
        click.option("--prior", type=click.Choice(get_args(PriorForm)), help="With --method bayes.  [flat]"),
        click.option("--interval", type=click.Choice(get_args(IntervalKind)), help="Instead of the usual one."),
        click.option("--method", required=True, type=click.Choice(get_args(CountingMethod))),
        click.option("--level", required=True, type=float, metavar="L", help="A fraction: 0.90."),
        click.option("--efficiency-error", type=float, default=0.0, metavar="E", help="Absolute."),
        click.option("--efficiency", type=float, default=1.0, show_default=True, metavar="e"),
    ):
        function = option(function)
    return function


@command.command(
    "counting",
    epilog="Example: gloam limit counting --observed 0 --background 1.5 --level 0.90 --method cls",
)
@click.option("--observed", required=True, type=float, metavar="N", help="Events.")
@click.option("--background", required=True, type=float, metavar="B", help="Expected events.")
@click.option("--background-error", type=float, default=0.0, metavar="E", help="Absolute.")
@click.option(
    "--constraint", type=click.Choice(["lognormal", "gaussian", "gamma"]),
    help="Of the errors; gamma is for the background alone.  [profile, cousins-highland: gaussian; else lognormal]",
)  # fmt: skip
@_method_options
@common_options
def counting(
    observed: float, background: float, background_error: float, constraint: str | None, efficiency: float,
    efficiency_error: float, level: float, method: CountingMethod, literal_density: bool, as_json: bool, quiet: bool,
    **chosen: Any,
) -> None:  # fmt: skip
    """Limit the signal s of a count: n ~ Poisson(e s + b)."""
    from gloam.statistics import counting_cells

    usual = "gaussian" if method in _GAUSSIAN_EFFICIENCY else "lognormal"
    form: Any = constraint or usual
    efficiency_form: Any = usual if form == "gamma" else form
    if method == "cousins-highland":
        efficiency_form = "gaussian"
    cells = counting_cells(
        observed, background, background_error, efficiency, efficiency_error,
        background_form=form, efficiency_form=efficiency_form, literal=literal_density,
    )  # fmt: skip
    inputs = {
        "observed": observed, "background": background, "background_error": background_error, "efficiency": efficiency,
        "efficiency_error": efficiency_error, "background_form": form, "efficiency_form": efficiency_form,
    }  # fmt: skip
    _deliver(cells, _Request(level, method, literal_density, inputs), chosen, as_json, quiet)


@command.command(
    "onoff",
    epilog="Example: gloam limit onoff --on 3 --off 12 --tau 6 --background-error 0.3 --syst tag=0.086 --level 0.90 "
    "--method bayes",
)
@click.option("--on", required=True, type=float, metavar="N", help="Events in the signal region.")
@click.option("--off", required=True, type=float, metavar="M", help="Events in the background region.")
@click.option("--tau", required=True, type=float, metavar="T", help="Expected background of the second over the first.")
@click.option(
    "--background-error", type=float, default=0.0, metavar="RELATIVE", help="Of the background expected from M / T."
)
@click.option(
    "--syst", "systematics", multiple=True, metavar="NAME=RELATIVE[:signal|background]",
    help="Relative uncertainty, of the signal unless it says background; one name is one source.",
)  # fmt: skip
@click.option(
    "--constraint", type=click.Choice(["lognormal", "gaussian"]),
    help="Of the uncertainties.  [lognormal; --efficiency-error alone with profile, and cousins-highland: gaussian]",
)  # fmt: skip
@_method_options
@common_options
def on_off(
    on: float, off: float, tau: float, background_error: float, systematics: tuple[str, ...], constraint: str | None,
    efficiency: float, efficiency_error: float, level: float, method: CountingMethod, literal_density: bool,
    as_json: bool, quiet: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Limit the signal s of a count over a measured background: n ~ Poisson(e s + f b), m ~ Poisson(tau b)."""
    from gloam.statistics import on_off_cells

    sources = _sources(systematics)
    form: Any = constraint or "lognormal"
    alone = method == "profile" and not sources["signal"] and constraint is None
    efficiency_form: Any = "gaussian" if alone or method == "cousins-highland" else form
    if efficiency <= 0:
        raise InputError("--efficiency", f"{efficiency:g}", "a number above 0", "without efficiency there is no limit")
    relative = _together([efficiency_error / efficiency, *sources["signal"].values()], efficiency_form)
    smearing = _together([background_error, *sources["background"].values()], form)
    cells = on_off_cells(
        on, off, tau, smearing, efficiency, relative * efficiency,
        background_form=form, efficiency_form=efficiency_form, literal=literal_density,
    )  # fmt: skip
    inputs = {
        "on": on, "off": off, "tau": tau, "background_error": background_error, "efficiency": efficiency,
        "efficiency_error": efficiency_error, "systematics": sources, "background_form": form,
        "efficiency_form": efficiency_form,
    }  # fmt: skip
    _deliver(cells, _Request(level, method, literal_density, inputs), chosen, as_json, quiet)


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked for."""

    level: float
    method: CountingMethod
    literal: bool
    inputs: dict[str, Any]


def _deliver(cells: Cells, request: _Request, chosen: dict[str, Any], as_json: bool, quiet: bool) -> None:
    """Compute and print."""
    from gloam.statistics import METHOD_REFERENCES, counting_limits

    options = _options(request.method, chosen)
    found = counting_limits(cells, request.level, request.method, options)
    lower, upper, expected = float(found.lower[0]), float(found.upper[0]), float(found.expected[0])
    document: dict[str, Any] = {
        "method": request.method,
        "level": request.level,
        "interval": found.interval,
        "lower": lower,
        "upper": _finite(upper),
        "upper_error": float(found.upper_error[0]),
        "expected": _finite(expected),
        "inputs": request.inputs,
        "reference": METHOD_REFERENCES[request.method],
        "notes": _notes(cells, request, options, upper),
    }
    if math.isnan(expected):
        document["notes"].append("expected: null, the median count is an average over too many values of two sources")
    document |= _more(cells, request, options)
    if as_json:
        print_json(document)
        return
    error = f" +- {document['upper_error']:.2g} (toys)" if document["upper_error"] else ""
    click.echo(f"{lower:.6g} <= s <= {upper:.6g}{error} at {request.level:.4g} ({request.method}, {found.interval})")
    if not quiet:
        if not math.isnan(expected):
            click.echo(f"  expected without a signal (median count): {expected:.6g}")
        for note in document["notes"]:
            click.echo(f"  note: {note}")
        click.echo(f"  reference: {document['reference']}")


def _options(method: CountingMethod, chosen: dict[str, Any]) -> CountingOptions:
    """The options of the method; those of other methods are refused."""
    belongs = {
        "prior": "bayes", "prior_range": "bayes", "belt": "feldman-cousins", "bounded": "profile", "toys": "cls-toys",
    }  # fmt: skip
    for name, owner in belongs.items():
        if chosen[name] and method != owner:
            option = f"--{name.replace('_', '-')}"
            raise InputError(option, f"--method {method}", f"--method {owner}", "leave it out, or change the method")
    return CountingOptions(
        interval=chosen["interval"],
        prior=Prior(chosen["prior"] or "flat", chosen["prior_range"]),
        belt=chosen["belt"] or "monotone",
        bounded=chosen["bounded"],
        toys=chosen["toys"] or 100_000,
        seed=chosen["seed"],
    )


def _more(cells: Cells, request: _Request, options: CountingOptions) -> dict[str, Any]:
    """Keys of single methods."""
    from gloam.statistics import counting_sensitivity, lower_edge_sensitivity

    match request.method:
        case "bayes" if options.prior.form == "logflat":
            limits = lower_edge_sensitivity(cells, request.level, options.prior)
            edges = [{"edge": edge, "upper": float(upper[0])} for edge, upper in limits]
            return {"prior": options.prior.in_words, "lower_edge_sensitivity": edges}
        case "bayes":
            return {"prior": options.prior.in_words}
        case "feldman-cousins" if cells.exact and cells.nominal_background[0] <= MOST_FOR_SENSITIVITY:
            mean = float(counting_sensitivity(cells, request.level, options.belt)[0])
            return {"belt": options.belt, "sensitivity": mean}
        case "cls-toys":
            return {"toys": options.toys, "seed": options.seed}
    return {}


MOST_FOR_SENSITIVITY = 1e6
"""Background above which the mean limit, a sum over all counts, takes long."""


def _notes(cells: Cells, request: _Request, options: CountingOptions, upper: float) -> list[str]:
    notes = []
    if request.method in {"classical", "cousins-highland"} and upper == 0:
        notes.append("upper: the interval is empty, so few events are improbable even without a signal")
    if request.method == "feldman-cousins" and upper == 0:
        notes.append("upper: the interval is empty, the data are improbable with any signal")
    if not math.isfinite(upper):
        notes.append("upper: null, no signal is excluded at this level")
    if not cells.exact:
        forms = {key: request.inputs[key] for key in ("background_form", "efficiency_form")}
        treated = "profiled" if request.method in {"profile", "feldman-cousins"} else "averaged over"
        notes.append(f"uncertainties: background {forms['background_form']}, efficiency {forms['efficiency_form']}, "
                     f"{treated}")  # fmt: skip
        if treated == "profiled" and "lognormal" in forms.values():
            kept = "with" if request.literal else "without"
            notes.append(f"log-normal densities are profiled {kept} their factor 1/x")
    if options.prior.form == "logflat":
        notes.append("a log-flat prior is improper: the limit depends on its lower edge, see lower_edge_sensitivity")
    if request.method == "feldman-cousins" and not cells.exact:
        notes.append("belt: raw, profile construction")
    return notes


def _sources(systematics: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """The relative sizes by target and name."""
    found: dict[str, dict[str, float]] = {"signal": {}, "background": {}}
    for text in systematics:
        name, _, rest = text.partition("=")
        size, _, target = rest.partition(":")
        target = target or "signal"
        try:
            value = float(size)
        except ValueError:
            value = math.nan
        if not name.strip() or target not in found or not (0 <= value < math.inf):
            raise InputError("--syst", repr(text), "NAME=RELATIVE[:signal|background]", "write tag=0.086:signal")
        if any(name in names for names in found.values()):
            raise InputError("--syst", f"{name!r} twice", "each name once", "give different sources different names: "
                             "one source of both signal and background is not supported here")  # fmt: skip
        found[target][name] = value
    return found


def _together(relative: list[float], form: str) -> float:
    """Independent relative uncertainties as one: the product of log-normals is log-normal, with ln k in quadrature."""
    if any(not (size >= 0) for size in relative):
        raise InputError("uncertainty", f"{min(relative):g}", "a number >= 0", "give its size")
    if form == "lognormal":
        return math.expm1(math.hypot(*(math.log1p(size) for size in relative)))
    return math.hypot(*relative)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
