"""The bridge to Pythia: what it keeps, what a seed means, what it refuses."""

import itertools

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events.jagged import joined_jagged
from gloam.generation import PYTHIA_PROCESSES, generate_with_pythia
from gloam.generation.pythia import CHUNK, _chunk, _started, stream_from_pythia

S = 10.58
MUONS_AND_HADRONS = [11, 13, 211, 321, 2212]


@pytest.fixture(scope="module")
def samples():
    pytest.importorskip("pythia8mc")
    return {name: generate_with_pythia(name, 1000, seed=1) for name in PYTHIA_PROCESSES}


def owners(events):
    """The place of each particle's parent in the whole list."""
    return np.repeat(events.offsets[:-1], events.counts) + events.parents


@pytest.mark.parametrize("name", PYTHIA_PROCESSES)
def test_energy_and_momentum_are_conserved(samples, name):
    events = samples[name]
    total = [events.sums(np.where(events.final, events.momenta[:, axis], 0)) for axis in range(4)]
    np.testing.assert_allclose(np.stack(total, axis=1), np.tile([S, 0, 0, 0], (1000, 1)), atol=1e-9)


@pytest.mark.parametrize("name", PYTHIA_PROCESSES)
def test_what_decays_is_the_sum_of_its_daughters(samples, name):
    events = samples[name]
    sums = np.zeros_like(events.momenta)
    daughters = events.parents >= 0
    np.add.at(sums, owners(events)[daughters], events.momenta[daughters])
    np.testing.assert_allclose(sums[~events.final], events.momenta[~events.final], atol=1e-9)
    assert (sums[events.final] == 0).all()
    assert (events.parents < np.repeat(events.counts, events.counts)).all()


@pytest.mark.parametrize("name", PYTHIA_PROCESSES)
def test_no_partons_and_no_copies_are_kept(samples, name):
    events = samples[name]
    numbers = np.abs(events.numbers)
    assert not np.isin(numbers, [*range(1, 10), 21, 23, 90]).any()
    daughters = events.parents >= 0
    assert (events.numbers[owners(events)[daughters]] != events.numbers[daughters]).all()
    if name == "tautau":
        np.testing.assert_array_equal(events.sums((numbers == 15).astype(float)), 2)


@pytest.mark.parametrize(("name", "charged", "error"), [("qqbar", 7.08, 0.3), ("bbbar", 10.79, 0.4)])
def test_numbers_of_charged_particles(samples, name, charged, error):
    """Those of a study with the same version of Pythia, made without this code (1000 and 2000 events)."""
    events = samples[name]
    visible = events.final & np.isin(np.abs(events.numbers), MUONS_AND_HADRONS)
    assert abs(events.sums(visible.astype(float)).mean() - charged) < error


def test_b_mesons_come_in_pairs_with_their_shares_and_angles(samples):
    events = samples["bbbar"]
    first = events.offsets[:-1]
    np.testing.assert_array_equal(events.numbers[first], -events.numbers[first + 1])
    neutral = (np.abs(events.numbers[first]) == 511).mean()
    assert abs(neutral - 0.486) < 4 * np.sqrt(0.25 / 1000)
    p = events.momenta[first]
    cosine = p[:, 3] / np.linalg.norm(p[:, 1:], axis=1)
    assert abs((cosine**2).mean() - 1 / 5) < 4 * (cosine**2).std() / np.sqrt(1000)  # of sin^2


def test_the_beams_radiate_down_to_low_masses(samples):
    """Two defaults of Pythia stop at 10 and at 4 GeV."""
    events = samples["mumu"]
    muons = np.abs(events.numbers) == 13
    pair = np.stack([events.sums(np.where(muons, events.momenta[:, axis], 0)) for axis in range(4)])
    mass = np.sqrt(pair[0] ** 2 - (pair[1:] ** 2).sum(0))
    assert (mass < 4.0).mean() > 0.05


def test_batches_leave_no_trace():
    pytest.importorskip("pythia8mc")
    whole = generate_with_pythia("tautau", CHUNK + 200, seed=2)
    for size in (150, CHUNK, 10**6):
        parts = [batch.events for batch in stream_from_pythia("tautau", CHUNK + 200, seed=2, batch_size=size)]
        assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
        np.testing.assert_array_equal(joined_jagged(parts).momenta, whole.momenta)
    few = generate_with_pythia("tautau", 10, seed=2)
    np.testing.assert_array_equal(few.momenta, whole[:10].momenta)
    other = generate_with_pythia("tautau", 10, seed=3)
    assert not np.isin(few.momenta[:, 0], other.momenta[:, 0]).any()


def test_a_chunk_does_not_know_what_came_before():
    pytest.importorskip("pythia8mc")
    for name in ("qqbar", "bbbar"):
        process = PYTHIA_PROCESSES[name]
        used, fresh = _started(process, S), _started(process, S)
        _chunk(used, process, S, 5, 0)
        one, other = _chunk(used, process, S, 5, 1), _chunk(fresh, process, S, 5, 1)
        np.testing.assert_array_equal(one.momenta, other.momenta)
        np.testing.assert_array_equal(one.numbers, other.numbers)


def test_chunks_of_one_run_are_different():
    pytest.importorskip("pythia8mc")
    events = generate_with_pythia("mumu", 3 * CHUNK, seed=4)
    for one, two in itertools.combinations([events[n * CHUNK : (n + 1) * CHUNK] for n in range(3)], 2):
        muons = [part.momenta[np.abs(part.numbers) == 13, 0] for part in (one, two)]
        assert np.isin(*muons).mean() < 0.01


def test_no_events_are_refused():
    with pytest.raises(InputError, match="events of qqbar: got 0"):
        generate_with_pythia("qqbar", 0, seed=1)
