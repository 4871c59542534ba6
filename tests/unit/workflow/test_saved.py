"""Runs that are read back: the same files again, and nothing fitted."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

import gloam.scans.fits
import gloam.statistics.limits
from gloam.errors import InputError
from gloam.models import Gaussian
from gloam.searches import Search, load_search
from gloam.sourced import assumed
from gloam.spectra import fill, to_uhi_json, uniform_axis
from gloam.statistics import Prior, ToyPlan
from gloam.systematic import Systematic
from gloam.workflow import load_run, run, write_run
from gloam.workflow.declared import named_files, request_hash
from gloam.workflow.scan_file import ScanRequest, scan_file

TRACKING = Systematic("tracking", assumed(0.1, 0, "", "for this test"), "signal")
RESOLUTION = Systematic("width", assumed(0.1, 0, "", "for this test"), "resolution")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Everything that options can name: events, tables, a template and simulated events."""
    folder = tmp_path_factory.mktemp("tables")
    random = np.random.default_rng(2)
    values = random.uniform(9.0, 9.7, 3000)
    np.savez(folder / "events.npz", M=values, w=random.uniform(0.5, 1.5, 3000), M2=9.3 + 0.02 * random.normal(size=200))
    (folder / "sigma.csv").write_text("mass,sigma\n9,0.02\n9.7,0.03\n")
    (folder / "efficiency.csv").write_text("mass,efficiency,error\n9,0.2,0.01\n9.7,0.3,0.02\n")
    (folder / "peak.json").write_text(
        to_uhi_json(fill(9.3 + 0.02 * random.normal(size=2000), uniform_axis(9.2, 9.4, bins=50)))
    )
    return folder


def request_of(tables, **more):
    settings = {"width": "0.02", "ends": (9.0, 9.7), "background": "polynomial:1", "column": "M"}
    settings |= {"step": (0.1, False), "window": (10.0, True)}
    return ScanRequest(str(tables / "events.npz"), **settings | more)


REQUESTS = {
    "plain": lambda _: {},
    "tables": lambda t: {
        "width": str(t / "sigma.csv"), "efficiency": str(t / "efficiency.csv"), "luminosity": 90.0,
        "branching_fraction": "0.5", "radiative_factor": "0.945", "vetoes": ((9.42, 9.48), (9.6, float("inf"))),
    },
    "systematics": lambda _: {"systematics": (TRACKING, RESOLUTION), "constraint": "gaussian", "luminosity": 3.0},
    "variants": lambda _: {"variants": "window:4sigma,order:1"},
    "variants without limits": lambda _: {"variants": "order:1", "limits": False},
    "fewer variants": lambda _: {"variants": "order:1", "background": "polynomial:0"},
    "Bayesian": lambda _: {"method": "bayes", "prior": Prior("logflat", (0.1, 1000.0))},
    "open prior": lambda _: {"method": "bayes", "prior": Prior("flat", (0.0, float("inf")))},
    "toys": lambda _: {"method": "cls-toys", "toys": ToyPlan(800, seed=3), "step": (0.3, False)},
    "weights": lambda _: {"weights": "w"},
    "template": lambda t: {"signal": f"template:{t / 'peak.json'},9.3"},
    "simulated events": lambda t: {"signal": f"kernel-density:{t / 'events.npz'},M2,9.3"},
}  # fmt: skip


@pytest.fixture
def never_fitted(monkeypatch):
    def fitted(*_):
        pytest.fail("something was fitted")

    monkeypatch.setattr(gloam.scans.fits, "_fit", fitted)
    monkeypatch.setattr(gloam.statistics.limits, "asymptotic_limits", fitted)


def files_of(directory):
    files = {path.name: path.read_bytes() for path in directory.iterdir()}
    provenance = json.loads(files.pop("provenance.json"))
    return files, {key: value for key, value in provenance.items() if key != "date"}


@pytest.mark.parametrize("options", REQUESTS.values(), ids=REQUESTS)
def test_a_scan_of_a_file_is_read_back_and_written_again_byte_for_byte(tables, options, tmp_path, request):
    first, again = tmp_path / "first", tmp_path / "again"
    write_run(scan_file(request_of(tables, **options(tables))), first, figures=False, seed=5)
    request.getfixturevalue("never_fitted")
    write_run(load_run(first), again, figures=False)
    assert files_of(again) == files_of(first)


def test_nothing_but_the_directory_is_needed(tables, tmp_path):
    copy = shutil.copytree(tables, tmp_path / "tables")
    scanned = scan_file(request_of(copy, **REQUESTS["tables"](copy)))
    write_run(scanned, tmp_path / "run", figures=False)
    shutil.rmtree(copy)
    back = load_run(tmp_path / "run")
    np.testing.assert_array_equal(back.channels[0].limits.observed, scanned.channels[0].limits.observed)
    np.testing.assert_array_equal(back.channels[0].cross_section.observed, scanned.channels[0].cross_section.observed)


