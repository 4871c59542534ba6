"""A small preparation agrees with the artefact that the search carries, and damage to an artefact is noticed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.searches import load_search
from gloam.workflow import prepared as artefact
from gloam.workflow.prepare import events_to_simulate, prepare, prepare_search
from gloam.workflow.prepared import prepared, prepared_cut_flows, write_prepared

SEARCH = load_search("belle2_alp_3gamma")
MASSES = {"pairs_above_1000": (1.0, 3.0), "pairs_above_650": (4.5, 6.0), "recoils_above_650": (8.0, 9.2)}
FEWER = SEARCH.preparation.model_copy(
    update={
        "spectra": tuple(
            spectrum.model_copy(update={"masses": MASSES[spectrum.name]}) for spectrum in SEARCH.preparation.spectra
        )
    }
)


@pytest.fixture(scope="module")
def small():
    """Two masses of each spectrum with a fiftieth of the events, other random numbers than those of the artefact."""
    return prepare(FEWER, scale=0.02, seed=77)


@pytest.fixture
def shipped():
    return prepared(SEARCH)


def chosen(shipped, name):
    """The rows of the artefact with the masses of the small preparation."""
    return np.searchsorted(shipped[name].mass, MASSES[name])


@pytest.mark.parametrize("name", MASSES)
def test_peaks_and_efficiencies_agree(small, shipped, name):
    rows, new, old = chosen(shipped, name), small.scans[name], shipped[name]
    np.testing.assert_array_equal(old.mass[rows], new.mass)
    for number, parameter in enumerate(("mean", "sigma", "alpha")):
        difference = getattr(new, parameter) - getattr(old, parameter)[rows]
        assert (np.abs(difference) < 4.5 * np.hypot(new.errors[:, number], old.errors[rows, number])).all()
    error = np.hypot(new.efficiency_error, old.efficiency_error[rows])
    assert (np.abs(new.efficiency - old.efficiency[rows]) < 4 * error).all()
    assert (new.errors[:, 1] > old.errors[rows, 1]).all()


@pytest.mark.parametrize("name", MASSES)
def test_wrong_pairs_and_backgrounds_agree(small, shipped, name):
    rows, new, old = chosen(shipped, name), small.scans[name], shipped[name]
    x = np.quantile(old.edges, [0.2, 0.4, 0.6, 0.8])
    for row, below in zip(rows, new.wrong_below, strict=True):
        found, known = np.interp(x, new.edges, below), np.interp(x, old.edges, old.wrong_below[row])
        np.testing.assert_allclose(found, known, atol=0.06)
    low, high = x[:-1], x[1:]
    first, second = new.template(0.445), old.template(0.445)
    (found, variance), (known, smaller) = first.in_windows(low, high), second.in_windows(low, high)
    assert (np.abs(found - known) < 4 * np.sqrt(3 * (variance + smaller))).all()  # three pairs of an event go together
    assert (first.effective_events(low, high) < second.effective_events(low, high)).all()


@pytest.mark.validation
def test_the_resolution_of_the_recoil_mass_is_that_of_the_photon_energy(shipped):
    """sigma(M^2) = 2 sqrt(s) sigma(E), 2 % of a photon above 1 GeV; angles and the boost add a little."""
    scan = shipped["recoils_above_650"]
    energy = (10.58**2 - scan.mass**2) / (2 * 10.58)
    closed_form = 2 * 10.58 * 0.02 * energy
    above = energy > 1.6  # of every direction above 1 GeV in the laboratory
    np.testing.assert_allclose(scan.sigma[above], closed_form[above], rtol=0.05)


def test_every_window_has_simulation_behind_it(shipped):
    for scan in shipped.values():
        x = scan.mass[1:-1] ** 2
        sigma = scan.sigma[1:-1]
        assert scan.template(1.0).effective_events(x - 2 * sigma, x + 2 * sigma).min() > 1000
        assert (scan.efficiency_error < 0.005 * scan.efficiency).all()


def test_cut_flows_end_at_the_efficiency_and_at_the_background(shipped):
    flows = prepared_cut_flows(SEARCH)
    for name, scan in shipped.items():
        signal, background = flows[name][f"gamma-alp {scan.mass[0]:g} GeV"], flows[name]["3gamma"]
        assert signal["cuts"][-1]["total_efficiency"] == pytest.approx(scan.efficiency[0], rel=1e-6)
        # three pairs of each event, of which some lie outside the axis
        assert 0.5 < scan.expected.sum() / (3 * background["cuts"][-1]["weight"]) <= 1.0
        assert background["cuts"][-1]["cut"].startswith("least_energy")


def test_the_artefact_is_small():
    folder = Path(artefact.__file__).parents[1] / "searches" / SEARCH.name
    assert (folder / "prepared.npz").stat().st_size < 1_000_000


def test_the_same_seed_gives_the_same_artefact(tmp_path):
    one = FEWER.model_copy(update={"spectra": FEWER.spectra[2:]})
    hashes = [
        write_prepared(one, made.scans, made.flows, tmp_path, seed=5)["sha256"]
        for made in (prepare(one, scale=0.001, seed=5, threads=threads) for threads in (1, 2))
    ]
    assert hashes[0] == hashes[1]


def test_what_prepare_says(tmp_path):
    search = SEARCH.model_copy(update={"preparation": FEWER.model_copy(update={"spectra": FEWER.spectra[1:2]})})
    done = []
    found = prepare_search(search, tmp_path, scale=0.001, seed=5, progress=done.append)
    assert sum(done) == found["events"] == events_to_simulate(search, 0.001) == 2 * 2000 + 20_000
    assert found["spectra"]["pairs_above_650"]["masses"] == 2
    assert found["spectra"]["pairs_above_650"]["enough"]
    assert {path.name for path in tmp_path.iterdir()} == {"prepared.npz", "prepared.json"}


def test_a_search_without_a_preparation_is_refused(tmp_path):
    with pytest.raises(InputError, match="nothing that it takes from simulation"):
        prepare_search(load_search("cms_dimuon"), tmp_path)
    assert prepared(load_search("cms_dimuon")) == {}


class TestDamage:
    """An artefact that is not what the declaration says is refused."""

    @pytest.fixture
    def room(self, tmp_path, monkeypatch):
        folder = tmp_path / "room"
        shutil.copytree(Path(artefact.__file__).parents[1] / "searches" / SEARCH.name, folder)
        monkeypatch.setattr("gloam.searches.registry.room_folder", lambda _: folder)
        artefact._loaded.cache_clear()
        yield folder
        artefact._loaded.cache_clear()

    @pytest.mark.usefixtures("room")
    def test_whole(self):
        assert set(prepared(SEARCH)) == set(MASSES)

    def test_missing(self, room):
        (room / "prepared.npz").unlink()
        with pytest.raises(InputError, match="Run gloam prepare belle2_alp_3gamma"):
            prepared(SEARCH)

    def test_changed(self, room):
        with np.load(room / "prepared.npz") as stored:
            arrays = {name: stored[name] for name in stored.files}
        arrays["pairs_above_650.sigma"] = 1.01 * arrays["pairs_above_650.sigma"]
        np.savez(room / "prepared.npz", **arrays)
        with pytest.raises(InputError, match="its hash does not match"):
            prepared(SEARCH)

    @pytest.mark.usefixtures("room")
    def test_another_declaration(self):
        with pytest.raises(InputError, match="made from another declaration"):
            prepared(SEARCH.model_copy(update={"preparation": FEWER}))
