"""`gloam recast`: the limits of a run for another model."""

from __future__ import annotations

from pathlib import Path

import click

from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.command(
    "recast",
    epilog="Example: gloam recast runs/scan --model zprime --cross-section sigma.csv --branching-fraction 0.5 "
    "--efficiency efficiency.csv --out runs/zprime",
)
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--model", required=True, help="As `gloam exclusions` knows it.")
@click.option(
    "--cross-section",
    metavar="VALUE|TABLE.csv",
    help="In fb at coupling 1, or columns mass,cross_section.  [as gloam theory]",
)
@click.option("--cross-section-error", type=click.FloatRange(0), default=0.0, metavar="RELATIVE", help="Of the same.")
@click.option("--branching-fraction", metavar="VALUE|TABLE.csv", help="Of the decay that was searched for.  [1]")
@click.option("--decay", metavar="mumu|invisible|...", help="That was searched for: its fraction as gloam theory says.")
@click.option("--sqrt-s", type=float, metavar="E", help="Energy of the collision in GeV.  [that of the run]")
@click.option("--efficiency", metavar="VALUE|TABLE.csv", help="For this model.  [that of the run]")
@click.option("--radiative-factor", metavar="VALUE|TABLE.csv", help="(1 + delta) x VP.  [that of the run]")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write limits.csv and summary.json here.")
@common_options
def command(
    directory: Path, model: str, cross_section: str | None, cross_section_error: float, branching_fraction: str | None,
    decay: str | None, sqrt_s: float | None, efficiency: str | None, radiative_factor: str | None, out: Path | None,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Turn the limits of the run in DIR into limits on the coupling of a model."""
    from gloam.interpretation import factor_named
    from gloam.workflow.coupling import model_coupling
    from gloam.workflow.recast import energy_of_run, recast_run, write_recast

    energy = energy_of_run(directory) if sqrt_s is None else sqrt_s
    coupling = model_coupling(model, cross_section, branching_fraction, cross_section_error, decay, energy)
    factors = [
        None if text is None else factor_named(text, name)
        for text, name in ((efficiency, "efficiency"), (radiative_factor, "radiative_factor"))
    ]
    stored, found, document = recast_run(directory, model, coupling, *factors)
    if out is not None:
        write_recast(stored, found, document, out)
    if as_json:
        print_json(document)
        return
    click.echo(f"{stored.title}: {document['n_limits']} limits on {document['coupling']} at {stored.level:.4g}")
    if not quiet:
        for row in document["limits"][:: max(1, len(document["limits"]) // 10)]:
            limit = row["coupling_ul"]
            click.echo(f"  {row['channel']:<12} {row['mass']:.6g} GeV: {'none' if limit is None else f'{limit:.3g}'}")
        for note in document["notes"]:
            click.echo(f"  note: {note}")
        if out is not None:
            click.echo(f"  written to {out}/")
