"""What the Python declarations of DARKCAST say about a limit, read without running them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from gloam.errors import InputError

__all__ = ["DarkcastDeclaration", "read_declaration"]


@dataclass(frozen=True, slots=True)
class DarkcastDeclaration:
    """One limit as DARKCAST declares it (arXiv:1801.04847).

    Attributes:
        notes: where the numbers come from and what they hold for.
        title: of the paper; "" if it is not given, here and below.
        eprint: arXiv identifier.
        year: of the paper.
        model: that the limit was set on.
        decay: final states.
        table: name of the `.lmt` file.
    """

    notes: str
    title: str
    eprint: str
    year: str
    model: str
    decay: tuple[str, ...]
    table: str


def read_declaration(text: str, name: str = "a declaration") -> DarkcastDeclaration:
    r"""The declaration in a Python file of DARKCAST; nothing of it is executed.

    Args:
        text: content of the file.
        name: of the file, for messages.

    Raises:
        InputError: if it is no Python, or declares no bounds.

    Example:
        >>> text = 'notes = "Figure 4."\nbounds = darkcast.Dataset("limits/X.lmt")\ndecay = ["e_e", "mu_mu"]\n'
        >>> found = read_declaration(text)
        >>> found.table, found.decay
        ('X.lmt', ('e_e', 'mu_mu'))
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as fault:
        raise InputError(f"read {name}", f"line {fault.lineno}: {fault.msg}", "a Python file", "check it") from None
    assigned = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    bounds = _first_text(assigned.get("bounds"))
    if not bounds:
        raise InputError(f"read {name}", "no bounds", 'bounds = darkcast.Dataset("...")', "give a limit of DARKCAST")
    entry = _text(assigned.get("bibtex"))
    return DarkcastDeclaration(
        " ".join(_text(assigned.get("notes")).split()), _field(entry, "title"), _field(entry, "eprint"),
        _field(entry, "year"), _first_text(assigned.get("model")), _texts(assigned.get("decay")),
        bounds.rpartition("/")[2],
    )  # fmt: skip


def _texts(node: ast.expr | None) -> tuple[str, ...]:
    if isinstance(node, (ast.List, ast.Tuple)):
        return tuple(_text(each) for each in node.elts)
    return (_text(node),) if _text(node) else ()


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _first_text(node: ast.expr | None) -> str:
    """The first argument of a call."""
    return _text(node.args[0]) if isinstance(node, ast.Call) and node.args else ""


def _field(entry: str, name: str) -> str:
    """A field of a BibTeX entry, its braces left out."""
    found = re.search(rf"\b{name}\s*=\s*\"(.*?)\"\s*[,}}]", entry, re.DOTALL)
    return " ".join(found[1].replace("{", "").replace("}", "").split()) if found else ""
