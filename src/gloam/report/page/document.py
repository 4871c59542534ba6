"""The page of a run: one HTML file that needs no network, no other file, and for its text no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from gloam.arrays import FloatArray
from gloam.interpretation.exclusions import Plane
from gloam.report.channel import Channel, CountingChannel
from gloam.report.cut_flow import CutFlows, cut_flow_section
from gloam.report.page.content import page_content
from gloam.report.page.markup import explorer, scripts, style
from gloam.report.page.overlays import plane_content, toys_content
from gloam.report.rows import channel_rows
from gloam.report.statements import (
    cross_section_statement,
    data_statement,
    excess_statements,
    fits_statement,
    global_statement,
    limit_statement,
    nuisance_rows,
    published_statement,
    systematic_rows,
    systematics_statement,
    variants_statement,
)
from gloam.report.views import fit_view, largest_excess
from gloam.report.words import cross_section_in_words, mass_in_words
from gloam.report.writing import figure_stem
from gloam.store import write_atomically

__all__ = ["write_page"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""Nothing is loaded from anywhere: a browser refuses it."""

FIT = (
    "Data in its window with 68% Poisson intervals; the fit of signal and background, and the background of that fit. "
    "Below: the pulls, data minus fit over the square root of the expected variance."
)
SIGNIFICANCE = (
    "Signed local significance from the likelihood ratio of the fits with and without a signal (asymptotic, Wilks). "
    "Negative: fewer events than background alone. Neighbouring masses share events and are correlated; the number of "
    "masses looked at is not accounted for."
)
COUNTED_SIGNIFICANCE = (
    "Signed local significance from the probability of as many events or more (excesses) or as few or fewer (deficits) "
    "without a signal, the uncertainty of the background averaged over. 0 where neither is below one half: counts are "
    "whole numbers. Windows that overlap share events; the number of windows looked at is not accounted for."
)
COUNTS = (
    "Events in each window with 68% Poisson intervals, and the background expected in it with its uncertainty. "
    "Windows that overlap share events."
)
PLANE = "The data in the plane of the two observables, and the window of the largest excess."
VARIANTS = (
    "Local significance and upper limit of each variant of the background model, the nominal one, and what is quoted: "
    "the smallest significance and the least stringent limit."
)
NUISANCES = (
    "Nuisance parameters in the fit at the largest excess: fitted value and error in units of the declared uncertainty "
    "(an error of 1: the data say nothing about it), and what each does to the result."
)
FILES = {
    "summary.json": "the results in one document",
    "scan.csv": "every hypothesis: yield, error, local significance, window, status of the fit",
    "limits.csv": "upper limits, observed and expected",
    "variants.csv": "yield, significance and limit of each hypothesis in each background variant",
    "nuisances.csv": "pull of each nuisance parameter and its effect on yield and limit, at some masses",
    "spectrum.json": "the spectra (UHI)",
    "fits.npz": "parameters and covariances of all fits",
    "toys.npz": "the largest significance of each toy, with its mass",
    "cut_flow.json": "what each cut left of simulated events, with errors",
    "declaration.json": "what was asked for, with the tables that were named",
    "provenance.json": "versions, engine, seed, hashes, date",
}


def write_page(
    summary: Mapping[str, Any],
    channels: Sequence[Channel],
    figures: Iterable[Path],
    path: Path,
    *,
    provenance: Mapping[str, Any] | None = None,
    plane: Plane | None = None,
    toys: FloatArray | None = None,
    cut_flows: CutFlows | None = None,
) -> Path:
    """The path of the page, written whole or not at all.

    Args:
        summary: what is in `summary.json`.
        channels: the fits and limits of each channel.
        figures: files of `write_figures`; the PNG are shown and carried in the page, the PDF are linked.
        path: of the page, in the directory of the run. Files of the run that lie beside it are listed.
        provenance: what is in `provenance.json`.
        plane: published exclusions, which are shown with the limits on the coupling where there are some.
        toys: the largest significance of each toy of the whole run, shape (t,).
        cut_flows: what is in `cut_flow.json`.
    """
    shown = {figure.stem: figure for figure in figures if figure.suffix == ".png"}
    title = str(summary.get("title") or f"Mass scan: {summary.get('search') or 'without a name'}")
    sections = [
        f"<h1>{escape(title)}</h1>",
        _in_words(summary, channels),
        _interactive(summary, channels, plane, toys),
        _table(channels, summary),
        _systematics(summary),
        cut_flow_section(cut_flows or {}),
        _for_a_paper(channels, shown, path),
        _notes(summary),
        _files(shown, path),
        _provenance(provenance),
    ]
    body = "\n".join(filter(None, sections))
    document = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>gloam: {escape(title)}</title>\n{style()}\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n{scripts()}\n</body>\n</html>\n"
    )
    return write_atomically(path, lambda stream: stream.write(document.encode()))


