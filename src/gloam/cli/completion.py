"""`gloam completion`: what a shell needs to complete commands, options, searches and files."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from gloam.cli.options import common_options, print_json

__all__ = ["command"]

VARIABLE = "_GLOAM_COMPLETE"


@click.command(
    "completion",
    epilog="Examples: gloam completion fish > ~/.config/fish/completions/gloam.fish"
    '  |  eval "$(gloam completion bash)"   (in ~/.bashrc; zsh alike)',
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common_options
def command(shell: str, as_json: bool, quiet: bool) -> None:
    """Print a script that makes SHELL complete commands, options, their choices, searches and files."""
    from gloam.cli import cli

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - one of the three that click has
    script = kind(cli, {}, "gloam", VARIABLE).source()
    if as_json:
        print_json({"shell": shell, "script": script})
    elif not quiet:
        click.echo(script)
