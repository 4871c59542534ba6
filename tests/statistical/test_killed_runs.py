"""A run that is killed at random moments and gone on with gives the files of one that never was."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gloam.store import content_hash

pytestmark = [
    pytest.mark.statistical,  # slow: it starts a dozen times
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]

KILLS = 10
CHANGING = {"date", "seconds"}


def command(out, *more):
    arguments = ["run", "cms_dimuon", "--toys", "3000", "--seed", "6", "--no-figures", "-q", "--out", str(out), *more]
    return [sys.executable, "-m", "gloam", *arguments]


def contents(directory):
    """The content hash of every file, but for dates and times."""
    found = {}
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".json":
            content = json.dumps(
                {key: each for key, each in json.loads(content).items() if key not in CHANGING}
            ).encode()
        found[str(path.relative_to(directory))] = content_hash([content.hex()])
    return found


def wait_for_workers(session):
    """Nothing if the workers of a killed command end by themselves."""
    for _ in range(600):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("workers of a killed command went on")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_ten_times_gives_the_same_files(tmp_path, workers):
    out, whole, random = tmp_path / "out", tmp_path / "whole", np.random.default_rng(workers)
    begin = time.monotonic()
    subprocess.run(command(whole), check=True)
    lasts = time.monotonic() - begin
    killed_in_toys = 0
    for _ in range(KILLS):
        before = len(list((out / "toys").glob("*.npz")))
        with subprocess.Popen(
            command(out, "--resume", "--workers", str(workers)), stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            if random.random() < 0.7:  # some time after the toys went on, else at any time from the start
                while process.poll() is None and len(list((out / "toys").glob("*.npz"))) == before:
                    time.sleep(0.01)
            time.sleep(random.uniform(0, 0.04) * lasts)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert process.returncode in (-signal.SIGKILL, 0)
        wait_for_workers(process.pid)
        killed_in_toys += (out / "toys").exists()
    assert killed_in_toys > KILLS / 2
    subprocess.run(command(out, "--resume", "--workers", str(workers)), check=True)
    assert contents(out) == contents(whole)
