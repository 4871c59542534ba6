"""What a figure of one fit shows, against the spectrum, the saved parameters and the definition of a pull."""

from __future__ import annotations

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.models import expected_fractions
from gloam.report import fit_view, largest_deficit, largest_excess
from gloam.spectra import fill


@pytest.fixture(scope="module")
def view(channel):
    return fit_view(channel.result, largest_excess(channel.result.z_local))


def test_the_extremes_are_those_of_the_significance(channel):
    z = channel.result.z_local
    assert z[largest_excess(channel.result.z_local)] == z.max() > 5
    assert z[largest_deficit(channel.result.z_local)] == z.min() < 0
    assert channel.result.mass[largest_excess(channel.result.z_local)] == pytest.approx(1.5, abs=0.011)


def test_counts_are_those_of_the_window(channel, view):
    edges, values = channel.result.setup.spectrum.axis.edges, channel.result.setup.spectrum.values()
    inside = (edges[:-1] >= view.window[0]) & (edges[1:] <= view.window[1])
    assert view.merged == 1
    assert view.window == (channel.result.window_low[view.row], channel.result.window_high[view.row])
    np.testing.assert_array_equal(view.counts, values[inside])


def test_the_expectation_of_a_fit_sums_to_the_data(view):
    # the first coefficient scales the background: at the minimum the totals agree
    assert view.expected.sum() == pytest.approx(view.counts.sum(), rel=1e-6)


def test_the_signal_is_the_yield_times_its_fractions(channel, view):
    fractions = expected_fractions(channel.result.setup.signal, view.edges[None], np.array([view.position]))[0]
    np.testing.assert_allclose(view.signal, view.n_sig * fractions, atol=1e-9)
    assert view.n_sig == channel.result.n_sig[view.row]
    assert view.z_local == channel.result.z_local[view.row]


def test_the_background_is_the_saved_line(channel, view):
    first, second = channel.result.theta[view.row, :2]
    low, high = channel.result.domain_low[view.row], channel.result.domain_high[view.row]
    t = (view.edges[1:] + view.edges[:-1] - low - high) / (high - low)
    np.testing.assert_allclose(view.background, first + second * t, rtol=1e-9)


def test_pulls_are_in_units_of_the_expected_spread(view):
    np.testing.assert_allclose(view.pulls, (view.counts - view.expected) / np.sqrt(view.expected), rtol=1e-12)


def test_merged_bins_keep_all_sums(channel, view):
    merged = fit_view(channel.result, view.row, most_bins=25)
    assert merged.merged == 5
    assert merged.counts.size == merged.edges.size - 1 == 24
    assert merged.bin_width == pytest.approx(5 * view.bin_width)
    for name in ("counts", "background", "signal", "variance"):
        np.testing.assert_allclose(
            getattr(merged, name), getattr(view, name).reshape(-1, 5).sum(axis=1), rtol=1e-12, err_msg=name
        )
    assert merged.counts[merged.counts.argmax()] > view.counts.max()


def test_bins_left_over_by_merging_are_shown_too(channel, view):
    merged = fit_view(channel.result, view.row, most_bins=35)
    assert merged.merged == 4
    assert merged.window == view.window
    assert merged.counts.sum() == view.counts.sum()


def test_vetoed_bins_hold_nothing_and_are_not_merged_with_others(vetoed):
    result = vetoed.result
    row = int(np.argmin(np.abs(result.mass - 1.55)))
    for most_bins in (120, 17):
        view = fit_view(result, row, most_bins)
        gap = np.isnan(view.counts)
        assert gap.any()
        np.testing.assert_array_equal(gap, np.isnan(view.pulls))
        np.testing.assert_array_equal(gap, np.isnan(view.expected))
        assert view.edges[:-1][gap].min() == pytest.approx(1.6)
        assert view.edges[1:][gap].max() == pytest.approx(1.65)
        values = result.setup.spectrum.values()
        centres = result.setup.spectrum.axis.centers
        fitted = (centres > view.window[0]) & (centres < view.window[1]) & ~((centres > 1.6) & (centres < 1.65))
        assert np.nansum(view.counts) == values[fitted].sum()


def test_a_mass_without_a_fit_is_refused_with_its_reason(vetoed):
    row = int(np.flatnonzero(vetoed.result.status == FitStatus.VETOED)[0])
    with pytest.raises(InputError, match="vetoed or hidden"):
        fit_view(vetoed.result, row)


def test_weighted_data_are_shown_in_their_own_unit(axis, make_channel, values):
    weights = np.where(values < 1.5, 0.5, 2.0)
    channel = make_channel(fill(values, axis, weights=weights))
    view = fit_view(channel.result, 40)
    spectrum = channel.result.setup.spectrum
    inside = (spectrum.axis.centers > view.window[0]) & (spectrum.axis.centers < view.window[1])
    np.testing.assert_allclose(view.counts, spectrum.values()[inside], rtol=1e-12)
    # in a bin of weight w the data are w times a Poisson number
    weight = np.where(spectrum.axis.centers[inside] < 1.5, 0.5, 2.0)
    filled = view.counts > 0
    pull = (view.counts - view.expected) / np.sqrt(weight * view.expected)
    np.testing.assert_allclose(view.pulls[filled], pull[filled], rtol=1e-9)
    merged = fit_view(channel.result, 40, most_bins=30)
    assert merged.counts.sum() == pytest.approx(view.counts.sum())
    assert merged.variance.sum() == pytest.approx(view.variance.sum())


def test_errors_are_central_poisson_intervals(view, empty):
    # PDG, table of Garwood's intervals: n = 0 and, at 68.27 %, n = 1: 0.173 to 3.300
    np.testing.assert_allclose(fit_view(empty.result, 0).errors[:, 0], [0.0, 1.841], atol=1e-3)
    one = np.flatnonzero(view.counts == view.counts.max())[0]
    n = view.counts[one]
    assert view.errors[0, one] < np.sqrt(n) < view.errors[1, one] < np.sqrt(n) + 1.2


def test_an_empty_spectrum_has_no_pulls(empty):
    view = fit_view(empty.result, largest_excess(empty.result.z_local))
    assert view.counts.sum() == 0
    np.testing.assert_allclose(view.pulls, 0.0, atol=1e-5)
