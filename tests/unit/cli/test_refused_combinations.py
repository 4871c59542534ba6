"""Options and files that do not go together: exit code 2 and one message."""

import json

import numpy as np
import pytest

EDGES = np.linspace(9.0, 9.7, 141)
COUNT = ("--width", 0.02, "--background", "sideband:2,5")


@pytest.fixture
def files(tmp_path, events):
    """Events, and a histogram of one observable."""
    histogram = tmp_path / "histogram.npz"
    np.savez(histogram, edges=EDGES, counts=np.full(140, 20))
    return {"EVENTS": str(events), "HISTOGRAM": str(histogram)}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scan", "EVENTS", "--column", "M", "--range", 9, 9.7, "--width", 0.05, "--prior", "flat"), "only a Bayesian"),
        (
            ("scan", "EVENTS", "--column", "M", "--range", 9, 9.7, "--width", 0.05, "--model", "zprime",
             "--luminosity", 1, "--decay", "mumu", "--branching-fraction", 0.5, "--efficiency", 0.1),
            "--decay and --branching-fraction",
        ),
        (("count", "HISTOGRAM", *COUNT, "--width2", 0.1), "leave it out for one"),
        (("count", "EVENTS", "--column", "M", *COUNT), "the range of the observable"),
        (("count", "EVENTS", "--column", "M", "--range", 9.7, 9.0, *COUNT), "give the lower end first"),
        (
            ("run", "belle2_zprime_invisible_2018", "--data", "HISTOGRAM", "--inject", 3, 0.1),
            "data that are no pseudo-data of ours",
        ),
        (
            ("run", "belle2_zprime_invisible_2018", "--data", "HISTOGRAM", "--stage", "spectrum"),
            "bins of other edges than those of the search",
        ),
        (
            ("run", "belle_b0_dark_photons", "--data", "HISTOGRAM", "--stage", "spectrum"),
            "give selected events, or fill these bins",
        ),
        (("theory", "axion", "--mass", 3), "choose one of"),
        (("coverage", "counting", "--signal", "1UL", "--background", 1), "leave out the ul"),
    ],
    ids=lambda value: " ".join(map(str, value[:3])) if isinstance(value, tuple) else None,
)  # fmt: skip
def test_combinations(gloam, files, arguments, words):
    refused = gloam(*(files.get(each, each) for each in arguments))
    assert refused.code == 2, refused
    assert words.lower() in refused.err.lower()
    assert not refused.out


def test_blinded_data_of_counts_that_belong_together(gloam, files, tmp_path, monkeypatch):
    monkeypatch.setenv("GLOAM_BLIND", str(tmp_path / "registry.json"))
    assert gloam("blind", files["HISTOGRAM"], "--range", 9.2, 9.4).code == 0
    refused = gloam("run", "belle_b0_dark_photons", "--data", files["HISTOGRAM"], "--stage", "spectrum", "--blinded")
    assert refused.code == 2
    assert "windows that are hidden" in refused.err


def test_a_fraction_of_a_file_without_columns_of_numbers(gloam, tmp_path, monkeypatch):
    monkeypatch.setenv("GLOAM_BLIND", str(tmp_path / "registry.json"))
    path = tmp_path / "words.csv"
    path.write_text("name\none\ntwo\n")
    assert gloam("blind", path).code == 0
    refused = gloam("unblind", path, "--by", "A", "--reason", "B", "--fraction", 0.5)
    assert refused.code == 2
    assert "Open all of the file, or none of it" in refused.err
    assert json.loads((tmp_path / "registry.json").read_text())["blinded"][0]["openings"] == []
