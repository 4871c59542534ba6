"""Submissions that HEPData's own validator accepts, with the numbers of the run in them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

import gloam
from gloam.errors import InputError
from gloam.workflow import write_run
from gloam.workflow.exporting import export_run

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def dimuon(tmp_path_factory):
    """A run on real data, and its directory."""
    directory = tmp_path_factory.mktemp("dimuon")
    run = gloam.run("cms_dimuon")
    write_run(run, directory, figures=False)
    return run, directory


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the validator leaves files open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_validator_of_hepdata_accepts_the_submission(dimuon):
    from hepdata_validator.full_submission_validator import FullSubmissionValidator

    run, directory = dimuon
    document = export_run(run, "hepdata", directory)
    validator = FullSubmissionValidator()
    assert validator.validate(archive=document["files"][-1]), validator.get_messages()
    assert len(document["tables"]) == 8
    assert max(map(len, document["tables"])) <= 64


def test_the_tables_hold_the_numbers_of_the_run(dimuon):
    run, directory = dimuon
    export_run(run, "hepdata", directory)
    table = yaml.safe_load((directory / "export/hepdata/omega_limits_on_the_signal_yield.yaml").read_text())
    masses = [each["value"] for each in table["independent_variables"][0]["values"]]
    observed, expected = table["dependent_variables"]
    with (directory / "limits.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["channel"] == "omega"]
    assert len(masses) == len(rows) == 251
    row = rows[100]
    assert masses[100] == pytest.approx(float(row["mass"]), rel=1e-5)
    assert observed["values"][100]["value"] == pytest.approx(float(row["n_sig_ul"]), rel=1e-5)
    assert {each["name"]: each["value"] for each in observed["qualifiers"]}["Confidence level"] == "90% CL"
    band = expected["values"][100]
    assert band["value"] == pytest.approx(float(row["n_sig_ul_exp_0"]), rel=1e-5)
    error = {each["label"]: each["asymerror"] for each in band["errors"]}
    assert band["value"] + error["68%"]["plus"] == pytest.approx(float(row["n_sig_ul_exp_p1"]), rel=1e-4)
    assert band["value"] + error["95%"]["minus"] == pytest.approx(float(row["n_sig_ul_exp_m2"]), rel=1e-4)


def test_a_second_export_replaces_the_first_and_is_the_same(dimuon, tmp_path):
    run, _ = dimuon
    first = export_run(run, "hepdata", tmp_path)["files"]
    content = {name: Path(name).read_bytes() for name in first}
    assert export_run(run, "hepdata", tmp_path)["files"] == first
    assert {name: Path(name).read_bytes() for name in first} == content


def test_without_the_extra_the_export_says_what_to_install(dimuon, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "hepdata_lib", None)
    with pytest.raises(InputError, match=r"gloam\[export\]"):
        export_run(dimuon[0], "hepdata", tmp_path)
