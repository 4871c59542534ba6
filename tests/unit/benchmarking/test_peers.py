"""The peers solve the same problem: their fits and limits are ours."""

import numpy as np
import pytest

from gloam.benchmarking.peers import PEERS, missing_packages, not_installed
from gloam.benchmarking.workloads import dimuon, three_photons
from gloam.models import expected_fractions
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.statistics import upper_limits

ROWS = np.array([0, 60, 1500, 2500, 6100, 9787])


@pytest.fixture(scope="module")
def scan():
    return dimuon()


@pytest.fixture(scope="module")
def reference(scan):
    position = scan.grid.position[ROWS]
    axis = scan.spectrum.axes[0]
    windows = sliding_windows(axis, position, 25 * scan.signal.resolution(position))
    return fit_scan(Scan(scan.spectrum, scan.signal, scan.background, Grid.of(position), windows), threads=1)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.key)
def test_a_peer_finds_our_significances(peer, scan, reference):
    for package in peer.packages:
        pytest.importorskip(package)
    fits = peer.load()(scan, ROWS)
    assert fits.valid.all()
    np.testing.assert_allclose(fits.z_local, reference.z_local, atol=1e-3)
    np.testing.assert_allclose(fits.n_sig, reference.n_sig, atol=0.01 * reference.n_sig_err.max())


@pytest.mark.parametrize("variant", [0, 4, 8])
def test_iminuit_and_brentq_find_our_limits_and_bands(variant):
    pytest.importorskip("iminuit")
    pytest.importorskip("numba")
    from gloam.benchmarking.peers.iminuit_limits import limits

    scan = three_photons()[variant]
    rows = np.array([0, 250, 501])
    fits = fit_scan(scan, threads=1)
    ours = upper_limits(fits, 0.95, "cls", threads=1)
    theirs = limits(scan, rows, 0.95)
    sigma = fits.n_sig_err[rows]
    assert theirs.valid.all()
    assert np.abs((theirs.observed - ours.observed[rows]) / sigma).max() < 3e-4
    assert np.abs((theirs.expected - ours.expected[rows]) / sigma[:, None]).max() < 3e-4


def test_compiled_templates_are_ours(scan):
    pytest.importorskip("numba")
    from gloam.benchmarking.peers.poisson_model import prepare
    from gloam.benchmarking.peers.windows import windows

    for case in (scan, three_photons()[0]):
        rows = np.array([0, 200, 450])
        for row, window in zip(rows, windows(case, rows), strict=True):
            columns, _, _ = prepare(window.counts, window.edges, window.components, window.order)
            ours = expected_fractions(case.signal, window.edges[None], case.grid.position[row : row + 1])[0]
            np.testing.assert_allclose(columns[-1], ours, atol=1e-11)


def test_what_is_not_installed_is_named_with_the_way_to_get_it():
    missing = missing_packages(("numpy", "no_such_package"))
    assert missing == ["no_such_package"]
    assert "no_such_package not installed; do pip install" in not_installed("a peer", missing)