@pytest.mark.usefixtures("never_fitted")
def test_a_search_is_read_back_and_written_again_byte_for_byte(folder, dimuon, tmp_path):
    back = load_run(folder)
    write_run(back, tmp_path, figures=False)
    assert files_of(tmp_path) == files_of(folder)
    assert back.seed == 11
    assert back.published == json.loads(json.dumps(dimuon.published))
    for read, made in zip(back.channels, dimuon.channels, strict=True):
        assert isinstance(read.result.setup.signal, Gaussian)
        np.testing.assert_array_equal(read.result.z_local, made.result.z_local)


def test_figures_and_page_are_those_of_the_first_run(dimuon, tmp_path):
    one = dataclasses.replace(dimuon, channels=dimuon.channels[-1:])
    write_run(one, tmp_path / "first", seed=1)
    write_run(load_run(tmp_path / "first"), tmp_path / "again")
    first, again = ({path.name for path in (tmp_path / name / "figures").iterdir()} for name in ("first", "again"))
    assert first == again
    for name in first:
        if name.endswith(".png"):
            drawn = [(tmp_path / each / "figures" / name).read_bytes() for each in ("first", "again")]
            assert drawn[0] == drawn[1], name


def test_users_data_of_a_search_are_read_back(dimuon, tmp_path):
    spectrum = dimuon.channels[-1].result.scan.spectrum
    (tmp_path / "data.json").write_text(to_uhi_json(spectrum))
    write_run(run("cms_dimuon", tmp_path / "data.json", stage="spectrum"), tmp_path / "first", figures=False)
    back = load_run(tmp_path / "first")
    assert [channel.name for channel in back.channels] == ["upsilon1s"]
    assert back.origin.kind == "user"
    write_run(back, tmp_path / "again", figures=False)
    assert files_of(tmp_path / "again") == files_of(tmp_path / "first")


def test_a_search_with_systematics_that_is_not_installed_is_given(tmp_path):
    declared = load_search("cms_dimuon").model_dump()
    declared |= {"systematics": (TRACKING,), "channels": declared["channels"][-1:]}
    search = Search.model_validate(declared)
    write_run(run(search), tmp_path / "first", figures=False)
    write_run(load_run(tmp_path / "first", search), tmp_path / "again", figures=False)
    assert files_of(tmp_path / "again") == files_of(tmp_path / "first")
    assert (tmp_path / "again" / "nuisances.csv").is_file()
    with pytest.raises(InputError, match=r"another declaration of cms_dimuon than the present one.*Run it again"):
        load_run(tmp_path / "first")


@pytest.mark.parametrize("gone", ["summary.json", "fits.npz", "declaration.json"])
def test_a_directory_that_is_no_run_is_refused(folder, tmp_path, gone):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / gone).unlink()
    with pytest.raises(InputError, match=f"got no {gone}"):
        load_run(copy)


@pytest.mark.parametrize(("name", "content"), [("fits.npz", b"nothing"), ("declaration.json", b"{")])
def test_damaged_files_are_refused(folder, tmp_path, name, content):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).write_bytes(content)
    with pytest.raises(InputError, match="a damaged file"):
        load_run(copy)


def test_a_run_without_a_declaration_leaves_none(dimuon, tmp_path):
    write_run(dimuon, tmp_path, figures=False)
    write_run(dataclasses.replace(dimuon, declaration=None), tmp_path, figures=False)
    with pytest.raises(InputError, match=r"got no declaration\.json"):
        load_run(tmp_path)


def test_missing_arrays_are_named(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    with np.load(copy / "fits.npz") as stored:
        np.savez(copy / "fits.npz", **{name: stored[name] for name in stored.files if name != "phi.q0"})
    with pytest.raises(InputError, match=r"no array 'phi\.q0' in fits\.npz"):
        load_run(copy)


def test_a_file_that_was_too_large_to_keep_must_be_the_same(tables, tmp_path, monkeypatch):
    monkeypatch.setattr("gloam.workflow.declared.MOST_KEPT", 10)
    copy = shutil.copytree(tables, tmp_path / "tables")
    write_run(scan_file(request_of(copy, width=str(copy / "sigma.csv"))), tmp_path / "run", figures=False)
    load_run(tmp_path / "run")
    (copy / "sigma.csv").write_text("mass,sigma\n9,0.02\n9.7,0.04\n")
    with pytest.raises(InputError, match="another file now"):
        load_run(tmp_path / "run")
    (copy / "sigma.csv").unlink()
    with pytest.raises(InputError, match="no longer there"):
        load_run(tmp_path / "run")


def test_the_hash_of_a_request_is_that_of_contents_not_of_places(tables, tmp_path):
    copy = shutil.copytree(tables, tmp_path / "tables")
    for options in (REQUESTS["tables"], REQUESTS["template"]):
        here, there = request_of(tables, **options(tables)), request_of(copy, **options(copy))
        assert request_hash(here) == request_hash(there)
    assert named_files(there) == {"signal": str(copy / "peak.json")}
    table = request_of(copy, width=str(copy / "sigma.csv"))
    before = request_hash(table)
    (copy / "sigma.csv").write_text("mass,sigma\n9,0.02\n9.7,0.04\n")
    assert request_hash(table) != before
