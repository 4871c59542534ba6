"""`gloam bench`: times of the standard scans."""

from __future__ import annotations

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command("bench", epilog="Example: gloam bench --peers --quick")
@click.option("--peers", is_flag=True, help="Time other tools too, in turn with ours (those that are installed).")
@click.option("--quick", is_flag=True, help="Fewer repetitions and hypotheses.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Of our engine.")
@common_options
def command(peers: bool, quick: bool, threads: int, as_json: bool, quiet: bool) -> None:
    """Time W1 (9788 dimuon hypotheses) and W2 (502 three-photon hypotheses, nine variants)."""
    from gloam.benchmarking.bench import run_bench

    silent = quiet or as_json
    document = run_bench(peers, quick, threads, (lambda _: None) if silent else lambda line: click.echo(line, err=True))
    if as_json:
        print_json(document)
