"""Content hashes: equal content has one name, other content another."""

import dataclasses
import hashlib
import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from gloam.models import Gaussian
from gloam.scans import Grid
from gloam.store import content_hash, file_hash


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclasses.dataclass(frozen=True)
class Other:
    x: float
    y: float


SAME = [
    ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}),
    ([1, 2.5], (1, 2.5)),
    (np.float64(0.1), 0.1),
    (np.int32(3), 3),
    (np.arange(3.0), np.arange(6.0)[::2] / 2),
    (np.ones((2, 3)), np.asfortranarray(np.ones((2, 3)))),
    (Path("a") / "b", Path("a/b")),
    (Point(1.0, 2.0), Point(1.0, 2.0)),
    (math.nan, -math.nan),
]

DIFFERENT = [
    0.1, math.nextafter(0.1, 1), 1, 1.0, True, "1", None, -0.0, 0.0, math.inf, [], {}, [1], [[1]], {"a": 1}, {"b": 1},
    np.arange(3), np.arange(3.0), np.arange(3, dtype=np.int32), np.arange(3).reshape(3, 1), [0, 1, 2],
    Point(1.0, 2.0), Point(2.0, 1.0), Other(1.0, 2.0), Gaussian(0.01), Gaussian(0.02),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_content(one, other):
    assert content_hash(one) == content_hash(other)


def test_other_content():
    for one, other in itertools.combinations(DIFFERENT, 2):
        assert content_hash(one) != content_hash(other), (one, other)


def test_the_hash_is_frozen():
    """A changed hash makes every cached artefact unknown: change it on purpose only."""
    recipe = {"step": "fits", "seed": 7, "range": (0.65, 0.9), "edges": np.arange(4.0), "shape": Gaussian(0.0112)}
    assert content_hash(recipe) == "5537914233f1431985000ab757cc419d9a6f64bfd16471b62aefc6295c12e499"


@pytest.mark.parametrize("content", [{1, 2}, object(), 1j, lambda x: x, [object()], {"a": Gaussian}, b"bytes"])
def test_what_has_no_content_hash_is_refused(content):
    with pytest.raises(TypeError, match="no content hash for"):
        content_hash(content)


def test_arrays_of_objects_are_refused():
    """Their bytes are memory addresses."""
    with pytest.raises(TypeError, match="no content hash for"):
        content_hash(np.array([None, "a"], dtype=object))


def test_a_grid_of_read_only_arrays_has_a_hash():
    assert content_hash(Grid.of([1.0, 2.0])) != content_hash(Grid.of([1.0, 2.5]))


def test_the_hash_of_a_file_is_its_sha256(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert file_hash(tmp_path / "file") == hashlib.sha256(content).hexdigest()
