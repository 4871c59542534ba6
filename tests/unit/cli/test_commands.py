"""The commands: exit codes, standard output for results alone, help, versions, settings."""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from gloam.cli import COMMANDS
from gloam.errors import InputError
from gloam.kernel import running_engine
from gloam.searches import load_search, search_names, sourced_numbers
from gloam.statistics import LimitMethod


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_version_names_the_engine(gloam, monkeypatch, engine):
    monkeypatch.setenv("GLOAM_ENGINE", engine)
    try:
        running = running_engine()
    except InputError:
        pytest.skip("the kernel was not built")
    named = engine if running["instruction_set"] is None else f"{engine}, {running['instruction_set']}"
    found = gloam("--version")
    assert (found.code, found.err) == (0, "")
    assert found.out == f"gloam {version('gloam')} (engine {named})\n"


def test_python_m_gloam_is_the_command_line():
    done = subprocess.run([sys.executable, "-m", "gloam", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"gloam {version('gloam')}")
    assert not done.stderr


def test_the_installed_command_is_the_command_line():
    command = Path(sys.executable).with_name("gloam")
    if not command.exists():
        pytest.skip("not installed as a command")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"gloam {version('gloam')}")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_all_commands(gloam, flag):
    found = gloam(flag)
    assert (found.code, found.err) == (0, "")
    assert "Example" in found.out
    for command, purpose in COMMANDS.items():
        assert re.search(rf"^ +{command} +{purpose[:20]}", found.out, re.MULTILINE)


def test_help_is_there_after_any_command(gloam):
    """Importing a command gives its package an attribute of its name; `list` is one."""
    assert gloam("list").code == 0
    assert gloam("--help").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(gloam, command):
    found = gloam(command, "--help")
    assert (found.code, found.err) == (0, "")
    assert re.search(rf"Examples?: gloam {command}\b", found.out)
    assert {"--json", "--quiet", "--verbose", "--debug"} <= set(re.findall(r"--\w+", found.out))
    assert max(map(len, found.out.splitlines())) <= 110


def test_list(gloam):
    found = gloam("list", "--json")
    assert (found.code, found.err) == (0, "")
    assert [row["name"] for row in found.document] == search_names()
    for row in found.document:
        assert row.keys() == {"name", "process", "experiment", "data", "reference", "status"}
        assert row["data"].keys() == {"kind", "source"}
    text = gloam("list")
    assert "cms_dimuon" in text.out
    assert "CC-BY 4.0" in text.out
    assert gloam("list", "-q").out.split() == search_names()


def test_show(gloam):
    found = gloam("show", "cms_dimuon", "--json")
    assert (found.code, found.err) == (0, "")
    search = load_search("cms_dimuon")
    assert found.document == json.loads(search.model_dump_json())
    assert found.out.count('"standing"') == len(list(sourced_numbers(search)))
    text = gloam("show", "cms_dimuon").out
    for path, number in sourced_numbers(search):
        assert f"{path}: {number}" in text


def test_cache(gloam, tmp_path):
    from gloam.store import Artefacts

    Artefacts(tmp_path / "cache" / "samples").store({"seed": 1}, {"x": np.arange(10)})
    found = gloam("cache", "--json").document
    assert found.keys() == {"directory", "artefacts", "bytes", "removed"}
    assert (found["directory"], found["artefacts"], found["removed"]) == (str(tmp_path / "cache"), 1, 0)
    assert found["bytes"] > 80
    assert "1 removed" in gloam("cache", "--clear").out
    assert gloam("cache", "--json").document["artefacts"] == 0
    assert not gloam("cache", "-q").out


