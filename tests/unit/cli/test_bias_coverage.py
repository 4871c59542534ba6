"""`gloam bias` and `gloam coverage`: what they write, and what they refuse."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from gloam.statistics import corrected_yields, counting_coverage
from gloam.store import SCHEMA_VERSION
from gloam.workflow.studies import Amount, amount_named


def table(path):
    with Path(path).open() as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def bias(gloam):
    def call(*more):
        return gloam("bias", "cms_dimuon", "--toys", 40, "--no-figures", "--out", "out", "--json", *more)

    return call


def test_bias_writes_tables_and_a_summary(bias):
    found = bias("--mass", 0.7, "--mass", 9.3, "--inject", "0", "--inject", "1UL", "--inject", "50")
    assert (found.code, found.err) == (0, "")
    document = found.document
    assert (document["toys"], document["n_toys"], document["n_failed"]) == (40, 240, 0)
    assert document["base"] == "data"
    rows = table("out/bias.csv")
    assert [(row["channel"], row["injected"]) for row in rows] == [
        (channel, amount) for channel in ("omega", "upsilon1s") for amount in ("0", "1UL", "50")
    ]
    assert [float(row["mass"]) for row in rows[::3]] == [0.7, 9.3]
    assert float(rows[2]["n_true"]) - float(rows[0]["n_true"]) == pytest.approx(50)
    assert float(rows[0]["pull"]) == pytest.approx(document["masses"][0]["pull"], rel=1e-9)
    stored = json.loads(Path("out/bias.json").read_text())
    assert stored["schema_version"] == SCHEMA_VERSION
    assert stored["provenance"]["seed"] == 0
    assert stored["combined"] == document["combined"]
    assert len(table("out/linearity.csv")) == 2
    assert {"slope", "offset_in_sigma"} == document["linearity"].keys()


def test_corrected_yields_are_in_a_table_of_their_own(bias):
    correction = bias("--mass", 0.7, "--inject", "1UL", "--inject", "2UL").document["correction"]
    assert correction["measured_at"] == "1UL"
    rows = table("out/corrected.csv")
    fitted = [row for row in rows if row["n_sig"]]
    values = {name: np.array([float(row[name]) for row in fitted]) for name in fitted[0] if name != "channel"}
    n_sig, error = corrected_yields(
        values["n_sig"], values["n_sig_err"], correction["bias"], correction["err_bias"]
    )  # fmt: skip
    np.testing.assert_allclose(values["n_sig_corrected"], n_sig, rtol=1e-8)
    np.testing.assert_allclose(values["n_sig_err_corrected"], error, rtol=1e-8)


def test_without_a_true_yield_there_is_no_correction(bias):
    found = bias("--mass", 0.7, "--inject", "0", "--base", "background").document
    assert found["correction"]["bias"] is None
    assert found["linearity"] is None
    assert not Path("out/linearity.csv").exists()
    assert {row["n_sig_corrected"] for row in table("out/corrected.csv")} == {""}


def test_a_mass_has_the_same_toys_beside_others(bias):
    alone = bias("--mass", 9.3, "--inject", "50").document["masses"]
    several = bias("--mass", 0.7, "--mass", 9.3, "--inject", "50", "--inject", "20", "--threads", 2).document["masses"]
    assert several[2]["pull"] == pytest.approx(alone[0]["pull"], rel=1e-9)
    other = bias("--mass", 9.3, "--inject", "50", "--seed", 1).document["masses"]
    assert other[0]["pull"] != pytest.approx(alone[0]["pull"], rel=1e-3)


def test_a_stored_run_has_the_toys_of_its_search(gloam):
    options = ("--mass", 9.3, "--toys", 20, "--no-figures", "--json")
    assert gloam("run", "cms_dimuon", "--out", "run", "--no-figures", "-q").code == 0
    summary = Path("run/summary.json").read_bytes()
    for command, written in (("bias", "bias.csv"), ("coverage", "coverage.csv")):
        stored = gloam(command, "run", *options)
        assert (stored.code, stored.err) == (0, "")
        assert stored.document == gloam(command, "cms_dimuon", *options, "--out", "out").document
        assert (Path("run") / written).read_bytes() == (Path("out") / written).read_bytes()
    assert Path("run/summary.json").read_bytes() == summary


def test_text_says_what_was_found(gloam):
    found = gloam("bias", "cms_dimuon", "--mass", 0.7, "--toys", 20, "--out", "out", "--no-figures")
    assert "each bin of the data Poisson-varied" in found.out
    assert "linearity: slope" in found.out
    assert "written to out/" in found.out


def test_figures(gloam):
    assert gloam("bias", "cms_dimuon", "--mass", 0.7, "--toys", 10, "--out", "out", "-q").code == 0
    assert gloam("coverage", "cms_dimuon", "--mass", 0.7, "--toys", 10, "--out", "out", "-q").code == 0
    drawn = {path.name for path in Path("out/figures").iterdir()}
    assert drawn == {f"{name}.{kind}" for name in ("bias", "linearity", "coverage") for kind in ("png", "pdf")}


def test_coverage_of_a_run(gloam):
    found = gloam(
        "coverage", "cms_dimuon", "--mass", 0.7, "--mass", 9.3, "--signal", "0", "--signal", "2UL", "--toys", 50,
        "--level", 0.95, "--method", "profile", "--out", "out", "--no-figures", "--json",
    )  # fmt: skip
    assert (found.code, found.err) == (0, "")
    document = found.document
    assert (document["level"], document["method"], document["toys"]) == (0.95, "profile", 50)
    rows = table("out/coverage.csv")
    assert len(rows) == len(document["masses"]) == 4
    for row in rows:
        assert float(row["coverage_low"]) <= float(row["coverage"]) <= float(row["coverage_high"])
    assert float(rows[0]["coverage"]) == 1
    assert json.loads(Path("out/coverage.json").read_text())["schema_version"] == SCHEMA_VERSION


def test_coverage_of_counts_is_exact(gloam):
    arguments = ("coverage", "counting", "--background", 3, "--level", 0.9, "--method", "feldman-cousins")
    document = gloam(*arguments, "--json").document
    expected = counting_coverage(np.arange(0, 5.1, 0.5), 3.0, 0.9, "feldman-cousins")
    assert document["coverage"] == expected.coverage.tolist()
    assert document["coverage_error"] == 0
    assert document["interval"] == "unified"
    assert document["lowest"] >= 0.9
    one = gloam(*arguments, "--signal", 2.5, "--json").document
    assert one["coverage"] == [pytest.approx(document["coverage"][5])]
    assert "lowest coverage" in gloam(*arguments).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bias", "no_such_search"), "no_such_search"),
        (("bias", "cms_dimuon", "--mass", 5.0), "a mass that was scanned"),
        (("bias", "cms_dimuon", "--inject", "-3"), "0.5UL"),
        (("bias", "cms_dimuon", "--inject", "twoUL"), "0.5UL"),
        (("coverage", "cms_dimuon", "--method", "classical"), "for a run"),
        (("coverage", "cms_dimuon", "--background", "3"), "counting"),
        (("coverage", "cms_dimuon", "--level", "0.2"), "between 0.5 and 1"),
        (("coverage", "counting"), "--background B"),
        (("coverage", "counting", "--background", "-1"), "background"),
        (("coverage", "counting", "--background", "1e9"), "normal distribution"),
        (("coverage", "counting", "--background", "1", "--method", "clsb-toys"), "for counts"),
        (("coverage", "counting", "--background", "1", "--signal", "1UL"), "without the UL|leave out the UL"),
        (("coverage", "counting", "--background", "1", "--mass", "1"), "exact sum"),
        (("coverage", "counting", "--background", "1", "--level", "1.5"), "0.90"),
    ],
)
def test_bad_input_is_explained(gloam, arguments, message):
    found = gloam(*arguments)
    assert (found.code, found.out) == (2, "")
    assert any(part.lower() in found.err.lower() for part in message.split("|"))
    assert "Traceback" not in found.err


@pytest.mark.parametrize("command", ["bias", "coverage"])
def test_a_run_of_counts_has_no_fits_to_study(gloam, events, command):
    arguments = ("--column", "M", "--range", 9.0, 9.7, "--width", 0.05, "--background", "sideband:2,4")
    assert gloam("count", events, *arguments, "--out", "counts", "--no-figures", "-q").code == 0
    found = gloam(command, "counts", "--mass", 9.3)
    assert (found.code, found.out) == (2, "")
    assert "counted in windows" in found.err


def test_amounts():
    assert amount_named("--inject", "0.5UL") == Amount(0.5, True)
    assert amount_named("--inject", "12") == Amount(12.0, False)
    assert str(amount_named("--inject", "1e2")) == "100"
