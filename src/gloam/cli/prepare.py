"""`gloam prepare`: the shapes, efficiencies and templates that a search takes from simulation."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from gloam.cli.completing import searches
from gloam.cli.options import common_options, print_json, worker_options

__all__ = ["command"]


@click.command("prepare", epilog="Example: gloam prepare belle2_alp_3gamma --scale 0.01 --out prepared")
@click.argument("search", shell_complete=searches)
@click.option(
    "--scale", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True,
    help="Of the numbers of events, for a quick look.",
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where prepared.npz and prepared.json are written.  [prepared/SEARCH]",
)
@click.option("--seed", type=click.IntRange(0), help="Of everything random.  [that of the shipped artefact]")
@worker_options
@click.option("--threads", type=click.IntRange(1), help="How many generate; the answer does not depend on it.  [1]")
@click.option(
    "--cache/--no-cache", default=True, show_default=True,
    help="Keep simulated events (gloam cache), so that other cuts need no other ones; of searches that fit spectra.",
)  # fmt: skip
@common_options
def command(
    search: str, scale: float, out: Path | None, seed: int | None, workers: int, scheduler: str | None,
    threads: int | None, cache: bool, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Simulate what SEARCH needs: peak shapes, efficiencies and background templates.

    The artefact that ships with a search was made so. A copy written elsewhere is for comparison: `gloam run` takes the
    shipped one.
    """
    from gloam.execution import open_workers, progress_bar
    from gloam.searches import CountingSearch, OnOffSearch, load_search
    from gloam.workflow.prepare import events_to_simulate, prepare_search
    from gloam.workflow.prepare_counts import events_of_counts, prepare_counting_search
    from gloam.workflow.prepare_on_off import decays_to_simulate, prepare_on_off
    from gloam.workflow.sample_cache import SampleCache

    declared, folder = load_search(search), out or Path("prepared") / search
    if isinstance(declared, CountingSearch):
        events, make = events_of_counts(declared, scale), partial(prepare_counting_search, declared)
    elif isinstance(declared, OnOffSearch):
        events, make = decays_to_simulate(declared, scale), partial(prepare_on_off, declared)
    else:
        samples = SampleCache.of_user(partial(click.echo, err=True)) if cache else None
        events, make = events_to_simulate(declared, scale), partial(prepare_search, declared, samples=samples)
    with (
        open_workers(workers, scheduler) as pool,
        progress_bar(f"preparing {search}", events, not (quiet or as_json)) as advance,
    ):
        found = make(folder, scale=scale, seed=seed, threads=threads, workers=pool, progress=advance)
    if as_json:
        print_json(found)
    elif not quiet:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    click.echo(f"{found['search']}: simulated {found['events']:,} events, seed {found['seed']}")
    for name, channel in found.get("channels", {}).items():
        click.echo(
            f"  {name:<18} {channel['masses']} masses, resolution {channel['resolution'][0]:.3g} to "
            f"{channel['resolution'][1]:.3g} GeV, efficiency {channel['efficiency'][0]:.3g} to "
            f"{channel['efficiency'][1]:.3g}, {channel['background']:.4g} events of background; windows stand on at "
            f"least {channel['least_effective_events']:.1f} simulated ones"
        )
    for name, spectrum in found.get("spectra", {}).items():
        click.echo(
            f"  {name:<18} {spectrum['masses']} masses, sigma {spectrum['sigma'][0]:.3g} to {spectrum['sigma'][1]:.3g} "
            f"{spectrum['unit']}, {_efficiency(spectrum['efficiency'])}, "
            f"{spectrum['background_fb']:.4g} fb of background candidates"
        )
        click.echo(
            f"  {'':<18} effective background events within 2 sigma of a mass: at least "
            f"{spectrum['least_effective_events']:.0f} ({'enough' if spectrum['enough'] else 'an upper bound only'}); "
            f"peak fits chi2/dof {spectrum['worst_fit']:.2f} at worst"
        )
    click.echo(f"  written to {found['folder']}/ (sha256 {found['sha256'][:16]}...)")


def _efficiency(ends: list[float] | None) -> str:
    return "no signal" if ends is None else f"efficiency {ends[0]:.3g} to {ends[1]:.3g}"
