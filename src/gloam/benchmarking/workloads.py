"""The two standard workloads, as seeded pseudo-data: the same on every machine."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.execution import random_stream
from gloam.models import CrystalBall, Displaced, Gaussian, Mixture, Polynomial, Steps, WithCombinatorial
from gloam.scans import BinnedWindows, Grid, Scan, sliding_windows
from gloam.spectra import Axis, Origin, Spectrum, fill, with_flow

__all__ = ["dimuon", "dimuon_signal", "photon_signal", "three_photons"]

SEED = 1
PSEUDO = "seeded toy spectrum of gloam.benchmarking"


def _dimuon_sigma(mass: FloatArray) -> FloatArray:
    return 1e-3 * (1.0 + 5.0 * np.asarray(mass) / 9.787)


def dimuon_signal() -> Mixture:
    """The signal of W1: two Crystal Balls with a common mean and tails on either side; sigma grows from 1 to 6 MeV."""
    inner = CrystalBall(_dimuon_sigma, 1.5, 3.0)
    outer = CrystalBall(lambda mass: 1.7 * _dimuon_sigma(mass), -1.8, 4.0)
    return Mixture((inner, outer), (0.75, 0.25))


def dimuon(scale: float = 1.0, seed: int = SEED) -> Scan:
    """W1: 9788 hypotheses in 9788 one-MeV bins, about 148,000 entries times `scale`, third-order polynomial.

    Windows are +- 25 sigma, cut at the ends: 25 to 296 bins. Two signals are in the pseudo-data, at 2.5 and 7.0 GeV.
    """
    bins = 9788
    axis = Axis(np.arange(bins + 1.0) * 1e-3, "m", "GeV")
    x = axis.centers
    falling = 55.0 * (x + 2e-3) ** 0.55 * np.exp(-x / 1.9) + 4.0 * np.exp(-(((x - 6.0) / 2.6) ** 2))
    expected = scale * falling * -np.expm1(np.minimum((x - 9.95) / 0.25, 0.0))
    random = random_stream(seed, "dimuon workload")
    counts = random.poisson(expected).astype(float)
    for mass, size in ((2.5, 90.0), (7.0, 60.0)):
        events = random.normal(mass, _dimuon_sigma(np.array(mass)), random.poisson(scale * size))
        counts += np.histogram(events, axis.edges)[0]
    grid = Grid.of(np.arange(0.0, bins) * 1e-3)
    spectrum = Spectrum((axis,), with_flow(counts, (axis,)), origin=Origin("pseudo", PSEUDO))
    windows = sliding_windows(axis, grid.position, 25 * _dimuon_sigma(grid.position))
    return Scan(spectrum, dimuon_signal(), Polynomial(3), grid, windows)


def photon_signal() -> WithCombinatorial:
    """The signal of W2: a Crystal Ball in M^2, and below it a broad combinatorial component of 0.3 of its yield."""
    broad = Gaussian(lambda x: 9 * _photon_sigma(x))
    return WithCombinatorial(
        CrystalBall(_photon_sigma, 1.2, 4.0), Displaced(broad, lambda x: -4 * _photon_sigma(x)), 0.3
    )


def _photon_sigma(x: FloatArray) -> FloatArray:
    return 1.39 * (0.02 + 0.0125 * np.asarray(x) ** 0.95)


PHOTON_WINDOWS = ((-20.0, 30.0), (-15.0, 25.0), (-25.0, 35.0))
PHOTON_RANGE = (0.0, 110.0)


def three_photons(scale: float = 1.0, seed: int = SEED, bins: int = 100) -> list[Scan]:
    """W2: 502 hypotheses in M^2 in steps of sigma / 2, about 18,700 events times `scale`, nine variants.

    Each variant has its own window, in units of sigma and cut at 0 and 110 GeV^2, in 100 equal bins, and its own
    order of the polynomial: nominal 2, 4, 5 with rising mass, each -1, 0, +1. The first variant is the nominal one.
    """
    positions = [0.3]
    while len(positions) < 502:
        positions.append(positions[-1] + 0.5 * float(_photon_sigma(np.array(positions[-1]))))
    position = np.array(positions)
    grid = Grid(np.sqrt(position), position)
    sigma = _photon_sigma(position)
    edges = [
        np.linspace(
            np.maximum(position + low * sigma, PHOTON_RANGE[0]), np.minimum(position + high * sigma, PHOTON_RANGE[1]),
            bins + 1, axis=1,
        )
        for low, high in PHOTON_WINDOWS
    ]  # fmt: skip
    axis = Axis(np.unique(np.concatenate([PHOTON_RANGE, *(e.ravel() for e in edges)])), "M^2", "GeV^2")
    spectrum = fill(_photon_events(scale, seed), axis, origin=Origin("pseudo", PSEUDO))
    scans = []
    for shift in (0, -1, 1):
        order = Steps((0.75, 6.85**2), (2 + shift, 4 + shift, 5 + shift))
        scans += [
            Scan(spectrum, photon_signal(), Polynomial(order), grid, BinnedWindows.of(axis, e)) for e in edges
        ]  # fmt: skip
    return scans


def _photon_events(scale: float, seed: int) -> FloatArray:
    x = np.linspace(*PHOTON_RANGE, 40_001)
    density = (
        2500.0 * np.exp(-x / 0.8) + 420.0 * (1 + x) ** -0.35 * (1 + 0.4 * np.exp(-(((x - 45) / 18.0) ** 2))) + 20.0
    )
    below = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
    random = random_stream(seed, "three-photon workload")
    number = random.poisson(scale * below[-1])
    return np.sort(np.interp(random.random(number) * below[-1], below, x))
