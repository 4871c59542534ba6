"""What each cut leaves of simulated events, as tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

__all__ = ["CutFlows", "cut_flow_section"]

CutFlows = Mapping[str, Mapping[str, Any]]
"""By spectrum and sample, as `gloam.selection.cut_flow_dict` writes them."""


def cut_flow_section(flows: CutFlows) -> str:
    """The section of the page with a table for each spectrum; empty without flows.

    Cells are the part of the events that is left, in per cent of all that were generated; the last row of a
    background is its cross section after all cuts.
    """
    if not flows:
        return ""
    tables = "\n".join(f"<h3>{escape(name)}</h3>\n{_table(samples)}" for name, samples in flows.items())
    words = (
        "From simulation. Events left after each cut and all before it, in per cent of those generated, with the "
        "statistical error in the last row."
    )
    return f"<section>\n<h2>Cut flow</h2>\n<p>{words}</p>\n{tables}\n</section>"


def _table(samples: Mapping[str, Any]) -> str:
    """One row for each cut, one column for each sample."""
    names = list(samples)
    cuts = [each["cut"] for each in next(iter(samples.values()))["cuts"]]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = []
    for row, cut in enumerate(cuts):
        last = row == len(cuts) - 1
        cells = "".join(f"<td>{_part(samples[name]['cuts'][row], with_error=last)}</td>" for name in names)
        rows.append(f'<tr><th scope="row">{escape(cut)}</th>{cells}</tr>')
    body = f"<thead><tr><th></th>{head}</tr></thead>\n<tbody>\n{''.join(rows)}\n</tbody>"
    return f'<div class="scroll"><table>\n{body}\n</table></div>'


def _part(cut: Mapping[str, Any], *, with_error: bool) -> str:
    part, error = cut["total_efficiency"], cut["total_efficiency_error"]
    if part is None:
        return "-"
    return f"{100 * part:.3g} ± {100 * error:.1g}" if with_error else f"{100 * part:.3g}"
