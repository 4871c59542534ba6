"""The pages of the documentation as programs: their code blocks, in order, each page in a directory of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "benchmarks" / "README.md", *(ROOT / "docs").glob("*.md")])

RUN = {"sh", "python"}
"""Languages of blocks that are run."""

SHOWN = {"text"}
"""Languages of blocks that show output or formulas of files."""

BLOCK = re.compile(
    r"^(?P<hidden><!-- )?```(?P<info>[^\n]*)\n(?P<code>.*?)^```(?: -->)?$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        language: first word after the fence; "" for none.
        why_not: the reason why it is not run; "" for one that is.
        code: the text.
        line: of the fence, from 1.
    """

    language: str
    why_not: str
    code: str
    line: int

    @property
    def is_run(self) -> bool:
        """Whether a test executes it."""
        return self.language in RUN and not self.why_not


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page; those in comments, which prepare the others, too."""
    text = page.read_text(encoding="utf-8")
    found = []
    for each in BLOCK.finditer(text):
        language, _, rest = each["info"].strip().partition(" ")
        why_not = rest.partition("not-run:")[2].strip()
        found.append(Block(language, why_not, each["code"], text[: each.start()].count("\n") + 1))
    return [block for block in found if not block.language.startswith("{")]


def program(page: Path, directory: Path) -> str:
    """A shell script that runs the page; files of its Python code are written to a directory.

    A block of Python sees the names that those before it made.
    """
    lines, before = ["set -euo pipefail"], ""
    for block in blocks(page):
        if not block.is_run:
            continue
        if block.language == "sh":
            lines += [f"echo '== {page.name}:{block.line}' >&2", block.code.rstrip()]
            continue
        before += block.code
        source = directory / f"line_{block.line}.py"
        source.write_text(before, encoding="utf-8")
        lines += [f"echo '== {page.name}:{block.line}' >&2", f"python {source}"]
    return "\n".join(lines) + "\n"


def execute(page: Path, directory: Path, timeout: float = 1200.0) -> subprocess.CompletedProcess[str]:
    """The page, run in an empty directory with the gloam of this environment."""
    code, work = directory / "code", directory / "work"
    code.mkdir()
    work.mkdir()
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
        "GLOAM_BLIND": str(directory / "blind.json"),
        "GLOAM_CACHE": str(directory / "cache"),
        "GLOAM_REPOSITORY": str(ROOT),
        "MPLBACKEND": "agg",
    }
    command = ["bash", "-c", program(page, code)]
    return subprocess.run(
        command, cwd=work, env=environment, capture_output=True, text=True, check=False, timeout=timeout
    )
