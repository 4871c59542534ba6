"""gloam project: expected limits of a run at another luminosity."""

import csv

import numpy as np
import pytest


@pytest.fixture
def run(gloam, tmp_path):
    """A scan of 4000 events at 2 fb^-1."""
    np.savez(tmp_path / "events.npz", M=np.random.default_rng(5).uniform(1, 2, 4000))
    options = ("--column", "M", "--range", 1, 2, "--width", 0.01, "--background", "polynomial:1", "--step", 0.1)
    done = gloam("scan", tmp_path / "events.npz", *options, "--luminosity", 2, "--out", "run", "--no-figures", "-q")
    assert done.code == 0
    return tmp_path / "here" / "run"


def test_much_background_falls_with_the_square_root(gloam, run, tmp_path):
    found = gloam("project", run, "--luminosity", 200, "--systematics", "none", "--out", "later", "--json")
    assert found.code == 0
    document = found.document
    assert document["luminosity"] == 200
    now = [row["eff_xsec_ul_fb_exp_0"] for row in csv_rows(run / "limits.csv")]
    later = [row["eff_xsec_ul_fb_exp_0"] for row in document["limits"]]
    assert np.allclose(
        np.array(later) / np.array(now, float), 0.1, rtol=0.06
    )  # few counts are worse than their square root
    assert all(abs(row["exponent"] + 0.5) < 0.02 for row in document["limits"])
    rows = csv_rows(tmp_path / "here" / "later" / "projection.csv")
    assert [float(row["n_sig_ul_exp_0"]) for row in rows] == pytest.approx(
        [row["n_sig_ul_exp_0"] for row in document["limits"]]
    )


def test_in_words(gloam, run):
    said = gloam("project", run, "--luminosity", 200).out
    assert "2 to 200 fb^-1, expected limits at 90% CL (cls)" in said
    assert "fb not known" not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--luminosity", 0), "luminosity"),
        (("--luminosity", "nan"), "luminosity"),
        (("--luminosity", 5, "--systematics", "halved"), "systematics"),
    ],
)
def test_what_cannot_be_projected_is_refused(gloam, run, options, words):
    found = gloam("project", run, *options)
    assert found.code == 2
    assert words in found.err


def test_a_run_without_luminosity_is_refused(gloam):
    found = gloam("project", "cms_dimuon", "--luminosity", 100)
    assert found.code == 2
    assert "Give --luminosity to the scan" in found.err


def csv_rows(path):
    with path.open() as stream:
        return list(csv.DictReader(stream))
