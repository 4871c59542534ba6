"""Reading a spectrum from each kind of file, through the mask, with its provenance."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import hist
import numpy as np
import pytest
import uproot

from gloam.errors import InputError
from gloam.spectra import (
    Mask,
    Origin,
    Spectrum,
    fill,
    from_uhi_json,
    read_spectrum,
    read_values,
    split_source,
    to_uhi_json,
    uniform_axis,
)


def refused(words: str):
    """An InputError whose message matches, in capitals or not."""
    return pytest.raises(InputError, match=f"(?is){words}")


RNG = np.random.default_rng(11)
M = RNG.uniform(0, 10, 500)
W = RNG.uniform(0.5, 2, 500)
AXIS = uniform_axis(2, 8, bins=6)
HISTOGRAMS = ["th1", "json", "npz", "npz with flow", "csv"]


@pytest.fixture(params=["csv", "npz", "root", "parquet"])
def events(request, tmp_path) -> str:
    path = tmp_path / f"events.{request.param}"
    match request.param:
        case "csv":
            np.savetxt(path, np.column_stack([M, W]), delimiter=",", header="M,w", comments="", fmt="%.17g")
        case "npz":
            np.savez(path, M=M, w=W)
        case "root":
            with uproot.recreate(path) as file:
                file["h"] = np.histogram(M)
                file.mktree("tree", {"M": "f8", "w": "f8"}).extend({"M": M, "w": W})
        case "parquet":
            pa = pytest.importorskip("pyarrow")
            from pyarrow import parquet

            parquet.write_table(pa.table({"M": M, "w": W}), path)
    return str(path)


def written(kind: str, folder: Path, weights: np.ndarray | None = None) -> str:
    """A file of the given kind with the histogram of M; those of tables have no flow."""
    spectrum = fill(M, AXIS, weights=weights)
    variances = {} if weights is None else {"variances": spectrum.variances()}
    match kind:
        case "th1":
            path = folder / "h.root"
            histogram = hist.Hist.new.Reg(6, 2, 8, name="m").Weight().fill(M, weight=1 if weights is None else W)
            with uproot.recreate(path) as file:
                file["folder/h"] = histogram
        case "json":
            path = folder / "h.json"
            path.write_text(to_uhi_json(spectrum))
        case "npz":
            path = folder / "h.npz"
            np.savez(path, edges=AXIS.edges, counts=spectrum.values(), **variances)
        case "npz with flow":
            path = folder / "h.npz"
            both = {} if weights is None else {"variances": spectrum.sum_w2}
            np.savez(path, edges=AXIS.edges, counts=spectrum.contents, **both)
        case _:
            path = folder / "h.csv"
            columns = {"low": AXIS.edges[:-1], "high": AXIS.edges[1:], "counts": spectrum.values(), **variances}
            table = np.column_stack(list(columns.values()))
            np.savetxt(path, table, delimiter=",", header=",".join(columns), comments="", fmt="%.17g")
    return str(path)


class TestEvents:
    def test_are_filled(self, events):
        spectrum = read_spectrum(events, column="M", low=2, high=8, bin_width=1, name="m", unit="GeV/c2")
        np.testing.assert_array_equal(spectrum.contents, fill(M, AXIS).contents)
        assert spectrum.axis.label == "m [GeV/c2]"
        digest = hashlib.sha256(Path(events).read_bytes()).hexdigest()
        assert spectrum.origin == Origin("user", Path(events).name, digest)

    def test_with_weights(self, events):
        spectrum = read_spectrum(events, column="M", low=2, high=8, bin_width=1, weights="w")
        np.testing.assert_allclose(spectrum.sum_w2, fill(M, AXIS, weights=W).sum_w2)

    def test_values(self, events):
        np.testing.assert_array_equal(read_values(events, "M"), M)
        np.testing.assert_array_equal(read_values(events, "M", mask=Mask(((3, 5),))), M[(M < 3) | (M >= 5)])

    def test_the_mask_hides_values_and_whole_bins(self, events):
        mask = Mask(((4.5, 5.5), (9, 20)))
        spectrum = read_spectrum(events, column="M", low=2, high=8, bin_width=1, mask=mask)
        expected = fill(M, AXIS).contents.copy()
        expected[[3, 4]] = 0
        expected[-1] = 0  # the range (9, 20) touches the overflow
        np.testing.assert_array_equal(spectrum.contents, expected)
        np.testing.assert_array_equal(spectrum.visible, [True, True, False, False, True, True])

    def test_a_mask_over_everything_leaves_an_empty_spectrum(self, events):
        mask = Mask(((-np.inf, np.inf),))
        spectrum = read_spectrum(events, column="M", low=2, high=8, bin_width=1, mask=mask, weights="w")
        assert spectrum.contents.sum() == 0
        assert not spectrum.visible.any()

    def test_without_a_range_the_range_of_the_visible_data_is_told(self, events):
        with refused(rf"no range.*run from {M.min():.6g} to {M.max():.6g}"):
            read_spectrum(events, column="M", bin_width=1)
        visible = M[M < 5].max()
        with refused(rf"--range LO HI.*to {visible:.6g}"):
            read_spectrum(events, column="M", high=3, mask=Mask(((5, 11),)))
        with refused("no range"):
            read_spectrum(events, column="M", mask=Mask(((-1, 11),)))

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"low": 2, "high": 8}, "no bin width.*--bin-width W.*0.006"),
            ({"low": 8, "high": 2, "bin_width": 1}, "swap the ends"),
            ({"low": 2, "high": 8, "bin_width": 0}, "above 0"),
            ({"low": 20, "high": 80, "bin_width": 1}, "values run from"),
            ({"low": 2, "high": 8, "bin_width": 1, "weights": "ww"}, "column 'ww'.*perhaps 'w' is meant"),
        ],
    )
    def test_refusals(self, events, arguments, words):
        with refused(words):
            read_spectrum(events, column="M", **arguments)

    def test_without_a_column_the_columns_are_listed(self, events):
        source = f"{events}:tree" if events.endswith("root") else events
        with refused("one of its columns: M, w.*--column NAME"):
            read_spectrum(source)

    def test_nan_is_refused_even_where_it_could_be_hidden(self, tmp_path):
        path = tmp_path / "events.csv"
        path.write_text("M,w\n1,1\nnan,1\n")
        for column, weights in (("M", None), ("w", "M")):
            with refused("column 'M'.*1 of 2 values NaN.*row 1"):
                read_spectrum(path, column=column, weights=weights, low=0, high=2, bin_width=1)
        with refused("row 1"):
            read_values(path, "M")

    def test_no_rows(self, tmp_path):
        (tmp_path / "events.csv").write_text("M\n")
        with refused("no rows"):
            read_spectrum(tmp_path / "events.csv", column="M", low=0, high=2, bin_width=1)

    def test_an_event_file_may_have_columns_named_as_a_histogram(self, tmp_path):
        (tmp_path / "events.csv").write_text("low,high,counts,M\n1,2,3,0.5\n")
        spectrum = read_spectrum(tmp_path / "events.csv", column="M", low=0, high=2, bin_width=1)
        np.testing.assert_array_equal(spectrum.values(), [1, 0])


@pytest.mark.parametrize("kind", HISTOGRAMS)
class TestHistograms:
    @pytest.mark.parametrize("weights", [None, W], ids=["counts", "weighted"])
    def test_are_read_as_they_are(self, kind, weights, tmp_path):
        spectrum = read_spectrum(written(kind, tmp_path, weights))
        expected = fill(M, AXIS, weights=weights)
        flow = kind in ("th1", "json", "npz with flow")
        np.testing.assert_allclose(spectrum.values(flow), expected.values(flow))
        np.testing.assert_allclose(spectrum.variances(flow), expected.variances(flow))
        np.testing.assert_allclose(spectrum.axis.edges, AXIS.edges)
        assert spectrum.is_weighted == (weights is not None)
        assert spectrum.origin.source.startswith("h.")

    def test_are_cut_and_merged(self, kind, tmp_path):
        spectrum = read_spectrum(written(kind, tmp_path), low=4, high=8, bin_width=2, name="m", unit="MeV")
        np.testing.assert_array_equal(spectrum.values(), np.histogram(M, [4, 6, 8])[0])
        assert spectrum.axis.label == "m [MeV]"

    def test_the_mask_acts_before_the_cut(self, kind, tmp_path):
        """Else what is cut away would show in the flow."""
        spectrum = read_spectrum(written(kind, tmp_path), low=4, mask=Mask(((-1, 3.5), (5, 5.1))))
        counts = np.histogram(M, AXIS.edges)[0]
        assert spectrum.underflow == 0
        np.testing.assert_array_equal(spectrum.values(), [counts[2], 0, counts[4], counts[5]])

    def test_a_column_is_refused(self, kind, tmp_path):
        source = written(kind, tmp_path)
        source += ":folder/h" if kind == "th1" else ""
        with refused("histogram.*(leave out|without) .*column"):
            read_spectrum(source, column="counts", low=0, high=1, bin_width=1)
        with refused("column of weights 'w'"):
            read_spectrum(source, weights="w")

    def test_an_impossible_cut_is_refused(self, kind, tmp_path):
        with refused("choose 3 or 4"):
            read_spectrum(written(kind, tmp_path), low=3.3)
        with refused("choose 3 or 6"):
            read_spectrum(written(kind, tmp_path), bin_width=4)


class TestRoot:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        path = tmp_path / "h.root"
        with uproot.recreate(path) as file:
            file["one"] = np.histogram(M, AXIS.edges)
            file["scaled"] = (np.histogram(M, AXIS.edges)[0] * 0.3, AXIS.edges)
            file["plane"] = np.histogram2d(M, W, [4, 3])
            file["cube"] = np.histogramdd(np.column_stack([M, W, W]), bins=2)[0], *([np.arange(3.0)] * 3)
            file["profile"] = hist.Hist.new.Reg(2, 0, 1).Mean().fill([0.1], sample=[2.0])
            file.mktree("tree", {"M": "f8"}).extend({"M": M})
        return path

    def test_an_object_is_chosen(self, path):
        np.testing.assert_array_equal(read_spectrum(f"{path}:one").values(), fill(M, AXIS).values())
        assert read_spectrum(f"{path}:one;1").entries == fill(M, AXIS).entries

    def test_two_dimensions(self, path):
        spectrum = read_spectrum(f"{path}:plane", mask=Mask(((-1, 0.1),)))
        expected, x, y = np.histogram2d(M, W, [4, 3])
        expected[0] = 0
        np.testing.assert_array_equal(spectrum.values(), expected)
        np.testing.assert_allclose(spectrum.axes[0].edges, x)
        np.testing.assert_allclose(spectrum.axes[1].edges, y)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("", "one, scaled, plane, cube, profile.*one histogram.*choose one"),
            (":scaled", "without variances"),
            (":cube", "TH3D.*TH1 or TH2"),
            (":profile", "TProfile.*TH1 or TH2"),
            (":nothing", "no such object.*one .TH1D."),
            (":tree", "events without a column.*columns: M"),
        ],
    )
    def test_refusals(self, path, name, words):
        with refused(words):
            read_spectrum(f"{path}{name}")

    def test_the_only_tree_is_found_among_histograms(self, path):
        assert read_spectrum(path, column="M", low=2, high=8, bin_width=1).entries == fill(M, AXIS).entries

    def test_a_file_with_only_a_tree_needs_a_column(self, tmp_path):
        with uproot.recreate(tmp_path / "t.root") as file:
            file.mktree("tree", {"M": "f8"}).extend({"M": M})
        with refused("events without a column"):
            read_spectrum(tmp_path / "t.root")

    def test_a_truncated_file(self, path):
        path.write_bytes(path.read_bytes()[:-200])
        for arguments in ({}, {"column": "M"}):
            with refused("truncated ROOT file.*again"):
                read_spectrum(path, **arguments)


class TestTables:
    def test_npz_in_two_dimensions(self, tmp_path):
        counts, x, y = np.histogram2d(M, W, [4, 3])
        np.savez(tmp_path / "h.npz", edges_x=x, edges_y=y, counts=counts, variances=2 * counts)
        spectrum = read_spectrum(tmp_path / "h.npz")
        np.testing.assert_array_equal(spectrum.values(), counts)
        np.testing.assert_array_equal(spectrum.variances(), 2 * counts)

    def test_zeros_are_a_right_answer_and_so_is_one_bin(self, tmp_path):
        (tmp_path / "h.csv").write_text("low,high,counts\n0,1,0\n1,2,0\n")
        assert read_spectrum(tmp_path / "h.csv").entries == 0
        (tmp_path / "h.csv").write_text("low,high,counts\n0,1,7\n")
        assert read_spectrum(tmp_path / "h.csv").values() == [7]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("low,high,counts\n0,1,3\n2,3,4\n", "ends at 1.0 before one that begins at 2.0.*counts 0"),
            ("low,high,counts\n1,2,3\n0,1,4\n", "in order"),
            ("low,high,counts\n0,1,-3\n", "not negative"),
            ("low,high,counts\n0,1,nan\n", "nan"),
            ("low,high,counts\n0,1,0.5\n", "without variances"),
            ("low,high,counts\n", "no rows"),
            ("low,high,counts\n1,0,3\n", "increasing"),
        ],
    )
    def test_csv_refusals(self, tmp_path, text, words):
        (tmp_path / "h.csv").write_text(text)
        with refused(words):
            read_spectrum(tmp_path / "h.csv")

    @pytest.mark.parametrize(
        ("arrays", "words"),
        [
            ({"edges": [0, 1, 2], "counts": [1, 2, 3]}, r"shape \(3,\)"),
            ({"edges": [0, 1, 2], "counts": [[1, 2]]}, "shape"),
            ({"edges": ["a", "b"], "counts": [1]}, "arrays of numbers"),
        ],
    )
    def test_npz_refusals(self, tmp_path, arrays, words):
        np.savez(tmp_path / "h.npz", **arrays)
        with refused(words):
            read_spectrum(tmp_path / "h.npz")

    def test_json_of_several_and_damaged(self, tmp_path):
        path = tmp_path / "h.json"
        record = json.loads(to_uhi_json(fill(M, AXIS)))
        path.write_text(json.dumps({"a": record, "b": record}))
        assert read_spectrum(f"{path}:b").entries == fill(M, AXIS).entries
        with refused("one of a, b"):
            read_spectrum(path)
        path.write_text(path.read_text()[:-30])
        with refused("no JSON"):
            read_spectrum(path)
        path.write_bytes(b"\xff\xfe\x00")
        with refused("damaged"):
            read_spectrum(path)


class TestSource:
    def test_file_and_object(self, tmp_path):
        inside = tmp_path / "run:1"
        inside.mkdir()
        path = inside / "h.root"
        assert split_source(f"{path}:tree") == (path, "tree")
        path.touch()
        assert split_source(str(path)) == (path, None)
        assert split_source(path) == (path, None)
        assert split_source(f"{path}:folder/tree") == (path, "folder/tree")
        assert split_source(f"{path}:a:b") == (path, "a:b")
        assert split_source(f"{path}:") == (path, None)
        assert split_source("no:where") == (Path("no:where"), None)

    @pytest.mark.parametrize("source", ["no.root:tree", "no.csv", "no"])
    def test_a_missing_file(self, source):
        with refused(f"read {source.partition(':')[0]}: got no such file"):
            read_spectrum(source)

    def test_a_folder_and_an_unknown_format(self, tmp_path):
        with refused("a folder"):
            read_spectrum(tmp_path)
        (tmp_path / "a.xls").touch()
        with refused("'.xls'"):
            read_spectrum(tmp_path / "a.xls")


def test_a_given_origin_is_kept(tmp_path):
    origin = Origin("real", "CMS Open Data", luminosity_fb=0.036)
    assert read_spectrum(written("json", tmp_path), origin=origin).origin is origin


def test_a_blinded_spectrum_stays_blind_when_written_and_read(tmp_path):
    spectrum = read_spectrum(written("json", tmp_path), mask=Mask(((3, 4),)))
    back = from_uhi_json(to_uhi_json(spectrum))
    np.testing.assert_array_equal(back.visible, spectrum.visible)
    assert isinstance(back, Spectrum)


def test_the_import_is_light():
    heavy = "uproot uhi boost_histogram pyarrow awkward scipy matplotlib pydantic"
    code = f"import sys, gloam.spectra; print(*(set('{heavy}'.split()) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
