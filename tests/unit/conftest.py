"""Workers for the tests of several rooms."""

import os
import signal

import pytest


@pytest.fixture(scope="session")
def cluster():
    """A scheduler with three worker processes; one that is killed is replaced."""
    pytest.importorskip("distributed", reason="needs the extra cluster")
    from distributed import LocalCluster

    with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as running:
        yield running


@pytest.fixture
def kill_one(cluster):
    """A function that kills one of the workers, the first time that it is called, whatever it is called with."""
    victims = [worker.pid for worker in cluster.workers.values()][:1]

    def kill(*_):
        if victims:
            os.kill(victims.pop(), signal.SIGKILL)

    yield kill
    assert not victims, "no worker was killed"
