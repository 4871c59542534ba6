"""The layout of the package: layers, names, what an import costs, what the files say."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "gloam"
MODULES = sorted(PACKAGE.rglob("*.py"))

VAGUE_NAMES = {"common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}

# Where a library may be imported, as rooms; everywhere else it may not.
CONFINED = {
    "click": {"cli"},
    "iminuit": {"benchmarking"},
    "jax": {"training"},
    "matplotlib": {"report"},
    "mplhep": {"report"},
    "numba": {"benchmarking"},
    "onnx": {"selection"},
    "pyhf": {"benchmarking", "export"},
}

HEAVY = ["awkward", "boost_histogram", "matplotlib", "pydantic", "scipy", "uproot"]

PRIVATE_PLACES = re.compile(
    r"(?<![\w.])/(?:home|root|tmp|work|Users|mnt)/\w"  # a path on somebody's machine
    r"|\.\./shared\b"  # a folder outside the repository
)


def imported_modules(tree: ast.Module, package: str) -> list[str]:
    """The names a module imports, absolute, at any depth; `from a import b` gives `a.b`.

    Imports for type checkers count too. `package` is what relative imports start from.
    """
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                start = ".".join(parents[: len(parents) - node.level + 1])
                base = f"{start}.{base}" if base else start
            names += [f"{base}.{alias.name}" for alias in node.names]
    return names


def imports_of(path: Path) -> list[str]:
    package = ".".join(path.relative_to(SOURCE).parent.parts)
    return imported_modules(ast.parse(path.read_text(encoding="utf-8")), package)


def is_module(dotted: str) -> bool:
    path = SOURCE.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imports_root(name: str) -> bool:
    """Whether an import needs the package root itself: `gloam`, or `gloam.x` where x is no module."""
    parts = name.split(".")
    return name == "gloam" or (parts[0] == "gloam" and len(parts) == 2 and not is_module(name))


def tracked_text_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    found = [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in found if b"\0" not in path.read_bytes()[:8192]]


def test_layers_are_kept() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def test_every_room_on_the_architecture_page_has_its_layer() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [set(re.findall(r"\w+", layer)) - {"__main__"} for layer in contract["layers"]]
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("## The rooms")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    drawn = [room for row in rows for room in re.findall(r"`(\w+)`", row)]
    position = {room: number for number, layer in enumerate(layers) for room in layer}
    assert sorted(drawn) == sorted(position)
    assert [position[room] for room in drawn] == sorted(position.values())


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import gloam", True),
        ("from gloam import scan_of_no_module", True),
        ("from .. import scan_of_no_module", True),
        ("def late():\n    import gloam", True),
        ("from gloam import errors", False),
        ("import gloam.errors", False),
        ("from gloam.errors import InputError", False),
        ("from ..errors import InputError", False),
    ],
)
def test_imports_of_the_root_are_recognised(code: str, found: bool) -> None:
    assert any(imports_root(name) for name in imported_modules(ast.parse(code), "gloam.fit")) is found


def test_no_module_imports_the_package_root() -> None:
    inside = [path for path in MODULES if path != PACKAGE / "__init__.py"]
    assert len(inside) > 1
    assert not [
        f"{path.relative_to(SOURCE)}: {name}" for path in inside for name in imports_of(path) if imports_root(name)
    ]


def test_names_say_what_a_module_is_about() -> None:
    parts = {part.strip("_") for path in MODULES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert "gloam" in parts
    assert not parts & VAGUE_NAMES


@pytest.mark.parametrize(("library", "rooms"), CONFINED.items())
def test_a_library_stays_in_its_rooms(library: str, rooms: set[str]) -> None:
    users = {
        path.relative_to(PACKAGE).with_suffix("").parts[0]
        for path in MODULES
        if any(name.split(".")[0] == library for name in imports_of(path))
    }
    assert users <= rooms


def test_importing_gloam_is_light() -> None:
    code = "import sys; before = set(sys.modules); import gloam; print(*(set(sys.modules) - before))"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "gloam" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /ho" + "me/ada/data.csv", True),
        ("open('/tm" + "p/x.csv')", True),
        ("read .." + "/shared/x", True),
        ("https://example.org/home/paper", False),
        ("src/gloam/mnt/flow", False),
        ("#!/usr/bin/env bash", False),
    ],
)
def test_private_places_are_recognised(text: str, found: bool) -> None:
    assert (PRIVATE_PLACES.search(text) is not None) is found


def test_files_speak_of_the_project_alone() -> None:
    files = tracked_text_files()
    assert ROOT / "pyproject.toml" in files
    faults = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PRIVATE_PLACES.search(line)
    ]
    assert not faults, "\n".join(faults)
