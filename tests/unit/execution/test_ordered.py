"""Work in order: as many results as asked for, however long the list of items is."""

import threading
import time
from itertools import count, islice

import pytest

from gloam.errors import InputError
from gloam.execution import map_in_order


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(threads):
    def work(item):
        time.sleep(0.002 * (item % 3 == 0))  # some items take longer than later ones
        return -item

    assert list(map_in_order(work, range(40), threads)) == [-item for item in range(40)]


@pytest.mark.parametrize("threads", [1, 3])
def test_little_is_done_ahead(threads):
    begun = []
    results = map_in_order(begun.append, count(), threads)
    list(islice(results, 10))
    getattr(results, "close", lambda: None)()
    assert 10 <= len(begun) <= 10 + 2 * threads + 1


@pytest.mark.parametrize("threads", [1, 3])
def test_a_fault_reaches_the_caller_in_its_turn(threads):
    def work(item):
        if item == 5:
            raise ValueError("five")
        return item

    results = map_in_order(work, count(), threads)
    assert list(islice(results, 5)) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="five"):
        next(results)


def test_threads_are_gone_afterwards():
    before = threading.active_count()
    results = map_in_order(lambda item: item, count(), 4)
    list(islice(results, 3))
    results.close()
    assert threading.active_count() == before


def test_no_threads_are_refused():
    with pytest.raises(InputError, match="number of threads: got 0"):
        map_in_order(lambda item: item, [1], 0)
