"""Files are whole or not there, and read back as what was written."""

import csv
import json
import os
from types import MappingProxyType

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.store import SCHEMA_VERSION, write_arrays, write_atomically, write_json, write_table


def interrupted(stream):
    stream.write(b"half of it")
    raise KeyboardInterrupt


class TestAtomically:
    def test_makes_folders_and_replaces(self, tmp_path):
        path = tmp_path / "a" / "b" / "file"
        for content in (b"first, the longer one", b"second"):
            assert write_atomically(path, lambda stream, content=content: stream.write(content)) == path
            assert path.read_bytes() == content
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("before", [None, b"old"])
    def test_a_writer_that_stops_leaves_what_was_there(self, tmp_path, before):
        path = tmp_path / "file"
        if before is not None:
            path.write_bytes(before)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, interrupted)
        assert [entry.read_bytes() for entry in tmp_path.iterdir()] == ([] if before is None else [before])

    def test_a_place_that_cannot_be_written_is_refused(self, tmp_path):
        (tmp_path / "file").write_text("not a folder")
        with pytest.raises(InputError, match=r"write scan.csv: got .*; allowed: .*file/run.* --out") as fault:
            write_atomically(tmp_path / "file" / "run" / "scan.csv", lambda stream: stream.write(b""))
        assert fault.value.exit_code == 2

    @pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
    @pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
    def test_the_mode_is_that_of_any_new_file(self, tmp_path, mask, mode):
        old = os.umask(mask)
        try:
            path = write_atomically(tmp_path / "file", lambda stream: stream.write(b"x"))
            assert os.umask(mask) == mask
        finally:
            os.umask(old)
        assert path.stat().st_mode & 0o777 == mode


class TestJson:
    def test_the_schema_version_comes_first(self, tmp_path):
        path = write_json(tmp_path / "x.json", {"b": 1, "a": 2})
        assert list(json.loads(path.read_text())) == ["schema_version", "b", "a"]
        assert json.loads(path.read_text())["schema_version"] == SCHEMA_VERSION
        assert path.read_bytes().endswith(b"}\n")

    def test_what_is_not_finite_is_null(self, tmp_path):
        document = {
            "nan": np.nan, "inf": [np.inf, -np.inf, 1.5], "array": np.array([[1, np.nan]]), "int": np.int64(3),
            "float": np.float32(0.5), "deep": MappingProxyType({"x": (np.nan, "text", None, True)}),
            "flag": np.array([True]),
        }  # fmt: skip
        back = json.loads(write_json(tmp_path / "x.json", document).read_text())
        del back["schema_version"]
        assert back == {
            "nan": None, "inf": [None, None, 1.5], "array": [[1.0, None]], "int": 3, "float": 0.5,
            "deep": {"x": [None, "text", None, True]}, "flag": [True],
        }  # fmt: skip

    def test_floats_survive(self, tmp_path):
        values = np.random.default_rng(1).normal(size=50) * 10.0 ** np.arange(-150, 150, 6)
        back = json.loads(write_json(tmp_path / "x.json", {"values": values}).read_text())["values"]
        np.testing.assert_array_equal(back, values)


class TestTable:
    def test_every_reader_takes_it(self, tmp_path):
        columns = {"channel": "low", "mass": [1.0, 2.0, 1 / 3], "n": np.array([1, 2, 3]), "level": 0.9}
        path = write_table(tmp_path / "x.csv", columns)
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert list(rows[0]) == list(columns)
        assert [row["channel"] for row in rows] == ["low"] * 3
        assert [row["mass"] for row in rows] == ["1", "2", "0.3333333333"]
        assert [row["n"] for row in rows] == ["1", "2", "3"]
        assert [row["level"] for row in rows] == ["0.9"] * 3
        assert path.read_text().splitlines()[0] == "channel,mass,n,level"

    def test_what_is_not_finite_is_left_empty(self, tmp_path):
        path = write_table(tmp_path / "x.csv", {"a": [np.nan, np.inf, -np.inf, 1.0], "b": np.nan})
        assert path.read_text().splitlines() == ["a,b", ",", ",", ",", "1,"]

    def test_ten_digits(self, tmp_path):
        values = np.random.default_rng(2).lognormal(0, 20, 100)
        path = write_table(tmp_path / "x.csv", {"a": values})
        np.testing.assert_allclose(np.loadtxt(path, skiprows=1), values, rtol=6e-10)

    def test_no_rows_and_only_scalars(self, tmp_path):
        assert write_table(tmp_path / "x.csv", {"a": np.empty(0), "b": 1.0}).read_text() == "a,b\n"
        assert write_table(tmp_path / "x.csv", {"a": 2, "b": "x"}).read_text() == "a,b\n2,x\n"

    def test_columns_of_different_lengths_are_a_fault(self, tmp_path):
        with pytest.raises(ValueError, match="broadcast"):
            write_table(tmp_path / "x.csv", {"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]})
        assert not list(tmp_path.iterdir())


def test_arrays_need_no_pickle(tmp_path):
    arrays = {"x": np.arange(6.0).reshape(2, 3), "names": np.array(["a", "bc"]), "n": 3}
    with np.load(write_arrays(tmp_path / "x.npz", arrays), allow_pickle=False) as stored:
        assert set(stored.files) == {"schema_version", *arrays}
        assert stored["schema_version"] == SCHEMA_VERSION
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], array)
