"""Orders by region: found where they are known, also in sparse bins, with a table of what was tried."""

import dataclasses

import numpy as np
import pytest

from gloam.calibration import expected_spectrum, select_orders
from gloam.errors import InputError
from gloam.models import Gaussian, Polynomial, Steps
from gloam.scans import Scan, background_variants, fit_scan, fit_variants, grid_in_steps, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import deviance, deviance_moments

AXIS = uniform_axis(0.0, 8.0, bins=400)
GRID = grid_in_steps(1.0, 7.0, 0.05)
EDGES = (4.0,)


def shape(x):
    """A line with a broad hump on its upper half."""
    return 1 - 0.1 * (x - 2) + 0.5 * np.exp(-(((x - 6) / 0.8) ** 2))


def scan_of(entries, seed=None, half_width=1.0, vetoes=()):
    truth = expected_spectrum(AXIS, shape, entries)
    if seed is not None:
        counts = np.random.default_rng(seed).poisson(truth.values()).astype(float)
        truth = Spectrum((AXIS,), with_flow(counts, (AXIS,)))
    windows = sliding_windows(AXIS, GRID.position, half_width)
    return Scan(truth, Gaussian(0.05), Polynomial(0), GRID, windows, vetoes)


def line_scan(entries, seed):
    truth = expected_spectrum(AXIS, lambda x: 1 - 0.1 * (x - 2), entries)
    counts = np.random.default_rng(seed).poisson(truth.values()).astype(float)
    windows = sliding_windows(AXIS, GRID.position, 1.0)
    return Scan(Spectrum((AXIS,), with_flow(counts, (AXIS,))), Gaussian(0.05), Polynomial(0), GRID, windows)


@pytest.mark.parametrize("entries", [400_000, 2_000])
def test_a_line_needs_order_one_or_less(entries):
    """A threshold of 5 %: the true order, or none above it where few events cannot tell; 1 in 20 fails by chance."""
    found = [select_orders(line_scan(entries, seed), (), orders=range(4)).order.values[0] for seed in range(6)]
    assert sorted(found)[-2] <= 1
    if entries > 100_000:
        assert min(found) == 1


def test_each_region_has_its_own():
    found = select_orders(scan_of(1_000_000, seed=3), EDGES, orders=range(8), threshold=1e-3)
    below, above = found.order.values
    assert found.order.edges == EDGES
    assert above > below >= 1
    assert isinstance(found.order, Steps)


def test_the_table_holds_what_was_tried():
    scan = scan_of(100_000, seed=1)
    orders = (0, 1, 2, 3)
    found = select_orders(scan, (), orders=orders, threshold=0.0, stable=1e9)
    assert [trial.order for trial in found.trials] == list(orders)
    assert [trial.region for trial in found.trials] == [0] * 4
    assert [trial.accepted for trial in found.trials] == [trial.p_value > 0 for trial in found.trials[:3]] + [False]
    assert found.trials[3].order_change is None
    nominal = fit_scan(dataclasses.replace(scan, background=Polynomial(2)))
    more = fit_scan(dataclasses.replace(scan, background=Polynomial(3)))
    assert found.trials[2].order_change == pytest.approx(
        np.median(np.abs(more.n_sig - nominal.n_sig) / nominal.n_sig_err)
    )
    varied = fit_variants(background_variants(nominal.setup, window=5))
    change = np.median(np.abs(varied.n_sig[1:] - nominal.n_sig) / nominal.n_sig_err, axis=1)
    assert found.trials[2].range_change == pytest.approx(change.max())


def test_the_goodness_is_the_sum_over_windows_that_do_not_overlap():
    """By hand: a constant in windows of 2 GeV from the lower end on is their mean."""
    scan = scan_of(200_000, seed=2)
    trial = select_orders(scan, (), orders=(0, 1), threshold=-1.0, stable=1e9, window=0).trials[0]
    assert trial.range_change is None
    counts = scan.spectrum.values()
    first, last = scan.windows.first, scan.windows.last
    total = mean = 0.0
    end, windows = 0, 0
    for low, high in zip(first.tolist(), last.tolist(), strict=True):
        if low >= end:
            n = counts[low:high]
            total += deviance(n, np.full(n.size, n.mean()))
            mean += deviance_moments(np.full(n.size, n.mean())).mean.sum() - 1
            end, windows = high, windows + 1
    assert trial.windows == windows == 4
    assert trial.reduced_chi2 == pytest.approx(total / mean, rel=1e-6)


def test_vetoed_masses_and_bins_do_not_count():
    """A peak as high as a mountain inside a veto changes nothing."""
    vetoes = ((2.9, 3.1),)
    plain = scan_of(50_000, seed=4, vetoes=vetoes)
    contents = plain.spectrum.contents.copy()
    contents[146:155] += 10_000
    peaked = dataclasses.replace(plain, spectrum=Spectrum((AXIS,), contents))
    one, other = (select_orders(scan, EDGES, orders=range(8), threshold=1e-3) for scan in (plain, peaked))
    assert one == other
    assert all(trial.n_failed == 0 for trial in one.trials)


def test_a_spectrum_that_no_order_describes_is_refused():
    with pytest.raises(InputError, match=r"background from 4 to 7: got no order from 0 to 1 .*p-value"):
        select_orders(scan_of(1_000_000, seed=3), EDGES, orders=(0, 1, 2), threshold=0.01)


@pytest.mark.parametrize("orders", [(), (1,), (0, 2), (2, 1)])
def test_orders_that_are_no_row_are_refused(orders):
    with pytest.raises(InputError, match="orders to try"):
        select_orders(scan_of(1000), (), orders=orders)


@pytest.mark.parametrize(("edges", "message"), [((4.0, 3.0), "steps of a number"), ((7.5,), "region 1: got no hypoth")])
def test_edges_that_make_no_regions_are_refused(edges, message):
    with pytest.raises(InputError, match=message):
        select_orders(scan_of(1000), edges)
