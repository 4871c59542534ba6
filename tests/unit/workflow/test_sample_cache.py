"""Simulated samples are kept under the hash of what they depend on: other cuts need no other events."""

from dataclasses import replace

import numpy as np
import pytest

from gloam.calibration import SimulatedPiece
from gloam.execution import random_stream
from gloam.generation import Tally
from gloam.searches import load_search
from gloam.selection import Entries
from gloam.sourced import assumed
from gloam.workflow.prepare import prepare
from gloam.workflow.sample_cache import SampleCache, packed, recipe_of, unpacked

SEARCH = load_search("belle_zprime_mumu")
FIRST = SEARCH.preparation.spectra[0].model_copy(update={"masses": (2.0, 3.0), "whole_events": 50})
SMALL = SEARCH.preparation.model_copy(update={"spectra": (FIRST,)})


def piece(number, rows=400):
    random = random_stream(1, "piece", number)
    event = np.repeat(np.arange(rows // 4) + 1000 * number, 4)
    found = np.repeat(random.random(rows // 4) < 0.6, 4)
    columns = {
        "m_R": np.where(found, random.random(rows), np.nan), "pair": np.tile(np.arange(4.0), rows // 4),
        "chi2": np.repeat(random.random(rows // 4), 4),
    }  # fmt: skip
    weights = np.repeat(random.random(rows // 4), 4)
    tally = Tally(trials=rows, mean=0.1 + number, deviations=2.0, kept=rows // 4, overweight=1, largest=1.5)
    return SimulatedPiece(Entries(columns, event, weights), tally, rows // 4, float(weights[::4].sum()))


def pieces(count=3):
    return iter([piece(number) for number in range(count)])


def refuse():
    raise AssertionError("simulated again")


def equal(one, two):
    assert (one.tally, one.events, one.weight) == (two.tally, two.events, two.weight)
    np.testing.assert_array_equal(one.found.event, two.found.event)
    np.testing.assert_array_equal(one.found.weights, two.found.weights)
    used = np.isfinite(one.found.columns["m_R"])
    for name, values in one.found.columns.items():
        np.testing.assert_array_equal(two.found.columns[name][used], values[used])
    np.testing.assert_array_equal(one.found.columns["chi2"], two.found.columns["chi2"])
    assert np.isnan(two.found.columns["m_R"][~used]).all()


def test_a_piece_comes_back_bit_for_bit_where_it_is_of_use():
    made = piece(1)
    arrays = packed(made, ["m_R"])
    assert arrays["event.chi2"].size == 100  # once for each event
    assert arrays["row.m_R"].size == np.isfinite(made.found.columns["m_R"]).sum() < 400
    equal(made, unpacked(arrays))


def test_columns_of_a_piece_without_any_use_are_empty():
    made = piece(1)
    nothing = Entries({**made.found.columns, "m_R": np.full(400, np.nan)}, made.found.event, made.found.weights)
    found = unpacked(packed(replace(made, found=nothing), ["m_R"]))
    assert found.events == 100
    assert np.isnan(found.found.columns["m_R"]).all()


def test_a_stored_sample_is_read_and_not_made(tmp_path):
    samples = SampleCache(tmp_path)
    first = list(samples.pieces({"process": "x"}, ["m_R"], pieces))
    second = list(samples.pieces({"process": "x"}, ["m_R"], refuse))
    for one, two in zip(first, second, strict=True):
        equal(one, two)
    with pytest.raises(AssertionError, match="again"):
        list(samples.pieces({"process": "y"}, ["m_R"], refuse))


def test_a_damaged_piece_is_made_again_with_a_line(tmp_path):
    lines = []
    samples = SampleCache(tmp_path, lines.append)
    first = list(samples.pieces({"process": "x"}, ["m_R"], pieces))
    for path in tmp_path.glob("*.npz"):
        if b"m_R" in path.read_bytes():
            path.write_bytes(path.read_bytes()[:-300])
            break
    for one, two in zip(first, samples.pieces({"process": "x"}, ["m_R"], pieces), strict=True):
        equal(one, two)
    assert len(lines) == 1
    assert "x is damaged or gone; simulated again" in lines[0]
    list(samples.pieces({"process": "x"}, ["m_R"], refuse))  # whole again


def test_an_interrupted_sample_is_not_taken_for_a_whole_one(tmp_path):
    samples = SampleCache(tmp_path)
    next(samples.pieces({"process": "x"}, ["m_R"], pieces))
    assert len(list(samples.pieces({"process": "x"}, ["m_R"], pieces))) == 3


def test_disk_is_bounded_and_the_oldest_goes_first(tmp_path):
    samples = SampleCache(tmp_path, limit=80_000)
    for number in range(12):
        list(samples.pieces({"process": f"x{number}"}, ["m_R"], pieces))
    assert sum(path.stat().st_size for path in tmp_path.glob("*.npz")) <= 80_000
    list(samples.pieces({"process": "x11"}, ["m_R"], refuse))


def test_a_sample_that_is_too_large_is_not_kept(tmp_path):
    samples = SampleCache(tmp_path, limit=10_000)
    assert len(list(samples.pieces({"process": "x"}, ["m_R"], lambda: pieces(20)))) == 20
    with pytest.raises(AssertionError, match="again"):
        list(samples.pieces({"process": "x"}, ["m_R"], refuse))


def test_recipes_differ_where_entries_may():
    sample = SMALL.signal
    same = recipe_of(SMALL, sample, "mumu-zprime 2", 100, 1)
    assert recipe_of(SMALL.model_copy(update={"cuts": ()}), sample, "mumu-zprime 2", 100, 1) == same
    others = [
        recipe_of(SMALL, sample, "mumu-zprime 3", 100, 1), recipe_of(SMALL, sample, "mumu-zprime 2", 101, 1),
        recipe_of(SMALL, sample, "mumu-zprime 2", 100, 2),
        recipe_of(SMALL, sample.model_copy(update={"settings": {"decay": "mumu"}}), "mumu-zprime 2", 100, 1),
        recipe_of(SMALL.model_copy(update={"sqrt_s": assumed(10.6, 0, "GeV", "x")}), sample, "mumu-zprime 2", 100, 1),
    ]  # fmt: skip
    assert all(other != same for other in others)


def test_a_preparation_with_other_cuts_simulates_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("gloam.workflow.prepare.LEAST_OF_A_PEAK", 1000)
    monkeypatch.setattr("gloam.workflow.prepare.LEAST_OF_A_BACKGROUND", 2000)
    samples = SampleCache(tmp_path)
    plain = prepare(SMALL, scale=1e-6)
    stored = prepare(SMALL, scale=1e-6, samples=samples)
    monkeypatch.setattr("gloam.workflow.prepare.simulated_pieces", lambda *_, **__: refuse())
    again = prepare(SMALL, scale=1e-6, samples=samples)
    looser = prepare(SMALL.model_copy(update={"cuts": SMALL.cuts[:-1]}), scale=1e-6, samples=samples)
    one, two, three = (each.scans["with_radiation"].arrays("a") for each in (plain, stored, again))
    for name, values in one.items():
        np.testing.assert_array_equal(two[name], values)
        np.testing.assert_array_equal(three[name], values)
    assert plain.flows == stored.flows == again.flows
    cut, without = again.scans["with_radiation"], looser.scans["with_radiation"]
    assert (without.efficiency > cut.efficiency).all()
    assert cut.levels.shape == (50, 4)
    assert len(cut.gaussians) == 2
