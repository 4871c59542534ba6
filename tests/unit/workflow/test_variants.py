"""Variants of a scan of a file: how they are asked for, and what is written of them."""

import csv
import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.statistics import upper_limits
from gloam.workflow import summary, write_run
from gloam.workflow.scan_file import ScanRequest, scan_file
from gloam.workflow.variants import variation_named


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "events.npz"
    np.savez(path, M=np.random.default_rng(2).uniform(9.0, 9.7, 3000))
    return str(path)


def request_of(source, **more):
    settings = {"width": "0.02", "ends": (9.0, 9.7), "background": "polynomial:1", "column": "M"}
    return ScanRequest(source, **settings | {"step": (0.05, False), "window": (10.0, True)} | more)


@pytest.fixture(scope="module")
def run(source):
    return scan_file(request_of(source, variants="window:4sigma,order:1"))


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    directory = tmp_path_factory.mktemp("run")
    write_run(run, directory, figures=False)
    return directory


def rows_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("window:5sigma,order:1", {"window": 5.0, "order": 1}),
        ("order:2", {"order": 2}),
        (" order:1 , window:2.5 sigma", {"order": 1, "window": 2.5}),
    ],
)
def test_how_variations_are_written(text, arguments):
    assert variation_named(text) == arguments


@pytest.mark.parametrize(
    "text",
    ["", "window", "window:5", "window:0sigma", "order:0", "order:1.5", "order:-1", "order:1,order:2",
     "window:1.2.3sigma", "range:5sigma", "order:1,"],
)  # fmt: skip
def test_variations_that_are_written_otherwise_are_refused(source, text):
    with pytest.raises(InputError, match=r"--variants: got .* Write for example window:5sigma,order:1"):
        scan_file(request_of(source, variants=text))


def test_the_rows_are_the_fits_of_all_variants(run, folder):
    (channel,) = run.channels
    rows = rows_of(folder / "variants.csv")
    assert list(rows[0]) == [
        "channel", "mass", "mass2", "variant", "n_sig", "n_sig_err", "z_local", "n_sig_ul", "status"
    ]  # fmt: skip
    results = channel.variants.results
    assert [row["variant"] for row in rows] == [name for name in results.names for _ in channel.result.mass]
    for column, expected in (
        ("mass", np.tile(channel.result.mass, 9)),
        ("n_sig", results.n_sig.ravel()),
        ("n_sig_err", results.n_sig_err.ravel()),
        ("z_local", results.z_local.ravel()),
        ("n_sig_ul", np.concatenate([each.observed for each in channel.variants.limits])),
    ):
        np.testing.assert_allclose([float(row[column]) for row in rows], expected, rtol=1e-9)
    assert {row["status"] for row in rows} == {"ok"}


def test_the_limits_are_the_least_stringent_and_the_scan_is_the_nominal_one(run, folder, source):
    (channel,) = run.channels
    plain = scan_file(request_of(source)).channels[0]
    assert plain.variants is None
    scanned, limited = rows_of(folder / "scan.csv"), rows_of(folder / "limits.csv")
    np.testing.assert_allclose([float(row["z_local"]) for row in scanned], plain.result.z_local, rtol=1e-9)
    expected = np.max([upper_limits(result).observed for result in channel.variants.results.results], axis=0)
    np.testing.assert_allclose([float(row["n_sig_ul"]) for row in limited], expected, rtol=1e-9)
    assert (expected >= plain.limits.observed).all()
    assert (channel.limits.expected >= plain.limits.expected).all()


def test_the_summary(run, folder):
    written = json.loads((folder / "summary.json").read_text())
    variants = written["channels"][0]["variants"]
    z = run.channels[0].variants.summary.z_local
    row = int(z.argmax())
    assert variants["names"][0] == "nominal"
    assert len(variants["names"]) == 9
    assert variants["smallest_significance"]["mass"] == run.channels[0].result.mass[row]
    assert variants["smallest_significance"]["z_local"] == pytest.approx(z[row])
    assert variants["smallest_significance"]["variant"] in variants["names"]
    assert sum(variants["least_stringent"].values()) == written["n_hypotheses"]
    assert set(variants["n_failed"].values()) == {0}
    assert written["n_fits"] == variants["n_fits"] == 18 * written["n_hypotheses"]
    assert any("of 9 background variants" in note and "least stringent" in note for note in written["notes"])
    assert not any("no background variants" in note for note in written["notes"])


def test_variants_that_do_not_exist_are_named(source):
    run = scan_file(request_of(source, background="polynomial:0", variants="order:1", limits=False))
    (channel,) = run.channels
    assert channel.variants.results.names == ("nominal", "order+1")
    assert np.isnan(channel.limits.observed).all()
    assert channel.limits.n_failed == 0
    notes = summary(run)["notes"]
    assert any("order-1: left out, the order is 0" in note for note in notes)
    assert not any("least stringent" in note for note in notes)
