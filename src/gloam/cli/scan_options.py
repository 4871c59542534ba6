"""Options of the commands that scan a file: its limits, and what turns them into cross sections."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from gloam.errors import InputError
from gloam.statistics import Prior, PriorForm
from gloam.systematic import Constraint

__all__ = ["cross_section_options", "limit_options", "multiple", "prior_of"]

F = TypeVar("F", bound=Callable[..., Any])

_MULTIPLE = re.compile(r"([-+0-9.eE]+)\s*sigma")


def limit_options(function: F) -> F:
    """`--level`, `--prior`, `--prior-range` and `--limits/--no-limits`."""
    for option in (
        click.option(
            "--limits/--no-limits", default=True, show_default=True, help="Compute upper limits and expected bands."
        ),
        click.option(
            "--prior-range",
            type=float,
            nargs=2,
            metavar="LO HI",
            help="Yields between which the prior is not 0.  [0 to any]",
        ),
        click.option(
            "--prior", type=click.Choice(get_args(PriorForm)), help="Of the yield, with --method bayes.  [flat]"
        ),
        click.option("--level", type=float, default=0.90, show_default=True, help="Of the upper limits, a fraction."),
    ):
        function = option(function)
    return function


def cross_section_options(function: F) -> F:
    """Luminosity, efficiency and the other factors, `--syst` and `--constraint`."""
    for option in (
        click.option(
            "--constraint",
            type=click.Choice(get_args(Constraint)),
            default="lognormal",
            show_default=True,
            help="Of these uncertainties, and of the errors in the table of efficiencies.",
        ),
        click.option(
            "--syst",
            "systematics",
            multiple=True,
            metavar="NAME=RELATIVE:signal|background|resolution",
            help="Uncertainty of a yield or of the width, a fraction; one name is one source.",
        ),
        click.option(
            "--radiative-factor",
            metavar="VALUE|TABLE.csv",
            help="(1 + delta) x vacuum polarisation, visible over Born cross section, or columns mass,radiative_factor."
            "  [the cross section is the visible one]",
        ),
        click.option(
            "--branching-fraction",
            metavar="VALUE|TABLE.csv",
            help="Of the decay, a fraction, or columns mass,branching_fraction.  [part of the cross section]",
        ),
        click.option(
            "--efficiency",
            metavar="VALUE|TABLE.csv",
            help="A fraction, or columns mass,efficiency[,error] (absolute error).",
        ),
        click.option(
            "--luminosity", type=float, metavar="L", help="Integrated, in fb^-1: limits on cross sections too."
        ),
    ):
        function = option(function)
    return function


def prior_of(method: str, form: PriorForm | None, ends: tuple[float, float] | None) -> Prior:
    """The prior of the yield that `--prior` and `--prior-range` ask for."""
    if method != "bayes" and (form is not None or ends is not None):
        raise InputError("--prior", f"--method {method}", "--method bayes", "only a Bayesian limit has a prior")
    return Prior(form or "flat", ends)


def multiple(option: str, text: str) -> tuple[float, bool]:
    """A number, and whether it is in units of sigma."""
    if match := _MULTIPLE.fullmatch(text.strip()):
        text = match[1]
    try:
        return float(text), match is not None
    except ValueError:
        raise InputError(option, repr(text), "a number in GeV, or a multiple such as 0.5sigma", "write it so") from None
