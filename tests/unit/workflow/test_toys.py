"""Whole-scan toys of a run: whose they are, how they are counted, stored, gone on with and joined."""

import dataclasses
import json

import numpy as np
import pytest

import gloam.workflow.toys
from gloam.errors import InputError, InterruptedRunError
from gloam.execution import open_workers
from gloam.statistics import global_significance
from gloam.statistics.elsewhere.significance import wilson_error
from gloam.workflow import load_run, summary, write_run
from gloam.workflow.merging import merged
from gloam.workflow.scan_file import ScanRequest, scan_file
from gloam.workflow.toys import SHARDS, ToyRequest, from_toys, joined_toys, make_toys


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "events.npz"
    random = np.random.default_rng(2)
    np.savez(path, M=np.append(random.uniform(9.0, 9.7, 3000), random.normal(9.3, 0.02, 40)), w=np.ones(3040))
    return str(path)


def scanned(source, **more):
    settings = {"width": "0.02", "ends": (9.0, 9.7), "background": "polynomial:1", "column": "M"}
    return scan_file(ScanRequest(source, **settings | {"step": (0.02, False), "window": (10.0, True)} | more))


@pytest.fixture(scope="module")
def run(source):
    return scanned(source)


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    """Of the run, without toys: where workers read it."""
    directory = tmp_path_factory.mktemp("run")
    write_run(run, directory, figures=False)
    return directory


@pytest.fixture(scope="module")
def toys(run):
    return make_toys(run, ToyRequest(600, seed=7))


