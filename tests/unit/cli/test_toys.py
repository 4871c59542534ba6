"""Toys on the command line: how many of which, stopped and gone on with, merged, and a report drawn again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gloam.kernel import running_engine

# says on standard error when the second shard begins, and waits there to be stopped
SLOW = """
import sys, time
import gloam.workflow.toys as toys
work, calls = toys.largest_of_toys, []
def slow(*arguments, **more):
    calls.append(0)
    if len(calls) == 2:
        print("begun", file=sys.stderr, flush=True)
        time.sleep(60)
    return work(*arguments, **more)
toys.largest_of_toys = slow
from gloam.cli import main
main(sys.argv[1:])
"""


def stored(directory):
    with np.load(Path(directory) / "toys.npz", allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_toys_of_a_scan_give_the_global_p_value(scan):
    found = scan("--json", width=0.02, toys=300, seed=3)
    assert (found.code, found.err) == (0, "")
    numbers = found.document
    assert (numbers["toys"], numbers["n_toys_failed"]) == (300, 0)
    toys = stored("out")
    assert numbers["p_global"] == np.mean(toys["largest"] >= numbers["max_excess"]["z_local"])
    assert (toys["seed"] == 3).all()
    assert toys["number"].tolist() == list(range(300))
    assert not Path("out/toys").exists()
    again = scan("--json", width=0.02, toys=300, seed=3, workers=2, out="again").document
    assert Path("again/toys.npz").read_bytes() == Path("out/toys.npz").read_bytes()
    assert again["p_global"] == numbers["p_global"]


def test_toys_of_a_search(gloam):
    found = gloam("run", "cms_dimuon", "--toys", 20, "--no-figures", "--exhaustive", "--out", "out")
    assert (found.code, found.err) == (0, "")
    assert "global p-value 0 +- 0.048, z_global > 1.67 (20 toys, 0 failed and left out)" in found.out
    assert np.isinf(stored("out")["margin"])


def test_toys_of_a_scan_with_uncertainties(scan):
    numbers = scan("--json", step=0.1, toys=30, syst="tracking=0.1:signal", workers=2).document
    assert numbers["toys"] == 30
    assert 0 <= numbers["p_global"] <= 1


def test_a_scan_without_toys_has_none(scan):
    assert scan("--json", step=0.1).document["toys"] is None
    assert not Path("out/toys.npz").exists()


def test_with_toy_limits_the_option_is_theirs_and_the_scan_has_its_own(scan):
    numbers = scan("--json", step=0.3, method="cls-toys", toys=800, global_toys=100).document
    assert numbers["limit"]["toys"] > 100
    assert numbers["toys"] == 100
    assert scan("--json", step=0.3, method="cls-toys", toys=800).document["toys"] is None
    assert scan("--json", step=0.1, global_toys=100).document["toys"] == 100


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"toys": 100, "global_toys": 100}, ["--toys and --global-toys", "Leave out --global-toys"]),
        ({"first_toy": 5}, ["--first-toy", "--toys N with it"]),
        ({"toys": 0}, ["--toys", "0 is not in the range"]),
        ({"toys": 10, "weights": "M"}, ["weighted data"]),
    ],
)
def test_toys_that_cannot_be_are_refused(scan, options, words):
    found = scan(step=0.1, **options)
    assert found.code == 2
    for word in words:
        assert word in found.err
    assert "Traceback" not in found.err


def test_resume_without_toys_is_refused(scan):
    assert scan("--resume").code == 2
    assert scan("--exhaustive").code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["interrupt", "end", "kill"])
def test_toys_that_are_stopped_go_on(events, tmp_path, number, scan):
    out = tmp_path / "out"
    arguments = [
        "scan", str(events), "--column", "M", "--range", "9", "9.7", "--width", "0.05", "--background", "polynomial:1",
        "--no-figures", "--out", str(out), "--toys", "600", "--seed", "4",
    ]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr.readline() == "begun\n"
        process.send_signal(number)
        text, err = process.communicate(timeout=20)
    if number == signal.SIGKILL:
        assert (process.returncode, text, err) == (-number, "", "")
    else:
        assert (process.returncode, text) == (3, "")
        assert err.startswith("gloam: stopped. What is finished is kept in")
    assert len(list((out / "toys").iterdir())) == 1
    before = json.loads((out / "summary.json").read_text())
    assert before["toys"] is None  # what was finished before the toys is whole
    refused = scan("--resume", toys=600, seed=5, out=out)
    assert refused.code == 2
    assert "the beginning of other work" in refused.err
    assert json.loads((out / "summary.json").read_text()) == before  # nothing was written
    resumed = scan("--resume", "--json", toys=600, seed=4, out=out)
    assert (resumed.code, resumed.document["toys"]) == (0, 600)
    assert not (out / "toys").exists()
    scan(toys=600, seed=4, out="whole")
    assert (out / "toys.npz").read_bytes() == Path("whole/toys.npz").read_bytes()


def test_runs_are_merged(gloam, scan):
    for name, options in {"a": {"seed": 1}, "b": {"seed": 2}, "c": {"seed": 1, "first_toy": 100}}.items():
        assert scan(step=0.02, toys=100, out=name, **options).code == 0
    gloam("merge", "c", "b", "a", "--out", "other order", "--no-figures", "--json")
    found = gloam("merge", "a", "b", "c", "--out", "m", "--no-figures", "--json")
    assert Path("m/toys.npz").read_bytes() == Path("other order/toys.npz").read_bytes()
    assert (found.code, found.err) == (0, "")
    assert found.document["toys"] == 300
    assert json.loads(Path("m/summary.json").read_text()) == found.document
    assert {"scan.csv", "limits.csv", "toys.npz", "fits.npz"} <= {path.name for path in Path("m").iterdir()}
    largest = np.concatenate([stored(name)["largest"] for name in "abc"])
    assert found.document["p_global"] == np.mean(largest >= found.document["max_excess"]["z_local"])
    twice = gloam("merge", "m", "a", "--out", "n")
    assert twice.code == 2
    assert "toy 0 of seed 1 twice" in twice.err
    assert not Path("n").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 0.06}, "merge b: got another declaration than a"),
        ({"range": (9.0, 9.65)}, "merge b: got another declaration than a"),
        ({"engine": "numpy"}, "toys of several runs: got different engines, compiled and numpy"),
        ({"toys": None}, "merge b: got no toys"),
        ({"seed": 0}, "toys of several runs: got toy 0 of seed 0 twice"),
    ],
    ids=["signal", "range", "engine", "no toys", "seed"],
)
def test_runs_that_do_not_belong_together_are_not_merged(gloam, scan, monkeypatch, change, words):
    if "engine" in change and running_engine()["engine"] != "compiled":
        pytest.skip("needs the compiled kernel")
    monkeypatch.setenv("GLOAM_ENGINE", running_engine()["engine"])  # restored when the test ends
    for name, options in {"a": {"seed": 0}, "b": {"seed": 1} | change}.items():
        assert scan(**{"step": 0.1, "toys": 20, "out": name} | options).code == 0
    found = gloam("merge", "a", "b", "--out", "m")
    assert (found.code, found.out) == (2, "")
    assert words in found.err
    assert found.err.count("\n") == 1
    assert not Path("m").exists()


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"seed": 5}, "seed 4, not 5"),
        ({"width": 0.06}, "declaration "),
        ({"first_toy": 250}, "first toy 0, not 250"),
        ({"engine": "numpy"}, "engine compiled, not numpy"),
    ],
    ids=["seed", "declaration", "first toy", "engine"],
)
def test_other_toys_are_not_gone_on_with(scan, monkeypatch, change, difference):
    if "engine" in change and running_engine()["engine"] != "compiled":
        pytest.skip("needs the compiled kernel")
    monkeypatch.setenv("GLOAM_ENGINE", running_engine()["engine"])
    options = {"step": 0.1, "toys": 300, "seed": 4}
    with monkeypatch.context() as context:
        context.setattr("gloam.workflow.toys._assembled", lambda *_: exec("raise KeyboardInterrupt"))  # noqa: S102
        assert scan(**options).code == 3
    assert len(list(Path("out/toys").iterdir())) == 2
    found = scan("--resume", **options | change)
    assert (found.code, found.out) == (2, "")
    assert f"the beginning of other work ({difference}" in found.err
    assert "Leave out --resume to begin anew, or choose another --out." in found.err
    assert found.err.count("\n") == 1


def test_a_report_is_drawn_again(gloam, scan, monkeypatch):
    scan(step=0.1, toys=50)
    files = {path.name: path.read_bytes() for path in Path("out").iterdir() if path.name != "provenance.json"}
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    found = gloam("report", "out", "--open", "--json")
    assert (found.code, found.err) == (0, "")
    assert opened == ["out/report.html"]
    assert {"report.html", "figures"} <= {path.name for path in Path("out").iterdir()}
    for name, content in files.items():
        assert Path("out", name).read_bytes() == content, name
    page = Path("out/report.html").read_text()
    assert "from 50 toys" in page or "none of 50 toys" in page


def test_a_report_of_nothing_is_refused(gloam):
    found = gloam("report", "nowhere")
    assert found.code == 2
    assert "give the --out of a run" in found.err.lower()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_workers_are_stopped_with_the_command(events, tmp_path):
    out = tmp_path / "out"
    command = [
        sys.executable, "-m", "gloam", "scan", str(events), "--column", "M", "--range", "9", "9.7", "--width", "0.05",
        "--background", "polynomial:1", "--no-figures", "--out", str(out), "--toys", "200000", "--workers", "2",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while process.poll() is None and len(list((out / "toys").glob("*.npz"))) < 3:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, err = process.communicate(timeout=20)  # a worker that went on would keep standard error open
    assert process.returncode == 3
    assert err.startswith("gloam: stopped.")
    assert err.strip().count("\n") == 0
