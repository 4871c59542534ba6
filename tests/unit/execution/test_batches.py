"""Batches over threads: each once, a few ahead, the first fault ends the work."""

import threading

import pytest

from gloam.errors import InputError
from gloam.execution import default_threads, map_batches

threads = pytest.mark.parametrize("threads", [1, 2, 3])


@threads
@pytest.mark.parametrize("number", [0, 1, 2, 50])
def test_every_batch_is_worked_on_once(threads, number):
    done = []
    map_batches(done.append, iter(range(number)), threads)
    assert sorted(done) == list(range(number))


@threads
def test_as_many_threads_work_as_are_asked_for(threads):
    together = threading.Barrier(threads, timeout=20)
    names = set()

    def work(_):
        names.add(threading.current_thread().name)
        together.wait()  # passes only when all are at work at once

    map_batches(work, range(2 * threads), threads)
    assert len(names) == threads


@threads
def test_the_first_fault_ends_the_work(threads):
    done = []

    def work(batch):
        if batch == 3:
            raise ValueError("batch 3")
        done.append(batch)

    with pytest.raises(ValueError, match="batch 3"):
        map_batches(work, iter(range(1000)), threads)
    assert len(done) <= 3 + 2 * threads


@threads
def test_a_fault_in_making_batches_ends_the_work(threads):
    def made():
        yield 1
        yield 2
        raise ValueError("no third batch")

    with pytest.raises(ValueError, match="no third batch"):
        map_batches(lambda _: None, made(), threads)


@threads
def test_only_a_few_batches_are_made_ahead(threads):
    made, finished, ahead = [], [], []

    def batches():
        for batch in range(200):
            made.append(batch)
            ahead.append(len(made) - len(finished))
            yield batch

    map_batches(finished.append, batches(), threads)
    assert max(ahead) <= 2 * threads + 1
    assert len(finished) == 200


@threads
def test_the_linear_algebra_library_has_one_thread(threads):
    from threadpoolctl import threadpool_info

    def blas():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before, inside = blas(), []
    map_batches(lambda _: inside.extend(blas()), range(2), threads)
    assert set(inside) <= {1}
    assert blas() == before


@pytest.mark.parametrize("number", [0, -1])
def test_no_threads_are_refused(number):
    with pytest.raises(InputError, match=f"number of threads: got {number}; allowed: a whole number >= 1"):
        map_batches(print, [], number)


class TestDefault:
    def test_the_environment_decides(self, monkeypatch):
        monkeypatch.setenv("GLOAM_THREADS", "3")
        assert default_threads() == 3
        names = set()
        together = threading.Barrier(3, timeout=20)
        map_batches(lambda _: (names.add(threading.get_ident()), together.wait()), range(3))
        assert len(names) == 3

    @pytest.mark.parametrize("text", ["0", "-2", "two", "1.5", "²"])
    def test_what_is_no_number_of_threads_is_refused(self, monkeypatch, text):
        monkeypatch.setenv("GLOAM_THREADS", text)
        with pytest.raises(InputError, match=r"GLOAM_THREADS: got .*; allowed: a whole number >= 1"):
            default_threads()

    def test_else_one(self, monkeypatch):
        monkeypatch.delenv("GLOAM_THREADS", raising=False)
        assert default_threads() == 1