def _interactive(
    summary: Mapping[str, Any], channels: Sequence[Channel], plane: Plane | None, toys: FloatArray | None
) -> str:
    """Curves, fits, the plane of the coupling and the toys, drawn by scripts; hidden without them and on paper."""
    content = page_content(channels)
    excess = (summary.get("max_excess") or {}).get("z_local")
    limited = any(limit["key"] == "coupling" for each in content.header["channels"] for limit in each["limits"])
    more = {
        "plane": plane_content(plane) if plane is not None and limited else None,
        "toys": None if toys is None else toys_content(toys, excess),
    }
    return explorer(content, more, global_statement(summary))


def _for_a_paper(channels: Sequence[Channel], shown: Mapping[str, Path], path: Path) -> str:
    """The figures as they are written to files, folded away where scripts draw interactive ones."""
    parts = [_overview(shown, path), _coupling(shown, path), *(_channel(channel, shown, path) for channel in channels)]
    body = "\n".join(filter(None, parts))
    return f'<details open class="paper">\n<summary>Figures for a paper</summary>\n{body}\n</details>'


def _systematics(summary: Mapping[str, Any]) -> str:
    """The table of the systematic uncertainties that were declared."""
    rows = systematic_rows(summary)
    if not rows:
        return ""
    caption = "Systematic uncertainties, relative to what they act on; what each does to a result is with the fit."
    heads = ("Uncertainty", "Signal", "Background", "Resolution", "Constraint")
    return f"<section>\n<h2>Systematic uncertainties</h2>\n{_rows(caption, heads, rows)}\n</section>"


def _in_words(summary: Mapping[str, Any], channels: Sequence[Channel]) -> str:
    statements = [
        fits_statement(summary, channels),
        *excess_statements(summary),
        global_statement(summary),
        limit_statement(summary, channels),
        cross_section_statement(channels),
        *map(variants_statement, channels),
        systematics_statement(summary),
        published_statement(summary),
    ]
    return (
        f'<p class="data">{escape(data_statement(summary))}</p>\n'
        f"<section>\n<h2>In words</h2>\n{_list(filter(None, statements))}\n</section>"
    )


def _overview(shown: Mapping[str, Path], path: Path) -> str:
    if "overview" not in shown:
        return ""
    caption = (
        "For each channel, above: the data in the window of the largest excess, the fit of signal and background and "
        "the background of that fit. Below: the signed local significance of each mass."
    )
    return _figure(shown["overview"], "Overview: fits at the largest excess and local significance", caption, path)


def _coupling(shown: Mapping[str, Path], path: Path) -> str:
    if "coupling" not in shown:
        return ""
    caption = (
        "Upper limits on the coupling, ours in red, and what others have excluded, each at its own confidence level. "
        "On pseudo-data ours is the expected limit."
    )
    return _figure(shown["coupling"], "Mass and coupling", caption, path)


def _table(channels: Sequence[Channel], summary: Mapping[str, Any]) -> str:
    rows = channel_rows(channels)
    heads = "".join(f'<th scope="col">{escape(channel.title)}</th>' for channel in channels)
    body = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for name, cells in rows.items()
    )
    caption = f"What was scanned, and what was found. {escape(data_statement(summary))}"
    return (
        '<section>\n<h2>Channels</h2>\n<div class="scroll"><table>\n'
        f"<caption>{caption}</caption>\n<thead><tr><td></td>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n"
        "</table></div>\n</section>"
    )


