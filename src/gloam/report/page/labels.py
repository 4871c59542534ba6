"""Labels of figures as plain text: what matplotlib typesets, in Unicode, for the scripts of the page."""

from __future__ import annotations

import re
from unicodedata import lookup

__all__ = ["without_mathematics"]

SYMBOLS = {
    "varepsilon": "GREEK SMALL LETTER EPSILON", "ell": "SCRIPT SMALL L", "times": "MULTIPLICATION SIGN",
    "to": "RIGHTWARDS ARROW", "rightarrow": "RIGHTWARDS ARROW", "pm": "PLUS-MINUS SIGN", "sqrt": "SQUARE ROOT",
    "prime": "PRIME", "ast": "ASTERISK",
}  # fmt: skip
"""Commands that are no Greek letters, by the names of their characters."""
DIGITS = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
RAISED = {str(i): lookup(f"SUPERSCRIPT {digit}") for i, digit in enumerate(DIGITS)}
RAISED |= {"+": lookup("SUPERSCRIPT PLUS SIGN"), "-": lookup("SUPERSCRIPT MINUS"), "*": "*"}


def without_mathematics(label: str) -> str:
    r"""The label with its $mathematics$ as plain characters; a subscript stands in brackets.

    Example:
        >>> without_mathematics(r"$m_{\mu\mu}$ [GeV]"), without_mathematics(r"$M^2_\mathrm{rec}$ [GeV$^2$]")
        ('m(μμ) [GeV]', 'M²(rec) [GeV²]')
    """
    return "".join(_plain(part) if number % 2 else part for number, part in enumerate(label.split("$")))


def _plain(formula: str) -> str:
    text = re.sub(r"\\(?:mathrm|mathbf|mathit|mathcal|text|rm|bar|hat|tilde|vec)\s*\{([^{}]*)\}", r"{\1}", formula)
    text = re.sub(r"\\([A-Za-z]+)\s?", lambda found: _symbol(found[1]), text)
    text = re.sub(r"\\[,;:! ]", "", text)
    text = re.sub(r"_(?:\{+([^{}]*)\}+|(\S))", lambda found: f"({found[1] or found[2]})", text)
    text = re.sub(r"\^(?:\{([^{}]*)\}|(\S))", _raised, text)
    return text.replace("{", "").replace("}", "")


def _symbol(command: str) -> str:
    """The character of a command, a Greek letter in most cases; nothing for one without a character."""
    greek = f"GREEK {'CAPITAL' if command[0].isupper() else 'SMALL'} LETTER {command.upper()}"
    try:
        return lookup(SYMBOLS.get(command, greek))
    except KeyError:
        return ""


def _raised(found: re.Match[str]) -> str:
    above = found[1] or found[2]
    return "".join(RAISED[each] for each in above) if set(above) <= RAISED.keys() else f"^{above}"
