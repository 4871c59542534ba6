"""Blind analysis: content that is registered is refused by every command, and seen in part with --blinded."""

import json
import shutil

import numpy as np
import pytest
import uproot

from gloam.spectra import fill, read_spectrum, to_uhi_json, uniform_axis
from gloam.workflow import load_run

LOW, HIGH = 9.40, 9.52
SCAN = ("--column", "M", "--range", 9.0, 9.7, "--width", 0.02, "--background", "polynomial:1")


@pytest.fixture(autouse=True)
def registry(tmp_path, monkeypatch):
    """A registry of the user that is empty."""
    path = tmp_path / "registry.json"
    monkeypatch.setenv("GLOAM_BLIND", str(path))
    return path


@pytest.fixture
def data(tmp_path, values):
    """Events with a peak in the range that is hidden."""
    path = tmp_path / "data" / "real.npz"
    path.parent.mkdir()
    np.savez(path, run=np.arange(values.size), M=values, other=values[::-1] - 5)
    return path


@pytest.fixture
def blinded(gloam, data):
    assert gloam("blind", data, "--column", "M", "--range", LOW, HIGH).code == 0
    return data


def copied(path, folder, values, form):
    """The same events elsewhere, under another name, in another format."""
    new = folder / f"copy.{form}"
    columns = {"mass": np.sort(values), "run": np.arange(values.size)}
    if form == "npz":
        shutil.copy(path, new)
    elif form == "csv":
        np.savetxt(
            new, np.stack([*columns.values()], axis=1), delimiter=",", header="mass,run", comments="", fmt="%.7g"
        )
    elif form == "parquet":
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pyarrow.table(columns), new)
    else:
        with uproot.recreate(new) as file:
            file["events"] = {"mass": columns["mass"].astype(np.float32)}
    return new


@pytest.mark.parametrize("form", ["npz", "csv", "parquet", "root"])
def test_a_copy_in_another_format_is_refused(gloam, blinded, tmp_path, values, form):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy = copied(blinded, elsewhere, values, form)
    column = "M" if form == "npz" else "mass"
    refused = gloam("scan", copy, "--column", column, *SCAN[2:])
    assert refused.code == 2
    assert "registered as real.npz" in refused.err
    assert "hidden is M from 9.4 to 9.52" in refused.err
    seen = gloam("scan", copy, "--column", column, *SCAN[2:], "--blinded", "--json", "--no-figures")
    assert seen.code == 0
    assert seen.document["data"]["entries"] == ((values < LOW) | (values >= HIGH)).sum()


COMMANDS = {
    "scan": ("scan", "FILE", *SCAN),
    "scan another column": ("scan", "FILE", "--column", "other", "--range", 3.8, 5, "--width", 0.02),
    "scan with weights": ("scan", "FILE", "--column", "run", "--weights", "M", "--range", 0, 9, "--width", 1),
    "count": ("count", "FILE", "--column", "M", "--range", 9, 9.7, "--width", 0.02, "--background", "sideband:2,5"),
    "run": ("run", "cms_dimuon", "--data", "FILE"),
    "template": ("scan", "OTHER", *SCAN, "--signal", "kernel-density:FILE,M,9.46"),
    "train": ("train", "punzi", "--events", "FILE", "--luminosity", 1, "--out", "net.json"),
}


@pytest.fixture
def table(tmp_path):
    """A training table, of which everything is hidden."""
    path, names = tmp_path / "table.npz", ("label", "mass_generated", "weight", "recoil_mass2", "pT")
    np.savez(path, process=np.zeros(4), **{name: np.arange(4.0) for name in names})
    return path


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_every_command_refuses_the_data(gloam, blinded, table, tmp_path, arguments):
    other = tmp_path / "other.csv"
    other.write_text("M\n" + "".join(f"{value}\n" for value in np.linspace(9, 9.7, 500)))
    if "train" in arguments:
        assert gloam("blind", table).code == 0
        blinded = table
    named = [str(each).replace("FILE", str(blinded)).replace("OTHER", str(other)) for each in arguments]
    refused = gloam(*named)
    assert refused.code == 2
    assert "blinded data: hidden is" in refused.err
    assert not refused.out


def hidden_events(values):
    return values[(values >= LOW) & (values < HIGH)]


