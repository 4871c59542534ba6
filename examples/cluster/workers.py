"""Workers for `gloam --scheduler` as jobs of HTCondor or Slurm: run it on a login node and leave it running.

    python workers.py htcondor --jobs 200 --address-file address
    gloam run cms_dimuon --toys 1000000 --scheduler "$(cat address)" --out /shared/runs/cms_dimuon

`--show` prints the job that would be submitted, and submits nothing. Queue, account and times are those of nobody:
adapt them to your site.
"""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from dask_jobqueue import HTCondorCluster, SLURMCluster
from dask_jobqueue.core import JobQueueCluster

WORKER = {
    "cores": 1,
    "processes": 1,
    "memory": "2GB",
    # workers end by themselves before the system ends their jobs, not all at once, and are replaced
    "worker_extra_args": ["--lifetime", "50m", "--lifetime-stagger", "5m"],
    "scheduler_options": {"dashboard_address": None},
}


def workers(system: str, queue: str, account: str) -> JobQueueCluster:
    """A scheduler here, and no workers yet."""
    if system == "htcondor":
        return HTCondorCluster(**WORKER, disk="1GB", job_extra_directives={"+MaxRuntime": "3600"})
    return SLURMCluster(**WORKER, queue=queue, account=account, walltime="01:00:00")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=["htcondor", "slurm"])
    parser.add_argument("--jobs", type=int, default=100, help="at most; fewer while there is less to do")
    parser.add_argument("--queue", default="short")
    parser.add_argument("--account", default="belle2")
    parser.add_argument("--address-file", type=Path, default=Path("address"))
    parser.add_argument("--show", action="store_true")
    asked = parser.parse_args()
    with workers(asked.system, asked.queue, asked.account) as cluster:
        if asked.show:
            print(cluster.job_script())
            return
        cluster.adapt(minimum=0, maximum=asked.jobs)
        asked.address_file.write_text(cluster.scheduler_address)
        print(f"{cluster.scheduler_address}; end it with Ctrl-C", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            asked.address_file.unlink()


if __name__ == "__main__":
    main()
