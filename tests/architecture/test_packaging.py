"""What is installed is what is in the source tree, and what the locks promise."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, set[str]]:
    """The versions of each package in a lock; several where they depend on the version of Python."""
    versions: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8").splitlines():
        if pinned := re.match(r"([a-z0-9-]+)==(\S+)", line):
            versions.setdefault(pinned[1], set()).add(pinned[2])
    return versions


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in requirements}


def test_the_wheel_ships_every_file_of_the_package(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("gloam-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if name.startswith("gloam/")}
    source = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "gloam").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    library = "gloam/kernel/liblanes.so"  # compiled for the wheel, and perhaps beside the source too
    assert "gloam/py.typed" in shipped
    assert shipped - {library} == source - {library}
    assert (library in shipped) == ("none-any" not in wheel.name)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    base = names(PROJECT["project"]["dependencies"]) | names(PROJECT["build-system"]["requires"])
    extras = [
        entry for key, extra in PROJECT["project"]["optional-dependencies"].items() for entry in extra if key != "all"
    ]
    test = names([entry for entry in groups["test"] if isinstance(entry, str)]) | names(extras)
    assert base <= locked("base").keys()
    assert base | test <= locked("test").keys()
    assert groups["build"] == PROJECT["build-system"]["requires"]


@pytest.mark.parametrize("other", ["test", "peers", "docs"])
def test_all_environments_run_the_same_versions_of_the_base(other: str) -> None:
    base = locked("base")
    assert {name: versions for name, versions in locked(other).items() if name in base} == base


@pytest.mark.parametrize(("name", "heavy"), [("base", {"jax", "onnx", "pythia8mc"}), ("test", set())])
def test_what_an_environment_must_not_bring(name: str, heavy: set[str]) -> None:
    assert not ({"numba", "tensorflow", "torch"} | heavy) & locked(name).keys()


@pytest.mark.parametrize("name", ["base", "test", "peers", "docs"])
def test_a_lock_has_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    pinned = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    assert all("--hash=sha256:" in entry for entry in pinned)
    assert "://" not in text
    assert "/" not in text