def test_no_file_of_a_blinded_run_holds_the_signal_region(gloam, blinded, values, tmp_path):
    """Neither values nor counts nor fits, in tables, arrays, spectra, page and metadata of figures; all say why."""
    assert gloam("scan", blinded, *SCAN, "--blinded", "--out", "out", "--toys", 20).code == 0
    out = tmp_path / "here" / "out"
    spectrum = read_spectrum(out / "spectrum.json")
    inside = (spectrum.axis.edges[1:] > LOW) & (spectrum.axis.edges[:-1] < HIGH)
    assert not spectrum.values()[inside].any()
    assert not spectrum.visible[inside].any()
    assert spectrum.values()[~inside].any()
    sideband = fill(values[(values < LOW) | (values >= HIGH)], spectrum.axis)
    assert np.array_equal(spectrum.values()[~inside], sideband.values()[~inside])
    assert spectrum.contents.sum() <= values.size - hidden_events(values).size

    with np.load(out / "fits.npz") as fits:
        hypotheses = (fits["scan.mass"] > LOW) & (fits["scan.mass"] < HIGH)
        assert hypotheses.any()
        for name in ("n_sig", "n_sig_err", "n_sig_ul"):
            assert np.isnan(fits[f"scan.{name}"][hypotheses]).all()
    for table in ("scan.csv", "limits.csv"):
        rows = [line.split(",") for line in (out / table).read_text().splitlines()]
        column = rows[0].index("n_sig" if table == "scan.csv" else "n_sig_ul")
        hidden = [row[column] for row in rows[1:] if LOW < float(row[1]) < HIGH]
        assert hidden
        assert not any(hidden)

    events = {f"{value:.6f}"[:8].encode() for value in hidden_events(values)[:50]}
    whole = fill(values, spectrum.axis).values()[inside].tolist()
    for path in (each for each in out.rglob("*") if each.is_file()):
        content = path.read_bytes()
        assert not any(event in content for event in events), path
        assert json.dumps(whole)[1:-1].encode() not in content, path

    seen = json.loads((out / "summary.json").read_text())
    assert "Blinded data (real.npz" in (out / "report.html").read_text()
    record = seen["data"]["blinding"]["real.npz"]
    assert (record["state"], record["hidden"]) == ("blinded", "M from 9.4 to 9.52")
    assert any(note.startswith("Blinded data (real.npz") for note in seen["notes"])
    assert json.loads((out / "provenance.json").read_text())["blinding"] == seen["data"]["blinding"]
    again = load_run(out)
    assert again.blinding == seen["data"]["blinding"]
    assert np.array_equal(again.channels[0].result.spectrum.visible, spectrum.visible)


def test_unblinding_writes_down_who_when_why_and_what_was_frozen(gloam, blinded, registry, tmp_path):
    gloam("scan", blinded, *SCAN, "--blinded", "--no-figures", "--out", "out")
    frozen = json.loads((tmp_path / "here" / "out" / "provenance.json").read_text())["hashes"]["declaration"]
    done = gloam("unblind", blinded, "--by", "A. Author", "--reason", "Reviewed.", "--json")
    assert done.code == 0
    (opening,) = done.document[0]["openings"]
    assert (opening["by"], opening["reason"], opening["declaration"]) == ("A. Author", "Reviewed.", frozen)
    assert opening["date"]
    for place in (registry, blinded.parent / ".gloam-blind.json"):
        assert json.loads(place.read_text())["blinded"][0]["openings"] == [opening]

    same = gloam("scan", blinded, *SCAN, "--no-figures", "--json").document
    assert same["data"]["blinding"]["real.npz"]["opening 1"]["is that of this run"] is True
    assert any("Unblinded by A. Author" in note and "is the one" in note for note in same["notes"])
    other = gloam("scan", blinded, *SCAN[:-1], "polynomial:2", "--no-figures", "--json").document
    assert any("is NOT the one that was frozen" in note for note in other["notes"])
    assert gloam("blind", blinded, "--show", "--json").document["records"][0]["openings"] == [opening]
    assert "unblinded by A. Author" in gloam("blind", blinded, "--show").out


def test_nothing_frozen_is_said(gloam, blinded):
    assert "nothing was run" in gloam("unblind", blinded, "--by", "A", "--reason", "B").out
    notes = gloam("scan", blinded, *SCAN, "--no-figures", "--json").document["notes"]
    assert any("no declaration was frozen before" in note for note in notes)


def test_a_random_fraction_may_be_seen(gloam, data, values):
    gloam("blind", data, "--column", "M", "--range", LOW, HIGH, "--fraction", 0.25, "--seed", 3)
    more = ("--luminosity", 8, "--efficiency", 0.5, "--blinded", "--no-figures", "--json")
    seen = gloam("scan", data, *SCAN, *more).document
    share = seen["data"]["entries"] / values.size
    assert share == pytest.approx(0.25, abs=5 * np.sqrt(0.25 * 0.75 / values.size))
    assert seen["data"]["luminosity_fb"] == 2.0
    assert any("random 25 % of the events (seed 3)" in note for note in seen["notes"])
    part = gloam("unblind", data, "--by", "A", "--reason", "B", "--fraction", 0.5)
    assert "a random 50 % of real.npz is open" in part.out
    assert gloam("scan", data, *SCAN).code == 2
    more_seen = gloam("scan", data, *SCAN, *more).document
    assert more_seen["data"]["luminosity_fb"] == 4.0
    assert more_seen["data"]["blinding"]["real.npz"]["state"] == "partly unblinded"
    back = gloam("unblind", data, "--by", "A", "--reason", "B", "--fraction", 0.3)
    assert back.code == 2
    assert "more than the 0.5 that may be seen" in back.err