def _channel(channel: Channel, shown: Mapping[str, Path], path: Path) -> str:
    parts = [f"<section>\n<h2>{escape(channel.title)}</h2>"]
    if largest_excess(channel.z_local) is None:
        parts.append("<p>No hypothesis of this channel has a significance.</p>")
    for kind, (name, caption) in _captions(channel).items():
        picture = shown.get(figure_stem(channel, kind))
        if picture is not None:
            parts.append(_figure(picture, f"{channel.title}: {name}", caption, path))
    parts.append(_nuisances(channel))
    return "\n".join([*filter(None, parts), "</section>"])


def _nuisances(channel: Channel) -> str:
    """The table of the nuisance parameters at the largest excess."""
    rows = nuisance_rows(channel)
    if not rows:
        return ""
    heads = ("Uncertainty", "Pull", "One standard deviation moves the yield by", "It raises the limit by")
    return _rows(NUISANCES, heads, rows)


def _rows(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose rows begin with their names."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for name, *cells in rows
    )
    return (
        f'<div class="scroll"><table>\n<caption>{escape(caption)}</caption>\n'
        f"<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _captions(channel: Channel) -> dict[str, tuple[str, str]]:
    limited = cross_section_in_words(channel.factors) if channel.factors.complete else "signal yield"
    convention = f"{limit_statement({}, [channel])} {cross_section_statement([channel])}".strip()
    if isinstance(channel, CountingChannel):
        return {
            "counts": ("what was counted", PLANE if channel.is_plane else COUNTS),
            "significance": ("local significance", COUNTED_SIGNIFICANCE),
            "limit": (f"upper limits on the {limited}", convention),
            "coupling": ("upper limits on the coupling of the model", "At the two masses of each window."),
        }
    captions = {
        "significance": ("local significance against mass", SIGNIFICANCE),
        "limit": (f"upper limits on the {limited}", convention),
    }
    row = largest_excess(channel.z_local)
    if row is None:
        return captions
    if channel.variants is not None:
        captions["variants"] = ("background variants around the largest excess", VARIANTS)
    merged = fit_view(channel.result, row).merged
    bins = f"Up to {merged} bins are merged for display; the fit used them one by one." if merged > 1 else ""
    caption = f"The hypothesis of {mass_in_words(channel.result, row)}. {FIT} {bins}".strip()
    return {"fit": ("spectrum and fit at the largest excess", caption)} | captions


def _figure(picture: Path, name: str, caption: str, path: Path) -> str:
    pdf = picture.with_suffix(".pdf")
    link = ""
    if pdf.is_file() and pdf.is_relative_to(path.parent):
        link = f' <a href="{escape(pdf.relative_to(path.parent).as_posix())}">PDF</a>.'
    content = b64encode(picture.read_bytes()).decode()
    return (
        f'<figure>\n<img alt="{escape(name)}" src="data:image/png;base64,{content}">\n'
        f"<figcaption><strong>{escape(name)}.</strong> {escape(caption)}{link}</figcaption>\n</figure>"
    )


def _notes(summary: Mapping[str, Any]) -> str:
    notes = summary.get("notes") or []
    if isinstance(notes, Mapping):
        notes = [f"{name}: {note}" for name, note in notes.items()]
    elif isinstance(notes, str):
        notes = [notes]
    return f"<section>\n<h2>Notes</h2>\n{_list(map(str, notes))}\n</section>" if notes else ""


def _files(shown: Mapping[str, Path], path: Path) -> str:
    items = [
        f'<li><a href="{name}"><code>{name}</code></a>: {meaning}</li>'
        for name, meaning in FILES.items()
        if (path.parent / name).is_file()
    ]
    if shown:
        items.append(f"<li>{len(shown)} figures, each as PNG and PDF</li>")
    return "\n".join(["<section>\n<h2>Files</h2>\n<ul>", *items, "</ul>\n</section>"]) if items else ""


def _provenance(provenance: Mapping[str, Any] | None) -> str:
    if not provenance:
        return ""
    items = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in _flat(provenance).items())
    return f"<section>\n<h2>Provenance</h2>\n<dl>\n{items}\n</dl>\n</section>"


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Nested mappings with their keys joined, everything as text."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{key}: ")
        else:
            flat[f"{before}{key}"] = "none" if value is None else str(value)
    return flat


def _list(items: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in items) + "\n</ul>"
