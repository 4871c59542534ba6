"""Writes the help texts of all commands as one page of the documentation.

    python tools/write_commands.py docs/commands.md

`make docs` calls it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gloam.cli import COMMANDS, cli

INTRODUCTION = """# Commands

As `gloam COMMAND --help` prints them. Every command takes `--json`: one JSON document on standard output and nothing
else there. Exit codes: 0 done; 2 bad input, with one message that says what to do; 3 stopped by a signal, to go on
with `--resume`; 1 a fault of gloam.
"""


def main(path: Path) -> None:
    """Write the page."""
    path.write_text("\n".join([INTRODUCTION, *sections()]), encoding="utf-8")


def sections() -> Iterator[str]:
    """The section of each command, those of groups after the group."""
    root = click.Context(cli, info_name="gloam", terminal_width=100)
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        yield from section(command, click.Context(command, root, info_name=name, terminal_width=100), 2)


def section(command: click.Command, context: click.Context, depth: int) -> Iterator[str]:
    """The help text of a command, and of those in it."""
    yield f"{'#' * depth} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inside = command.get_command(context, name)
            assert inside is not None
            yield from section(inside, click.Context(inside, context, info_name=name, terminal_width=100), depth + 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
