"""Work in shards: the same whoever does it, stored as it is done, and gone on with."""

import os
import signal

import numpy as np
import pytest

from gloam.errors import GloamError, InputError, InterruptedRunError
from gloam.execution import clear_shards, open_workers, random_stream, run_shards, shards_of


def draw(shard):
    return {"n": shard.numbers, "x": np.array([random_stream(1, "x", int(k)).random() for k in shard.numbers])}


def end_abruptly(_):
    os.kill(os.getpid(), signal.SIGTERM)


class EndOnce:
    """Work whose process is killed the first time that it comes to some shard."""

    def __init__(self, mark, first):
        self.mark, self.first = mark, first

    def __call__(self, shard):
        if shard.first == self.first and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return draw(shard)


def refuse(shard):
    raise InputError("shard", shard.first, "another", "change it")


def by_workers(work, shards, number, **more):
    with open_workers(number) as workers:
        return run_shards(work, shards, workers=workers, **more)


def joined(parts):
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


class Counted:
    """Work that notes what it did, and is interrupted at some shard."""

    def __init__(self, stop=None):
        self.done, self.stop = [], stop

    def __call__(self, shard):
        if shard.first == self.stop:
            raise KeyboardInterrupt
        self.done.append(shard.first)
        return draw(shard)


def test_any_number_of_workers_gives_the_same_bits():
    shards = shards_of(1100)
    alone, together = joined(run_shards(draw, shards)), joined(by_workers(draw, shards, 3))
    assert alone.keys() == together.keys()
    for name in alone:
        np.testing.assert_array_equal(alone[name], together[name])
    np.testing.assert_array_equal(alone["n"], np.arange(1100))


def test_an_interrupted_run_keeps_what_is_finished_and_goes_on(tmp_path):
    shards, told = shards_of(90, size=20), []
    with pytest.raises(InterruptedRunError, match=r"What is finished is kept in .*; the same command with --resume"):
        run_shards(Counted(stop=40), shards, directory=tmp_path / "shards", key={"seed": 1})
    rest = Counted()
    found = run_shards(rest, shards, directory=tmp_path / "shards", key={"seed": 1}, resume=True, progress=told.append)
    assert rest.done == [40, 60, 80]
    assert told == [40, 20, 20, 10]
    np.testing.assert_array_equal(joined(found)["x"], joined(run_shards(draw, shards))["x"])


def test_without_resume_everything_is_made_again(tmp_path):
    shards = shards_of(40, size=20)
    run_shards(draw, shards, directory=tmp_path, key={"seed": 1})
    again = Counted()
    run_shards(again, shards, directory=tmp_path, key={"seed": 2})
    assert again.done == [0, 20]


def test_more_items_keep_the_whole_shards(tmp_path):
    run_shards(draw, shards_of(50, size=20), directory=tmp_path, key={"seed": 1})
    more = Counted()
    found = run_shards(more, shards_of(100, size=20), directory=tmp_path, key={"seed": 1}, resume=True)
    assert more.done == [40, 60, 80]
    np.testing.assert_array_equal(joined(found)["n"], np.arange(100))


def test_other_work_is_not_gone_on_with(tmp_path):
    run_shards(draw, shards_of(20), directory=tmp_path, key={"seed": 1})
    with pytest.raises(InputError, match=r"the beginning of other work \(seed 1, not 2\).*Leave out --resume"):
        run_shards(draw, shards_of(20), directory=tmp_path, key={"seed": 2}, resume=True)


@pytest.mark.parametrize("damage", ["cut", "altered", "another's"])
def test_a_torn_altered_or_doubled_shard_is_made_again(tmp_path, damage):
    shards, key = shards_of(60, size=20), {"seed": 1}
    run_shards(draw, shards, directory=tmp_path, key=key)
    first, second, _ = sorted(tmp_path.iterdir())
    content = bytearray(second.read_bytes())
    if damage == "cut":
        del content[100:]
    elif damage == "altered":
        content[content.index(np.int64(21).tobytes())] ^= 1
    else:
        content = first.read_bytes()
    second.write_bytes(content)
    again = Counted()
    found = run_shards(again, shards, directory=tmp_path, key=key, resume=True)
    assert again.done == [20]
    np.testing.assert_array_equal(joined(found)["n"], np.arange(60))


def test_an_interrupt_without_a_directory_is_one():
    with pytest.raises(KeyboardInterrupt):
        run_shards(Counted(stop=0), shards_of(5))


def test_clearing_removes_shards_alone(tmp_path):
    run_shards(draw, shards_of(20), directory=tmp_path / "a", key={"seed": 1})
    (tmp_path / "a" / "note.txt").write_text("mine")
    clear_shards(tmp_path / "a")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["note.txt"]
    clear_shards(tmp_path / "nowhere")


def test_a_refusal_in_a_worker_is_one_here():
    with pytest.raises(InputError, match=r"shard: got \d+"):
        by_workers(refuse, shards_of(4, size=1), 2)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_workers_that_end_again_and_again_are_said():
    with pytest.raises(GloamError, match="workers ended before their work did"):
        by_workers(end_abruptly, shards_of(4, size=1), 2)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_worker_that_is_killed_loses_nothing(tmp_path):
    shards = shards_of(200, size=20)
    found = by_workers(EndOnce(tmp_path / "killed", 60), shards, 2)
    assert (tmp_path / "killed").exists()
    np.testing.assert_array_equal(joined(found)["x"], joined(run_shards(draw, shards))["x"])


def test_no_workers_are_refused():
    with pytest.raises(InputError, match="--workers: got 0"):
        by_workers(draw, shards_of(4), 0)
