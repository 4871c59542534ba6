"""Columns of CSV, npz, ROOT and Parquet files, and what is said of files that cannot be read."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events import column_names, read_columns

M = np.array([3.1, 9.46, 0.78, 1.02])


def refused(*words: str):
    """An InputError whose message holds all the words, in any order."""
    lookaheads = "".join(f"(?=.*{word})" for word in words)
    return pytest.raises(InputError, match=f"(?is){lookaheads}")


@pytest.fixture
def csv_file(tmp_path):
    def write(text: str | bytes, name: str = "events.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture(params=["csv", "txt", "npz", "ttree", "rntuple", "parquet"])
def events(request, tmp_path) -> Path:
    """The same four events in each format, among columns that are not asked for."""
    run = np.arange(4)
    match request.param:
        case "csv" | "txt":
            path = tmp_path / f"events.{request.param}"
            rows = "".join(f"{r},G,{m}\n" for r, m in zip(run, M, strict=True))
            path.write_text("run,type,M\n" + rows)
        case "npz":
            path = tmp_path / "events.npz"
            np.savez(path, run=run, M=M, other=np.zeros((2, 2)))
        case "parquet":
            pa = pytest.importorskip("pyarrow")
            path = tmp_path / "events.parquet"
            pa.parquet = pytest.importorskip("pyarrow.parquet")
            pa.parquet.write_table(pa.table({"run": run, "type": ["G"] * 4, "M": M}), path)
        case kind:
            import uproot

            path = tmp_path / "events.root"
            with uproot.recreate(path) as file:
                if kind == "ttree":
                    file.mktree("folder/tree", {"run": "i4", "M": "f8"}).extend({"run": run, "M": M})
                else:
                    file.mkrntuple("ntuple", {"run": run, "M": M})
    return path


class TestEveryFormat:
    def test_the_columns_come_back_as_float64(self, events):
        columns = read_columns(events, ["M", "run"])
        np.testing.assert_array_equal(columns["M"], M)
        np.testing.assert_array_equal(columns["run"], [0, 1, 2, 3])
        assert all(column.dtype == np.float64 for column in columns.values())

    def test_the_names_are_listed(self, events):
        assert {"run", "M"} <= set(column_names(events))

    def test_a_missing_column_is_named_with_the_closest(self, events):
        with refused("column 'Mass'", "no such column", "run", "M"):
            read_columns(events, ["Mass"])
        with refused("perhaps 'M' is meant"):
            read_columns(events, ["m"])

    def test_a_folder_and_a_missing_file_are_refused(self, events):
        with refused("a folder", "name one file inside"):
            read_columns(events.parent, ["M"])
        with refused("no such file", f"perhaps .*{events.name} is meant"):
            read_columns(events.with_stem("evens"), ["M"])

    def test_an_unknown_suffix_is_refused(self, events):
        other = events.rename(events.with_suffix(".dat"))
        with refused("'.dat'", ".csv, .txt, .npz, .root, .parquet, .lhe or .lhe.gz"):
            read_columns(other, ["M"])

    def test_the_suffix_may_be_in_capitals(self, events):
        other = events.rename(events.with_suffix(events.suffix.upper()))
        np.testing.assert_array_equal(read_columns(other, ["M"])["M"], M)

    @pytest.mark.parametrize("kept", [0, 3, 40, 0.3, 0.7])
    def test_a_truncated_file_is_refused_without_the_librarys_exception(self, events, kept):
        if events.suffix in (".csv", ".txt"):
            pytest.skip("a cut CSV file is a shorter CSV file")
        content = events.read_bytes()
        events.write_bytes(content[: kept if kept >= 3 else int(kept * len(content))])
        with refused(events.name, "truncated|damaged", "again"):
            read_columns(events, ["M"])

    def test_noise_is_refused(self, events):
        events.write_bytes(np.random.default_rng(1).bytes(5000))
        with refused(events.name):
            read_columns(events, ["M"])

    def test_an_object_name_is_refused_where_there_are_no_objects(self, events):
        if events.suffix == ".root":
            pytest.skip("ROOT files have objects")
        with refused("object 'tree'", "one table only"):
            read_columns(events, ["M"], "tree")


class TestCsv:
    @pytest.mark.parametrize(
        "text",
        [
            "\ufeffM, run \n3.1,1\n9.46,2\n",
            "M,run\r\n3.1,1\r\n9.46,2\r\n\r\n",
            "M,run\r3.1,1\r9.46,2",
            "\n# made by hand\nM,run\n\n 3.1 , 1\n9.46,2\n\n  \n",
            '"M","run"\n"3.1","1"\n9.46,2\n',
            "# M,run\n3.1,1\n9.46,2\n",
        ],
        ids=["mark and spaces", "crlf", "cr", "blank lines and comment", "quotes", "savetxt"],
    )
    def test_dialects(self, csv_file, text):
        columns = read_columns(csv_file(text), ["run", "M"])
        np.testing.assert_array_equal(columns["M"], [3.1, 9.46])
        np.testing.assert_array_equal(columns["run"], [1, 2])

    def test_a_quoted_comma_is_no_separator(self, csv_file):
        path = csv_file('"M [GeV], fitted",label\n3.1,"J, psi"\n')
        assert read_columns(path, ["M [GeV], fitted"])["M [GeV], fitted"] == [3.1]

    def test_nan_and_infinity_pass(self, csv_file):
        np.testing.assert_array_equal(read_columns(csv_file("M\nnan\ninf\n"), ["M"])["M"], [np.nan, np.inf])

    def test_a_file_longer_than_a_block(self, csv_file):
        text = "M,n\n" + "\n".join(f"{i},0" for i in range(120_000))
        np.testing.assert_array_equal(read_columns(csv_file(text), ["M"])["M"], np.arange(120_000))

    def test_a_fault_behind_the_first_block_has_its_line(self, csv_file):
        text = "M,n\n" + "1,0\n" * 70_000 + "1,0,0\n"
        with refused("line 70002", "3 cells", "2 cells"):
            read_columns(csv_file(text), ["M"])

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("M,n\n1,0\nx,0\n", ["column 'M'", "line 3", "'x'", "a number"]),
            ("M,n\n1,0\n\n,0\n", ["line 4", "an empty cell"]),
            ("M,n\n1,0\n2\n", ["line 3", "1 cells", "2 cells"]),
            ('M,n\n1,0\n"2",0,0\n', ["line 3", "3 cells"]),
            ('M,n\n1,0\n"y",0\n', ["line 3", "'y'"]),
            ("M,n\n1_0,0\n", ["lines 2 to 2", "unusual notation"]),
            ("M,n\n", ["no rows"]),
            ("M,n\n\n \n", ["no rows"]),
            ("", ["empty file"]),
            ("# only a comment\n", ["empty file"]),
            ("1.0,2.0\n3.0,4.0\n", ["column names", "first line"]),
            ("M,M\n1,2\n", ["2 columns of that name"]),
            (b"M\n\xff\xfe\n", ["UTF-8"]),
        ],
    )
    def test_refusals(self, csv_file, text, words):
        with refused(*words):
            read_columns(csv_file(text), ["M"])


class TestNpz:
    @pytest.mark.parametrize(
        ("arrays", "words"),
        [
            ({"M": np.ones((3, 2))}, ["shape \\(3, 2\\)", "one number per row"]),
            ({"M": np.float64(1)}, ["a single number"]),
            ({"M": np.array(["a", "b"])}, ["text", "numbers"]),
            ({"M": np.array([1, None], dtype=object)}, ["allow_pickle"]),
            ({"M": np.empty(0)}, ["no rows"]),
        ],
    )
    def test_refusals(self, tmp_path, arrays, words):
        np.savez(tmp_path / "events.npz", **arrays)
        with refused(*words):
            read_columns(tmp_path / "events.npz", ["M"])

    def test_columns_of_different_lengths_are_refused(self, tmp_path):
        np.savez(tmp_path / "events.npz", M=np.ones(3), w=np.ones(2))
        with refused("different lengths", "M 3", "w 2"):
            read_columns(tmp_path / "events.npz", ["M", "w"])

    def test_a_bare_array_is_refused(self, tmp_path):
        with (tmp_path / "events.npz").open("wb") as file:
            np.save(file, M)
        with refused("without a name", "savez"):
            read_columns(tmp_path / "events.npz", ["M"])


class TestRoot:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        import awkward as ak
        import uproot

        path = tmp_path / "run:1.root"
        jagged = ak.Array([[1.0], [2.0, 3.0]])
        with uproot.recreate(path) as file:
            types = {"M": "f4", "vector": ("f8", (3,)), "flag": "bool"}
            one = {"M": np.float32([1, 2]), "vector": np.ones((2, 3)), "flag": np.array([True, False])}
            file.mktree("one", types).extend(one)
            file.mktree("two", {"x": "var * float64"}).extend({"x": jagged})
            file.mkrntuple("three", ak.Array({"x": jagged, "s": ["a", "b"]}))
            file.mktree("empty", {"M": "f8"})
            file["h"] = np.histogram(M, bins=3)
        return path

    def test_single_precision_and_truth_values_become_float64(self, path):
        columns = read_columns(path, ["M", "flag"], "one;1")
        np.testing.assert_array_equal(columns["M"], [1, 2])
        np.testing.assert_array_equal(columns["flag"], [1, 0])

    @pytest.mark.parametrize(
        ("name", "column", "words"),
        [
            ("one", "vector", ["shape \\(2, 3\\)", "first candidate"]),
            ("two", "x", ["jagged", "flat column"]),
            ("three", "x", ["jagged", "flat column"]),
            ("three", "s", ["text", "numbers"]),
            ("empty", "M", ["no rows"]),
            ("four", "M", ["no such object", "one \\(TTree\\)", "h \\(TH1D\\)"]),
            ("h", "M", ["a TH1D", "without a column"]),
            (None, "M", ["several trees", "one, two, three, empty", "choose one"]),
        ],
    )
    def test_refusals(self, path, name, column, words):
        with refused(*words):
            read_columns(path, [column], name)

    def test_a_file_of_histograms_only_is_refused(self, tmp_path):
        import uproot

        with uproot.recreate(tmp_path / "h.root") as file:
            file["h"] = np.histogram(M, bins=3)
        with refused("h \\(TH1D\\)", "a TTree or RNTuple"):
            column_names(tmp_path / "h.root")


class TestParquet:
    def test_kinds_of_numbers(self, tmp_path):
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        table = {
            "f4": pa.array([1.5, 2.5], pa.float32()),
            "i8": pa.array([1, None]),
            "flag": pa.array([True, None]),
            "d": pa.array([Decimal("1.25"), None]),
            "none": pa.array([None, None]),
        }
        parquet.write_table(pa.table(table), tmp_path / "events.parquet")
        columns = read_columns(tmp_path / "events.parquet", list(table))
        np.testing.assert_array_equal(columns["f4"], [1.5, 2.5])
        for name, first in (("i8", 1.0), ("flag", 1.0), ("d", 1.25), ("none", np.nan)):
            np.testing.assert_array_equal(columns[name], [first, np.nan])

    @pytest.mark.parametrize(
        ("values", "words"),
        [([["a"], ["b"]], ["jagged"]), (["a", "b"], ["text"]), ([[1.0], [1.0, 2.0]], ["jagged", "flat"])],
    )
    def test_refusals(self, tmp_path, values, words):
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pa.table({"M": values}), tmp_path / "events.parquet")
        with refused(*words):
            read_columns(tmp_path / "events.parquet", ["M"])

    def test_without_pyarrow_the_extra_is_named(self, tmp_path, monkeypatch):
        (tmp_path / "events.parquet").write_bytes(b"PAR1")
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with refused("gloam\\[parquet\\]"):
            read_columns(tmp_path / "events.parquet", ["M"])


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("M\n1\n")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(InputError, match=r"Permission denied; allowed: a readable file\. Check its permissions"):
        column_names(path)
