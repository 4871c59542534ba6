"""Masses that vetoes leave too little of."""

import numpy as np

from gloam.fit import FitStatus
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, information_kept, sliding_windows, vetoed
from gloam.scans.veto import LEAST_KEPT
from gloam.spectra import Mask, Spectrum, hide_bins, uniform_axis, with_flow

AXIS = uniform_axis(0.0, 2.0, bins=400)
GRID = Grid.of(np.arange(0.5, 1.5, 0.005))


def scan_with(vetoes=(), mask=None, width=0.02, window=15):
    counts = np.random.default_rng(1).poisson(30.0, 400).astype(float)
    spectrum = Spectrum((AXIS,), with_flow(counts, (AXIS,)))
    spectrum = hide_bins(mask, spectrum)
    windows = sliding_windows(AXIS, GRID.position, window * width)
    return Scan(spectrum, Gaussian(width), Polynomial(2), GRID, windows, vetoes)


def test_without_vetoes_nothing_is_lost():
    assert (information_kept(scan_with()) == 1).all()
    assert not vetoed(scan_with()).any()


def test_what_is_kept_predicts_the_growth_of_the_error():
    kept = information_kept(scan_with(((0.9, 0.96),)))
    with_veto, without = fit_scan(scan_with(((0.9, 0.96),))), fit_scan(scan_with())
    near = (np.abs(GRID.position - 0.93) < 0.12) & (kept > LEAST_KEPT) & (with_veto.status == FitStatus.OK)
    assert near.sum() > 10
    growth = with_veto.n_sig_err[near] / without.n_sig_err[near]
    np.testing.assert_allclose(growth, kept[near] ** -0.5, rtol=0.1)


def test_masses_are_masked_inside_and_where_too_little_is_left():
    result = fit_scan(scan_with(((0.9, 1.0),), window=4))
    masked = result.status == FitStatus.VETOED
    inside = (GRID.position > 0.9) & (GRID.position < 1.0)
    assert masked[inside].all()
    beside = masked & ~inside
    assert 0 < beside.sum() < 12
    assert (np.abs(GRID.position[beside] - 0.95) < 0.05 + 0.02).all()
    assert np.isnan(result.z_local[masked]).all()
    # no error is much larger than in the open
    assert result.n_sig_err[~masked].max() < 4 * np.median(result.n_sig_err[~masked])


def test_a_veto_narrower_than_the_peak_masks_only_its_inside():
    result = fit_scan(scan_with(((0.95, 0.96),), width=0.04))
    inside = (GRID.position > 0.95) & (GRID.position < 0.96)
    np.testing.assert_array_equal(result.status == FitStatus.VETOED, inside)


def test_hidden_ranges_are_vetoes_too():
    kept = information_kept(scan_with(mask=Mask(((0.9, 1.0),))))
    np.testing.assert_allclose(kept, information_kept(scan_with(((0.9, 1.0),))), rtol=1e-12)
