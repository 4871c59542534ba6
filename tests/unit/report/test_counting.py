"""Figures and pages of counts: one observable, and the plane of two."""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.interpretation import YieldFactors
from gloam.report import CountingChannel, write_figures, write_page
from gloam.report.figures import counts_figure, overview_figure, plane_limit_figure, significance_figure
from gloam.report.rows import channel_rows
from gloam.report.statements import fits_statement
from gloam.report.words import limit_in_words, mass_in_words
from gloam.scans.counting import (
    CountingScan,
    KnownBackground,
    SidebandBackground,
    count_windows,
    interval_windows,
    plane_windows,
)
from gloam.spectra import Origin, Spectrum, fill, uniform_axis, with_flow
from gloam.statistics import counting_scan_limits, counting_significances, no_limits

ORIGIN = Origin("pseudo", "toys of the tests, seed 1", luminosity_fb=12.5)


def channel_of(scan: CountingScan, labels, method="cls", **more) -> CountingChannel:
    result = count_windows(scan)
    limits = counting_scan_limits(result, 0.90, method)
    return CountingChannel("counts", "Counts <here>", result, counting_significances(result), limits, labels, **more)


@pytest.fixture(scope="module")
def line() -> CountingChannel:
    random = random_stream(1, "counts")
    axis = uniform_axis(0.0, 4.0, bins=400, name="mRecoil")
    spectrum = fill(np.concatenate([random.uniform(0, 4, 300), random.normal(2.5, 0.02, 12)]), axis, origin=ORIGIN)
    windows = interval_windows(axis, np.arange(0.1, 3.95, 0.05), 0.05)
    scan = CountingScan(spectrum, windows, SidebandBackground(1, 6), 0.1, 0.05)
    return channel_of(scan, ("Recoil mass [GeV]",))


@pytest.fixture(scope="module")
def plane() -> CountingChannel:
    random = random_stream(1, "counts in the plane")
    axes = uniform_axis(1.0, 3.0, bins=100, name="M"), uniform_axis(0.0, 5.0, bins=100, name="mRecoil")
    values = (
        np.append(random.uniform(1, 3, 800), np.full(9, 2.0)),
        np.append(random.uniform(0, 5, 800), np.full(9, 3.0)),
    )
    spectrum = fill(values, axes, origin=ORIGIN)
    first, second = (each.ravel() for each in np.meshgrid(np.linspace(1.1, 2.9, 19), np.linspace(0.5, 4.5, 9)))
    windows = plane_windows(axes, first, second, 0.1, 0.25)
    flat = Spectrum(axes, with_flow(np.full((100, 100), 0.08), axes), asimov=True)
    scan = CountingScan(spectrum, windows, KnownBackground(flat, 0.1))
    return channel_of(scan, (r"$M_{\mu\mu}$ [GeV]", "Recoil mass [GeV]"))


def test_what_is_drawn_of_one_observable(line):
    axes = counts_figure(line).axes[0]
    assert axes.get_ylabel() == "Events in the window"
    assert axes.get_legend_handles_labels()[1] == ["Background ± its uncertainty", "Pseudo-data"]
    words = significance_figure(line).axes[0].get_legend_handles_labels()[1]
    assert any(each.startswith("Largest excess: +2.7 at ") for each in words)
    assert overview_figure([line]) is not None


def test_the_plane_is_drawn_as_maps_and_not_in_the_overview(plane):
    figure = counts_figure(plane)
    assert figure.axes[0].get_ylabel() == "Recoil mass [GeV]"
    observed, expected = plane_limit_figure(plane).axes[:2]
    assert observed.get_xlim() == (1.0, 3.0)
    assert expected.get_ylim() == (0.0, 5.0)
    assert overview_figure([plane]) is None


def test_the_excess_in_the_plane_has_two_masses(plane):
    row = int(np.flatnonzero((plane.result.mass == 2.0) & (plane.result.mass2 == 3.0))[0])
    assert plane.z_local[row] > np.nanmax(plane.z_local) - 1
    assert mass_in_words(plane.result, row) == "2.0 and 3.0 GeV"


@pytest.mark.parametrize("which", ["line", "plane"])
def test_files_and_page(which, request, tmp_path):
    channel = request.getfixturevalue(which)
    drawn = write_figures([channel], tmp_path / "figures")
    kinds = {path.stem for path in drawn if path.suffix == ".png"}
    assert {"counts_counts", "counts_significance", "counts_limit"} <= kinds
    page = write_page({"title": "Counts", "n_hypotheses": 3}, [channel], drawn, tmp_path / "report.html").read_text()
    for words in ("Counts &lt;here&gt;", "what was counted", "upper limits on the", "no fits"):
        assert words in page


def test_rows_of_the_table(line, plane):
    rows = channel_rows([line, plane])
    assert rows["Background"][0].startswith("from sidebands, 1 to 6 half-widths")
    assert rows["Background"][1].startswith("known: ")
    assert rows["Window"] == ["counts in intervals, 0.1 GeV wide", "counts in ellipses, 0.2 GeV by 0.5 GeV"]
    assert rows["Masses"][1] == "171 pairs: 1.1 to 2.9 GeV and 0.5 to 4.5 GeV"
    assert rows["Signal"] == ["events in the window, efficiency uncertain by 5 %", "events in the window"]
    assert rows["Fits"] == ["none: events are counted"] * 2
    assert "no fits" in fits_statement({}, [line])


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("cls", "CLs, exact, one-sided"),
        ("feldman-cousins", "Feldman-Cousins, exact, unified"),
        ("profile", "profile likelihood, asymptotic, one-sided"),
        ("classical", "classical, exact, one-sided"),
    ],
)
def test_limits_of_counts_in_words(method, words, plane):
    known = CountingScan(
        plane.result.spectrum, plane.result.windows, KnownBackground(plane.result.setup.background.spectrum)
    )
    limits = counting_scan_limits(count_windows(known), 0.90, method, bands=False)
    assert limit_in_words(limits) == words


def test_limits_that_were_not_asked_for(plane):
    none = no_limits(plane.result.mass.size, 0.9, "cls")
    channel = CountingChannel(
        "counts", "Counts", plane.result, plane.significances, none, plane.observable_labels, YieldFactors(12.5, 0.1)
    )
    assert "No limit was found" in [text.get_text() for text in plane_limit_figure(channel).axes[0].texts]
