"""Small runs to draw, seeded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.interpretation import YieldFactors
from gloam.models import Gaussian, Polynomial, Table
from gloam.report import ChannelResult
from gloam.scans import Scan, fit_scan, grid_in_steps, sliding_windows
from gloam.spectra import Origin, Spectrum, fill, uniform_axis, with_flow
from gloam.statistics import upper_limits

ORIGIN = Origin("pseudo", "toys of the tests, seed 1", luminosity_fb=12.5)


def channel_of(spectrum: Spectrum, *, grid=None, order=1, vetoes=(), name="low", method="cls") -> ChannelResult:
    grid = grid_in_steps(1.1, 1.9, 0.01) if grid is None else grid
    windows = sliding_windows(spectrum.axis, grid.position, 0.3)
    result = fit_scan(Scan(spectrum, Gaussian(0.02), Polynomial(order), grid, windows, vetoes), threads=1)
    limits = upper_limits(result, 0.90, method, threads=1)
    return ChannelResult(name, f"{name} <region>", result, limits, r"$m_{\mu\mu}$ [GeV]")


def events(seed: int = 1, peak: float = 1.5) -> np.ndarray:
    random = random_stream(seed, "report tests")
    return np.concatenate([random.uniform(1, 2, 2000), random.normal(peak, 0.02, 90)])


@pytest.fixture(scope="session")
def axis():
    return uniform_axis(1.0, 2.0, bins=200)


@pytest.fixture(scope="session")
def channel(axis) -> ChannelResult:
    return channel_of(fill(events(), axis, origin=ORIGIN))


@pytest.fixture(scope="session")
def in_fb(channel) -> ChannelResult:
    """The same with a cross section: the Born one, times the branching fraction."""
    efficiency = Table(np.array([1.0, 2.0]), np.array([0.1, 0.3]), "efficiency")
    return replace(channel, factors=YieldFactors(12.5, efficiency, radiative_factor=0.9))


@pytest.fixture(scope="session")
def vetoed(axis) -> ChannelResult:
    return channel_of(fill(events(2, 1.3), axis, origin=ORIGIN), vetoes=((1.6, 1.65),), name="high")


@pytest.fixture(scope="session")
def empty(axis) -> ChannelResult:
    return channel_of(Spectrum((axis,), with_flow(np.zeros(200), (axis,)), origin=Origin("user", "empty.csv")))


@pytest.fixture(scope="session")
def make_channel():
    return channel_of


@pytest.fixture(scope="session")
def values():
    return events()
