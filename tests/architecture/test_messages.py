"""Every message of exit code 2 is in a test: some words of it are looked for there, or it is on a list that shrinks.

That a test looks for words says little where these are common ones. Which messages are really made is recorded by
`MESSAGES_TO=FILE pytest ...`, which adds the place of each to a file (tests/conftest.py).
"""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "gloam"
UNTESTED = Path(__file__).with_name("untested_messages.txt")
LEAST = 8
"""Letters that a test has to look for: shorter words are in too many messages."""

MOST_LISTED = 52

ERRORS = {"InputError", "DegenerateFitError"}


def literal_text(node: ast.AST) -> list[str]:
    """The texts in an expression, without what is filled in."""
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def assigned_texts(function: ast.AST) -> dict[str, list[str]]:
    """The texts that local names stand for."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(names)
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).extend(literal_text(value))
    return found


def sites_of(path: Path) -> list[tuple[str, list[str]]]:
    """Each place in a module that makes a message: the module and function, and the texts of the message."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = path.relative_to(PACKAGE).with_suffix("").as_posix()
    found = []

    def visit(node: ast.AST, names: tuple[str, ...], local: dict[str, list[str]]) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = (*names, node.name)
            local = assigned_texts(node) if isinstance(node, ast.FunctionDef) else local
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
            texts = [text for argument in node.args for text in literal_text(argument)]
            used = [each.id for argument in node.args for each in ast.walk(argument) if isinstance(each, ast.Name)]
            texts += [text for name in used for text in local.get(name, [])]
            found.append((f"{module}:{'.'.join(names)}", texts))
        for child in ast.iter_child_nodes(node):
            visit(child, names, local)

    visit(tree, (), {})
    return found


@cache
def looked_for() -> frozenset[str]:
    """What tests look for: their texts, those of patterns in the pieces between the parts that may be anything."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for text in literal_text(ast.parse(path.read_text(encoding="utf-8"))):
            if len(text) < 300:
                pieces = re.split(r"\.\*\??|\.\+|\(\?[a-z=]+\)?|[|()]", text) if re.search(r"[\\*|]", text) else [text]
                found |= {re.sub(r"\\(.)", r"\1", piece).strip().lower() for piece in pieces}
    return frozenset(text for text in found if len(text) >= LEAST and re.search("[a-z]{3}", text))


def is_tested(texts: list[str]) -> bool:
    whole = [text.lower() for text in texts if len(text) >= LEAST]
    return any(words in text for words in looked_for() for text in whole)


def untested() -> Counter[str]:
    sites = [site for path in sorted(PACKAGE.rglob("*.py")) for site in sites_of(path)]
    return Counter(place for place, texts in sites if not is_tested(texts))


def listed() -> Counter[str]:
    lines = (line.split() for line in UNTESTED.read_text().splitlines() if line and not line.startswith("#"))
    return Counter({place: int(number) for place, number in lines})


def test_messages_are_found_and_so_are_those_without_a_test() -> None:
    sites = dict(sites_of(PACKAGE / "blinding" / "registry.py"))
    assert is_tested(sites["blinding/registry:_read"])
    assert not is_tested(["-".join("nobody looks for this")])


def test_every_message_is_in_a_test_or_on_the_list() -> None:
    missing = untested() - listed()
    assert not missing, f"messages without a test (write one that looks for its words): {dict(missing)}"


def test_the_list_does_not_grow() -> None:
    assert sum(listed().values()) <= MOST_LISTED, "write a test, or take out what has one"