class TestScan:
    def test_json_is_the_summary_and_nothing_else(self, scan):
        found = scan("--json")
        assert (found.code, found.err) == (0, "")
        assert found.document == json.loads(Path("out/summary.json").read_text())
        assert found.document["search"] == "scan"
        assert abs(found.document["max_excess"]["mass"] - 9.46) < 0.03

    def test_text(self, scan):
        found = scan()
        assert (found.code, found.err) == (0, "")
        assert re.search(r"largest excess at 9\.4\d* GeV, \d+\.\d\d sigma local", found.out)
        assert "out/" in found.out

    def test_quiet(self, scan):
        found = scan("-q")
        assert (found.code, found.out, found.err) == (0, "", "")
        assert Path("out/scan.csv").exists()

    def test_the_default_folder(self, scan):
        assert scan("--json", out=None).code == 0
        assert Path("runs/scan/summary.json").exists()

    def test_figures_and_page(self, gloam, events):
        found = gloam(
            "scan", events, "--column", "M", "--range", 9, 9.7, "--width", 0.05, "--out", "drawn", "--step", 0.1
        )
        assert found.code == 0
        assert Path("drawn/report.html").exists()
        assert {path.suffix for path in Path("drawn/figures").iterdir()} == {".png", ".pdf"}

    def test_options_reach_the_scan(self, scan):
        found = scan(
            "--json", "--veto", 9.1, 9.2, "--veto", 9.6, 9.65, signal="crystal-ball:1.5,3", step=0.01, window="3sigma",
            level=0.95, method="profile", bin_width=0.01, threads=1, seed=4,
        ).document  # fmt: skip
        assert found["limit"]["level"] == 0.95
        assert found["limit"]["method"] == "profile"
        assert found["channels"][0]["bins"] == 70
        assert found["n_hypotheses"] == 71
        assert found["channels"][0]["status"]["vetoed"] == 14  # 13 inside, and one of which they leave too little
        rows = np.genfromtxt("out/scan.csv", delimiter=",", names=True, dtype=None, encoding=None)
        np.testing.assert_allclose(rows["window_high"][35] - rows["window_low"][35], 0.3, atol=1e-9)
        assert json.loads(Path("out/provenance.json").read_text())["seed"] == 4

    def test_variants(self, scan):
        found = scan("--json", variants="order:1", step=0.1).document
        assert found["channels"][0]["variants"]["names"] == ["nominal", "order-1", "order+1"]
        assert len(Path("out/variants.csv").read_text().splitlines()) == 1 + 3 * found["n_hypotheses"]
        refused = scan(variants="order:one")
        assert (refused.code, refused.out) == (2, "")
        assert "--variants: got 'order:one'" in refused.err

    def test_without_limits(self, scan):
        assert scan("--json", "--no-limits").document["channels"][0]["median_n_sig_ul"] is None

    def test_cross_sections(self, scan, tmp_path):
        table = tmp_path / "efficiency.csv"
        table.write_text("mass,efficiency,error\n8,0.1,0.002\n10,0.3,0.003\n")
        options = {"luminosity": 90, "efficiency": table, "branching_fraction": 0.5, "radiative_factor": 0.9}
        found = scan(
            "--json", "--syst", "luminosity=0.014:signal", "--syst", "tracking=0.01:signal", **options
        ).document
        assert found["data"]["luminosity_fb"] == 90
        assert found["limit"]["cross_section"]["kind"] == "Born"
        assert [each["name"] for each in found["systematics"]] == ["luminosity", "tracking", "efficiency"]
        rows = np.genfromtxt("out/limits.csv", delimiter=",", names=True, dtype=None, encoding=None)
        efficiency = 0.1 + 0.1 * (rows["mass"] - 8)
        np.testing.assert_allclose(rows["efficiency"], efficiency, rtol=1e-9)
        np.testing.assert_allclose(rows["xsec_ul_fb"], rows["n_sig_ul"] / (90 * efficiency * 0.5 * 0.9), rtol=1e-9)

    def test_the_text_gives_the_cross_section_and_what_it_is(self, scan):
        text = scan(luminosity=90, efficiency=0.1).out
        assert re.search(
            r"upper limits in fb \(.* = visible cross section times branching fraction\), median: scan", text
        )
        assert "in fb" not in scan(luminosity=90).out

    def test_the_help_shows_how_cross_sections_are_asked_for(self, gloam):
        text = " ".join(gloam("scan", "--help").out.split())
        assert (
            "--luminosity 90 --efficiency efficiency.csv --radiative-factor 0.945 --syst luminosity=0.014:signal"
            in text
        )
        assert "mass,efficiency[,error]" in text

    def test_the_methods_are_those_that_limits_know(self, gloam):
        assert f"--method [{'|'.join(get_args(LimitMethod))}]" in gloam("scan", "--help").out

    def test_a_histogram_of_zeros_is_answered(self, scan, tmp_path):
        np.savez(tmp_path / "zeros.npz", edges=np.linspace(9, 9.7, 141), counts=np.zeros(140))
        found = scan("--json", source=tmp_path / "zeros.npz", column=None, range=None)
        assert (found.code, found.err) == (0, "")
        assert found.document["n_failed"] == 0
        assert found.document["max_excess"] is None
        assert found.document["channels"][0]["median_n_sig_ul"] == pytest.approx(1.3528, rel=0.05)


