"""Streams of events: the same for a seed, in whatever pieces they come, and unweighted without bias."""

import itertools

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events.batch import joined
from gloam.generation import Tally, cross_section, generate, make_process, stream
from gloam.generation.sampling import CHUNK, largest_weight
from gloam.generation.statistics import tally

ZPRIME = make_process("mumu-zprime", mass=3.0)


@pytest.mark.parametrize("weighted", [True, False])
def test_the_same_seed_gives_the_same_events_on_any_number_of_threads(weighted):
    one, first = generate(ZPRIME, 5000, seed=7, weighted=weighted, threads=1)
    two, second = generate(ZPRIME, 5000, seed=7, weighted=weighted, threads=3)
    np.testing.assert_array_equal(one.momenta, two.momenta)
    np.testing.assert_array_equal(one.weights, two.weights)
    assert first == second


@pytest.mark.parametrize("size", [1, 7, 1000, 1200, 5000, 10**6])
def test_batches_leave_no_trace(size):
    events = 1200
    whole, sums = generate(ZPRIME, events, seed=7)
    parts = list(stream(ZPRIME, events, seed=7, batch_size=size))
    assert [len(part.events) for part in parts[:-1]] == [size] * (len(parts) - 1)
    np.testing.assert_array_equal(joined([part.events for part in parts]).momenta, whole.momenta)
    total = sum((part.tally for part in parts), Tally())
    assert total.trials == sums.trials
    assert total.cross_section == pytest.approx(sums.cross_section, rel=1e-12)


def test_more_events_begin_with_the_same_ones():
    few, _ = generate(ZPRIME, 100, seed=7)
    many, _ = generate(ZPRIME, 3000, seed=7)
    np.testing.assert_array_equal(few.momenta, many.momenta[:100])


def test_another_seed_or_process_gives_other_events():
    events = [generate(make_process(name, mass=3.0), 50, seed=seed)[0] for name, seed in
              itertools.product(["mumu-zprime", "mumu-scalar"], [7, 8])]  # fmt: skip
    for one, two in itertools.combinations(events, 2):
        assert not np.isin(one.momenta[:, 0, 0], two.momenta[:, 0, 0]).any()


def test_the_numbers_are_frozen():
    """Events with a seed are promised to stay the same, up to rounding."""
    events, _ = generate(ZPRIME, 2, seed=1)
    np.testing.assert_allclose(events.momenta[:, 0], FIRST_MUONS, rtol=1e-9)


FIRST_MUONS = [
    [1.2993520708416857, 0.9445714295194326, -0.7054597484944746, 0.5359696535038211],
    [3.934327383249094, 3.0541185226058354, -2.2622317712807583, 1.011155640420521],
]


def test_only_some_batches_are_drawn_where_only_some_are_taken():
    batches = list(itertools.islice(stream(ZPRIME, 10**9, seed=1, threads=2, batch_size=1000), 2))
    assert [len(batch.events) for batch in batches] == [1000, 1000]


def test_unweighted_events_are_weighted_ones_in_the_mean():
    """Any mean over the events of either kind is the same; that of the muon's energy, of its square, of a sign."""
    plain, _ = generate(ZPRIME, 40_000, seed=3)
    full, _ = generate(ZPRIME, 80_000, seed=4, weighted=True)
    for observable in (lambda p: p[:, 0, 0], lambda p: p[:, 0, 0] ** 2, lambda p: p[:, 0, 3] * p[:, 1, 3]):
        (one, error), (two, other) = mean(observable(plain.momenta), plain), mean(observable(full.momenta), full)
        assert abs(one - two) < 4 * np.hypot(error, other)


def mean(values, events):
    average = np.average(values, weights=events.weights)
    return average, np.sqrt((events.weights**2 * (values - average) ** 2).sum()) / events.weights.sum()


@pytest.mark.parametrize("name", ["4mu", "mumugamma", "mumu-zprime"])
def test_the_sum_of_weights_and_the_efficiency_tell_the_cross_section(name):
    """Accepted points times the weight of acceptance: a second estimate from the same points."""
    process = make_process(name, **({"mass": 3.0} if name == "mumu-zprime" else {}))
    batches = list(stream(process, 3000, seed=5, batch_size=10**6))
    sums = sum((batch.tally for batch in batches), Tally())
    assert 0 < sums.overweight_fraction < 0.02
    assert 1 < sums.largest < 3
    found = sums.unweighting_efficiency * largest_weight(process)
    error = found / np.sqrt(sums.kept) + sums.cross_section_error
    assert abs(found - sums.cross_section) < 4 * error


