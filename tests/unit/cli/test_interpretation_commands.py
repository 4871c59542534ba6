"""`gloam exclusions` and `gloam recast`: what they print, write and refuse."""

import csv
from pathlib import Path

import numpy as np
import pytest

from gloam.interpretation.exclusions import models
from gloam.theory import production


@pytest.mark.parametrize("model", models())
def test_the_list_has_the_promised_keys(gloam, model):
    found = gloam("exclusions", model, "--json")
    assert (found.code, found.err) == (0, "")
    assert found.document
    for row in found.document:
        assert {"name", "source", "level", "quantity", "points", "date", "licence"} <= row.keys()


def test_in_words(gloam):
    found = gloam("exclusions", "zprime")
    assert found.code == 0
    assert "BaBar 2016, Z' -> mu mu, 90% CL\n  g', curve: " in found.out
    assert "annotation: fully invisible Z' excluded as the origin of (g-2) of the muon, 0.8 to 5 GeV" in found.out
    assert "missing: " in found.out
    assert "arXiv" not in gloam("exclusions", "zprime", "--quiet").out


def test_a_figure_is_written(gloam, tmp_path):
    found = gloam("exclusions", "zprime", "--figure", tmp_path / "map.png", "--json")
    assert found.code == 0
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["zprim"], "Did you mean zprime"),
        (["zprime", "--figure", "map.svg"], "ends in .png or .pdf"),
        (["leptophilic-scalar", "--figure", "map.png"], "no exclusion of its coupling"),
        (["zprime", "--with", "absent"], "the directory of a run"),
    ],
)
def test_what_cannot_be_listed(gloam, arguments, words):
    found = gloam("exclusions", *arguments)
    assert (found.code, found.out) == (2, "")
    assert words in found.err
    assert found.err.count("\n") == 1


@pytest.fixture
def run(scan):
    """A run with limits on a cross section."""
    assert scan(step=0.1, luminosity=100.0, efficiency=0.2).code == 0
    return "out"


def rows(path):
    with Path(path).open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_run_recast_to_a_model(gloam, run):
    options = ["--model", "zprime", "--cross-section", "1e4", "--branching-fraction", "0.5", "--out", "recast"]
    found = gloam("recast", run, *options, "--json")
    assert (found.code, found.err) == (0, "")
    document = found.document
    before, after = rows(f"{run}/limits.csv"), rows("recast/limits.csv")
    assert document["n_limits"] == len(before) == len(after) == len(document["limits"])
    for old, new, listed in zip(before, after, document["limits"], strict=True):
        for name in ("", "_exp_m2", "_exp_0", "_exp_p2"):
            coupling = np.sqrt(float(old[f"xsec_ul_fb{name}"]) / 5e3)
            assert float(new[f"coupling_ul{name}"]) == pytest.approx(coupling, rel=1e-8)
            assert listed[f"coupling_ul{name}"] == pytest.approx(coupling, rel=1e-8)
    assert document["coupling"] == "g'"
    assert document["limit"] == {"method": "cls", "level": 0.9}
    assert any("kinematics are taken to be the same" in note for note in document["notes"])


def test_a_run_at_another_energy_is_recast_at_that_energy(gloam, scan, run):
    """The energy of a scan with a model is kept for a recast."""
    energy = ["--sqrt-s", "20"]
    plain, other = (gloam("recast", run, "--model", "dark-photon", *more, "--json").document for more in ([], energy))
    mass = np.array([row["mass"] for row in plain["limits"]])
    ratio = np.array(
        [b["coupling_ul"] / a["coupling_ul"] for a, b in zip(plain["limits"], other["limits"], strict=True)]
    )
    expected = production("dark-photon")(mass) / production("dark-photon", 20.0)(mass)
    assert (np.abs(expected - 1) > 0.2).all()
    np.testing.assert_allclose(ratio, np.sqrt(expected), rtol=1e-9)
    assert scan(step=0.1, luminosity=100.0, efficiency=0.2, model="dark-photon", sqrt_s=20.0).code == 0
    assert gloam("recast", run, "--model", "dark-photon", "--json").document["limits"] == other["limits"]
    refused = gloam("recast", run, "--model", "dark-photon", "--sqrt-s", "-1")
    assert (refused.code, refused.out) == (2, "")
    assert "centre-of-mass energy" in refused.err


def test_the_uncertainty_of_the_cross_section_is_listed_beside_the_limit(gloam, run):
    options = ["--model", "zprime", "--cross-section", "1e4", "--cross-section-error", "0.21"]
    (first, *_) = gloam("recast", run, *options, "--json").document["limits"]
    assert first["coupling_ul_theory_high"] == pytest.approx(1.1 * first["coupling_ul"], rel=1e-12)
    assert first["coupling_ul_theory_low"] == pytest.approx(first["coupling_ul"] / 1.1, rel=1e-12)


def test_a_recast_run_is_drawn_and_listed_among_the_others(gloam, run):
    assert gloam("recast", run, "--model", "zprime", "--cross-section", "1e4", "--out", "recast", "--quiet").code == 0
    found = gloam("exclusions", "zprime", "--with", "recast", "--figure", "map.png", "--json")
    assert found.code == 0
    ours = found.document[-1]
    assert (ours["licence"], ours["quantity"], ours["level"]) == ("ours", "g'", 0.9)
    assert ours["name"] == "gloam (data of the user), scan"
    other = gloam("exclusions", "dark-photon", "--with", "recast")
    assert other.code == 2
    assert "limits on g'" in other.err


