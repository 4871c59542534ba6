"""`gloam generate`: events of a signal or a background process, written to a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gloam.generation import Process

from gloam.cli.options import common_options, print_json, worker_options

__all__ = ["command"]


@click.command(
    "generate",
    epilog="Examples: gloam generate mumu-zprime --mass 3 --events 100000 --seed 1 --out zprime.npz"
    "  |  gloam generate gamma-alp --mass 2 --coupling 1e-3 --isr 0.5 --events 10000 --out alp.root"
    "  |  gloam generate 4mu --detector belle --events 10000 --out muons.root"
    "  |  gloam generate tautau --tau-decay mumu --isr 3 --events 1000000 --out taus.npz"
    "  |  gloam generate 3gamma --min-energy 0.5 --min-angle 20 --weighted --events 1000000 --out photons.parquet",
)
@click.argument("process")
@click.option("--mass", type=float, help="Of the new particle, in GeV.")
@click.option("--mass2", type=float, help="Of the second one: the h' of dark-higgsstrahlung.")
@click.option("--coupling", type=float, help="g', epsilon, g in 1/GeV or xi, as the process has it.  [1]")
@click.option("--coupling2", type=float, help="alpha_D of dark-higgsstrahlung.  [1]")
@click.option(
    "--decay",
    metavar="NAME",
    help="Of the new particle: ee, mumu or tautau; of three-dark-photons as in ee-ee-mumu [it is left undecayed]; of "
    "the tau with one track in tautau-1x3: e, mu, pi or rho [mu].",
)
@click.option(
    "--tau-decay",
    metavar="PAIR",
    help="Of tau- and tau+, each e, mu, pi or rho: mumu, emu, pirho ...; or mixed: leptons, one-prong.  [undecayed]",
)
@click.option("--events", type=int, required=True, metavar="N", help="How many to write.")
@click.option("--weighted", is_flag=True, help="Keep all points with their weights in fb.  [unweighted events]")
@click.option("--sqrt-s", type=float, default=10.58, show_default=True, help="Energy of the collision, in GeV.")
@click.option(
    "--isr", type=float, metavar="GEV", help="The beams radiate a photon along themselves, of this energy at most."
)
@click.option("--min-energy", type=float, help="Of photons, in GeV; of the muons of eemumu.  [0.2; 0]")
@click.option(
    "--min-angle", type=float, help="To the beams in degrees, in the centre of mass: photons; muons of eemumu.  [10; 0]"
)
@click.option("--min-mass", type=float, help="Of the muon pair of eemumu, in GeV.  [twice the muon mass]")
@click.option(
    "--detector",
    type=click.Choice(["none", "belle", "belle2"]),
    default="none",
    show_default=True,
    help="What the particles pass through.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE.(npz|parquet|root)",
    help="Flat columns: weight, then pdg_1, status_1, E_1, px_1, py_1, pz_1, pdg_2 ...; behind a detector event, "
    "weight, then pdg_1, true_1, found_1, identified_1, E_1 ... From Pythia, and with mixed decays, one row for each "
    "particle: event, weight, particles, pdg, status, parent, m, E, px, py, pz.",
)
@click.option(
    "--generator",
    type=click.Choice(["gloam", "pythia"]),
    help="pythia, an extra, makes qqbar, bbbar, tautau and mumu.  [gloam where it has the process]",
)
@worker_options
@click.option("--threads", type=click.IntRange(1), help="How many; the events do not depend on it.  [1]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything random.")
@common_options
def command(
    process: str, events: int, weighted: bool, sqrt_s: float, decay: str | None, tau_decay: str | None, detector: str,
    out: Path, generator: str | None, workers: int, scheduler: str | None,
    threads: int | None, seed: int, as_json: bool, quiet: bool, **settings: float | None,
) -> None:  # fmt: skip
    """Generate events of PROCESS from its matrix element.

    Signals: mumu-zprime, gamma-alp, gamma-dark-photon, dark-higgsstrahlung, mumu-scalar, tautau-scalar,
    b-dark-photons, b-dark-baryon. Backgrounds in lowest order of QED: mumugamma, 3gamma, 4mu, eemumu, mumutautau,
    tautau, tautau-1x3. From Pythia, an extra: qqbar, bbbar, and with --generator pythia tautau, mumu. Momenta are in
    GeV, in the centre of mass, with the electron along +z; status is 1 for particles that do not decay within the
    event. Behind a detector momenta are measured ones, and NaN where a particle was not found.
    """
    from gloam.execution import open_workers
    from gloam.generation import PROCESSES, PYTHIA_PROCESSES, TAU_MIXTURES, make_process

    def make(tau_pair: str | None) -> Process:
        return make_process(process, decay=decay, tau_decay=tau_pair, **settings)

    known: dict[str, Any] = {"events": events, "seed": seed, "sqrt_s": sqrt_s, "quiet": quiet or as_json}
    alike = {"weighted": weighted or None, "detector": None if detector == "none" else detector}
    with open_workers(workers, scheduler) as pool:
        known["workers"] = pool
        if generator == "pythia" or (generator is None and process in PYTHIA_PROCESSES and process not in PROCESSES):
            from gloam.workflow.jagged_generation import write_pythia_events

            others = {"decay": decay, "tau_decay": tau_decay, "threads": threads}
            _refuse(f"{process} from Pythia", alike | others | settings)
            found = write_pythia_events(process, out, **known)
        elif tau_decay is not None and tau_decay in TAU_MIXTURES:
            from gloam.workflow.jagged_generation import write_tau_mixture

            _refuse(f"{process} with a mixture of tau decays", alike)
            found = write_tau_mixture(make, tau_decay, out, threads=threads, **known)
        else:
            from gloam.detector import DETECTORS
            from gloam.workflow.generation import write_events

            seen = DETECTORS.get(detector)
            found = write_events(make(tau_decay), out, weighted=weighted, threads=threads, detector=seen, **known)
    if as_json:
        print_json(found)
    elif not quiet:
        _print(found)


def _refuse(asked: str, options: Mapping[str, Any]) -> None:
    """Nothing if none of the options is given."""
    from gloam.errors import InputError

    for name, value in options.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"{option} of {asked}", value, "no such choice", f"leave out {option}")


def _print(found: dict[str, Any]) -> None:
    kind = "weighted" if found["weighted"] else "unweighted"
    listed = "each with its own particles" if found["particles"] is None else " ".join(found["particles"])
    click.echo(f"{found['process']}: {found['events']} {kind} events ({listed})")
    if found["cross_section"] is not None:
        error = found["cross_section_error"]
        known = "with an unknown error" if error is None else f"+- {error:.2g} fb"
        click.echo(f"  cross section {found['cross_section']:.6g} {'fb ' if error is None else ''}{known}")
    if found["unweighting_efficiency"] is not None:
        click.echo(
            f"  unweighting efficiency {found['unweighting_efficiency']:.1%}, "
            f"{found['overweight_fraction']:.2%} of the events weigh more than 1 (up to {found['largest_weight']:.3g})"
        )
    if found["detector"] is not None:
        click.echo(
            f"  {found['detector']}: all visible particles identified in {found['identified_fraction']:.2%} "
            f"+- {found['identified_fraction_error']:.2%} of the events"
        )
    for note in found["notes"]:
        click.echo(f"  note: {note}")
    click.echo(f"  written to {found['file']} (sha256 of the events {found['sha256'][:16]}...)")
