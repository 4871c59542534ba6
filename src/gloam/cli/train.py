"""`gloam train`: networks that select events, trained on simulated events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gloam.cli.network_options import numbers_of, print_reached, source_of, table_options, write_network_figures
from gloam.cli.options import common_options, print_json

__all__ = ["command"]


@click.group(
    "train",
    epilog="Example: gloam train punzi --events toy --method punzi --out net.json",
)
def command() -> None:
    """Train networks that select events.

    Every command below takes --json, --quiet, --verbose and --debug.
    """


@command.command(
    "punzi",
    epilog="Examples: gloam train punzi --events toy --out net.json  |  gloam train punzi --events table.npz "
    "--luminosity 79.7 --generated 20000 --method limit --background-error 0.05 --ranges 8 --hidden 15 --out nets.json",
)
@table_options
@click.option("--method", type=click.Choice(["bce", "punzi", "limit"]), default="punzi", show_default=True,
              help="Cross entropy, Punzi's figure of merit, or the expected upper limit.")  # fmt: skip
@click.option("--form", type=click.Choice(["poisson", "gaussian"]), default="poisson", show_default=True,
              help="Of the figure of merit.")  # fmt: skip
@click.option("--significance", type=float, default=3.0, show_default=True, help="a of the figure of merit.")
@click.option("--power", type=float, default=1.2815515655446004, show_default="1.2816", help="b of it: 1.2816 is 90 %.")
@click.option("--level", type=float, default=0.90, show_default=True, help="Of the expected limit.")
@click.option("--background-error", type=float, default=0.0, show_default=True, help="Relative, for the limit.")
@click.option("--scaling", type=float, default=1.0, show_default=True, help="Of signal and background: a trigger.")
@click.option("--average", type=click.Choice(["mean", "geometric"]), default="mean", show_default=True,
              help="Over the masses.")  # fmt: skip
@click.option("--hidden", default="8,4", show_default=True, metavar="N,N,...", help="Sizes of the hidden layers.")
@click.option("--activation", type=click.Choice(["tanh", "relu", "sigmoid"]), default="tanh", show_default=True,
              help="Of the hidden layers.")  # fmt: skip
@click.option("--mass-input", is_flag=True, help="The mass of the hypothesis is an input of the network.")
@click.option("--ranges", type=click.IntRange(1), default=1, show_default=True,
              help="Networks, each for as many masses.")  # fmt: skip
@click.option("--starts", type=click.IntRange(1), default=4, show_default=True, help="First weights that are tried.")
@click.option("--epochs", type=click.IntRange(0), default=200, show_default=True,
              help="Steps of the last stage, over all events each.")  # fmt: skip
@click.option("--pretraining", type=click.IntRange(1), default=200, show_default=True,
              help="Steps on the cross entropy before it.")  # fmt: skip
@click.option("--patience", type=click.IntRange(1), default=50, show_default=True,
              help="Steps without a better loss on the validation sample that end a stage.")  # fmt: skip
@click.option("--baseline/--no-baseline", default=True, show_default=True,
              help="Train on the cross entropy too, with the same effort, to compare with.")  # fmt: skip
@click.option("--checkpoints", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Keep finished starts there, and take them from there.")  # fmt: skip
@click.option("--figures/--no-figures", default=True, show_default=True, help="Draw figures, in OUT_figures/.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="NET.(json|onnx)",
              help="The selection: networks and cuts.")  # fmt: skip
@common_options
def punzi(
    events: str, seed: int, out: Path, figures: bool, method: str, hidden: str, ranges: int, baseline: bool,
    checkpoints: Path | None, as_json: bool, quiet: bool, **settings: Any,
) -> None:  # fmt: skip
    """Train on the figure of merit of all mass hypotheses together, and say what it is worth on independent events.

    The table has the columns process, label (1 signal), mass_generated (GeV; -999 background), weight, recoil_mass2
    (GeV^2), then the features. Half of it trains, a quarter chooses steps and cuts, a quarter gives the figures that
    are quoted. Weights of the background are expected events at the luminosity.
    """
    from gloam.store.writing import finite
    from gloam.training.settings import LossSettings, Training
    from gloam.workflow.networks import NetworkPlan, train_selection

    loss = LossSettings(
        kind="limit" if method == "limit" else "punzi", form=settings["form"], significance=settings["significance"],
        power=settings["power"], level=settings["level"], background_error=settings["background_error"],
        scaling=settings["scaling"], average=settings["average"],
    )  # fmt: skip
    training = Training(
        numbers_of(hidden, "--hidden"), settings["activation"], loss, settings["starts"], settings["pretraining"],
        settings["epochs"], settings["patience"], settings["mass_input"],
    )  # fmt: skip
    report = train_selection(
        source_of(events, settings), NetworkPlan(method, training, ranges, baseline=baseline), out, seed=seed,
        checkpoints=checkpoints, quiet=quiet or as_json,
    )  # fmt: skip
    written = write_network_figures(report, out.with_name(f"{out.stem}_figures")) if figures else []
    if as_json:
        print_json(finite(report.document))
    elif not quiet:
        print_reached(report.document)
        click.echo(f"  written to {out}" + (f", figures in {written[0].parent}" if written else ""))
