"""The files of a run: names, columns, rows, and that they read back."""

import csv
import dataclasses
import json
from datetime import datetime

import numpy as np
import pytest

from gloam.fit import FitStatus
from gloam.spectra import read_spectrum
from gloam.store import SCHEMA_VERSION
from gloam.workflow import run, write_run

BANDS = ("m2", "m1", "0", "p1", "p2")
SCAN = [
    "channel", "mass", "mass2", "observable", "n_sig", "n_sig_err", "z_local", "p_local", "window_low", "window_high",
    "status", "edm",
]  # fmt: skip
LIMITS = [
    "channel", "mass", "mass2", "n_sig_ul", *(f"n_sig_ul_exp_{band}" for band in BANDS), "efficiency",
    *(column for name in ("eff_xsec_ul_fb", "xsec_ul_fb", "coupling_ul")
      for column in (name, *(f"{name}_exp_{band}" for band in BANDS))),
    "method", "level", "n_sig_ul_err",
]  # fmt: skip
SUMMARY = {
    "search", "data", "n_hypotheses", "n_fits", "n_failed", "seconds", "max_excess", "max_deficit", "p_global",
    "p_global_err", "z_global", "trials_factor", "toys", "limit", "published", "notes",
}  # fmt: skip


def rows_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def numbers(rows, column):
    return np.array([float(row[column]) if row[column] else np.nan for row in rows])


def joined(dimuon, of):
    return np.concatenate([of(channel) for channel in dimuon.channels])


def test_names(folder):
    assert {path.name for path in folder.iterdir()} == {
        "summary.json", "scan.csv", "limits.csv", "variants.csv", "spectrum.json", "fits.npz", "declaration.json",
        "provenance.json",
    }  # fmt: skip


def test_scan(folder, dimuon):
    rows = rows_of(folder / "scan.csv")
    assert list(rows[0]) == SCAN
    assert len(rows) == sum(len(channel.result.setup.grid) for channel in dimuon.channels)
    for column in ("mass", "n_sig", "n_sig_err", "z_local", "window_low", "window_high", "edm"):
        expected = joined(dimuon, lambda channel, column=column: getattr(channel.result, column))
        np.testing.assert_allclose(numbers(rows, column), expected, rtol=1e-9)
    np.testing.assert_array_equal(numbers(rows, "observable"), numbers(rows, "mass"))
    assert np.isnan(numbers(rows, "mass2")).all()
    assert {row["status"] for row in rows} <= {status.name.lower() for status in FitStatus}
    assert [row["channel"] for row in rows] == [c.name for c in dimuon.channels for _ in c.result.mass]


def test_p_values_belong_to_the_significances(folder):
    from scipy.stats import norm

    rows = rows_of(folder / "scan.csv")
    np.testing.assert_allclose(numbers(rows, "p_local"), norm.sf(numbers(rows, "z_local")), rtol=1e-6, atol=1e-300)


def test_limits(folder, dimuon):
    rows = rows_of(folder / "limits.csv")
    assert list(rows[0]) == LIMITS
    np.testing.assert_allclose(numbers(rows, "n_sig_ul"), joined(dimuon, lambda c: c.limits.observed), rtol=1e-9)
    for band, name in enumerate(BANDS):
        expected = joined(dimuon, lambda c, band=band: c.limits.expected[:, band])
        np.testing.assert_allclose(numbers(rows, f"n_sig_ul_exp_{name}"), expected, rtol=1e-9)
    for unknown in ("efficiency", "eff_xsec_ul_fb", "xsec_ul_fb", "coupling_ul", "coupling_ul_exp_p2"):
        assert np.isnan(numbers(rows, unknown)).all()
    assert {(row["method"], row["level"]) for row in rows} == {("cls", "0.9")}
    assert [row["mass"] for row in rows] == [row["mass"] for row in rows_of(folder / "scan.csv")]


