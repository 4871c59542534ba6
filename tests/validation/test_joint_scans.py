"""Joint scans against the reference fits: matrices written out here, five channels, control regions, shared yields."""

import numpy as np
import pytest
from scipy.special import ndtr

from gloam.models import Component, Components, Gaussian, Polynomial
from gloam.scans import Grid, JointScan, Scan, fit_scan, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import upper_limits

from .declared import polynomials
from .references import Hypothesis

GRID = Grid.of(np.array([0.35, 0.5, 0.62]))
# mean count, bins, order of the polynomial, width, share of the signal, events of signal
FIVE = [
    (12.0, 60, 2, 0.030, 0.40, 30), (0.6, 50, 1, 0.040, 0.25, 10), (3.0, 40, 1, 0.050, 0.20, 0),
    (0.05, 50, 0, 0.030, 0.10, 3), (30.0, 80, 3, 0.045, 0.05, 0),
]  # fmt: skip


def channel(seed, mean, bins, background, width, injected):
    axis = uniform_axis(0.0, 1.0, bins=bins)
    random = np.random.default_rng(seed)
    peak = np.diff(ndtr((axis.edges - 0.5) / width))
    counts = random.poisson(mean + injected * peak).astype(float)
    windows = sliding_windows(axis, GRID.position, 0.32)
    return Scan(Spectrum((axis,), with_flow(counts, (axis,))), Gaussian(width), background, GRID, windows)


def written_out(scan, row, width, share, order):
    """Counts, matrix and signal of one hypothesis in one channel."""
    edges = scan.spectrum.axis.edges
    low, high = (np.abs(edges - (GRID.position[row] + sign * 0.32)).argmin() for sign in (-1, 1))
    inside = edges[low : high + 1]
    signal = share * np.diff(ndtr((inside - GRID.position[row]) / width))
    return scan.spectrum.values()[low:high], polynomials(inside, order), signal


def blocks(matrices):
    """The matrices of the channels in the corners of one."""
    whole = np.zeros((sum(m.shape[0] for m in matrices), sum(m.shape[1] for m in matrices)))
    row = column = 0
    for matrix in matrices:
        whole[row : row + matrix.shape[0], column : column + matrix.shape[1]] = matrix
        row, column = row + matrix.shape[0], column + matrix.shape[1]
    return whole


@pytest.mark.parametrize("row", range(3))
def test_five_channels(row):
    scans = [channel(10 + i, m, b, Polynomial(o), w, n) for i, (m, b, o, w, _, n) in enumerate(FIVE)]
    shares = np.array([share for *_, share, _ in FIVE])[:, None]
    joint = fit_scan(JointScan(tuple("abcde"), tuple(scans), shares))
    parts = [
        written_out(scan, row, w, share, o) for scan, (_, _, o, w, share, _) in zip(scans, FIVE, strict=True)
    ]  # fmt: skip
    reference = Hypothesis(
        np.concatenate([p[0] for p in parts]), blocks([p[1] for p in parts]), np.concatenate([p[2] for p in parts])
    )
    free, without = reference.free(), reference.at(0.0)
    assert joint.edm[row] <= 1e-9
    assert joint.q0[row] == pytest.approx(2 * reference.nll_difference(without, free), abs=1e-8)
    assert joint.n_sig[row] == pytest.approx(free.x[-1], abs=2e-5 * joint.n_sig_err[row])
    limit = upper_limits(joint, 0.95, "cls").observed[row]
    assert limit == pytest.approx(reference.cls_limit(0.95), abs=2e-5 * joint.n_sig_err[row])


@pytest.mark.parametrize("row", range(3))
def test_a_yield_that_two_channels_share(row):
    """A flat background of one height in both: one column of ones over all bins."""
    flat = Components((Component("flat", Polynomial(0)),))
    search = channel(3, 4.0, 50, flat, 0.03, 8)
    control = channel(4, 4.0, 50, flat, 0.03, 0)
    joint = fit_scan(JointScan(("search", "control"), (search, control), np.array([[1.0], [0.0]]), frozenset({"flat"})))
    one, two = written_out(search, row, 0.03, 1.0, 0), written_out(control, row, 0.03, 0.0, 0)
    reference = Hypothesis(
        np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]]), np.concatenate([one[2], two[2]])
    )
    free = reference.free()
    assert joint.q0[row] == pytest.approx(2 * reference.nll_difference(reference.at(0.0), free), abs=1e-8)
    assert joint.n_sig[row] == pytest.approx(free.x[-1], abs=2e-5 * joint.n_sig_err[row])