def test_tallies_of_parts_add_up_to_that_of_the_whole():
    weights = np.random.default_rng(1).exponential(size=1000) + 1e6
    parts = sum((tally(part, None) for part in np.split(weights, [1, 300, 301])), Tally())
    assert parts.trials == 1000
    assert parts.cross_section == pytest.approx(weights.mean(), rel=1e-14)
    assert parts.cross_section_error == pytest.approx(weights.std() / np.sqrt(1000), rel=1e-6)
    assert tally(weights, None).cross_section_error == pytest.approx(weights.std() / np.sqrt(1000), rel=1e-9)


def test_equal_weights_have_no_error_and_all_become_events():
    _, sums = generate(make_process("gamma-alp", mass=2.0), 5000, seed=1)
    assert sums.cross_section_error < 1e-12 * sums.cross_section
    assert sums.unweighting_efficiency == 1
    assert sums.overweight_fraction == 0


def test_whole_chunks_count():
    _, sums = generate(ZPRIME, 1, seed=1)
    assert sums.trials == CHUNK
    assert cross_section(ZPRIME, CHUNK + 1, seed=1).trials == 2 * CHUNK


@pytest.mark.parametrize(("events", "energy", "message"), [
    (0, 10.58, "events of mumu-zprime: got 0; allowed: a whole number above 0"),
    (5, 3.2, r"got sqrt\(s\) = 3\.2 GeV; allowed: an energy above the threshold, 3\.21132 GeV"),
    (5, np.nan, r"got sqrt\(s\) = nan GeV"),
    (5, np.inf, r"got sqrt\(s\) = inf GeV"),
])  # fmt: skip
def test_what_is_refused(events, energy, message):
    with pytest.raises(InputError, match=message):
        generate(ZPRIME, events, seed=1, sqrt_s=energy)


@pytest.mark.parametrize("weighted", [True, False])
def test_cuts_that_nothing_passes_are_an_error_and_not_a_stream_without_end(weighted):
    process = make_process("3gamma", min_energy=3.5266, min_angle=10.0)
    with pytest.raises(InputError, match=r"events of 3gamma: got none in 65536 points.*Loosen the cuts"):
        generate(process, 10, seed=1, weighted=weighted)


@pytest.mark.parametrize(("name", "settings"), [
    ("mumu-zprime", {"mass": 10.36}), ("mumu-zprime", {"mass": 1e-3}), ("gamma-alp", {"mass": 10.57}),
    ("dark-higgsstrahlung", {"mass": 0.212, "mass2": 0.0}), ("dark-higgsstrahlung", {"mass": 5.0, "mass2": 5.57}),
    ("tautau-scalar", {"mass": 7.02}), ("mumu-zprime", {"mass": 10.36, "isr": 5.0}),
    ("gamma-alp", {"mass": 10.5, "isr": 5.0}), ("b-dark-photons", {"mass": 2.6398}), ("b-dark-baryon", {"mass": 0.0}),
    ("3gamma", {"min_energy": 3.5}), ("mumu-zprime", {"mass": 0.2114, "decay": "mumu"}),
    ("mumugamma", {"min_energy": 5.2}), ("3gamma", {"min_energy": 1e-6, "min_angle": 1e-3}),
])  # fmt: skip
def test_nothing_breaks_near_thresholds_and_ends(name, settings):
    events, sums = generate(make_process(name, **settings), 500, seed=1, weighted=True)
    assert np.isfinite(events.momenta).all()
    assert np.isfinite(events.weights).all()
    assert sums.cross_section > 0
    np.testing.assert_allclose(events.final.sum(1), np.tile([10.58, 0, 0, 0], (500, 1)), atol=1e-9)


@pytest.mark.parametrize(("name", "settings"), [("4mu", {}), ("mumu-zprime", {"mass": 1.0}), ("mumugamma", {})])
@pytest.mark.parametrize("energy", [3.0, 91.0])
def test_other_energies(name, settings, energy):
    events, sums = generate(make_process(name, **settings), 200, seed=1, sqrt_s=energy, weighted=True)
    assert sums.cross_section > 0
    np.testing.assert_allclose(events.final.sum(1), np.tile([energy, 0, 0, 0], (200, 1)), atol=1e-9)
