"""How the page of a run looks: on screens light and dark, and on paper."""

from __future__ import annotations

__all__ = ["STYLESHEET"]

STYLESHEET = """
:root { color-scheme: light dark; --text: #1a1a1a; --soft: #5b6068; --back: #ffffff; --line: #d5d8dd; --tint: #f4f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e6ea; --soft: #a4a9b3; --back: #16181c; --line: #3a3e46; --tint: #20232a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.25rem 4rem; background: var(--back); color: var(--text);
       font: 16px/1.55 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; border-bottom: 1px solid var(--line); padding-bottom: 0.25rem; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 0.4rem; }
p, ul, dl { max-width: 48rem; }
.data { font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.75rem 0; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.4rem; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.9rem 0.35rem 0;
         border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--line); }
td { min-width: 6.5rem; }
tbody th { font-weight: 600; white-space: nowrap; }
figure { margin: 1.25rem 0 2rem; }
figure img { display: block; max-width: 100%; height: auto; background: #ffffff; border-radius: 4px; padding: 0.5rem; }
figcaption { color: var(--soft); font-size: 0.92rem; max-width: 48rem; margin-top: 0.5rem; }
dt { font-weight: 600; }
dd { margin: 0 0 0.4rem 1.2rem; }
code { font: 0.9em ui-monospace, Consolas, Menlo, monospace; background: var(--tint); padding: 0.05em 0.3em;
       border-radius: 3px; overflow-wrap: anywhere; }
a { color: inherit; }
@media print {
  :root { --text: #000; --soft: #333; --back: #fff; --line: #bbb; --tint: #fff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  figure, table, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
"""
