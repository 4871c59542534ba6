"""Options that several commands have in common."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = [
    "blinded_option",
    "common_options",
    "engine_options",
    "output_options",
    "print_json",
    "toy_options",
    "worker_options",
]

F = TypeVar("F", bound=Callable[..., Any])


def common_options(function: F) -> F:
    """`--json`, `-v`, `-q` and `--debug`."""
    for option in (
        click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks of faults."),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no messages."),
        click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=_talk, help="Say more."),
        click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else."),
    ):
        function = option(function)
    return function


def output_options(function: F) -> F:
    """`--out` and `--figures/--no-figures`."""
    for option in (
        click.option("--figures/--no-figures", default=True, show_default=True, help="Draw figures and the HTML page."),
        click.option(
            "--out", type=click.Path(file_okay=False, path_type=Path), help="Directory of the results. [runs/NAME]"
        ),
    ):
        function = option(function)
    return function


def _choose_engine(ctx: click.Context, _: click.Parameter, engine: str | None) -> None:
    """Set the engine of this process and of those it starts."""
    if engine is not None and not ctx.resilient_parsing:
        os.environ["GLOAM_ENGINE"] = engine


def engine_options(function: F) -> F:
    """`--threads`, `--engine` and `--seed`."""
    for option in (
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything random."),
        click.option(
            "--engine", type=click.Choice(["numpy", "compiled"]), expose_value=False, callback=_choose_engine,
            help="What computes the fits. [compiled where it was built]",
        ),
        click.option("--threads", type=click.IntRange(1), help="How many; the answer does not depend on it. [1]"),
    ):  # fmt: skip
        function = option(function)
    return function


def blinded_option(function: F) -> F:
    """`--blinded`."""
    option = click.option(
        "--blinded", is_flag=True, help="Read only what may be seen of blinded data, see gloam blind."
    )
    return option(function)


def toy_options(function: F) -> F:
    """How whole-scan toys are made, and by whom; their number is an option of each command."""
    function = worker_options(function)
    for option in (
        click.option("--resume", is_flag=True, help="Go on with toys that were stopped, where they are the same."),
        click.option(
            "--first-toy", type=click.IntRange(0), default=0, show_default=True, metavar="K",
            help="Number of the first toy: the same seed with other numbers gives other toys, see gloam merge.",
        ),
        click.option("--exhaustive", is_flag=True, help="Fit every mass of every toy, without a filter: slow."),
    ):  # fmt: skip
        function = option(function)
    return function


def worker_options(function: F) -> F:
    """`--workers` and `--scheduler`: who does long work."""
    for option in (
        click.option(
            "--scheduler", metavar="ADDRESS",
            help="Of Dask, as tcp://host:8786: its workers share the work. They must see the same files.",
        ),
        click.option(
            "--workers", type=click.IntRange(1), default=1, show_default=True,
            help="Processes that share the work; the answer does not depend on it.",
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def print_json(document: Any) -> None:
    """Write one JSON document to standard output."""
    click.echo(json.dumps(document, indent=2, allow_nan=False))


def _talk(_: click.Context, __: click.Parameter, verbose: bool) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="gloam: %(message)s")
