"""The public names: which there are, what they are, what importing them costs."""

import doctest
import inspect
import os
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

import gloam

NAMES = [
    "CrystalBall",
    "Gaussian",
    "Grid",
    "InputError",
    "Mixture",
    "Polynomial",
    "ScanResult",
    "Spectrum",
    "Table",
    "UpperLimits",
    "__version__",
    "global_significance",
    "load_search",
    "read_spectrum",
    "run",
    "scan",
    "upper_limits",
]
ROOMS = {path.stem for path in Path(gloam.__file__).parent.iterdir() if not path.name.startswith("_")}


def test_the_names_are_pinned():
    assert gloam.__all__ == NAMES
    assert dir(gloam) == NAMES
    assert {"__version__", *gloam._HOME} == set(NAMES)


def test_no_name_is_that_of_a_room():
    assert {"scans", "models", "statistics", "errors"} <= ROOMS
    assert not set(NAMES) & ROOMS


def test_version():
    assert gloam.__version__ == version("gloam")


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"__version__"}))
def test_a_name_is_public_where_it_is_at_home(name):
    home = import_module(gloam._HOME[name])
    assert getattr(gloam, name) is getattr(home, name)
    assert name in home.__all__
    assert getattr(gloam, name).__name__ == name


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"__version__"}))
def test_a_name_is_documented(name):
    documented = inspect.getdoc(getattr(gloam, name))
    assert documented
    assert documented.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("name", ["load_search", "read_spectrum", "run", "scan"])
def test_a_function_has_an_example_with_its_answer(name):
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(getattr(gloam, name)))
    assert any(example.want for example in examples)


def test_upper_limits_has_an_example():
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(gloam.upper_limits))
    assert any(example.want for example in examples)


def test_verbs_stay_callable_whatever_is_imported():
    for module in (
        "gloam.workflow.run",
        "gloam.workflow.scan",
        "gloam.statistics.limits",
        "gloam.cli.run",
        "gloam.cli.scan",
    ):
        import_module(module)
    for name in ("run", "scan", "upper_limits", "load_search", "read_spectrum"):
        assert inspect.isfunction(getattr(gloam, name)), name
    workflow = import_module("gloam.workflow")
    for name in workflow.__all__:
        assert callable(getattr(workflow, name)), name


def test_what_is_not_there():
    with pytest.raises(AttributeError, match="module 'gloam' has no attribute 'toys'"):
        _ = gloam.toys


def fresh(code):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTHONWARN"))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.split()


def test_importing_gloam_imports_no_numpy():
    loaded = fresh("import sys; old = set(sys.modules); import gloam; print(*(set(sys.modules) - old))")
    assert "gloam" in loaded
    assert not {"numpy", "scipy", "click", "pydantic"} & set(loaded)


def test_importing_gloam_takes_no_time():
    measure = "import time; start = time.perf_counter(); import gloam; print(time.perf_counter() - start)"
    assert min(float(fresh(measure)[0]) for _ in range(3)) < 0.1


def test_help_needs_no_numpy():
    shown = fresh("import sys; from gloam.cli import cli; cli.main(['-h'], standalone_mode=False); print(*sys.modules)")
    assert "Usage:" in shown
    assert "numpy" not in shown


def test_a_star_import_gives_all_names():
    code = "from gloam import *; print(callable(run), callable(scan), __version__)"
    assert fresh(code) == ["True", "True", version("gloam")]
