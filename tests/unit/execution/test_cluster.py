"""The workers of a cluster: the same bits as one process, also when one of them is killed on the way."""

import os
import signal
import time

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream, run_shards, shards_of

pytest.importorskip("distributed", reason="needs the extra cluster")

SHARDS = shards_of(400, size=20)


def draw(shard):
    """Numbers that depend on the shard alone, slowly."""
    time.sleep(0.05)
    return {"x": np.stack([random_stream(7, "cluster", int(number)).standard_normal(5) for number in shard.numbers])}


def refuse(shard):
    raise InputError(f"shard {shard.first}", "nothing", "something", "test")


@pytest.fixture(scope="module")
def cluster():
    """Three worker processes that a killed one does not take down."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as running:
        yield running


def joined(parts):
    return np.concatenate([part["x"] for part in parts])


@pytest.mark.filterwarnings("ignore")  # of Dask about its own sockets and processes
class TestCluster:
    """With a real scheduler and worker processes."""

    def test_the_answer_is_that_of_one_process(self, cluster):
        alone = joined(run_shards(draw, SHARDS))
        np.testing.assert_array_equal(joined(run_shards(draw, SHARDS, scheduler=cluster.scheduler_address)), alone)
        np.testing.assert_array_equal(joined(run_shards(draw, SHARDS, workers=2)), alone)

    def test_a_killed_worker_loses_no_result(self, cluster):
        victims = [worker.pid for worker in cluster.workers.values()]
        counted = []

        def progress(items):
            counted.append(items)
            if len(counted) == 4:
                os.kill(victims[0], signal.SIGKILL)

        found = joined(run_shards(draw, SHARDS, scheduler=cluster.scheduler_address, progress=progress))
        np.testing.assert_array_equal(found, joined(run_shards(draw, SHARDS)))
        assert sum(counted) == 400

    def test_what_a_shard_refuses_is_said(self, cluster):
        with pytest.raises(InputError, match="shard 0"):
            run_shards(refuse, SHARDS[:1], scheduler=cluster.scheduler_address)

    def test_finished_shards_are_kept(self, cluster, tmp_path):
        run_shards(draw, SHARDS[:3], scheduler=cluster.scheduler_address, directory=tmp_path, key="a")
        assert len(list(tmp_path.glob("*.npz"))) == 3
        again = run_shards(
            refuse, SHARDS[:3], scheduler=cluster.scheduler_address, directory=tmp_path, key="a", resume=True
        )
        np.testing.assert_array_equal(joined(again), joined(run_shards(draw, SHARDS[:3])))


def test_a_scheduler_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr("gloam.execution.pools.PATIENCE", "1s")
    with pytest.raises(InputError, match=r"--scheduler tcp://127\.0\.0\.1:1: got no answer"):
        run_shards(draw, SHARDS[:1], scheduler="tcp://127.0.0.1:1")


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r"gloam\[cluster\]"):
        run_shards(draw, SHARDS[:1], scheduler="tcp://127.0.0.1:1")
