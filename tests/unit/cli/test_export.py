"""`gloam export`: files, what is said of them, and refusals with their reasons."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from gloam.workflow import run, write_run


@pytest.fixture(scope="module")
def dimuon(tmp_path_factory):
    directory = tmp_path_factory.mktemp("dimuon")
    write_run(run("cms_dimuon"), directory, figures=False)
    return directory


def test_the_likelihood_of_the_largest_excess_for_pyhf(gloam, dimuon, tmp_path):
    done = gloam("export", dimuon, "--to", "pyhf", "--out", tmp_path / "model.json", "--json")
    said = json.loads(done.out)
    assert said["channel"] == "upsilon1s"
    assert said["mass"] == pytest.approx(9.45)
    model = json.loads((tmp_path / "model.json").read_text())
    assert model["measurements"][0]["config"]["poi"] == "mu"
    assert f"{said['events_per_mu']:g} signal events" in model["measurements"][0]["name"]


def test_a_mass_is_looked_for_in_all_channels(gloam, dimuon):
    said = json.loads(gloam("export", dimuon, "--to", "hs3", "--mass", "3.7", "--json").out)
    assert (said["channel"], said["mass"]) == ("psi2s", pytest.approx(3.7))
    assert said["files"] == [str(dimuon / "export" / "psi2s_3.7.hs3.json")]


def test_the_csv_of_a_run_has_every_hypothesis_and_of_a_mass_every_bin(gloam, dimuon, tmp_path):
    gloam("export", dimuon, "--to", "csv", "--out", tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 1234
    assert {"z_local", "n_sig_ul_exp_0", "method"} < rows[0].keys()
    gloam("export", dimuon, "--to", "csv", "--mass", "0.78", "--out", tmp_path / "one.csv")
    bins = np.genfromtxt(tmp_path / "one.csv", delimiter=",", names=True)
    assert bins.size == 250
    # at the minimum the fit expects as many events as there are: the background contains a constant
    assert (bins["background"] + bins["signal"]).sum() == pytest.approx(bins["data"].sum(), rel=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--to", "axionlimits"), "no model, and so no coupling"),
        (("--to", "pyhf", "--mass", "33"), "0.65 to 0.9, 0.9 to 1.13, 3.5 to 3.9, 9 to 9.7 GeV"),
        (("--to", "pyhf", "--channel", "rho"), "omega, phi, psi2s or upsilon1s"),
        (("--to", "hepdata", "--mass", "1"), "all masses"),
        (("--to", "yaml"), "yaml"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_reason(gloam, dimuon, options, said):
    done = gloam("export", dimuon, *options)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_counts_have_no_likelihood_of_a_fit(gloam, tmp_path):
    values = np.random.default_rng(1).uniform(0, 8, 500)
    (tmp_path / "events.csv").write_text("m\n" + "\n".join(f"{v:.4f}" for v in values) + "\n")
    gloam(
        "count", tmp_path / "events.csv", "--column", "m", "--range", "0", "8", "--width", "0.2",
        "--background", "sideband:2,5", "--out", tmp_path / "run", "--no-figures",
    )  # fmt: skip
    done = gloam("export", tmp_path / "run", "--to", "pyhf")
    assert done.code == 2
    assert "counts in windows" in done.err
    gloam("export", tmp_path / "run", "--to", "hepdata")
    assert (tmp_path / "run/export/hepdata/submission.tar.gz").is_file()