def test_summary(folder, dimuon):
    written = json.loads((folder / "summary.json").read_text())
    assert written.keys() >= SUMMARY
    assert written["schema_version"] == SCHEMA_VERSION
    assert written["search"] == "cms_dimuon"
    assert written["data"].keys() >= {"kind", "source", "luminosity_fb", "entries"}
    assert written["data"]["kind"] == "real"
    assert written["data"]["entries"] == joined(dimuon, lambda c: c.result.setup.spectrum.values()).sum()
    assert written["n_hypotheses"] == len(rows_of(folder / "scan.csv"))
    assert written["n_fits"] == 2 * written["n_hypotheses"]
    assert written["n_failed"] == 0
    for extreme in ("max_excess", "max_deficit"):
        assert written[extreme].keys() == {"channel", "mass", "z_local"}
    assert written["max_excess"]["channel"] == "upsilon1s"
    assert written["limit"].keys() >= {"method", "level", "sidedness", "test_statistic"}
    assert written["published"].keys() >= {"quantity", "points", "median_ratio", "rms_log_ratio", "what is compared"}
    assert written["p_global"] < 1e-300
    assert written["p_global_err"] is None
    assert written["toys"] is None
    assert 45 < written["z_global"] < written["max_excess"]["z_local"]
    assert 500 < written["trials_factor"] < 1500
    for explained in ("p_global", "z_global", "trials_factor", "toys"):
        assert any(explained in note for note in written["notes"])


def test_provenance(folder, dimuon):
    written = json.loads((folder / "provenance.json").read_text())
    assert written.keys() >= {
        "schema_version", "gloam", "python", "numpy", "engine", "instruction_set", "seed", "hashes", "date",
    }  # fmt: skip
    assert written["seed"] == 11
    assert written["hashes"] == dimuon.hashes
    assert datetime.fromisoformat(written["date"]).tzinfo is not None


def test_spectra_read_back(folder, dimuon):
    for channel in dimuon.channels:
        back = read_spectrum(f"{folder / 'spectrum.json'}:{channel.name}")
        spectrum = channel.result.setup.spectrum
        np.testing.assert_array_equal(back.contents, spectrum.contents)
        np.testing.assert_array_equal(back.axis.edges, spectrum.axis.edges)


def test_fits_read_back_without_pickle(folder, dimuon):
    with np.load(folder / "fits.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    assert arrays["schema_version"] == SCHEMA_VERSION
    assert arrays["channels"].tolist() == [channel.name for channel in dimuon.channels]
    for channel in dimuon.channels:
        for name in ("n_sig", "theta", "theta_background", "covariance", "status", "parameters", "domain_low", "mass"):
            np.testing.assert_array_equal(arrays[f"{channel.name}.{name}"], getattr(channel.result, name))
        np.testing.assert_array_equal(arrays[f"{channel.name}.n_sig_ul"], channel.limits.observed)
        np.testing.assert_array_equal(arrays[f"{channel.name}.n_sig_ul_exp"], channel.limits.expected)


def test_variants_are_named_though_there_are_none(folder):
    assert (folder / "variants.csv").read_text().startswith("channel,mass,mass2,variant,n_sig")
    assert not rows_of(folder / "variants.csv")


def test_a_second_run_writes_the_same_bytes(folder, tmp_path):
    write_run(run("cms_dimuon"), tmp_path, figures=False)
    for name in ("scan.csv", "limits.csv", "spectrum.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_one_channel_is_one_histogram(dimuon, tmp_path):
    alone = dataclasses.replace(dimuon, channels=dimuon.channels[:1])
    returned = write_run(alone, tmp_path, figures=False)
    assert returned == json.loads((tmp_path / "summary.json").read_text())
    np.testing.assert_array_equal(
        read_spectrum(tmp_path / "spectrum.json").contents, dimuon.channels[0].result.setup.spectrum.contents
    )


@pytest.mark.parametrize("name", ["summary.json", "provenance.json"])
def test_json_files_hold_no_nan(folder, name):
    json.loads((folder / name).read_text(), parse_constant=pytest.fail)