def test_histograms_are_blinded_too(gloam, values, tmp_path):
    histogram = fill(values, uniform_axis(9.0, 9.7, width=0.002))
    path = tmp_path / "h.json"
    path.write_text(to_uhi_json(histogram))
    assert gloam("blind", path, "--range", LOW, HIGH).code == 0
    copy = tmp_path / "h.npz"
    np.savez(copy, edges=histogram.axis.edges, counts=histogram.values())
    for each in (path, copy):
        refused = gloam("scan", each, *SCAN[5:])
        assert refused.code == 2
        assert "the first axis from 9.4 to 9.52" in refused.err
        seen = gloam("scan", each, *SCAN[5:], "--blinded", "--json", "--no-figures").document
        assert seen["data"]["entries"] == ((values < LOW) | (values >= HIGH)).sum()


def test_a_search_runs_on_the_side_bands_of_its_data(gloam, data, values):
    assert gloam("blind", data, "--search", "cms_dimuon").code == 0
    assert gloam("run", "cms_dimuon", "--data", data, "--blinded").code == 2  # it scans all of the range
    gloam("unblind", data, "--by", "A", "--reason", "to hide less")
    assert gloam("blind", data, "--column", "M", "--range", LOW, HIGH, "--search", "cms_dimuon").code == 0
    seen = gloam("run", "cms_dimuon", "--data", data, "--blinded", "--no-figures", "--json")
    assert seen.code == 0, seen.err
    assert seen.document["data"]["entries"] == ((values >= 9.0) & ((values < LOW) | (values >= HIGH))).sum()
    opened = gloam("unblind", data, "--by", "A", "--reason", "B", "--json").document
    frozen = opened[0]["openings"][0]["declaration"]
    found = gloam("run", "cms_dimuon", "--data", data, "--no-figures", "--json").document
    assert found["data"]["blinding"]["real.npz"]["opening 1"]["frozen declaration"] == frozen
    assert any("the declaration is the one that was frozen" in note for note in found["notes"])


def test_windows_that_touch_the_hidden_range_are_not_counted(gloam, blinded, tmp_path):
    options = ("--column", "M", "--range", 9, 9.7, "--width", 0.02, "--background", "sideband:2,5")
    assert gloam("count", blinded, *options, "--blinded", "--no-figures", "--out", "out").code == 0
    rows = [line.split(",") for line in (tmp_path / "here" / "out" / "scan.csv").read_text().splitlines()]
    low, high, observed = (rows[0].index(name) for name in ("window_low", "window_high", "observed"))
    touched = [row[observed] for row in rows[1:] if float(row[low]) < HIGH and float(row[high]) > LOW]
    assert touched
    assert not any(touched)


def test_a_run_made_before_is_refused_until_the_data_are_open(gloam, data):
    assert gloam("scan", data, *SCAN, "--out", "before", "--no-figures").code == 0
    gloam("blind", data, "--column", "M", "--range", LOW, HIGH)
    for arguments in (("report", "before"), ("export", "before", "--to", "csv"), ("bias", "before")):
        refused = gloam(*arguments)
        assert refused.code == 2
        assert "all of the blinded data of real.npz" in refused.err
    assert gloam("unblind", data, "--by", "A", "--reason", "B").code == 0
    assert gloam("export", "before", "--to", "csv").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("blind", "absent.csv"), "no such file"),
        (("blind", "DATA", "--range", 9.4, 9.5), "ranges without a column"),
        (("blind", "DATA", "--column", "M", "--range", 9.5, 9.4), "low < high"),
        (("blind", "DATA", "--column", "x", "--range", 9.4, 9.5), "column 'x'"),
        (("blind", "DATA", "--fraction", 1.5), "a fraction between 0 and 1"),
        (("blind", "DATA", "--search", "nothing"), "search"),
        (("unblind", "DATA", "--by", "A", "--reason", "B"), "not blinded, or open already"),
        (("unblind", "DATA", "--by", "A", "--reason", " "), "--reason"),
        (("unblind", "DATA", "--by", "", "--reason", "B"), "--by"),
        (("unblind", "DATA", "--by", "A", "--reason", "B", "--fraction", 0), "a fraction between 0 and 1"),
        (("run", "cms_dimuon", "--blinded"), "--data FILE"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused(gloam, data, arguments, words):
    refused = gloam(*(data if each == "DATA" else each for each in arguments))
    assert refused.code == 2
    assert words in refused.err


def test_the_same_twice_is_refused_and_everything_can_be_hidden(gloam, data):
    assert "all of it" in gloam("blind", data).out
    assert "blinded since" in gloam("blind", data).err
    refused = gloam("scan", data, *SCAN, "--blinded")
    assert refused.code == 2
    assert "nothing of it until it is unblinded" in refused.err
    assert gloam("blind", data, "--column", "M", "--range", LOW, HIGH).code == 0
    assert len(gloam("unblind", data, "--by", "A", "--reason", "B", "--json").document) == 2
    assert gloam("scan", data, *SCAN, "--no-figures").code == 0


def test_a_fraction_of_a_search_with_a_luminosity_is_refused(gloam, data):
    gloam("blind", data, "--column", "M", "--fraction", 0.1)
    refused = gloam("run", "belle2_alp_3gamma", "--data", data, "--blinded")
    assert refused.code == 2
    assert "a random 10 % of the events" in refused.err