def assert_equal(found, expected):
    for name in ("largest", "mass", "channel", "failed", "seed", "number", "margin", "fits", "key", "engine"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


def test_they_are_the_toys_of_the_global_significance(run, toys):
    direct = global_significance(run.channels[0].result, "toys", toys=600, seed=7)
    assert dataclasses.replace(from_toys(toys, run.channels), row=direct.row) == direct
    assert 0.01 < direct.p_global < 0.99


def test_workers_give_the_same_bits(run, folder, toys):
    with open_workers(2) as workers:
        assert_equal(make_toys(run, ToyRequest(600, seed=7), directory=folder, workers=workers), toys)


def test_a_run_that_is_stopped_goes_on_to_the_same_bits(run, toys, tmp_path, monkeypatch):
    work, called = gloam.workflow.toys.largest_of_toys, []

    def stopped(*arguments, **more):
        called.append(arguments)
        if len(called) == 3:
            raise KeyboardInterrupt
        return work(*arguments, **more)

    monkeypatch.setattr(gloam.workflow.toys, "largest_of_toys", stopped)
    with pytest.raises(InterruptedRunError, match="--resume"):
        make_toys(run, ToyRequest(600, seed=7), directory=tmp_path)
    assert len(list((tmp_path / SHARDS).iterdir())) == 2
    with pytest.raises(InputError, match="the beginning of other work"):
        make_toys(run, ToyRequest(600, seed=8), directory=tmp_path, resume=True)
    found = make_toys(run, ToyRequest(600, seed=7), directory=tmp_path, resume=True)
    assert len(called) == 4  # the last shard alone is made again; other toys were refused before any was made
    assert_equal(found, toys)


def test_fitting_everything_finds_the_same_maxima(run, toys):
    found = make_toys(run, ToyRequest(30, seed=7, exhaustive=True))
    np.testing.assert_allclose(found.largest, toys.largest[:30], atol=1e-6)
    assert np.isinf(found.margin)
    assert found.fits == 30 * len(run.channels[0].result.mass)


def test_toys_of_other_numbers_and_seeds_are_joined_to_one_larger_run(run, toys):
    parts = [make_toys(run, ToyRequest(size, seed=7, first=first)) for size, first in ((200, 400), (400, 0))]
    whole = joined_toys(parts)
    np.testing.assert_array_equal(whole.number, np.arange(600))
    # each part has a margin of its own, which decides what is fitted but not what is found
    np.testing.assert_allclose(whole.largest, toys.largest, atol=1e-9)
    more = joined_toys([whole, make_toys(run, ToyRequest(100, seed=3))])
    assert np.unique(more.seed).tolist() == [3, 7]
    assert more.largest.size == 700


def test_the_same_toys_are_not_joined_twice(run, toys):
    with pytest.raises(InputError, match=r"toy 550 of seed 7 twice.*--seed or --first-toy"):
        joined_toys([toys, make_toys(run, ToyRequest(60, seed=7, first=550))])


def test_toys_of_other_data_are_not_joined(source, toys):
    other = scanned(source, background="polynomial:2")
    with pytest.raises(InputError, match="different declarations, data or versions"):
        joined_toys([toys, make_toys(other, ToyRequest(10, seed=1))])


def test_toys_of_several_channels_are_searched_together(dimuon):
    toys = make_toys(dimuon, ToyRequest(60, seed=1))
    assert set(toys.channel.tolist()) > {"omega"}
    for name, mass in zip(toys.channel.tolist(), toys.mass.tolist(), strict=True):
        (channel,) = (each for each in dimuon.channels if each.name == name)
        assert mass in channel.result.mass
    direct = global_significance([channel.result for channel in dimuon.channels], "toys", toys=60, seed=1)
    assert from_toys(toys, dimuon.channels).p_global == direct.p_global == 0.0


def test_the_summary_says_what_the_toys_say(run, toys):
    numbers = summary(dataclasses.replace(run, toys=toys))
    z = numbers["max_excess"]["z_local"]
    above = int(np.count_nonzero(toys.largest >= z))
    assert numbers["p_global"] == above / 600
    assert numbers["p_global_err"] == pytest.approx(wilson_error(above, 600))
    assert (numbers["toys"], numbers["n_toys_failed"]) == (600, 0)
    asymptotic = summary(run)
    assert any(f"asymptotic: {asymptotic['p_global']:.4g}" in note for note in numbers["notes"])
    assert any("seed 7" in note for note in numbers["notes"])
    assert not any("toys: none; " in note for note in numbers["notes"])


def test_failed_toys_are_counted_left_out_and_said(run, toys):
    failed = toys.largest < np.median(toys.largest)
    numbers = summary(dataclasses.replace(run, toys=dataclasses.replace(toys, failed=failed)))
    assert numbers["n_toys_failed"] == failed.sum() == 300
    above = np.count_nonzero(toys.largest[~failed] >= numbers["max_excess"]["z_local"])
    assert numbers["p_global"] == above / 300
    assert any("not certified: 300 of 600, left out" in note for note in numbers["notes"])
    none = summary(dataclasses.replace(run, toys=dataclasses.replace(toys, failed=np.ones(600, bool))))
    assert none["p_global"] is None
    assert none["toys"] == 600
    assert any("no toy with certified fits" in note for note in none["notes"])


def test_toys_are_read_back(run, toys, tmp_path):
    write_run(dataclasses.replace(run, toys=toys), tmp_path / "first", figures=False, seed=7)
    back = load_run(tmp_path / "first")
    assert_equal(back.toys, toys)
    write_run(back, tmp_path / "again", figures=False)
    for name in ("toys.npz", "summary.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    write_run(run, tmp_path / "first", figures=False)
    assert not (tmp_path / "first" / "toys.npz").exists()  # those of the run before


def test_a_merged_run_is_that_of_all_toys(run, toys, tmp_path):
    for name, request in (("a", ToyRequest(250, seed=7)), ("b", ToyRequest(350, seed=7, first=250))):
        write_run(dataclasses.replace(run, toys=make_toys(run, request)), tmp_path / name, figures=False, seed=7)
    whole = merged([tmp_path / "b", tmp_path / "a"])
    found = write_run(whole, tmp_path / "m", figures=False)
    expected = summary(dataclasses.replace(run, toys=toys))
    for key in ("p_global", "p_global_err", "z_global", "trials_factor", "toys", "n_toys_failed", "max_excess"):
        assert found[key] == json.loads(json.dumps(expected[key])), key
    for name in ("scan.csv", "limits.csv", "fits.npz", "spectrum.json"):
        assert (tmp_path / "m" / name).read_bytes() == (tmp_path / "a" / name).read_bytes()


def test_what_does_not_belong_together_is_not_merged(run, source, folder, tmp_path):
    few = make_toys(run, ToyRequest(10, seed=1))
    write_run(dataclasses.replace(run, toys=few), tmp_path / "a", figures=False)
    other = scanned(source, width="0.03")
    write_run(dataclasses.replace(other, toys=few), tmp_path / "b", figures=False)
    with pytest.raises(InputError, match=r"merge .*b: got another declaration than"):
        merged([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(InputError, match=r"merge .*: got no toys"):
        merged([tmp_path / "a", folder])
    with pytest.raises(InputError, match="two or more"):
        merged([tmp_path / "a"])
    altered = dataclasses.replace(run, hashes=run.hashes | {"data": "0"}, toys=few)
    write_run(altered, tmp_path / "c", figures=False)
    with pytest.raises(InputError, match=r"merge .*c: got other data than"):
        merged([tmp_path / "a", tmp_path / "c"])


def test_toys_that_cannot_be_made_are_refused(run, source):
    with pytest.raises(InputError, match="--toys: got 0"):
        make_toys(run, ToyRequest(0))
    with open_workers(2) as workers, pytest.raises(InputError, match="toys by workers: got no directory"):
        make_toys(run, ToyRequest(10), workers=workers)
    with pytest.raises(InputError, match="whole-scan toys: got no certified fit"):
        make_toys(scanned(source, vetoes=((8.9, 9.8),), limits=False), ToyRequest(10))
