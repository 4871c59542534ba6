"""The page in a real browser: what is clicked is what `scan.csv` says, charts zoom together, and nothing complains."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gloam
from gloam.execution import random_stream
from gloam.interpretation import Coupling, YieldFactors
from gloam.interpretation.exclusions import coupling_plane
from gloam.models import Gaussian, Polynomial
from gloam.report import ChannelResult, CountingChannel, write_page
from gloam.scans import Scan, fit_scan, grid_in_steps, sliding_windows
from gloam.scans.counting import CountingScan, KnownBackground, count_windows, interval_windows, plane_windows
from gloam.spectra import Origin, Spectrum, uniform_axis, with_flow
from gloam.statistics import counting_scan_limits, counting_significances, upper_limits
from gloam.workflow import Run, write_run

from .browser import CHROMIUM, Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture(autouse=True)
def silent(browser):
    """No test may leave a complaint on the console."""
    browser.said.clear()
    browser.look()
    yield
    assert browser.said == []


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A run on real data: the page, and the rows of `scan.csv` by channel."""
    directory = tmp_path_factory.mktemp("real")
    run = gloam.run("cms_dimuon")
    summary = write_run(run, directory, figures=False)
    toys = random_stream(4, "browser tests").normal(3.0, 0.4, 500)
    page = write_page(summary, run.channels, [], directory / "report.html", toys=toys)
    with (directory / "scan.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return page, {name: [row for row in rows if row["channel"] == name] for name in {row["channel"] for row in rows}}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """9788 hypotheses of pseudo-data."""
    axis = uniform_axis(0.2, 10.2, bins=20_000)
    counts = random_stream(5, "browser tests").poisson(20.0, 20_000).astype(float)
    grid = grid_in_steps(0.206, 9.993, 0.001)
    spectrum = Spectrum((axis,), with_flow(counts, (axis,)))
    windows = sliding_windows(axis, grid.position, 0.05)
    result = fit_scan(Scan(spectrum, Gaussian(0.002), Polynomial(1), grid, windows))
    channel = ChannelResult("large", "pseudo-data", result, upper_limits(result, 0.9), r"$m_{\mu\mu}$ [GeV]")
    directory = tmp_path_factory.mktemp("large")
    run = Run("large", "pseudo-data", Origin("pseudo", "browser tests"), (channel,), 1.0, {"declaration": None})
    summary = write_run(run, directory, figures=False)
    page = write_page(summary, run.channels, [], directory / "report.html")
    with (directory / "scan.csv").open(newline="") as stream:
        return page, result, list(csv.DictReader(stream))


def place(browser, chart: str, part: float, height: float = 0.5) -> tuple[float, float]:
    """A point of a chart, in parts of its width and height, in the coordinates of the window."""
    box = browser.evaluate(
        f"(() => {{ const e = document.querySelector('#{chart} .u-over'); e.scrollIntoView({{block: 'center'}});"
        "const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()"
    )
    return box[0] + part * box[2], box[1] + height * box[3]


def click(browser, chart: str, part: float, height: float = 0.5) -> None:
    at = place(browser, chart, part, height)
    browser.drag(*at, *at)


def shown(browser, name: str) -> float:
    return float(browser.evaluate(f"document.getElementById('shown-{name}').dataset.value"))


def text(browser, name: str) -> str:
    return browser.evaluate(f"document.getElementById('shown-{name}').textContent").replace("\N{MINUS SIGN}", "-")


def ticks(browser, chart: str) -> str:
    """The picture of a chart."""
    return browser.evaluate(f"document.querySelector('#{chart} canvas').toDataURL()")


def test_five_clicked_masses_show_the_yields_of_the_table(browser, real):
    page, rows = real
    browser.open(page)
    seen = set()
    for part in (0.1, 0.3, 0.5, 0.7, 0.9):
        click(browser, "significance" if part < 0.6 else "limits", part)
        mass = shown(browser, "mass")
        (row,) = [row for row in rows["omega"] if math.isclose(float(row["mass"]), mass, rel_tol=1e-9)]
        assert shown(browser, "yield") == pytest.approx(float(row["n_sig"]), rel=1e-9)
        assert shown(browser, "z") == pytest.approx(float(row["z_local"]), rel=1e-9)
        value, _, error = text(browser, "yield").partition(" ± ")
        digits = len(value.partition(".")[2])
        assert float(value) == pytest.approx(float(row["n_sig"]), abs=0.51 * 10.0**-digits)
        assert float(error) == pytest.approx(float(row["n_sig_err"]), rel=0.05)
        assert browser.evaluate("document.querySelectorAll('#fit canvas, #pulls canvas').length") == 2
        seen.add(mass)
    assert len(seen) == 5


def test_another_channel_is_shown_and_its_address_kept(browser, real):
    page, rows = real
    browser.open(page)
    browser.evaluate("document.querySelectorAll('#channels button')[3].click()")
    best = max(rows["upsilon1s"], key=lambda row: float(row["z_local"]))
    assert shown(browser, "mass") == pytest.approx(float(best["mass"]))
    address = browser.evaluate("location.hash")
    assert "channel=upsilon1s" in address
    browser.open(page, "#mass=3.7")
    assert shown(browser, "mass") == pytest.approx(3.7)
    browser.open(page, address)
    assert shown(browser, "z") == pytest.approx(float(best["z_local"]))


def test_a_dragged_range_is_zoomed_in_all_charts(browser, real):
    page, _ = real
    browser.open(page)
    before = ticks(browser, "significance"), ticks(browser, "limits")
    left, right = place(browser, "significance", 0.4), place(browser, "significance", 0.6)
    browser.drag(*left, *right)
    browser.wait_for(f"document.querySelector('#limits canvas').toDataURL() !== {before[1]!r}")
    assert ticks(browser, "significance") != before[0]
    # what is clicked in the middle of a zoomed chart lies in the range that was dragged
    click(browser, "limits", 0.5)
    assert 0.65 + 0.4 * 0.25 < shown(browser, "mass") < 0.65 + 0.6 * 0.25
    browser.evaluate("document.getElementById('all').click()")
    click(browser, "limits", 0.02)
    assert shown(browser, "mass") < 0.66


def test_a_point_under_the_mouse_is_named(browser, real):
    page, _ = real
    browser.open(page)
    browser.mouse("mouseMoved", *place(browser, "significance", 0.5))
    browser.wait_for("document.querySelector('#significance .u-legend').textContent.match(/z local[+\u2212]?[0-9]/)")
    assert "0.7" in browser.evaluate("document.querySelector('#limits .u-legend').textContent")


def test_keys_step_through_the_masses(browser, real):
    page, _ = real
    browser.open(page)
    before = shown(browser, "mass")
    browser.evaluate("document.getElementById('explorer').focus()")
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight")
    assert shown(browser, "mass") == pytest.approx(before + 0.001)


def test_the_toys_are_drawn_with_the_data(browser, real):
    page, _ = real
    browser.open(page)
    assert browser.evaluate("document.querySelectorAll('#toys canvas').length") == 1
    assert "500 toys" in browser.evaluate("document.querySelector('.toys-part').textContent")


def test_thousands_of_hypotheses_are_read_in_seconds(browser, large):
    page, result, rows = large
    assert result.mass.size == 9788
    assert page.stat().st_size < 15e6
    # a hang, not a speed: the time it takes is in the documentation
    assert browser.open(page, "#mass=5.123") < 20
    assert shown(browser, "mass") == pytest.approx(5.123)
    for part in (0.05, 0.25, 0.45, 0.65, 0.85):
        click(browser, "significance", part)
        row = int(np.argmin(np.abs(result.mass - shown(browser, "mass"))))
        assert shown(browser, "yield") == pytest.approx(result.n_sig[row], rel=1e-12)
        assert shown(browser, "yield") == pytest.approx(float(rows[row]["n_sig"]), rel=1e-9)
        value = text(browser, "yield").partition(" ± ")[0]
        assert float(value) == pytest.approx(result.n_sig[row], abs=0.51 * 10.0 ** -len(value.partition(".")[2]))


def test_thousands_of_hypotheses_are_zoomed(browser, large):
    page, _, rows = large
    browser.open(page)
    before = ticks(browser, "limits")
    browser.drag(*place(browser, "significance", 0.50), *place(browser, "significance", 0.52))
    browser.wait_for(f"document.querySelector('#limits canvas').toDataURL() !== {before!r}")
    click(browser, "limits", 0.5)
    assert 5.1 < shown(browser, "mass") < 5.5
    (row,) = [row for row in rows if math.isclose(float(row["mass"]), shown(browser, "mass"), rel_tol=1e-9)]
    assert shown(browser, "yield") == pytest.approx(float(row["n_sig"]), rel=1e-9)
    browser.evaluate("document.getElementById('all').click()")
    click(browser, "limits", 0.02)
    assert shown(browser, "mass") < 0.7


def test_the_fit_that_is_drawn_is_the_fit(browser, large):
    page, result, _ = large
    browser.open(page, "#mass=5.123")
    row = int(np.argmin(np.abs(result.mass - 5.123)))
    view = gloam.report.fit_view(result, row)
    browser.mouse("mouseMoved", *place(browser, "fit", 0.5))
    browser.wait_for("document.querySelector('#fit .u-legend').textContent.match(/Background[0-9]/)")
    legend = browser.evaluate("document.querySelector('#fit .u-legend').textContent").replace("\N{MINUS SIGN}", "-")
    expected = float(view.expected[view.expected.size // 2])
    written = re.search(r"Signal and background([0-9.]+)", legend)
    assert float(written[1]) == pytest.approx(expected, rel=0.02)


def test_overlays_are_switched_off_and_on(browser, channel, tmp_path):
    plane = coupling_plane("alp-photon")
    limited = replace(channel, factors=YieldFactors(50.0, 0.3), coupling=Coupling("g", 1e3, unit="GeV^-1"))
    browser.open(write_page({}, [limited], [], tmp_path / "report.html", plane=plane))
    with_all = ticks(browser, "coupling")
    browser.evaluate("document.querySelector('#overlays input').click()")
    without_one = ticks(browser, "coupling")
    browser.evaluate("document.querySelectorAll('#overlays button')[1].click()")
    without = ticks(browser, "coupling")
    browser.evaluate("document.querySelectorAll('#overlays button')[0].click()")
    assert len({with_all, without_one, without}) == 3
    assert ticks(browser, "coupling") == with_all
    click(browser, "coupling", 0.5)
    assert shown(browser, "mass") in limited.result.mass


def flat_as(spectrum: Spectrum) -> Spectrum:
    """The mean content in every bin."""
    values = spectrum.values()
    return Spectrum(spectrum.axes, with_flow(np.full(values.shape, values.mean()), spectrum.axes), asimov=True)


@pytest.fixture(scope="module")
def counted():
    """Counts in intervals, and in a plane."""
    axes = uniform_axis(1.0, 5.0, bins=80), uniform_axis(1.0, 3.0, bins=40)
    random = random_stream(6, "browser tests")
    line = Spectrum(axes[:1], with_flow(random.poisson(4.0, 80).astype(float), axes[:1]))
    plane = Spectrum(axes, with_flow(random.poisson(1.0, (80, 40)).astype(float), axes))
    mass, mass2 = np.linspace(1.5, 4.5, 31), np.linspace(1.5, 2.5, 31)
    windows = interval_windows(axes[0], mass, 0.1), plane_windows(axes, mass, mass2, 0.1, 0.1)
    setups = [
        CountingScan(spectrum, window, KnownBackground(flat))
        for spectrum, window, flat in zip((line, plane), windows, map(flat_as, (line, plane)), strict=True)
    ]
    channels = []
    for name, setup, labels in zip(("line", "plane"), setups, (("m [GeV]",), ("m [GeV]", "h [GeV]")), strict=True):
        result = count_windows(setup)
        limits = counting_scan_limits(result, 0.9)
        channels.append(CountingChannel(name, name, result, counting_significances(result), limits, labels))
    return channels


@pytest.mark.parametrize("which", [0, 1], ids=["intervals", "a plane"])
def test_counts_are_shown_as_they_are(browser, counted, tmp_path, which):
    channel = counted[which]
    browser.open(write_page({}, [channel], [], tmp_path / "report.html"))
    chart, at = (("counts", (0.5, 0.5)), ("map", (0.5, 0.5)))[which]
    click(browser, chart, *at)
    row = int(np.argmin(np.abs(channel.result.mass - shown(browser, "mass"))))
    assert shown(browser, "mass") == pytest.approx(3.0, abs=0.11)
    assert shown(browser, "observed") == channel.result.observed[row]
    assert shown(browser, "z") == pytest.approx(channel.z_local[row])


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1200, "dark")])
def test_no_width_makes_the_page_wider_than_the_window(browser, real, width, scheme, tmp_path):
    browser.look(width, 800, scheme)
    browser.open(real[0])
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    back = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (back == "rgb(255, 255, 255)") == (scheme == "light")
    assert browser.screenshot(tmp_path / "page.png").stat().st_size > 10_000


def test_paper_has_the_figures_of_the_paper_and_no_charts(browser, real):
    browser.open(real[0])
    visible = "(s) => getComputedStyle(document.querySelector(s)).display !== 'none'"
    assert browser.evaluate(f"({visible})('.explorer')")
    browser.look(media="print")
    assert not browser.evaluate(f"({visible})('.explorer')")
    assert browser.evaluate("(window.dispatchEvent(new Event('beforeprint')), document.querySelector('.paper').open)")


def test_the_page_asks_for_nothing_from_the_network(browser, real, tmp_path):
    page: Path = real[0]
    changed = tmp_path / "report.html"
    source = page.read_text(encoding="utf-8")
    changed.write_text(source.replace("</body>", '<img src="https://example.org/x.png"></body>'), encoding="utf-8")
    browser.open(changed)
    assert any("Content Security Policy" in said for said in browser.said)
    browser.said.clear()
