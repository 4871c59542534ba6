"""What the scripts of the page read, read as they read it."""

from __future__ import annotations

import gzip
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest

from gloam.report import fit_view
from gloam.report.page.content import page_content
from gloam.report.page.fits import UNKNOWN, fit_curves, quantised
from gloam.report.page.labels import without_mathematics
from gloam.report.page.overlays import toys_content
from gloam.report.page.packing import pack
from gloam.spectra import Spectrum, with_flow


def unpacked(directory, block):
    """The arrays of a block."""
    whole = gzip.decompress(b64decode(block))
    return {
        name: np.frombuffer(whole, np.dtype(f"<{kind}"), length, start)
        for name, (kind, start, length) in directory.items()
    }


def restored(unit, codes, number):
    """Curves from their codes: sums that wrap around at 16 bits."""
    values = np.cumsum(codes.astype(np.int64)).astype(np.int16).astype(float)
    return np.where(values == UNKNOWN, np.nan, values * np.repeat(unit, number))


def test_packed_arrays_are_read_back():
    arrays = {"a": np.arange(5, dtype=np.uint8), "b": np.array([1.5, np.nan]), "c": np.zeros(0, np.int32)}
    directory, block = pack(arrays)
    found = unpacked(directory, block)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert pack(arrays)[1] == block


def test_quantised_curves_are_as_exact_as_they_say():
    random = np.random.default_rng(2)
    number = np.array([7, 0, 40, 1])
    values = random.normal(0, 1e4, number.sum()) * np.repeat([1.0, 1.0, 1e-9, 1e5], number)
    values[3] = np.nan
    found = restored(*quantised(values, number), number)
    largest = np.repeat([np.nanmax(np.abs(values[:7])), 0, np.abs(values[7:47]).max(), abs(values[47])], number)
    assert np.isnan(found[3])
    assert np.nanmax(np.abs(found - values) / largest) < 1.6e-5


@pytest.mark.parametrize("name", ["channel", "vetoed", "in_fb"])
def test_the_stored_fit_of_every_mass_is_the_one_of_the_figures(name, request):
    channel = request.getfixturevalue(name)
    content = page_content([channel])
    arrays = unpacked(content.header["fits"], content.fits)
    get = {key.partition(".")[2]: value for key, value in arrays.items()}
    start = np.concatenate([[0], np.cumsum(get["bins"].astype(int))])
    background = restored(get["background_unit"], get["background_codes"], get["bins"])
    signal = restored(get["signal_unit"], get["signal_codes"], get["bins"])
    seen = 0
    for row in range(channel.result.mass.size):
        if get["bins"][row] == 0:
            assert channel.result.status[row] > 1
            continue
        view = fit_view(channel.result, row)
        here = slice(start[row], start[row + 1])
        edges = get["edges"][get["first"][row] + np.concatenate([[0], np.cumsum(get["widths"][here].astype(int))])]
        np.testing.assert_array_equal(edges, view.edges)
        most = np.nanmax(view.background)
        np.testing.assert_allclose(background[here], view.background, atol=2e-5 * most, rtol=0)
        np.testing.assert_allclose(signal[here], view.signal, atol=2e-5 * np.nanmax(np.abs(view.signal)), rtol=0)
        seen += 1
    assert seen > 60


def test_weighted_data_carry_their_variances(axis, make_channel):
    counts = np.random.default_rng(1).poisson(10.0, 200).astype(float)
    weighted = Spectrum((axis,), with_flow(0.3 * counts, (axis,)), with_flow(0.09 * counts, (axis,)))
    channel = make_channel(weighted)
    curves = fit_curves(channel.result, 120)
    row = 40
    start = curves.number[:row].sum()
    view = fit_view(channel.result, row)
    np.testing.assert_allclose(curves.variance[start : start + curves.number[row]], view.variance, rtol=1e-12)
    header = page_content([channel]).header
    assert "0.variances" in header["fits"]
    assert header["channels"][0]["weighted"]


def test_many_hypotheses_are_stored_in_fewer_bins(channel):
    assert fit_curves(channel.result, 40).number.max() <= 40
    assert fit_curves(channel.result, 1000).number.max() > 100


def test_nothing_of_a_hidden_range_is_in_the_page(axis, make_channel):
    visible = np.ones(200, bool)
    visible[90:110] = False
    counts = np.full(200, 7.0)
    counts[90:110] = 12345.0
    channel = make_channel(Spectrum((axis,), with_flow(counts, (axis,)), visible=visible))
    content = page_content([channel])
    values = unpacked(content.header["fits"], content.fits)["0.values"]
    assert not values[90:110].any()


def test_a_limit_that_is_not_known_is_not_offered(channel, in_fb):
    def keys(each):
        return [limit["key"] for limit in page_content([each]).header["channels"][0]["limits"]]

    assert keys(channel) == ["n_sig"]
    assert keys(in_fb) == ["xsec", "eff_xsec", "n_sig"]
    assert keys(replace(in_fb, coupling=None)) == ["xsec", "eff_xsec", "n_sig"]


def test_toys_are_counted_once_each():
    content = toys_content(np.array([2.0, 3.0, np.nan, 4.0]), 6.0)
    assert sum(content["counts"]) == content["toys"] == 3
    assert content["edges"][0] < 2.0
    assert content["edges"][-1] > 6.0
    assert toys_content(np.array([np.nan]), None) is None


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        (r"$m_{\mu\mu}$ [GeV]", "m(\u03bc\u03bc) [GeV]"),
        (r"$M^2_\mathrm{rec}$ [GeV$^2$]", "M\u00b2(rec) [GeV\u00b2]"),
        (r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]", "g(a\u03b3\u03b3) [GeV\u207b\u00b9]"),
        (r"$\epsilon^2 \alpha_D$", "\u03b5\u00b2 \u03b1(D)"),
        ("M [GeV]", "M [GeV]"),
    ],
)
def test_labels_without_mathematics(label, plain):
    assert without_mathematics(label) == plain
