"""gloam count: windows in one observable and in the plane of two."""

import csv
import json

import numpy as np
import pytest

from gloam.workflow import load_run, write_run


@pytest.fixture
def events(tmp_path):
    random = np.random.default_rng(3)
    path = tmp_path / "events.npz"
    m = np.concatenate([random.uniform(0, 4, 400), random.normal(2.5, 0.02, 15)])
    recoil = np.concatenate([random.uniform(0, 4, 400), random.normal(1.5, 0.05, 15)])
    np.savez(path, M=m, mRecoil=recoil)
    return path


@pytest.fixture
def simulation(tmp_path):
    random = np.random.default_rng(4)
    path = tmp_path / "background.npz"
    np.savez(path, M=random.uniform(0, 4, 4000), mRecoil=random.uniform(0, 4, 4000))
    return path


LINE = ("--column", "M", "--range", 0, 4, "--width", 0.02, "--background", "sideband:1,6")


def plane(simulation):
    second = ("--column2", "mRecoil", "--range2", 0, 4, "--width2", 0.05)
    return (*LINE[:-1], f"simulation:{simulation},10", *second)


def rows_of(path):
    with path.open() as stream:
        return list(csv.DictReader(stream))


def test_windows_of_one_observable(gloam, events, tmp_path):
    found = gloam("count", events, *LINE, "--out", "counts", "--no-figures", "--json")
    assert found.code == 0
    summary = found.document
    assert abs(summary["max_excess"]["mass"] - 2.5) < 0.03
    assert summary["max_excess"]["z_local"] > 2.5
    assert summary["n_fits"] == 0
    assert summary["limit"]["method"] == "cls"
    rows = rows_of(tmp_path / "here" / "counts" / "scan.csv")
    counted = [int(float(row["observed"])) for row in rows]
    m = np.load(events)["M"]
    low, high = (np.array([float(row[name]) for row in rows]) for name in ("window_low", "window_high"))
    assert counted == [np.count_nonzero((m >= a) & (m < b)) for a, b in zip(low, high, strict=True)]
    limits = rows_of(tmp_path / "here" / "counts" / "limits.csv")
    assert len(limits) == summary["n_hypotheses"] == len(rows)
    assert all(float(row["n_sig_ul_exp_m2"]) <= float(row["n_sig_ul_exp_p2"]) for row in limits)


def test_windows_of_the_plane(gloam, events, simulation, tmp_path):
    found = gloam("count", events, *plane(simulation), "--out", "counts", "--json", "--syst", "shape=0.2:background")
    assert found.code == 0
    summary = found.document
    excess = summary["max_excess"]
    assert abs(excess["mass"] - 2.5) < 0.05
    assert abs(excess["mass2"] - 1.5) < 0.11
    names = {path.name for path in (tmp_path / "here" / "counts" / "figures").iterdir()}
    assert {"count_counts.png", "count_significance.png", "count_limit.pdf"} <= names
    assert "windows, in which events were counted" in (tmp_path / "here" / "counts" / "report.html").read_text()


@pytest.mark.parametrize("which", ["line", "plane"])
def test_a_count_is_read_back(gloam, events, simulation, tmp_path, which):
    options = LINE if which == "line" else plane(simulation)
    assert gloam("count", events, *options, "--out", "one", "--no-figures", "-q").code == 0
    events.unlink()
    simulation.unlink(missing_ok=True)
    one, other = tmp_path / "here" / "one", tmp_path / "here" / "other"
    write_run(load_run(one), other, figures=False)
    for name in ("scan.csv", "limits.csv", "summary.json", "declaration.json", "spectrum.json", "fits.npz"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_cross_sections_and_signal_uncertainty(gloam, events):
    plain = gloam("count", events, *LINE, "--out", "plain", "--no-figures", "--json").document
    more = ("--luminosity", 2, "--efficiency", 0.1, "--syst", "tracking=0.3:signal", "--no-figures", "--json")
    found = gloam("count", events, *LINE, *more, "--out", "more").document
    assert found["limit"]["cross_section"]["kind"] == "visible"
    channel = found["channels"][0]
    assert channel["median_n_sig_ul"] > 1.01 * plain["channels"][0]["median_n_sig_ul"]
    assert np.isclose(channel["median_xsec_ul_fb"], channel["median_n_sig_ul"] / 0.2)


@pytest.mark.parametrize("method", ["classical", "bayes", "profile", "feldman-cousins", "cls"])
def test_every_method(gloam, events, method):
    found = gloam(
        "count", events, *LINE, "--step", "16sigma", "--method", method, "--no-figures", "--json", "--out", "x"
    )
    assert found.code == 0
    assert found.document["limit"]["method"] == method
    assert found.document["channels"][0]["median_n_sig_ul"] > 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (("--background", "sidebands"), "sideband:INNER,OUTER"),
        (("--background", "sideband:5,2"), "1 <= inner < outer"),
        (("--background", "simulation:nothing.npz,10"), "nothing.npz"),
        (("--background", "known:"), "Write for example sideband:2,5"),
        (("--width2", "0.05"), "Name the second observable"),
        (("--window", "3"), "less than half of the range"),
        (("--level", "90"), "0.5 to 1|between 0.5 and 1"),
        (("--syst", "x=0.1:resolution"), "signal or background"),
        (("--bin-width", "0.2"), "Bin more finely"),
    ],
)
def test_what_cannot_be_counted_is_refused(gloam, events, changes, words):
    found = gloam("count", events, *LINE, *changes, "--no-figures")
    assert found.code == 2
    assert any(each in found.err for each in words.split("|")), found.err
    assert "Traceback" not in found.err


def test_nothing_is_said_twice(gloam, events, tmp_path):
    gloam("count", events, *LINE, "--out", "counts", "--no-figures", "-q")
    notes = json.loads((tmp_path / "here" / "counts" / "summary.json").read_text())["notes"]
    assert len(set(notes)) == len(notes)


def test_toys_of_windows_do_not_depend_on_workers(gloam, events, tmp_path):
    options = (*LINE, "--step", "8sigma", "--toys", 300, "--no-figures", "--json")
    one = gloam("count", events, *options, "--out", "one").document
    two = gloam("count", events, *options, "--out", "two", "--workers", 2).document
    assert one["p_global"] == two["p_global"]
    assert 0 < one["p_global"] < 1
    assert one["toys"] == 300
    with np.load(tmp_path / "here" / "one" / "toys.npz") as a, np.load(tmp_path / "here" / "two" / "toys.npz") as b:
        assert np.array_equal(a["largest"], b["largest"])


def test_an_event_where_none_can_be(gloam, events, tmp_path):
    edges = np.linspace(0, 4, 401)
    np.savez(tmp_path / "nothing.npz", edges=edges, counts=np.zeros(400))
    np.savez(tmp_path / "data.npz", edges=edges, counts=np.histogram(np.load(events)["M"], edges)[0])
    options = ("--width", 0.02, "--background", f"known:{tmp_path / 'nothing.npz'}", "--json", "--out", "counts")
    found = gloam("count", tmp_path / "data.npz", *options)
    assert found.code == 0
    assert found.document["max_excess"]["z_local"] is None
    assert any("infinite" in note for note in found.document["notes"])
