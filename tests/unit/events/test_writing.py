"""Files of events: the same columns back from every format, in batches, whole or not at all."""

import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events import FORMATS, column_names, read_columns, write_columns

BATCHES = [
    {"mass": np.array([3.1, 9.46]), "run": np.array([1, 2], np.int32)},
    {"mass": np.array([]), "run": np.array([], np.int32)},
    {"mass": np.array([np.nan, -1.0, 1e-300]), "run": np.array([3, 4, -5], np.int32)},
]


def about_of(path):
    match path.suffix:
        case ".npz":
            return json.loads(str(np.load(path, allow_pickle=False)["about"]))
        case ".root":
            import uproot

            with uproot.open(path) as file:
                return json.loads(str(file["about"]))
    from pyarrow import parquet

    return json.loads(parquet.ParquetFile(path).metadata.metadata[b"about"])


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_read_back(tmp_path, suffix):
    path = write_columns(tmp_path / f"events{suffix}", iter(BATCHES), lambda: {"process": "4mu"})
    found = read_columns(path, ["run", "mass"])
    np.testing.assert_array_equal(found["run"], [1, 2, 3, 4, -5])
    np.testing.assert_array_equal(found["mass"], [3.1, 9.46, np.nan, -1.0, 1e-300])
    assert [name for name in column_names(path) if name != "about"] == ["mass", "run"]
    assert about_of(path) == {"schema_version": 1, "process": "4mu"}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_said_of_the_events_is_asked_after_them(tmp_path, suffix):
    seen = []

    def batches():
        for batch in BATCHES:
            seen.append(len(batch["mass"]))
            yield batch

    path = write_columns(tmp_path / f"events{suffix}", batches(), lambda: {"seen": list(seen)})
    assert about_of(path)["seen"] == [2, 0, 3]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_fault_leaves_no_file(tmp_path, suffix):
    def batches():
        yield BATCHES[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_columns(tmp_path / f"events{suffix}", batches())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["events.csv", "events", "events.txt"])
def test_other_formats_are_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"allowed: \.npz, \.parquet or \.root\. Name the file so"):
        write_columns(tmp_path / name, BATCHES)


def test_parquet_without_pyarrow_is_refused(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"write a Parquet file: got no pyarrow here.*gloam\[parquet\]"):
        write_columns(tmp_path / "events.parquet", BATCHES)
    assert not list(tmp_path.iterdir())
