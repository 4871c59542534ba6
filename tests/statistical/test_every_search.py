"""Every search that `gloam list` names runs by itself within three minutes and 3 GB, and none of its results fails."""

import runpy
from pathlib import Path

import pytest

from gloam.searches import search_names

pytestmark = pytest.mark.statistical

BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "searches.py"))


@pytest.mark.parametrize("name", search_names())
def test_a_search_runs_within_its_means(name, tmp_path):
    """Time of the processor, which does not depend on what else the machine does; figures and page included."""
    found = BENCHMARK["measured"](name, tmp_path)
    assert found.failed == 0
    assert found.summary["n_hypotheses"] > 0
    assert found.seconds < BENCHMARK["MOST_SECONDS"]
    assert found.gigabytes < BENCHMARK["MOST_GIGABYTES"]
    assert BENCHMARK["row"](found).startswith(f"| `{name}` |")
