"""Reconstructed events from files: what was written is read, what is damaged is refused."""

import awkward as ak
import numpy as np
import pytest
import uproot

from gloam.detector import BELLE2, read_reconstructed, simulate
from gloam.errors import InputError
from gloam.generation import generate, make_process


@pytest.fixture(scope="module")
def seen():
    return simulate(generate(make_process("3gamma"), 300, seed=1)[0], BELLE2, seed=1)


@pytest.fixture
def columns(seen):
    return dict(seen.columns())


def stored(tmp_path, columns):
    path = tmp_path / "mine.npz"
    np.savez(path, **columns)
    return path


@pytest.mark.parametrize("form", ["npz", "root", "csv"])
def test_what_was_written_is_read(seen, columns, tmp_path, form):
    path = tmp_path / f"mine.{form}"
    if form == "npz":
        np.savez(path, **columns)
    elif form == "root":
        with uproot.recreate(path) as file:
            file["events"] = columns
    else:
        table = np.column_stack(list(columns.values()))
        np.savetxt(path, table, delimiter=",", header=",".join(columns), comments="", fmt="%.17g")
    found = read_reconstructed(path, BELLE2)
    assert [particle.name for particle in found.particles] == ["gamma"] * 3
    np.testing.assert_array_equal(found.found, seen.found)
    np.testing.assert_array_equal(found.momenta, seen.momenta)
    np.testing.assert_allclose(found.laboratory, seen.laboratory, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(found.weights, seen.weights)


def test_without_flags_all_was_found(columns, tmp_path):
    kept = {
        name: values[(columns["found_1"] & columns["found_2"] & columns["found_3"]) == 1]
        for name, values in columns.items()
        if name.split("_")[0] in ("pdg", "E", "px", "py", "pz")
    }
    found = read_reconstructed(stored(tmp_path, kept), BELLE2)
    assert found.found.all()
    assert found.identified.all()
    assert (found.weights == 1).all()


def test_a_particle_that_was_not_found_may_have_any_momentum(columns, tmp_path):
    columns["E_1"] = np.where(columns["found_1"] == 1, columns["E_1"], 0.0)
    found = read_reconstructed(stored(tmp_path, columns), BELLE2)
    assert np.isnan(found.momenta[~found.found]).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pdg_1": None}, "no column 'pdg_1'"),
        ({"px_2": None}, "px_2"),
        ({"E_1": np.nan, "found_1": 1}, "not finite"),
        ({"E_1": -1.0, "px_1": 0.0, "py_1": 0.0, "pz_1": 0.0, "found_1": 1}, "energies below 0"),
        ({"found_1": 2}, "0 or 1"),
        ({"pdg_1": 111}, "PDG number 111"),
        ({"weight": np.inf}, "weights that are not finite"),
    ],
)
def test_damaged_events_are_refused(columns, tmp_path, change, words):
    for name, value in change.items():
        if value is None:
            del columns[name]
        else:
            columns[name] = np.full(300, value)
    with pytest.raises(InputError, match=words):
        read_reconstructed(stored(tmp_path, columns), BELLE2)


def test_particles_that_change_from_event_to_event_are_refused(columns, tmp_path):
    columns["pdg_1"] = np.where(np.arange(300) % 2, 11, 22)
    with pytest.raises(InputError, match="one kind in each column"):
        read_reconstructed(stored(tmp_path, columns), BELLE2)


def test_jagged_columns_are_refused(tmp_path):
    path = tmp_path / "jagged.root"
    with uproot.recreate(path) as file:
        flat = dict.fromkeys(("px_1", "py_1", "pz_1"), "f8")
        file.mktree("events", {"pdg_1": "int32", "E_1": "var * float64", **flat})
        file["events"].extend({
            "pdg_1": np.full(3, 22, np.int32), "E_1": ak.Array([[1.0], [], [2.0, 3.0]]),
            **{name: np.ones(3) for name in flat},
        })  # fmt: skip
    with pytest.raises(InputError, match="jagged"):
        read_reconstructed(path, BELLE2)
