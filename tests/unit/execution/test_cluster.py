"""The workers of a cluster: the same bits as one process, also when one of them is killed on the way."""

import subprocess
import sys
import time
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import map_in_order, open_workers, random_stream, run_shards, shards_of
from gloam.kernel import running_engine

pytest.importorskip("distributed", reason="needs the extra cluster")

SHARDS = shards_of(400, size=20)
EXAMPLE = Path(__file__).parents[3] / "examples/cluster/workers.py"


def draw(shard):
    """Numbers that depend on the shard alone, slowly."""
    time.sleep(0.02)
    return {"x": np.stack([random_stream(7, "cluster", int(number)).standard_normal(5) for number in shard.numbers])}


def refuse(shard):
    raise InputError(f"shard {shard.first}", "nothing", "something", "test")


def negative(number):
    time.sleep(0.01 * (number % 3))
    return -number


def engine(_):
    return running_engine()["engine"]


def joined(parts):
    return np.concatenate([part["x"] for part in parts])


@pytest.mark.filterwarnings("ignore")  # of Dask about its own sockets and processes
class TestCluster:
    """With a real scheduler and worker processes."""

    @pytest.fixture
    def workers(self, cluster):
        with open_workers(scheduler=cluster.scheduler_address) as workers:
            yield workers

    def test_a_killed_worker_loses_no_result(self, workers, kill_one):
        counted = []

        def progress(items):
            counted.append(items)
            if len(counted) == 4:
                kill_one()

        found = joined(run_shards(draw, SHARDS, workers=workers, progress=progress))
        np.testing.assert_array_equal(found, joined(run_shards(draw, SHARDS)))
        assert sum(counted) == 400

    def test_results_come_in_order_and_without_an_end(self, workers, kill_one):
        results = map_in_order(negative, count(), workers=workers)
        found = list(islice(results, 10))
        kill_one()
        assert [*found, *islice(results, 60)] == [-number for number in range(70)]

    def test_what_a_shard_refuses_is_said(self, workers):
        with pytest.raises(InputError, match="shard 0"):
            run_shards(refuse, SHARDS[:1], workers=workers)

    def test_finished_shards_are_kept(self, workers, tmp_path):
        run_shards(draw, SHARDS[:3], workers=workers, directory=tmp_path, key={"a": 1})
        assert len(list(tmp_path.glob("*.npz"))) == 3
        again = run_shards(refuse, SHARDS[:3], workers=workers, directory=tmp_path, key={"a": 1}, resume=True)
        np.testing.assert_array_equal(joined(again), joined(run_shards(draw, SHARDS[:3])))

    def test_the_engine_is_that_of_the_command(self, cluster, monkeypatch):
        monkeypatch.setenv("GLOAM_ENGINE", "numpy")
        with open_workers(scheduler=cluster.scheduler_address) as workers:
            assert set(map_in_order(engine, range(6), workers=workers)) == {"numpy"}


def test_a_scheduler_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr("gloam.execution.pools.PATIENCE", "1s")
    with (
        pytest.raises(InputError, match=r"--scheduler tcp://127\.0\.0\.1:1: got no answer"),
        open_workers(scheduler="tcp://127.0.0.1:1"),
    ):
        pass


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r"gloam\[cluster\]"), open_workers(scheduler="tcp://127.0.0.1:1"):
        pass


@pytest.mark.parametrize(("system", "words"), [
    ("htcondor", ("RequestCpus = MY.DaskWorkerCores", "+MaxRuntime = 3600", "--lifetime 50m")),
    ("slurm", ("#SBATCH -p short", "#SBATCH -t 01:00:00", "--lifetime 50m")),
])  # fmt: skip
def test_the_example_for_batch_systems_describes_a_job(system, words):
    pytest.importorskip("dask_jobqueue", reason="needs the extra cluster")
    command = [sys.executable, str(EXAMPLE), system, "--show"]
    job = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for each in words:
        assert each in job
