"""A scan in one call, and of a file."""

import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import Gaussian, Polynomial, Table
from gloam.scans import Grid
from gloam.spectra import fill, uniform_axis
from gloam.workflow import scan, summary, write_run
from gloam.workflow.scan_file import ScanRequest, scan_file

VALUES = np.concatenate([np.random.default_rng(1).uniform(1, 3, 8000), np.random.default_rng(2).normal(2.0, 0.02, 150)])


@pytest.fixture(scope="module")
def spectrum():
    return fill(VALUES, uniform_axis(1, 3, bins=1000))


@pytest.fixture
def csv_file(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("M,w\n" + "".join(f"{value:.9f},2\n" for value in VALUES))
    return path


def test_windows_are_in_units_of_the_resolution(spectrum):
    masses = np.linspace(1.5, 2.5, 21)
    sigma = Gaussian(Table(np.array([1.0, 3.0]), np.array([0.01, 0.03])))
    result = scan(spectrum, sigma, Polynomial(1), masses, window=10)
    np.testing.assert_allclose(result.window_high - result.window_low, 20 * sigma.resolution(masses), atol=0.0041)
    same = scan(spectrum, sigma, Polynomial(1), Grid.of(masses), result.setup.windows)
    np.testing.assert_array_equal(same.z_local, result.z_local)


def test_the_default_window_is_25_sigma(spectrum):
    result = scan(spectrum, Gaussian(0.02), Polynomial(1), [2.0])
    np.testing.assert_allclose([result.window_low[0], result.window_high[0]], [1.5, 2.5], atol=1e-9)


@pytest.mark.parametrize("window", [0, -1, np.nan, np.inf])
def test_windows_that_are_none(spectrum, window):
    with pytest.raises(InputError, match=f"window: got {window} sigma; allowed: a positive half-width"):
        scan(spectrum, Gaussian(0.02), Polynomial(1), [2.0], window)


def test_a_file_is_scanned_as_a_spectrum(csv_file, spectrum):
    request = ScanRequest(
        str(csv_file), "0.02", (1.0, 3.0), column="M", background="polynomial:1", bin_width=0.002, level=0.95,
        method="profile",
    )  # fmt: skip
    channel = scan_file(request).channels[0]
    masses = np.arange(201) * 0.01 + 1
    expected = scan(spectrum, Gaussian(0.02), Polynomial(1), np.minimum(masses, 3.0))
    np.testing.assert_allclose(channel.result.z_local, expected.z_local, atol=1e-8)
    assert (channel.limits.level, channel.limits.method) == (0.95, "profile")
    highest = channel.result.mass[np.nanargmax(channel.result.z_local)]
    assert abs(highest - 2.0) < 0.011


def test_defaults_of_a_file(csv_file):
    result = scan_file(ScanRequest(str(csv_file), "0.02", (1.0, 3.0), column="M")).channels[0].result
    assert len(result.setup.spectrum.axis) == 1000  # a tenth of a width
    np.testing.assert_allclose(np.diff(result.mass), 0.01)
    assert result.setup.background == Polynomial(3)


def test_steps_windows_and_vetoes_in_gev(csv_file):
    request = ScanRequest(
        str(csv_file), "0.02", (1.0, 3.0), column="M", step=(0.1, False), window=(0.3, False), vetoes=((1.95, 2.05),)
    )
    result = scan_file(request).channels[0].result
    np.testing.assert_allclose(result.mass, np.linspace(1, 3, 21))
    assert result.window_high[5] - result.window_low[5] == pytest.approx(0.6)
    assert np.flatnonzero(np.isnan(result.n_sig)).tolist() == [10]


def test_without_limits(csv_file, tmp_path):
    made = scan_file(ScanRequest(str(csv_file), "0.02", (1.0, 3.0), column="M", limits=False))
    assert np.isnan(made.channels[0].limits.observed).all()
    assert "Limits were not asked for." in made.notes
    write_run(made, tmp_path, figures=False)
    assert json.loads((tmp_path / "summary.json").read_text())["channels"][0]["median_n_sig_ul"] is None
    assert (tmp_path / "limits.csv").read_text().splitlines()[1].startswith("scan,1,,,")


def test_weighted_events_are_said_to_be_so(csv_file):
    plain = scan_file(ScanRequest(str(csv_file), "0.02", (1.0, 3.0), column="M", limits=False))
    weighted = scan_file(ScanRequest(str(csv_file), "0.02", (1.0, 3.0), column="M", weights="w", limits=False))
    one, other = (made.channels[0].result for made in (plain, weighted))
    np.testing.assert_allclose(one.z_local, other.z_local, atol=1e-6)
    assert (np.abs(2 * one.n_sig - other.n_sig) <= 1e-5 * other.n_sig_err).all()
    assert any("scaled Poisson" in note for note in summary(weighted)["notes"])


def test_the_request_has_a_hash(csv_file):
    one, other = (
        scan_file(ScanRequest(str(csv_file), "0.02", (1.0, 3.0), column="M", limits=False, level=level))
        for level in (0.9, 0.95)
    )
    assert one.hashes["declaration"] != other.hashes["declaration"]
    assert one.hashes["data"] == other.hashes["data"]
    assert one.origin.kind == "user"
