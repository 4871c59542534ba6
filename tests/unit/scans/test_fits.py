"""Fits of a scan: closed forms, equivalent scans, and what is said of fits that cannot be made."""

import numpy as np
import pytest
from scipy.special import xlogy

from gloam.errors import DegenerateFitError
from gloam.fit import FitStatus
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, grid_in_steps, sliding_windows, vetoed
from gloam.spectra import Axis, Spectrum, fill, uniform_axis, with_flow

UNIFORM = uniform_axis(1.0, 3.0, bins=400)
GRID = grid_in_steps(1.3, 2.7, 0.02)


def spectrum_of(contents, axis=UNIFORM):
    return Spectrum((axis,), with_flow(contents, (axis,)))


def events(seed=1, number=20_000):
    random = np.random.default_rng(seed)
    return np.concatenate([random.uniform(1, 3, number), random.normal(2.0, 0.02, number // 50)])


def scan_of(spectrum, grid=GRID, *, width=0.02, order=1, half_width=0.25, vetoes=()):
    grid = Grid.of(grid)
    windows = sliding_windows(spectrum.axis, grid.position, half_width)
    return Scan(spectrum, Gaussian(width), Polynomial(order), grid, windows, vetoes)


def on_off_z(on, off, tau):
    """Significance of an on-off measurement (Li and Ma, ApJ 272 (1983) 317, eq. 17)."""
    total, alpha = on + off, 1 / tau
    half = xlogy(on, (1 + alpha) / alpha * on / total) + xlogy(off, (1 + alpha) * off / total)
    return np.sign(on - alpha * off) * np.sqrt(max(2 * half, 0.0))


@pytest.mark.parametrize(("on", "off"), [(20, 100), (3, 300), (0, 50), (7, 3), (1000, 40_000), (1, 1)])
@pytest.mark.parametrize("rest", [19, 40])
def test_a_signal_in_one_bin_is_an_on_off_measurement(on, off, rest):
    """A narrow peak over a constant: the other bins measure the background."""
    axis = uniform_axis(0, rest + 1, bins=rest + 1)
    contents = np.random.default_rng(on).multinomial(off, np.full(rest + 1, 1 / rest) * (np.arange(rest + 1) != 7))
    contents[7] = on
    result = fit_scan(scan_of(spectrum_of(contents, axis), [7.5], order=0, half_width=100.0))
    assert result.z_local[0] == pytest.approx(on_off_z(on, off, rest), rel=1e-6, abs=1e-7)
    assert result.n_sig[0] == pytest.approx(on - off / rest, abs=1e-4 * np.sqrt(on + off / rest**2))
    assert result.theta_background[0, 0] == pytest.approx((on + off) / (rest + 1), rel=1e-6)
    if on:
        assert result.n_sig_err[0] == pytest.approx(np.sqrt(on + off / rest**2), rel=3e-3)


def test_bins_outside_the_windows_do_not_matter():
    """An odd bin far away makes the axis uneven, and each fit then has a matrix of its own."""
    inside = fill(events(), UNIFORM)
    uneven = Axis(np.append(UNIFORM.edges, 3.7))
    outside = spectrum_of(np.append(inside.values(), 55.0), uneven)
    assert not uneven.is_uniform
    for order in (0, 1, 3):
        one, other = (fit_scan(scan_of(spectrum, order=order)) for spectrum in (inside, outside))
        np.testing.assert_allclose(one.z_local, other.z_local, rtol=0, atol=1e-7)
        assert (np.abs(one.n_sig - other.n_sig) <= 1e-5 * other.n_sig_err).all()
        np.testing.assert_allclose(one.n_sig_err, other.n_sig_err, rtol=1e-3)
        np.testing.assert_allclose(one.window_high, other.window_high)


def test_a_window_is_as_an_axis_of_its_own():
    values = events(2)
    whole = fit_scan(scan_of(fill(values, UNIFORM), [2.0]))
    low, high = whole.window_low[0], whole.window_high[0]
    own = fit_scan(scan_of(fill(values, uniform_axis(low, high, bins=100)), [2.0], half_width=10.0))
    np.testing.assert_allclose(whole.z_local, own.z_local, atol=1e-7)
    np.testing.assert_allclose([low, high], [1.75, 2.25])


def test_vetoes_leave_gaps_in_masses_and_bins():
    contents = fill(events(3), UNIFORM).values().copy()
    vetoes = ((1.79, 1.86),)
    bins = (UNIFORM.edges[1:] > 1.79 + 1e-9) & (UNIFORM.edges[:-1] < 1.86 - 1e-9)
    changed = contents.copy()
    changed[bins] = 10_000
    one, other = (fit_scan(scan_of(spectrum_of(each), vetoes=vetoes)) for each in (contents, changed))
    inside = (GRID.position > 1.79) & (GRID.position < 1.86)
    np.testing.assert_array_equal(one.status, np.where(inside, FitStatus.VETOED, FitStatus.OK))
    np.testing.assert_array_equal(one.z_local, other.z_local)
    for name in ("n_sig", "n_sig_err", "q0", "edm", "z_local"):
        np.testing.assert_array_equal(np.isnan(getattr(one, name)), inside)
    assert one.n_fits == 2 * np.count_nonzero(~inside)


def test_windows_too_short_are_undetermined_and_the_others_are_fitted():
    grid = Grid.of([1.5, 2.0])
    windows = sliding_windows(UNIFORM, grid.position, np.array([0.005, 0.25]))
    result = fit_scan(Scan(fill(events(), UNIFORM), Gaussian(0.02), Polynomial(1), grid, windows))
    np.testing.assert_array_equal(result.status, [FitStatus.UNDETERMINED, FitStatus.OK])
    np.testing.assert_array_equal(np.isnan(result.n_sig), [True, False])
    np.testing.assert_array_equal(np.isnan(result.z_local), [True, False])
    assert result.n_failed == 0


@pytest.mark.parametrize("bins", [1, 2])
def test_a_scan_without_any_determined_fit_is_refused(bins):
    axis = uniform_axis(0, 1, bins=bins)
    with pytest.raises(
        DegenerateFitError, match=rf"windows of {bins} to {bins} bins for 2 background parameters .*finer"
    ):
        fit_scan(scan_of(spectrum_of(np.full(bins, 5.0), axis), [0.5], half_width=5.0))


def test_no_events_at_all():
    """Without a count -ln L = s F: no signal, and it rises by 1/2 at s = 1 / (2 F)."""
    result = fit_scan(scan_of(spectrum_of(np.zeros(400)), [2.0, 1.0], order=0))
    np.testing.assert_array_equal(result.status, FitStatus.BOUNDARY)
    np.testing.assert_allclose(result.n_sig, 0, atol=1e-6)
    np.testing.assert_allclose(result.z_local, 0, atol=1e-3)
    np.testing.assert_allclose(result.n_sig_err, [0.5, 1.0], rtol=1e-5)  # at the edge F is a half


def test_progress_counts_the_hypotheses_that_are_fitted():
    advances = []
    scan = scan_of(fill(events(), UNIFORM), vetoes=((1.5, 1.6),))
    fit_scan(scan, progress=advances.append, threads=1)
    assert sum(advances) == np.count_nonzero(~vetoed(scan))


def test_shapes_of_the_result():
    h, k = len(GRID), 4
    result = fit_scan(scan_of(fill(events(), UNIFORM), order=3, vetoes=((1.5, 1.6),)))
    one = ("n_sig", "n_sig_err", "q0", "edm", "status", "parameters", "window_low", "window_high", "domain_low",
           "domain_high", "mass", "position", "z_local")  # fmt: skip
    assert {name: getattr(result, name).shape for name in one} == dict.fromkeys(one, (h,))
    assert result.theta.shape == result.theta_background.shape == (h, k)
    assert result.covariance.shape == (h, k + 1, k + 1)
    assert result.status.dtype.kind == "i"
    assert (result.domain_low == result.window_low).all()
    assert (result.domain_high >= result.window_high).all()


def test_the_covariance_holds_the_error_of_the_yield():
    result = fit_scan(scan_of(fill(events(), UNIFORM), order=2))
    np.testing.assert_allclose(np.sqrt(result.covariance[:, -1, -1]), result.n_sig_err, rtol=1e-2)
    np.testing.assert_allclose(result.covariance, np.swapaxes(result.covariance, 1, 2), rtol=1e-9)
    assert (np.linalg.eigvalsh(result.covariance) > 0).all()