def test_the_efficiency_of_another_model(gloam, run, tmp_path):
    table = tmp_path / "efficiency.csv"
    table.write_text("mass,efficiency\n8,0.1\n10,0.1\n")
    options = ["--model", "zprime", "--cross-section", "1e4"]
    plain = gloam("recast", run, *options, "--json").document["limits"]
    other = gloam("recast", run, *options, "--efficiency", table, "--json").document
    ratio = [b["coupling_ul"] / a["coupling_ul"] for a, b in zip(plain, other["limits"], strict=True)]
    np.testing.assert_allclose(ratio, np.sqrt(2), rtol=1e-12)
    assert not any("kinematics" in note for note in other["notes"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--model", "dark-higgsstrahlung"], "give a table of your own"),
        (["--model", "zprime", "--decay", "electrons"], "ee, mumu, tautau or invisible"),
        (["--model", "zprime", "--decay", "mumu", "--branching-fraction", "0.5"], "Leave out one"),
        (["--model", "axion", "--cross-section", "1"], "model: got 'axion'"),
        (["--model", "zprime", "--cross-section", "many"], "a number, or a table"),
        (["--model", "zprime", "--cross-section", "1", "--branching-fraction", "1.5"], "a fraction from 0 to 1"),
        (["--model", "zprime", "--cross-section", "1", "--efficiency", "0"], "a number above 0"),
    ],
)
def test_what_cannot_be_recast(gloam, run, options, words):
    found = gloam("recast", run, *options)
    assert (found.code, found.out) == (2, "")
    assert words in found.err.replace("Give", "give")
    assert found.err.count("\n") == 1


def test_limits_on_yields_alone_cannot_be_recast(gloam, scan):
    assert scan(step=0.1).code == 0
    found = gloam("recast", "out", "--model", "zprime", "--cross-section", "1e4")
    assert found.code == 2
    assert "--luminosity" in found.err
    assert "limits on yields alone" in found.err
    drawn = gloam("exclusions", "zprime", "--with", "out")
    assert drawn.code == 2
    assert "gloam recast out --model zprime" in drawn.err


def test_in_words_a_recast_says_what_it_assumed(gloam, run):
    found = gloam("recast", run, "--model", "alp-photon", "--cross-section", "100")
    assert found.code == 0
    assert "limits on g_agammagamma [GeV^-1] at 0.9" in found.out
    assert "note: " in found.out


def test_a_model_of_theory_needs_no_table(gloam, run):
    """sigma B = g'^2 sigma_1 B with the cross section and the branching fraction of gloam theory."""
    plain = gloam("recast", run, "--model", "zprime", "--json").document["limits"]
    muons = gloam("recast", run, "--model", "zprime", "--decay", "mumu", "--json").document["limits"]
    row = plain[len(plain) // 2]
    theory = gloam("theory", "zprime", "--mass", row["mass"], "--json").document
    assert row["coupling_ul"] == pytest.approx((row["xsec_ul_fb"] / theory["cross_section"]) ** 0.5, rel=1e-6)
    fraction = theory["branching_fractions"]["mumu"]
    assert muons[len(plain) // 2]["coupling_ul"] == pytest.approx(row["coupling_ul"] / fraction**0.5, rel=1e-6)


def test_indirect_constraints_of_a_vector(gloam, tmp_path):
    """The band of (g-2) in 2021 at 1 GeV, 3.93e-3 to 6.55e-3, and tridents; 2025 has an upper limit alone."""
    with_band = {each["name"]: each for each in gloam("exclusions", "zprime", "--json").document}
    assert with_band["(g-2) of the muon, 2021"]["kind"] == "band"
    assert with_band["CCFR tridents"]["level"] == 0.95
    later = {each["name"]: each for each in gloam("exclusions", "zprime", "--gminus2", "2025", "--json").document}
    assert later["(g-2) of the muon, 2025"]["kind"] == "curve"
    without = gloam("exclusions", "zprime", "--gminus2", "none", "--json").document
    assert not any("g-2" in each["name"] and each["kind"] != "annotation" for each in without)
    assert gloam("exclusions", "zprime", "--figure", tmp_path / "plane.png").code == 0
    assert not any("g-2" in each["name"] for each in gloam("exclusions", "alp-photon", "--json").document)


def test_a_scan_with_a_model_has_limits_on_its_coupling(gloam, tmp_path):
    np.savez(tmp_path / "events.npz", M=np.random.default_rng(5).uniform(1, 2, 2000))
    options = ("--column", "M", "--range", 1, 2, "--width", 0.01, "--background", "polynomial:1", "--step", 0.25)
    factors = ("--luminosity", 100, "--efficiency", 0.1)
    scan = ("scan", tmp_path / "events.npz", *options)
    found = gloam(*scan, *factors, "--model", "zprime", "--decay", "mumu", "--out", "run", "--json").document
    assert found["limit"]["coupling"] == "g'"
    with (tmp_path / "here" / "run" / "limits.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        theory = gloam("theory", "zprime", "--mass", row["mass"], "--json").document
        visible = theory["cross_section"] * theory["branching_fractions"]["mumu"]
        assert float(row["coupling_ul"]) == pytest.approx((float(row["xsec_ul_fb"]) / visible) ** 0.5, rel=1e-6)
    assert (tmp_path / "here" / "run" / "figures" / "coupling.png").is_file()
    assert gloam("report", "run", "--json").code == 0
    for wrong, words in (
        (("--model", "zprime"), "--luminosity and --efficiency"),
        ((*factors, "--decay", "mumu"), "--model MODEL"),
        ((*factors, "--model", "axion"), "model: got 'axion'"),
    ):
        refused = gloam(*scan, *wrong)
        assert refused.code == 2
        assert words in refused.err
