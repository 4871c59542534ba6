"""The frame that the scripts of the page draw in, and the scripts themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from gloam.report.page.content import PageContent

__all__ = ["explorer", "scripts", "style"]

STYLES = ("uPlot.min.css", "page.css")
LIBRARY = "uPlot.iife.min.js"
SCRIPTS = ("arrays.js", "words.js", "charts.js", "scan.js", "fit.js", "planes.js", "details.js", "toys.js", "main.js")


def explorer(content: PageContent, more: Mapping[str, Any], statement: str) -> str:
    """The interactive sections and what their scripts read.

    Args:
        content: of the channels.
        more: "plane" and "toys", each None where there is none.
        statement: about the global p-value.
    """
    toys = more["toys"]
    parts = [
        _asset("explorer.html"),
        _asset("coupling.html") if more["plane"] is not None else "",
        _asset("toys.html").format(toys=f"{toys['toys']:,}", statement=escape(statement)) if toys is not None else "",
        _carried("run", "application/json", _json({**content.header, **more})),
        _carried("scan-arrays", "text/plain", content.scan),
        _carried("fit-arrays", "text/plain", content.fits),
    ]
    return "\n".join(filter(None, parts))


def _carried(name: str, kind: str, text: str) -> str:
    return f'<script id="{name}" type="{kind}">{text}</script>'


def _json(value: Mapping[str, Any]) -> str:
    """JSON in which nothing can end a script."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def style() -> str:
    """The style sheets."""
    return f"<style>{''.join(map(_asset, STYLES))}</style>"


def scripts() -> str:
    """The plotting library uPlot, and our scripts in a scope of their own."""
    ours = "\n".join(map(_asset, SCRIPTS))
    return f"<script>{_asset(LIBRARY)}</script>\n<script>'use strict';\n(() => {{\n{ours}\n}})();</script>"


def _asset(name: str) -> str:
    return files("gloam.report.page").joinpath("assets", name).read_text(encoding="utf-8")
