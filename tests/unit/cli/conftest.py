"""The command line called in this process, and files to scan."""

import json
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gloam.cli import main


@dataclass
class Outcome:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


@pytest.fixture
def gloam(capsys, monkeypatch, tmp_path) -> Callable[..., Outcome]:
    """Call a command in an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("GLOAM_CACHE", str(tmp_path / "cache"))
    handler, root = signal.getsignal(signal.SIGTERM), logging.getLogger()
    handlers = root.handlers[:]

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        code = stop.value.code
        return Outcome(code if isinstance(code, int) else 0, *capsys.readouterr())

    yield call
    signal.signal(signal.SIGTERM, handler)
    root.handlers[:] = handlers


@pytest.fixture(scope="session")
def values() -> np.ndarray:
    random = np.random.default_rng(5)
    return np.concatenate([random.uniform(9.0, 9.7, 4000), random.normal(9.46, 0.05, 400)])


@pytest.fixture(scope="session")
def events(values, tmp_path_factory) -> Path:
    """A CSV of 4400 events with a peak at 9.46 GeV."""
    path = tmp_path_factory.mktemp("data") / "events.csv"
    path.write_text("run,M\n" + "".join(f"1,{value:.6f}\n" for value in values))
    return path


@pytest.fixture
def scan(gloam, events) -> Callable[..., Outcome]:
    """Scan the events, with some options changed; None leaves an option out."""

    def call(*more: object, source: object = events, **changes: object) -> Outcome:
        options = {
            "column": "M",
            "range": (9.0, 9.7),
            "width": 0.05,
            "background": "polynomial:1",
            "out": "out",
        } | changes
        arguments: list[object] = []
        for name, value in options.items():
            if value is not None:
                arguments += [f"--{name.replace('_', '-')}", *(value if isinstance(value, tuple) else (value,))]
        return gloam("scan", source, *arguments, "--no-figures", *more)

    return call
