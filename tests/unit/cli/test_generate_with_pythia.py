"""`gloam generate` with Pythia: files, cross sections, what is refused."""

import sys

import numpy as np
import pytest

from gloam.events import read_columns


def test_the_cross_section_is_the_cited_one(gloam):
    pytest.importorskip("pythia8mc")
    found = gloam("generate", "tautau", "--generator", "pythia", "--events", 600, "--out", "t.npz", "--json").document
    assert found["cross_section"] == 919_000
    assert found["cross_section_error"] is None
    assert any("replaced by the cited" in note for note in found["notes"])
    away = gloam("generate", "mumu", "--sqrt-s", 9.0, "--events", 600, "--out", "m.npz", "--json").document
    assert away["cross_section"] > 1.1e6
    assert away["cross_section_error"] > 0
    assert any("Pythia's own" in note for note in away["notes"])


def test_events_in_a_file(gloam):
    pytest.importorskip("pythia8mc")
    found = {name: gloam("generate", "bbbar", "--events", 60, "--seed", 7, "--out", name, "--json").document
             for name in ("b.npz", "b.root", "b.parquet")}  # fmt: skip
    assert len({document["sha256"] for document in found.values()}) == 1
    assert found["b.npz"]["particles"] is None
    columns = read_columns("b.root", ["event", "particles", "pdg"])
    counts = np.bincount(columns["event"].astype(int))
    assert counts.size == 60
    np.testing.assert_array_equal(np.repeat(counts, counts), columns["particles"])
    done = gloam("generate", "bbbar", "--events", 60, "--seed", 7, "--out", "b.npz")
    assert "bbbar: 60 unweighted events (each with its own particles)" in done.out


@pytest.mark.parametrize(("arguments", "message"), [
    (("qqbar", "--isr", 2), "--isr of qqbar from Pythia: got 2.0; allowed: no such choice. Leave out --isr."),
    (("qqbar", "--weighted"), "--weighted of qqbar from Pythia: got True"),
    (("bbbar", "--detector", "belle2"), "--detector of bbbar from Pythia: got belle2"),
    (("4mu", "--generator", "pythia"), "allowed: qqbar, bbbar, tautau or mumu"),
    (("bbbar", "--sqrt-s", 11), "energies at the Y(4S)"),
    (("qqbar", "--sqrt-s", 1), "got sqrt(s) = 1 GeV; allowed: 2 to 200 GeV"),
])  # fmt: skip
def test_what_is_refused(gloam, arguments, message):
    done = gloam("generate", *arguments, "--events", 10, "--out", "x.npz")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_without_the_extra_it_says_how_to_install_it(gloam, monkeypatch):
    monkeypatch.setitem(sys.modules, "pythia8mc", None)
    done = gloam("generate", "qqbar", "--events", 10, "--out", "q.npz")
    assert done.code == 2
    assert 'Install it with: pip install "gloam[generators]".' in done.err
