"""`gloam theory`: what a model predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gloam.cli.options import common_options, print_json

if TYPE_CHECKING:
    from gloam.theory import Prediction

__all__ = ["command"]


@click.command("theory", epilog="Example: gloam theory zprime --mass 3 --coupling 0.01 --json")
@click.argument("model")
@click.option("--mass", required=True, type=float, metavar="M", help="Of the new particle (the A'), in GeV.")
@click.option("--mass2", type=float, metavar="M2", help="Of the h', for dark-higgsstrahlung.")
@click.option("--coupling", default=1.0, show_default=True, metavar="G", help="In the unit of the model.")
@click.option("--coupling2", type=float, metavar="G2", help="alpha_D, for dark-higgsstrahlung.  [1]")
@click.option("--sqrt-s", default=10.58, show_default=True, metavar="E", help="Centre-of-mass energy in GeV.")
@click.option("--angle-range", type=float, metavar="C", help="Largest |cos theta*| of the photon, for gamma X.")
@click.option(
    "--photon-cut", default=0.5, show_default=True, metavar="E", help="Largest radiated energy in GeV, for 1+delta."
)
@common_options
def command(
    model: str, mass: float, mass2: float | None, coupling: float, coupling2: float | None, sqrt_s: float,
    angle_range: float | None, photon_cut: float, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Predict cross sections in fb, widths in GeV and branching fractions of MODEL.

    MODEL is zprime, dark-photon, dark-higgsstrahlung, alp-photon, alp-lepton, leptophilic-scalar, b-dark-photons or
    b-dark-baryon. Above the threshold a cross section is 0.
    """
    from gloam.theory import predict

    found = predict(model, mass, mass2, coupling, coupling2, sqrt_s, angle_range, photon_cut)
    if as_json:
        inclusive = predict(model, mass, mass2, coupling, coupling2, sqrt_s, angle_range, sqrt_s).one_plus_delta
        print_json(_document(found, photon_cut, inclusive))
    else:
        _print(found, quiet)


def _document(found: Prediction, photon_cut: float, inclusive: float | None) -> dict[str, Any]:
    return {
        "model": found.model,
        "mass": found.mass,
        "process": found.process,
        "cross_section": found.cross_section,
        "cross_section_error": found.cross_section_error,
        "processes": {
            name: {"cross_section": made.cross_section, "error": made.error, "valid": made.valid}
            for name, made in found.processes.items()
        },
        "widths": {**found.widths, "total": found.width} if found.widths else {},
        "branching_fractions": dict(found.branching_fractions),
        "delta_a_mu": found.delta_a_mu,
        "ctau_mm": found.ctau_mm,
        "one_plus_delta": found.one_plus_delta,
        "photon_cut": photon_cut,
        "one_plus_delta_inclusive": inclusive,
        "momentum": found.momentum,
        "valid": found.valid,
        "notes": list(found.notes),
        "reference": found.reference,
    }


def _print(found: Prediction, quiet: bool) -> None:
    click.echo(f"{found.model}, {found.mass:g} GeV")
    for name, made in found.processes.items():
        flag = "" if made.valid else "  (not valid)"
        click.echo(f"  {name:<22} {_number(made.cross_section)} fb{flag}")
    for name, fraction in found.branching_fractions.items():
        width = f"  {found.widths[name]:.6g} GeV" if name in found.widths else ""
        click.echo(f"  B({name}){'':<{max(0, 19 - len(name))}} {fraction:.6g}{width}")
    for label, value, unit in (
        ("c tau", found.ctau_mm, " mm"), ("delta a_mu", found.delta_a_mu, ""),
        ("1 + delta", found.one_plus_delta, ""), ("momentum", found.momentum, " GeV"),
    ):  # fmt: skip
        if value is not None:
            click.echo(f"  {label:<22} {value:.6g}{unit}")
    if not found.valid:
        click.echo("  not valid here, see the notes")
    if not quiet:
        for note in found.notes:
            click.echo(f"  note: {note}")
        click.echo(f"  reference: {found.reference}")


def _number(value: float | None) -> str:
    return "not predicted" if value is None else f"{value:.6g}"
