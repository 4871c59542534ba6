"""The command line: one thin file per command, imported when the command is called."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from gloam.errors import GloamError

__all__ = ["main"]

COMMANDS = {
    "bench": "time the standard scans, alone or against other tools",
    "bias": "bias of the fitted yields of a run, by toys with a known signal",
    "blind": "register data that must not be looked at yet",
    "cache": "show or clear the stored artefacts",
    "completion": "completion of commands, options and files in your shell",
    "count": "count events in windows of one or two observables",
    "coverage": "how often limits hold the true signal: of a run, or of a count",
    "evaluate": "what a trained network is worth on other events",
    "exclusions": "what is published about a model, and a figure of it",
    "export": "results of a run in the formats of others",
    "generate": "events of a signal or a background",
    "limit": "limits of a counting experiment",
    "list": "the searches there are",
    "merge": "the toys of several runs together",
    "new": "a search of yours: a package to begin from",
    "prepare": "simulate what a search needs: shapes, efficiencies, templates",
    "project": "the expected limits of a run at another luminosity",
    "recast": "the limits of a run for another model",
    "report": "figures and page of a run, drawn again",
    "run": "run a search on its own data or on yours",
    "scan": "scan a spectrum of yours over mass",
    "show": "everything a search declares, with sources",
    "significance": "significance of a count over a measured background",
    "theory": "cross sections, widths and branching fractions of a model",
    "train": "networks that select events",
    "unblind": "open blinded data, and write down who did it and why",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]  # not list(): the module of the command `list` is an attribute here once imported

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return getattr(import_module(f"gloam.cli.{cmd_name}"), "command", None)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands by name, none of which is imported, and options."""
        found = [CompletionItem(name, help=words) for name, words in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            ctx.fail(f"There is no command {args[0]!r}; there are {', '.join(COMMANDS)}.{hint}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        from gloam.kernel import running_engine

        running = running_engine()
        instructions = f", {running['instruction_set']}" if running["instruction_set"] else ""
        click.echo(f"gloam {version('gloam')} (engine {running['engine']}{instructions})")
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "GLOAM", "max_content_width": 110},
    epilog="Example: gloam run cms_dimuon   (real data, figures in runs/cms_dimuon)",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Version and engine."
)
def cli() -> None:
    """Find new particles, or exclude them, in e+e- collision data."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 2 bad input, 3 stopped by a signal, 1 a fault of ours."""
    debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = cli.main(args=arguments, prog_name="gloam", standalone_mode=False)
    except GloamError as fault:
        _trace() if debug else _complain(str(fault))
        sys.exit(fault.exit_code)
    except click.ClickException as fault:
        fault.show(sys.stderr)
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        _complain("stopped. Files already written are whole; the same command starts again.")
        sys.exit(3)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing is left to say
        sys.exit(0)
    except Exception as fault:
        if debug:
            raise
        _complain(
            f"a fault of ours: {type(fault).__name__}: {fault}. Run again with --debug and report what it prints."
        )
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _trace() -> None:
    import traceback

    traceback.print_exc()


def _complain(message: str, **_: Any) -> None:
    click.echo(f"gloam: {message}", err=True)
