"""`gloam new`: the package that it writes runs at once, and its own tests pass."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gloam.errors import InputError
from gloam.workflow.new_search import new_search

SOURCE = Path(__file__).parents[3] / "src"


def python(folder, *arguments):
    """Python, which finds the package by PYTHONPATH alone."""
    paths = os.pathsep.join([str(folder / "src"), str(SOURCE)])
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "dark_example"
    new_search("dark_example", folder)
    return folder


def test_it_runs_at_once(package):
    done = python(package, "-m", "gloam", "run", "dark_example", "--no-figures", "--json", "--out", "out")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["search"] == "dark_example"
    assert summary["data"]["kind"] == "pseudo"
    assert summary["max_excess"]["mass"] == pytest.approx(1.7, abs=0.01)
    assert summary["max_excess"]["z_local"] > 5
    assert [each["name"] for each in summary["systematics"]] == ["luminosity", "efficiency"]
    again = python(package, "-m", "gloam", "list", "--json")
    assert "dark_example" in [row["name"] for row in json.loads(again.stdout)]


def test_its_own_tests_pass(package):
    done = python(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_it_is_small_and_says_what_to_change(package):
    declaration = (package / "src" / "dark_example" / "__init__.py").read_text()
    assert len(declaration.splitlines()) < 80
    assert declaration.count("# ") > 10
    for command in ("gloam run dark_example", "gloam show dark_example", "pip install -e ."):
        assert command in (package / "README.md").read_text()


def test_it_can_be_installed(package, tmp_path):
    pytest.importorskip("wheel")  # setuptools before 70.1 needs it
    install = ("-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--target")
    done = python(package, *install, tmp_path / "to", ".")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "to" / "dark_example" / "events.npz").is_file()
    assert list((tmp_path / "to").glob("dark_example-*.dist-info"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Dark", "a letter first"), ("1dark", "a letter first"), ("dark-x", "a letter first"), ("", "a letter first"),
        ("class", "a letter first"), ("cms_dimuon", "not taken"), ("json", "not taken"), ("gloam", "not taken"),
    ],
)  # fmt: skip
def test_names_that_cannot_be(name, words, tmp_path):
    with pytest.raises(InputError, match=words):
        new_search(name, tmp_path / "new")


def test_nothing_is_written_over(package):
    with pytest.raises(InputError, match="something that is there"):
        new_search("dark_example", package)
