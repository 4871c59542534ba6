"""What a shell completes arguments with; these functions are called for completion only."""

from __future__ import annotations

from importlib import metadata
from importlib.util import find_spec
from pkgutil import iter_modules

import click
from click.shell_completion import CompletionItem

__all__ = ["files", "searches", "searches_and_runs"]


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A file, completed by the shell."""
    return [CompletionItem(incomplete, type="file")]


def searches(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of searches; none is imported, nor what searches are made of."""
    package = find_spec("gloam.searches")
    places = [] if package is None else package.submodule_search_locations
    names = {found.name for found in iter_modules(places) if found.ispkg}
    names |= {point.name for point in metadata.entry_points(group="gloam.searches")}
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]


def searches_and_runs(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:  # fmt: skip
    """The names of searches, or the directory of a run where none begins so."""
    return searches(context, parameter, incomplete) or [CompletionItem(incomplete, type="dir")]