class TestSettings:
    """Flag > environment > default."""

    def test_the_environment_sets_options(self, scan, monkeypatch):
        monkeypatch.setenv("GLOAM_SCAN_LEVEL", "0.95")
        monkeypatch.setenv("GLOAM_SCAN_METHOD", "profile")
        limit = scan("--json").document["limit"]
        assert (limit["level"], limit["method"]) == (0.95, "profile")

    def test_a_flag_is_stronger(self, scan, monkeypatch):
        monkeypatch.setenv("GLOAM_SCAN_LEVEL", "0.95")
        assert scan("--json", level=0.8).document["limit"]["level"] == 0.8

    def test_a_wrong_setting_is_refused(self, scan, monkeypatch):
        monkeypatch.setenv("GLOAM_SCAN_LEVEL", "high")
        found = scan()
        assert (found.code, found.out) == (2, "")
        assert "'high'" in found.err


def test_run(gloam, values):
    np.savez("mine.npz", M=values)
    found = gloam("run", "cms_dimuon", "--data", "mine.npz", "--no-figures", "--json", "--out", "out", "--threads", 1)
    assert (found.code, found.err) == (0, "")
    assert found.document == json.loads(Path("out/summary.json").read_text())
    assert found.document["data"]["kind"] == "user"
    assert [channel["channel"] for channel in found.document["channels"]] == ["upsilon1s"]


def test_someone_who_knows_only_the_help_scans_a_file_of_theirs(gloam):
    """Written by hand, with the options that the help shows, as the help says."""
    text = " ".join(gloam("scan", "--help").out.split())
    for said in (
        "CSV",
        "--column",
        "--range LO HI",
        "--width SIGMA",
        "[required]",
        "Yields are numbers of signal events",
    ):
        assert said in text
    random = np.random.default_rng(9)
    masses = np.concatenate([random.exponential(2.0, 5000) + 1, random.normal(2.6, 0.03, 250)])
    rows = "\n".join(f"{number},{mass:.5f}" for number, mass in enumerate(masses))
    Path("my data.csv").write_text(f"event,mass\n{rows}\n")
    found = gloam("scan", "my data.csv", "--column", "mass", "--range", 1.5, 4.5, "--width", 0.03, "--no-figures")
    assert found.code == 0
    peak = re.search(r"largest excess at ([\d.]+) GeV, ([\d.]+) sigma", found.out)
    assert abs(float(peak[1]) - 2.6) < 0.02
    assert float(peak[2]) > 8
    table = np.genfromtxt("runs/scan/scan.csv", delimiter=",", names=True, dtype=None, encoding=None)
    best = table[np.nanargmax(table["z_local"])]
    assert abs(best["n_sig"] - 250) < 3 * best["n_sig_err"]
