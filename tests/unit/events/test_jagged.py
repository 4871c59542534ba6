"""Events with different particles: slices, sums, columns in every format, and as a batch where they are alike."""

from itertools import pairwise

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events import FORMATS, JaggedEvents, read_columns, write_columns
from gloam.events.jagged import joined_jagged

NUMBERS = np.array([13, -13, 111, 22, 22, 13, -13])
EVENTS = JaggedEvents(
    offsets=np.array([0, 2, 5, 5, 7]),
    numbers=NUMBERS,
    final=NUMBERS != 111,
    parents=np.array([-1, -1, -1, 0, 0, -1, -1]),
    masses=np.where(np.abs(NUMBERS) == 13, 0.10566, 0.0),
    momenta=np.arange(28.0).reshape(7, 4),
    weights=np.array([1.0, 2.0, 3.0, 4.0]),
)


def alike(one, other):
    for name in ("offsets", "numbers", "final", "parents", "masses", "momenta", "weights"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("cuts", [(0, 4), (0, 1, 4), (0, 2, 2, 3, 4)])
def test_parts_join_to_the_whole(cuts):
    parts = [EVENTS[slice(*ends)] for ends in pairwise(cuts)]
    assert sum(len(part) for part in parts) == 4
    alike(joined_jagged(parts), EVENTS)


def test_an_event_may_be_empty():
    assert EVENTS.counts.tolist() == [2, 3, 0, 2]
    assert EVENTS.event.tolist() == [0, 0, 1, 1, 1, 3, 3]
    np.testing.assert_array_equal(EVENTS.sums(EVENTS.momenta[:, 0]), [4, 36, 0, 44])
    assert len(EVENTS[3:1]) == 0


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_holds_one_row_for_each_particle(tmp_path, suffix):
    path = write_columns(tmp_path / f"events{suffix}", [EVENTS[:2].columns(), EVENTS[2:].columns(2)])
    found = read_columns(path, ["event", "weight", "particles", "pdg", "status", "parent", "m", "E", "pz"])
    assert found["event"].tolist() == [0, 0, 1, 1, 1, 3, 3]
    assert found["weight"].tolist() == [1, 1, 2, 2, 2, 4, 4]
    assert found["particles"].tolist() == [2, 2, 3, 3, 3, 2, 2]
    assert found["pdg"].tolist() == NUMBERS.tolist()
    assert found["status"].tolist() == [1, 1, 2, 1, 1, 1, 1]
    assert found["parent"].tolist() == [0, 0, 0, 1, 1, 0, 0]
    np.testing.assert_array_equal(found["m"], EVENTS.masses)
    np.testing.assert_array_equal(found["pz"], EVENTS.momenta[:, 3])


def test_equal_events_are_a_batch():
    pair = joined_jagged([EVENTS[:1], EVENTS[3:]])
    batch = pair.batch()
    assert [(particle.name, particle.mass, particle.final) for particle in batch.particles] == [
        ("mu-", 0.10566, True), ("mu+", 0.10566, True),
    ]  # fmt: skip
    np.testing.assert_array_equal(batch.weights, [1.0, 4.0])
    np.testing.assert_array_equal(batch.momenta[1], EVENTS.momenta[5:])
    decay = EVENTS[1:2].batch()
    assert [(particle.name, particle.final, particle.parent) for particle in decay.particles] == [
        ("pi0", False, None), ("gamma", True, 0), ("gamma", True, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("events", "message"), [
    (EVENTS, "got 0 to 3 particles; allowed: one number of particles"),
    (EVENTS[:0], "got no events"),
    (EVENTS[2:3], "got 0 to 0 particles"),
    (joined_jagged([EVENTS[1:2], EVENTS[1:2]]), None),
])  # fmt: skip
def test_events_that_are_no_batch_are_refused(events, message):
    if message is None:
        other = JaggedEvents(events.offsets, events.numbers * np.array([1, 1, 1, 1, 1, -1]), events.final,
                             events.parents, events.masses, events.momenta, events.weights)  # fmt: skip
        events, message = other, "got events with different particles"
    with pytest.raises(InputError, match=message):
        events.batch()


def test_a_particle_without_a_name_is_told():
    strange = JaggedEvents(np.array([0, 1]), np.array([3334]), np.ones(1, bool), np.array([-1]), np.ones(1),
                           np.ones((1, 4)), np.ones(1))  # fmt: skip
    with pytest.raises(InputError, match="PDG number 3334: got no name"):
        strange.batch()
