"""Histograms of other libraries, and UHI JSON, both ways."""

from __future__ import annotations

import json
from dataclasses import replace

import boost_histogram as bh
import hist
import numpy as np
import pytest
import uhi.io.json
from uhi.io import to_sparse

from gloam.errors import InputError
from gloam.spectra import (
    Axis,
    Mask,
    Origin,
    Spectrum,
    fill,
    from_uhi,
    from_uhi_json,
    hide_bins,
    to_boost,
    to_uhi_json,
    uniform_axis,
)


def refused(words: str):
    """An InputError whose message matches, in capitals or not."""
    return pytest.raises(InputError, match=f"(?is){words}")


X = np.array([-1.0, 0.1, 0.2, 0.6, 7.0])


def same(one: Spectrum, other: Spectrum) -> bool:
    assert one.axes == other.axes
    assert one.asimov == other.asimov
    np.testing.assert_array_equal(one.contents, other.contents)
    np.testing.assert_array_equal(one.variances(flow=True), other.variances(flow=True))
    np.testing.assert_array_equal(one.visible, other.visible)
    return True


@pytest.mark.parametrize(
    "storage",
    [bh.storage.Double(), bh.storage.Int64(), bh.storage.AtomicInt64(), bh.storage.Unlimited(), bh.storage.Weight()],
    ids=lambda storage: type(storage).__name__,
)
def test_storages_of_boost_histogram(storage):
    spectrum = from_uhi(bh.Histogram(bh.axis.Regular(2, 0, 1), storage=storage).fill(X))
    np.testing.assert_array_equal(spectrum.contents, [1, 2, 1, 1])
    assert not spectrum.is_weighted


@pytest.mark.parametrize(
    ("flow", "contents"),
    [
        ({"underflow": False}, [0, 2, 1, 1]),
        ({"overflow": False}, [1, 2, 1, 0]),
        ({"underflow": False, "overflow": False}, [0, 2, 1, 0]),
    ],
)
def test_flow_that_is_not_kept_is_empty(flow, contents):
    histogram = bh.Histogram(bh.axis.Regular(2, 0, 1, **flow)).fill(X)
    np.testing.assert_array_equal(from_uhi(histogram).contents, contents)


def test_weighted_hist_with_names():
    histogram = hist.Hist.new.Var([0, 0.5, 1], name="m").Weight().fill(X, weight=[1, 2, 3, 4, 5])
    spectrum = from_uhi(histogram, unit="MeV")
    np.testing.assert_array_equal(spectrum.contents, [1, 5, 4, 5])
    np.testing.assert_array_equal(spectrum.sum_w2, [1, 13, 16, 25])
    assert (spectrum.axis.name, spectrum.axis.unit) == ("m", "MeV")


def test_two_dimensions():
    histogram = hist.Hist.new.Reg(2, 0, 1, name="x").Reg(3, 0, 1, name="y", flow=False).Double().fill(X, X)
    spectrum = from_uhi(histogram)
    assert [axis.name for axis in spectrum.axes] == ["x", "y"]
    assert spectrum.contents.shape == (4, 5)
    np.testing.assert_array_equal(spectrum.values(), histogram.values())


def test_a_bare_protocol_histogram_and_our_own():
    class Bare:
        kind = "COUNT"

        def __init__(self, pairs):
            self.axes = [Pairs(pairs)]

        def values(self):
            return np.array([3.0, 4.0])

        def variances(self):
            return None

    class Pairs(list):
        class traits:
            circular = discrete = False

    np.testing.assert_array_equal(from_uhi(Bare([(0, 1), (1, 3)])).contents, [0, 3, 4, 0])
    with refused("gaps"):
        from_uhi(Bare([(0, 1), (2, 3)]))
    spectrum = fill(X, uniform_axis(0, 1, bins=2), weights=[1, 2, 3, 4, 5])
    assert same(from_uhi(spectrum), spectrum)


@pytest.mark.parametrize(
    ("histogram", "words"),
    [
        (hist.Hist.new.Reg(2, 0, 1).Mean(), "profile"),
        (hist.Hist.new.StrCat(["a", "b"]).Double(), "categorical"),
        (hist.Hist.new.Int(0, 3).Double(), "integer axis"),
        (hist.Hist.new.Reg(2, 0, 1, circular=True).Double(), "circular"),
        (hist.Hist.new.Reg(2, 0, 1).Reg(2, 0, 1).Reg(2, 0, 1).Double(), "3 axes"),
        (hist.Hist.new.Reg(2, 0, 1).Double().fill(X, weight=0.5), "without variances"),
        (hist.Hist.new.Reg(2, 0, 1).Double().fill(X) * 0.3, "without variances"),
        (hist.Hist.new.Reg(2, 0, 1).Weight().fill(X, weight=-1), "not negative"),
    ],
)
def test_refusals(histogram, words):
    with refused(words):
        from_uhi(histogram)


