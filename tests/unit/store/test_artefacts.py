"""The cache: what was stored is found, what is damaged is made again."""

import sys
from pathlib import Path

import numpy as np
import pytest

from gloam.store import Artefacts, cache_directory

RECIPE = {"step": "fits", "seed": 1}


@pytest.fixture
def artefacts(tmp_path) -> Artefacts:
    return Artefacts(tmp_path / "cache")


def test_what_was_stored_is_found(artefacts):
    arrays = {"yield": np.array([3.0, np.nan]), "names": np.array(["a"])}
    path = artefacts.store(RECIPE, arrays)
    assert path == artefacts.path(RECIPE)
    found = artefacts.find(dict(reversed(RECIPE.items())))
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


def test_another_recipe_finds_nothing(artefacts):
    assert artefacts.find(RECIPE) is None
    artefacts.store(RECIPE, {"x": 1})
    assert artefacts.find(RECIPE | {"seed": 2}) is None
    assert artefacts.find(RECIPE | {"seed": 1.0}) is None


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "bit", "method", "folder"])
def test_a_damaged_artefact_is_as_none(artefacts, damage):
    path = artefacts.store(RECIPE, {"x": np.arange(100.0)})
    content = bytearray(path.read_bytes())
    match damage:
        case "empty":
            content = b""
        case "cut":
            content = content[: len(content) // 2]
        case "noise":
            content = np.random.default_rng(1).bytes(500)
        case "bit":
            content[len(content) // 2] ^= 1
        case "method":  # of compression, in the directory at the end of the archive
            content[content.rindex(b"PK\x01\x02") + 10] = 99
    path.unlink()
    path.mkdir() if damage == "folder" else path.write_bytes(content)
    assert artefacts.find(RECIPE) is None


def test_objects_are_not_unpickled(artefacts):
    path = artefacts.path(RECIPE)
    path.parent.mkdir()
    np.savez(path, x=np.array([None], dtype=object))
    assert artefacts.find(RECIPE) is None


def test_clearing_says_how_many(artefacts):
    assert artefacts.clear() == 0
    for seed in range(3):
        artefacts.store({"seed": seed}, {"x": seed})
    assert artefacts.clear() == 3
    assert artefacts.find({"seed": 0}) is None


class TestDirectory:
    def test_gloam_cache_is_first(self, monkeypatch):
        monkeypatch.setenv("GLOAM_CACHE", "~/somewhere")
        monkeypatch.setenv("XDG_CACHE_HOME", "elsewhere")
        assert cache_directory() == Path.home() / "somewhere"

    @pytest.mark.skipif(sys.platform == "darwin", reason="macOS has a place of its own")
    def test_then_the_users_cache(self, monkeypatch, tmp_path):
        monkeypatch.setenv("GLOAM_CACHE", "")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert cache_directory() == tmp_path / "gloam"
        monkeypatch.delenv("XDG_CACHE_HOME")
        assert cache_directory() == Path.home() / ".cache" / "gloam"

    def test_macos(self, monkeypatch):
        monkeypatch.delenv("GLOAM_CACHE", raising=False)
        monkeypatch.setattr(sys, "platform", "darwin")
        assert cache_directory() == Path.home() / "Library" / "Caches" / "gloam"
