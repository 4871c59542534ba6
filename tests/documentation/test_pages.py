"""What the documentation shows can be run as it stands, and its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import PAGES, ROOT, RUN, SHOWN, blocks, execute

QUICK = {"start.md", "limits.md", "significance.md", "translation.md", "tutorial.md"}
"""Pages that take some seconds; the others are run by `make check-docs`."""

CODE = re.compile(r"```.*?```|(?<!\})`[^`]*`", re.DOTALL)
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")
DOC = re.compile(r"\{doc\}`(?:[^`<]*<)?(?P<name>[\w/-]+)>?`")


def by_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def run_page(page: Path, tmp_path: Path) -> None:
    done = execute(page, tmp_path)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_block_is_run_or_says_why_not(page):
    unknown = [block.line for block in blocks(page) if block.language not in RUN | SHOWN]
    assert not unknown, f"{by_name(page)}: blocks without a language at lines {unknown}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.name in QUICK], ids=by_name)
def test_a_page_runs_as_it_stands(page, tmp_path):
    assert any(block.is_run for block in blocks(page))
    run_page(page, tmp_path)


@pytest.mark.statistical
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.name not in QUICK and any(block.is_run for block in blocks(page))],
    ids=by_name,
)
def test_a_long_page_runs_as_it_stands(page, tmp_path):
    run_page(page, tmp_path)


def words(page: Path) -> str:
    """The text of a page without code."""
    return CODE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", words(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_links_inside_the_repository_lead_somewhere(page):
    text = words(page)
    broken = []
    for found in LINK.finditer(text):
        target = found["target"] or found["image"]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            broken.append(target)
    broken += [name for name in DOC.findall(text) if not (page.parent / f"{name}.md").is_file()]
    assert not broken


def test_every_page_is_in_the_table_of_contents():
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    listed = {
        line.strip() for tree in re.findall(r"```\{toctree\}(.*?)```", index, re.DOTALL) for line in tree.splitlines()
    }
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= listed, f"not in docs/index.md: {sorted(pages - listed)}"


@pytest.mark.parametrize("script", sorted((ROOT / "examples" / "notebooks").glob("*.py")), ids=lambda path: path.stem)
def test_a_notebook_runs_as_it_stands(script, tmp_path):
    """The scripts that `make notebooks` turns into notebooks."""
    environment = {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout
