"""`gloam train punzi` and `gloam evaluate`: from events to a network in a file and what it is worth."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from gloam.selection.network_files import read_network_selection

KEYS = {
    "method", "soft_loss", "hard_loss", "single_cut", "ratio_to_per_mass_bce", "worst_mass", "seconds", "starts",
    "seed", "file",
}  # fmt: skip
QUICK = ("--toy-size", 0.03, "--starts", 1, "--pretraining", 20, "--epochs", 10, "--hidden", "4", "--seed", 2)


@pytest.fixture
def table(tmp_path):
    """A file of two masses, one feature that tells signal from background and one that does not."""
    random = np.random.default_rng(1)
    mass = np.repeat([2.0, 3.0], 400)
    columns = {
        "process": np.repeat(["signal", "background"], [800, 4000]),
        "label": np.repeat([1, 0], [800, 4000]),
        "mass_generated": np.concatenate([mass, np.full(4000, -999.0)]),
        "weight": np.repeat([1.0, 0.5], [800, 4000]),
        "recoil_mass2": np.concatenate([mass**2 + random.normal(0, 0.2, 800), random.uniform(2, 11, 4000)]),
        "telling": np.concatenate([random.normal(2, 1, 800), random.normal(0, 1, 4000)]),
        "noise": random.normal(size=4800),
    }
    np.savez(tmp_path / "table.npz", **columns)
    return tmp_path / "table.npz"


def test_a_network_is_trained_on_the_toy_drawn_and_evaluated(gloam, tmp_path):
    done = gloam("train", "punzi", "--events", "toy", *QUICK, "--out", tmp_path / "net.json", "--json")
    assert done.code == 0
    assert done.err == ""
    found = done.document
    assert set(found) >= KEYS
    assert set(found["single_cut"]) == {"value", "mean_sigma_min", "geometric_sigma_min", "interval"}
    assert set(found["worst_mass"]) == {"mass", "ratio", "interval"}
    assert (found["method"], found["seed"], found["starts"]) == ("punzi", 2, 1)
    assert any("toy" in note for note in found["notes"])
    low, high = found["ratio_interval"]  # null above: in some resampled samples no signal is left at a mass
    assert low <= found["ratio_to_per_mass_bce"]
    assert high is None or high >= found["ratio_to_per_mass_bce"]
    drawn = sorted(path.name for path in (tmp_path / "net_figures").iterdir())
    stems = ("boundary", "figure_of_merit", "importance", "losses", "outputs", "overtraining")
    assert drawn == [f"{stem}.{kind}" for stem in stems for kind in ("pdf", "png")]
    again = gloam(
        "evaluate", tmp_path / "net.json", "--events", "toy", "--toy-size", 0.03, "--seed", 2, "--json"
    ).document
    for key in ("soft_loss", "hard_loss"):
        assert again[key] == pytest.approx(found[key])
    for key in ("single_cut", "smooth_cut"):
        for name in ("value", "geometric_sigma_min", "mean_sigma_min", "interval"):
            assert again[key][name] == pytest.approx(found[key][name])


def test_a_file_of_events_gives_a_network_in_onnx(gloam, table, tmp_path):
    done = gloam(
        "train", "punzi", "--events", table, "--luminosity", 80, "--generated", 1000, "--method", "limit",
        "--background-error", 0.1, "--hidden", "3", "--starts", 1, "--epochs", 10, "--pretraining", 20, "--no-baseline",
        "--no-figures", "--out", tmp_path / "net.onnx", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = done.document
    assert found["quantity"].startswith("expected upper limit")
    assert found["ratio_to_per_mass_bce"] is None
    assert found["worst_mass"] is None
    assert any("no baseline" in note for note in found["notes"])
    assert found["importance"]["telling"] > 1.2
    assert found["importance"]["noise"] < found["importance"]["telling"]
    assert read_network_selection(tmp_path / "net.onnx").networks[0].inputs == ("telling", "noise")
    evaluate = ("evaluate", tmp_path / "net.onnx", "--events", table, "--luminosity", 80, "--generated", 1000)
    done = gloam(*evaluate)
    assert done.code == 0
    assert "interval at 95 % from resampled events" in done.out
    assert re.search(r"cut that is smooth in mass [\d.]+ \[[\d.]+, [\d.]+\]", done.out), done.out
    for key in ("single_cut", "smooth_cut"):
        cut = gloam(*evaluate, "--json").document[key]
        assert cut["interval"][0] < cut["geometric_sigma_min"] < cut["interval"][1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (("--events", "absent.npz"), "absent.npz"),
        (("--generated", 10), "--generated N"),
        (("--hidden", "8;4"), "write 8,4|Write 8,4"),
        (("--features", "telling,absent"), "no absent"),
        (("--out", "net.pt"), r"\.json or \.onnx"),
        (("--ranges", 3), "1 to 2"),
        (("--power", -1), "power"),
        (("--level", 1.5), "level"),
    ],
)
def test_what_cannot_be_trained_is_said_in_one_message(gloam, table, changes, said):
    options = {"--events": table, "--generated": 1000, "--out": "net.json"}
    options |= dict(zip(changes[::2], changes[1::2], strict=True))
    done = gloam("train", "punzi", *(part for option in options.items() for part in option))
    assert done.code == 2
    assert "Traceback" not in done.err
    assert re.search(said, done.err), done.err


def test_a_file_without_its_columns_is_refused(gloam, tmp_path):
    (tmp_path / "table.csv").write_text("label,weight,recoil_mass2,x\n1,1,4,1\n")
    done = gloam("train", "punzi", "--events", tmp_path / "table.csv", "--out", "net.json")
    assert done.code == 2
    assert "no mass_generated" in done.err


def test_evaluation_needs_no_jax(gloam, table, tmp_path):
    gloam(
        "train", "punzi", "--events", table, "--generated", 1000, "--hidden", "3", "--starts", 1, "--epochs", 2,
        "--pretraining", 5, "--ranges", 2, "--no-baseline", "--no-figures", "--out", tmp_path / "net.json",
    )  # fmt: skip
    code = (
        "import sys; sys.modules['jax'] = sys.modules['onnx'] = None\n"
        "from gloam.cli import main\n"
        f"main(['evaluate', {str(tmp_path / 'net.json')!r}, '--events', {str(table)!r}, '--generated', '1000', "
        "'--json'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["single_cut"]["geometric_sigma_min"] > 0
