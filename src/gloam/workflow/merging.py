"""Several runs of one declaration on the same data, with different toys, as one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gloam.errors import InputError
from gloam.workflow.results import Run
from gloam.workflow.saved import load_run
from gloam.workflow.toys import joined_toys

__all__ = ["merged"]


def merged(directories: Sequence[Path]) -> Run:
    """The run of some directories with all their toys; nothing is fitted.

    Args:
        directories: of runs with toys, two or more.

    Raises:
        InputError: if they are of different declarations or data, if one has no toys, or two have the same toys.
    """
    if len(directories) < 2:
        raise InputError(
            "gloam merge", f"{len(directories)} directories", "two or more", "name all that belong together"
        )
    runs = [load_run(directory) for directory in directories]
    for directory, run in zip(directories, runs, strict=True):
        for what in ("declaration", "data"):
            if run.hashes[what] != runs[0].hashes[what]:
                whose = {"declaration": "another declaration", "data": "other data"}[what]
                raise InputError(
                    f"merge {directory}", f"{whose} than {directories[0]}", "the same declaration and data in all runs",
                    "leave it out",
                )  # fmt: skip
        if run.toys is None:
            raise InputError(f"merge {directory}", "no toys", "a run with --toys N", "make toys, or leave it out")
    toys = joined_toys([run.toys for run in runs if run.toys is not None])
    seed = runs[0].seed if len({run.seed for run in runs}) == 1 else None
    return replace(runs[0], toys=toys, seed=seed, seconds=sum(run.seconds for run in runs))
