"""`gloam significance`: how unlikely a count is without a signal."""

from __future__ import annotations

import math

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.group("significance", epilog="Example: gloam significance onoff --on 4 --off 5 --tau 5 --json")
def command() -> None:
    """Give the significance of an excess.

    Every command below takes --json, --quiet, --verbose and --debug.
    """


@command.command("onoff", epilog="Example: gloam significance onoff --on 4 --off 5 --tau 5 --json")
@click.option("--on", required=True, type=float, metavar="N", help="Events in the signal region.")
@click.option("--off", required=True, type=float, metavar="M", help="Events in the background region.")
@click.option("--tau", required=True, type=float, metavar="T", help="Expected background of the second over the first.")
@common_options
def on_off(on: float, off: float, tau: float, as_json: bool, quiet: bool) -> None:
    """Compare a count with a background measured elsewhere: Li and Ma's z_profile, and z_bi with its p-value."""
    from gloam.statistics import log_p_on_off, z_bi, z_profile

    log_p = float(log_p_on_off(on, off, tau))
    profile, binomial = float(z_profile(on, off, tau)), float(z_bi(on, off, tau))
    notes = [] if math.isfinite(binomial) else ["z_bi: null, the p-value is 1 and has no finite number of sigma"]
    document = {
        "z_profile": profile,
        "z_bi": binomial if math.isfinite(binomial) else None,
        "p_value": math.exp(log_p),
        "log10_p_value": log_p / math.log(10),
        "inputs": {"on": on, "off": off, "tau": tau},
        "reference": "z_profile: Li and Ma, ApJ 272 (1983) 317, eq. 17; z_bi and p_value: Cousins, Linnemann and "
        "Tucker, NIM A595 (2008) 480",
        "notes": notes,
    }
    if as_json:
        print_json(document)
        return
    click.echo(f"z_profile {profile:.5f} (Li-Ma), z_bi {binomial:.5f}, p-value {document['p_value']:.5g}")
    if not quiet:
        for note in notes:
            click.echo(f"  note: {note}")
