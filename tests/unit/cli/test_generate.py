"""`gloam generate`: events in a file, what is said of them, what is refused."""

import hashlib

import numpy as np
import pytest

from gloam.events import read_columns

KEYS = {
    "process", "events", "cross_section", "cross_section_error", "unweighting_efficiency", "overweight_fraction",
    "seed", "file", "sha256",
}  # fmt: skip


def test_events_are_written_and_described(gloam):
    done = gloam("generate", "mumu-zprime", "--mass", 3, "--events", 300, "--seed", 5, "--out", "z.npz", "--json")
    assert done.code == 0
    assert done.err == ""
    found = done.document
    assert set(found) >= KEYS
    assert (found["process"], found["events"], found["seed"], found["file"]) == ("mumu-zprime", 300, 5, "z.npz")
    assert abs(found["cross_section"] - 13710.9) < 4 * found["cross_section_error"]
    assert 0.2 < found["unweighting_efficiency"] < 0.5
    columns = read_columns("z.npz", ["E_1", "E_2", "E_3", "pdg_1", "pdg_2", "pdg_3", "status_3", "weight"])
    np.testing.assert_allclose(sum(columns[f"E_{n}"] for n in (1, 2, 3)), 10.58, atol=1e-9)
    assert {name: set(columns[name]) for name in ("pdg_1", "pdg_2", "pdg_3", "status_3")} == {
        "pdg_1": {13}, "pdg_2": {-13}, "pdg_3": {32}, "status_3": {1},
    }  # fmt: skip
    assert columns["weight"].sum() == pytest.approx(found["sum_of_weights"])


def test_the_hash_is_that_of_the_events_in_any_format(gloam):
    hashes = {}
    for name in ("a.npz", "a.root", "a.parquet"):
        for threads in (1, 2):
            done = gloam("generate", "gamma-alp", "--mass", 2, "--events", 3000, "--seed", 5, "--out", name,
                         "--threads", threads, "--json")  # fmt: skip
            hashes[name, threads] = done.document["sha256"]
    assert len(set(hashes.values())) == 1
    names = ["weight", *(f"{part}_{n}" for n in (1, 2, 3, 4) for part in ("E", "px", "py", "pz"))]
    columns = read_columns("a.root", names)
    digest = hashlib.sha256(np.array([22, 54, 22, 22], "<i4"))
    digest.update(np.stack([columns[name] for name in names], axis=1).astype("<f8"))
    assert digest.hexdigest() == hashes["a.npz", 1]
    other = gloam("generate", "gamma-alp", "--mass", 2, "--events", 3000, "--seed", 6, "--out", "a.npz", "--json")
    assert other.document["sha256"] != hashes["a.npz", 1]


def test_weighted_events_have_no_efficiency(gloam):
    found = gloam("generate", "4mu", "--events", 100, "--weighted", "--out", "w.npz", "--json").document
    assert found["unweighting_efficiency"] is None
    assert found["overweight_fraction"] is None
    assert any("weighted events" in note for note in found["notes"])
    assert len(set(read_columns("w.npz", ["weight"])["weight"])) == 100


def test_a_decay_has_no_cross_section_and_says_why(gloam):
    found = gloam("generate", "b-dark-photons", "--mass", 1, "--events", 10, "--out", "b.npz", "--json").document
    assert found["cross_section"] is None
    assert any("no cross section" in note for note in found["notes"])


def test_what_is_said_without_json(gloam):
    done = gloam("generate", "3gamma", "--min-energy", 0.5, "--min-angle", 20, "--events", 50, "--out", "g.npz")
    assert "3gamma: 50 unweighted events (gamma gamma gamma)" in done.out
    assert "written to g.npz" in done.out
    assert gloam("generate", "3gamma", "--events", 50, "--out", "g.npz", "--quiet").out == ""


