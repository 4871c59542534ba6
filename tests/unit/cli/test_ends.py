"""How commands end that do not end well: stopped by a signal, or by a fault of ours."""

import contextlib
import signal
import subprocess
import sys
import time

import pytest

# says on standard error when the fits have begun
READY = """
import sys
import gloam.scans.fits as fits
work = fits.map_batches
def begun(*arguments):
    print("begun", file=sys.stderr, flush=True)
    work(*arguments)
fits.map_batches = begun
from gloam.cli import main
main(sys.argv[1:])
"""

FAULT = """
import sys
import gloam.scans.fits as fits
def broken(*arguments):
    raise ZeroDivisionError("inside the engine")
fits.map_batches = broken
from gloam.cli import main
main(sys.argv[1:])
"""


@pytest.fixture
def arguments(events, tmp_path):
    return [
        "scan", str(events), "--column", "M", "--range", "9", "9.7", "--width", "0.05", "--background", "polynomial:1",
        "--no-figures", "--out", str(tmp_path / "out"),
    ]  # fmt: skip


def stopped(process, number):
    """What it wrote after the signal; sent again, as a person would do.

    About one in two hundred is lost where NumPy looks up attributes of an enum and discards what is raised there.
    """
    for _ in range(3):
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=4)
    process.kill()
    pytest.fail("three signals did not stop the scan")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupt", "terminate"])
def test_a_signal_stops_a_long_scan(arguments, number, threads, tmp_path):
    """Half a million hypotheses take about half a minute."""
    command = [sys.executable, "-c", READY, *arguments, "--step", "1.4e-6", "--threads", threads]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == "begun\n"
        time.sleep(0.2)
        out, err = stopped(process, number)
    assert process.returncode == 3
    assert not out
    assert err.strip().startswith("gloam: stopped.")
    assert err.strip().count("\n") == 0
    assert not (tmp_path / "out").exists()


def test_a_fault_of_ours_says_so(arguments):
    done = subprocess.run([sys.executable, "-c", FAULT, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("gloam: a fault of ours: ZeroDivisionError: inside the engine.")
    assert "--debug" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_where_a_fault_is(arguments):
    command = [sys.executable, "-c", FAULT, *arguments, "--debug"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" in done.stderr
    assert "in broken" in done.stderr


def test_debug_shows_where_input_is_refused_and_keeps_the_exit_code(arguments):
    command = [sys.executable, "-m", "gloam", *arguments, "--level", "1.5", "--debug"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" in done.stderr
    assert "level of the limit: got 1.5" in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
