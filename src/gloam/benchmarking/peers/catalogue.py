"""The peers: what they are, what they need and how many hypotheses they are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, util
from typing import cast

from gloam.arrays import IntArray
from gloam.benchmarking.peers.result import PeerFits
from gloam.scans import Scan

__all__ = ["PEERS", "Fit", "Peer", "missing_packages", "not_installed"]

Fit = Callable[[Scan, IntArray], PeerFits]


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to make the two fits of each hypothesis.

    Attributes:
        key: the ratio of its time to ours is `ratio_<key>` in the result.
        title: what it is, for the report.
        module: the module in this package.
        function: the function there that makes the fits.
        packages: what has to be installed.
        every: each so many hypotheses are fitted; the time is scaled up.
        every_quick: the same for a quick run.
    """

    key: str
    title: str
    module: str
    function: str
    packages: tuple[str, ...]
    every: int
    every_quick: int

    def load(self) -> Fit:
        """The function that makes the fits; its packages are imported now."""
        module = import_module(f"gloam.benchmarking.peers.{self.module}")
        return cast(Fit, getattr(module, self.function))


PEERS = (
    Peer("iminuit", "iminuit, compiled, objects kept", "iminuit_compiled", "fit", ("iminuit", "numba"), 10, 100),
    Peer(
        "iminuit_new_objects", "iminuit, compiled, new objects", "iminuit_compiled", "fit_with_new_objects",
        ("iminuit", "numba"), 10, 100,
    ),
    Peer(
        "numba_stats", "iminuit + numba-stats", "numba_stats", "fit", ("iminuit", "numba", "numba_stats"), 50, 500
    ),
    Peer("pyhf", "pyhf, numpy", "pyhf_model", "fit", ("pyhf",), 250, 1000),
)  # fmt: skip
"""The peers on W1."""


def missing_packages(packages: tuple[str, ...]) -> list[str]:
    """Those of the packages that are not installed."""
    return [package for package in packages if util.find_spec(package) is None]


def not_installed(title: str, missing: list[str]) -> str:
    """The note on a peer that was left out."""
    return f"{title} was not measured: {' and '.join(missing)} not installed; do pip install --group peers"