def test_a_detector_measures_the_particles_that_it_sees(gloam):
    asked = ("generate", "mumu-zprime", "--mass", 3, "--events", 3000, "--seed", 5, "--out")
    true = gloam(*asked, "true.npz", "--json").document
    found = gloam(*asked, "seen.root", "--detector", "belle2", "--json").document
    assert (true["detector"], true["identified_fraction"]) == (None, None)
    assert (found["detector"], found["cross_section"]) == ("belle2", true["cross_section"])
    assert found["sha256"] != true["sha256"]
    with np.load("true.npz") as file:
        before = {name: file[name] for name in ("E_1", "E_2", "weight")}
    seen = read_columns(
        "seen.root", ["event", "weight", "found_1", "identified_1", "identified_2", "E_1", "true_2", "pdg_2"]
    )
    assert seen["event"].tolist() == list(range(3000))
    assert set(seen["true_2"]) == {2}
    assert set(seen["pdg_2"]) == {-13}
    here = seen["found_1"] == 1
    np.testing.assert_array_equal(np.isfinite(seen["E_1"]), here)
    assert 1e-3 < np.std(seen["E_1"][here] / before["E_1"][here]) < 1e-2
    both = (seen["identified_1"] == 1) & (seen["identified_2"] == 1)
    part = seen["weight"][both].sum() / before["weight"].sum()
    assert found["identified_fraction"] == pytest.approx(part, rel=1e-12)
    assert found["identified_fraction_error"] == pytest.approx(np.sqrt(part * (1 - part) / 3000), rel=0.01)
    said = gloam(*asked, "seen.npz", "--detector", "belle2").out
    assert f"belle2: all visible particles identified in {part:.2%}" in said


@pytest.mark.parametrize(("arguments", "message"), [
    (("mumu-zprime", "--events", 10, "--out", "a.npz"), "--mass of mumu-zprime: got nothing"),
    (("mumu-zprime", "--mass", 11, "--events", 10, "--out", "a.npz"), "above the threshold, 11.2113 GeV"),
    (("4mu", "--events", 0, "--out", "a.npz"), "events of 4mu: got 0"),
    (("4mu", "--events", -3, "--out", "a.npz"), "events of 4mu: got -3"),
    (("4mu", "--events", 10, "--out", "a.csv"), "allowed: .npz, .parquet or .root"),
    (("4mu", "--mass", 3, "--events", 10, "--out", "a.npz"), "--mass of 4mu: got 3"),
    (("4mu", "--detector", "cleo", "--events", 10, "--out", "a.npz"), "--detector"),
    (("tautau-scalar", "--mass", 2, "--detector", "belle2", "--events", 10, "--out", "a.npz"),
     "a tau- that does not decay"),
    (("4mu", "--events", 10), "--out"),
])  # fmt: skip
def test_what_is_refused(gloam, arguments, message):
    done = gloam("generate", *arguments)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_taus_decay_to_the_pair_that_is_asked_for(gloam):
    asked = ("generate", "tautau", "--tau-decay", "emu", "--events", 50, "--out", "t.npz")
    found = gloam(*asked, "--json").document
    assert found["process"] == "tautau(emu)"
    assert found["particles"] == ["tau-", "tau+", "e-", "anti-nu_e", "nu_tau", "mu+", "nu_mu", "anti-nu_tau"]
    assert found["unweighting_efficiency"] == 1
    assert any("branching fractions 0.1782 x 0.1739" in note for note in found["notes"])
    seen = gloam(*asked, "--detector", "belle2", "--json").document
    assert 0 < seen["identified_fraction"] < 1
    columns = read_columns("t.npz", ["pdg_1", "pdg_2"])
    assert (set(columns["pdg_1"]), set(columns["pdg_2"])) == ({11}, {-13})
    refused = gloam("generate", "tautau", "--decay", "mumu", "--events", 5, "--out", "t.npz")
    assert "Write --tau-decay mumu." in refused.err


def test_a_mixture_of_tau_decays_is_one_row_for_each_particle(gloam):
    asked = ("generate", "tautau", "--tau-decay", "leptons", "--isr", 2, "--events", 60, "--seed", 3, "--json", "--out")
    found = {name: gloam(*asked, name).document for name in ("t.npz", "t.root")}
    assert found["t.npz"]["process"] == "tautau(leptons)"
    assert found["t.npz"]["sha256"] == found["t.root"]["sha256"]
    assert found["t.npz"]["particles"] is None
    columns = read_columns("t.npz", ["event", "particles", "pdg"])
    assert set(columns["particles"]) == {9}
    assert set(columns["event"]) == set(range(60))
    assert {11, -11, 13, -13} <= set(columns["pdg"])
    refused = gloam(*asked, "t.npz", "--detector", "belle2")
    assert "--detector of tautau with a mixture of tau decays: got belle2" in refused.err