def test_expectations():
    histogram = hist.Hist.new.Reg(2, 0, 1).Double()
    histogram[...] = [0.5, 1.5]
    assert from_uhi(histogram, asimov=True).asimov
    spectrum = Spectrum((Axis([0.0, 1.0]),), [0, 0.5, 0], asimov=True)
    assert same(from_uhi(to_boost(spectrum)), spectrum)
    assert same(from_uhi_json(to_uhi_json(spectrum)), spectrum)


PLAIN = fill(X, Axis([0.0, 0.3, 1.0], "M_R", "MeV"), origin=Origin("real", "by hand", "abc", 2.5))
EVEN = fill(X, uniform_axis(0, 1, bins=3))
WEIGHTED = fill(X, uniform_axis(0, 1, bins=3), weights=[1, 2, 3, 4, 5])
PLANE = fill((X, X), (uniform_axis(0, 1, bins=3), Axis([0.0, 0.15, 1.0], "y", "")))
HIDDEN = hide_bins(Mask(((0.1, 0.2),)), PLANE, axis=1)
BOTH_ENDS = hide_bins(Mask(((0.0, 0.1), (0.9, 1.0))), EVEN)


@pytest.mark.parametrize("spectrum", [PLAIN, EVEN, WEIGHTED, PLANE, HIDDEN, BOTH_ENDS])
def test_round_trips(spectrum):
    back = from_uhi_json(to_uhi_json(spectrum))
    assert same(back, spectrum)
    assert back.origin == spectrum.origin
    assert same(from_uhi(to_boost(spectrum)), replace(spectrum, visible=None))


@pytest.mark.parametrize("spectrum", [PLAIN, EVEN, WEIGHTED, HIDDEN])
def test_what_is_written_follows_the_schema_and_boost_histogram_reads_it(spectrum):
    jsonschema = pytest.importorskip("jsonschema")
    from importlib import resources

    schema = json.loads((resources.files("uhi") / "resources" / "histogram.schema.json").read_text())
    text = to_uhi_json(spectrum)
    record = json.loads(text)
    jsonschema.validate(record, schema)
    theirs = bh.serialization.from_uhi(json.loads(text, object_hook=uhi.io.json.object_hook))
    np.testing.assert_array_equal(theirs.values(flow=True), spectrum.contents)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("storage", [bh.storage.Int64(), bh.storage.Double(), bh.storage.Weight()])
@pytest.mark.parametrize("flow", [True, False])
def test_what_others_write(storage, sparse, flow):
    axis = hist.axis.Regular(4, 0, 1, name="m", underflow=flow)
    histogram = hist.Hist(axis, storage=storage).fill(X)
    record = histogram._to_uhi_()
    text = json.dumps(to_sparse(record) if sparse else record, default=uhi.io.json.default)
    spectrum = from_uhi_json(text)
    assert same(spectrum, from_uhi(histogram))
    assert spectrum.axis.name == "m"


def test_one_of_several_is_chosen_by_name():
    text = f'{{"a": {to_uhi_json(PLAIN)}, "b": {to_uhi_json(EVEN)}}}'
    assert same(from_uhi_json(text, "b"), EVEN)
    for name in (None, "c"):
        with refused("one of a, b.*name it"):
            from_uhi_json(text, name)
    assert same(from_uhi_json(f'{{"a": {to_uhi_json(PLAIN)}}}'), PLAIN)
    with refused("leave out the name"):
        from_uhi_json(to_uhi_json(PLAIN), "a")


def test_a_histogram_without_stored_contents_is_empty():
    record = json.loads(to_uhi_json(EVEN))
    record["storage"] = {"type": "double"}
    assert from_uhi_json(json.dumps(record)).contents.sum() == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[1, 2]", "no histogram"),
        ("{}", "no histogram"),
        ('{"uhi_schema": 2}', "schema version 2"),
        ('{"uhi_schema": 1}', "does not follow the UHI schema"),
        ('{"uhi_schema": 1, "axes": 3, "storage": {}}', "does not follow"),
        (json.dumps(json.loads(to_uhi_json(EVEN)) | {"storage": {"type": "double", "values": [1]}}), "reshape"),
        (json.dumps(json.loads(to_uhi_json(EVEN)) | {"storage": {"type": "mean"}}), "profile"),
        (json.dumps(json.loads(to_uhi_json(EVEN)) | {"axes": []}), "0 axes"),
        (to_uhi_json(EVEN).replace('"regular"', '"boolean"'), "type boolean"),
        (to_uhi_json(EVEN).replace('"circular": false', '"circular": true'), "circular"),
        (to_uhi_json(PLAIN).replace("[1.0, ", "[NaN, "), "underflow.*nan"),
    ],
)
def test_json_refusals(text, words):
    with refused(words):
        from_uhi_json(text)
