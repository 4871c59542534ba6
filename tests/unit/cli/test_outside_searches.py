"""Searches that other packages bring, one of each kind: every command takes them as it takes ours."""

import shutil
import sys
from importlib.resources import as_file, files

import pytest

from gloam.searches.registry import GROUP

CHANGED = """
from gloam.searches import load_search

_OURS = load_search("{ours}")
_CHANNELS = tuple(each.model_copy(update={changes}) for each in _OURS.channels[:1])
SEARCH = _OURS.model_copy(update={{"name": "{name}", "title": "From outside", "channels": _CHANNELS}})
"""
ROOMS = {
    "outside_fits": ("belle2_single_photon", {"masses": (2.0, 3.0)}),
    "outside_energies": ("belle_zprime_mumu", {"masses": (0.5, 0.52)}),
    "outside_counts": ("belle2_zprime_invisible_2018", {"masses": ((1.0, 3.0),)}),
    "outside_decays": ("belle_b0_lambda_dark_baryon", {"masses": (1.0, 2.5, 3.9)}),
}
"""What is declared, from which of ours; the first three are packages, the last a module with its files beside it."""

DRAWN = ("outside_fits", "outside_decays")
"""Those whose page is made here, fits and counts; it takes seconds."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder of packages with entry points, as pip leaves it."""
    site = tmp_path_factory.mktemp("site")
    about = site / "outside-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    points = "\n".join(f"{name} = {name}_room:SEARCH" for name in ROOMS)
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{points}\n")
    for name, (ours, changes) in ROOMS.items():
        text = CHANGED.format(ours=ours, changes=changes, name=name)
        folder = site if name == "outside_decays" else site / f"{name}_room"
        folder.mkdir(exist_ok=True)
        (site / f"{name}_room.py" if folder == site else folder / "__init__.py").write_text(text)
        with as_file(files(f"gloam.searches.{ours}")) as room:
            for artefact in room.glob("prepared.*"):
                shutil.copy(artefact, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        yield site
    for name in ROOMS:
        sys.modules.pop(f"{name}_room", None)


@pytest.fixture(autouse=True)
def _outside(installed):
    return installed


def test_they_are_listed_beside_ours(gloam):
    names = {row["name"] for row in gloam("list", "--json").document}
    assert set(ROOMS) < names
    assert "cms_dimuon" in names


@pytest.mark.parametrize("name", ROOMS)
def test_every_command_takes_them(gloam, name):
    """Shown, run, projected, exported and reported."""
    shown = gloam("show", name, "--json")
    assert shown.code == 0, shown.err
    assert shown.document["name"] == name
    assert shown.document["simulated"]
    ran = gloam("run", name, "--seed", 1, "--out", "out", "--no-figures", "--json")
    assert ran.code == 0, ran.err
    run = ran.document
    assert run["search"] == name
    assert run["n_failed"] == run["limit"]["n_failed"] == 0
    more = 2 * run["data"]["luminosity_fb"]
    later = gloam("project", "out", "--luminosity", more, "--json")
    assert later.code == 0, later.err
    projected = later.document
    assert projected["search"] == name
    assert all(row["n_sig_ul_exp_0"] is not None for row in projected["limits"])
    assert projected["notes"]
    assert gloam("export", "out", "--to", "csv", "--out", "tables").code == 0
    if name in DRAWN:
        assert gloam("report", "out").code == 0


def test_a_missing_artefact_is_named(gloam, installed):
    """What `gloam prepare` writes has to be installed with the module."""
    moved = installed / "outside_counts_room" / "prepared.json"
    content = moved.read_bytes()
    moved.unlink()
    try:
        from gloam.workflow.prepared import _loaded

        _loaded.cache_clear()
        told = gloam("run", "outside_counts")
    finally:
        moved.write_bytes(content)
    assert told.code == 2
    assert "Run gloam prepare outside_counts" in told.err
